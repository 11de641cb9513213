// fileload big MIB | fileload small N: makes a file of so many MiB, or so many files of 1,000
// bytes, then syncs once.  What that writes to the disk is counted from outside.

#include "user/tests/lib/test.h"

const char usage_text[] =
    "usage: fileload big MIB | fileload small N   makes files, and syncs once\n";

#define BLOCK 65536
#define SMALL 1000

static char data[BLOCK];

static void put(int fd, int n)
{
    EXPECT(write(fd, data, n), n, "write");
}

static void make_big(int mib)
{
    int fd = must_open("/big", O_CREATE | O_RDWR | O_TRUNC);
    for (int i = 0; i < mib * (1024 * 1024 / BLOCK); i++) {
        fill(data, BLOCK, (uint)i);
        put(fd, BLOCK);
    }
    close(fd);
}

static void make_small(int n)
{
    char name[32];
    EXPECT(mkdir("/small"), 0, "mkdir");
    EXPECT(chdir("/small"), 0, "chdir");
    for (int i = 0; i < n; i++) {
        int fd = must_open(numbered(name, "file", i), O_CREATE | O_RDWR);
        fill(data, SMALL, (uint)i);
        put(fd, SMALL);
        close(fd);
    }
}

int main(int argc, char **argv)
{
    part_name = "fileload";
    if (argc != 3)
        misused();
    uint64 began = now_ns();
    if (strcmp(argv[1], "big") == 0)
        make_big(atoi(argv[2]));
    else
        make_small(atoi(argv[2]));
    EXPECT(sync(), 0, "sync");
    printf("fileload: %lu ms: OK\n", (now_ns() - began) / 1000000);
    exit(0);
}
