// The disk is full, and is not afterwards.

#include "user/tests/usertests/usertests.h"

#define BLOCK 4096

// Writes until there is no room.  => bytes written
static long fill_file(const char *name)
{
    static char block[BLOCK];
    int fd = open(name, O_CREATE | O_TRUNC | O_WRONLY), n;
    long done = 0;
    if (fd < 0)
        return 0;
    while ((n = write(fd, block, BLOCK)) == BLOCK)
        done += n;
    close(fd);
    return n > 0 ? done + n : done;
}

// Full again and again: what one time took is there for the next, and a full disk never keeps
// anybody from removing, be the file open meanwhile or not.
void disk_full(void)
{
    long first = 0;
    for (int round = 0; round < 4; round++) {
        long bytes = fill_file("ut.full");
        CHECK(bytes > BLOCK, "only %ld bytes of disk were free", bytes);
        first = round ? first : bytes;
        CHECK(first - bytes < 16 * BLOCK, "first %ld bytes, then %ld", first, bytes);
        int fd = must_open("ut.full", O_RDONLY);
        if (round % 2)
            close(fd);
        must_unlink("ut.full");
        if (round % 2 == 0)
            close(fd);
        sys(SYS_sync);
    }
    make_file("ut.after", 100000, 1);
    check_file("ut.after", 100000, 1);
    must_unlink("ut.after");
}

// On a full disk names can be refused, but what is refused leaves no trace; removing works.
void disk_full_names(void)
{
    char name[16];
    int made = 0;
    fill_file("ut.full");
    for (int i = 0; i < 300; i++) {
        int fd = open(numbered(name, "ut.n", i), O_CREATE | O_RDWR);
        if (fd < 0)
            break;
        close(fd);
        made++;
    }
    for (int i = 0; i < 3; i++) {
        mkdir("ut.dir");
        unlink("ut.dir");
    }
    while (made > 0)
        must_unlink(numbered(name, "ut.n", --made));
    must_unlink("ut.full");
    make_file("ut.after", 20000, 1);
    must_unlink("ut.after");
}

#define CLASSIC_FILES 79

// 79 files of the classic length are more than the default image holds.
void fill_classic(void)
{
    static char block[BSIZE];
    char name[16];
    int files = 0;
    bool full = false;
    for (; files < CLASSIC_FILES && !full; files++) {
        int fd = open(numbered(name, "ut.f", files), O_CREATE | O_TRUNC | O_RDWR);
        if (fd < 0)
            break;
        for (int i = 0; i < MAXFILE && !full; i++)
            full = write(fd, block, BSIZE) != BSIZE;
        close(fd);
    }
    CHECK(full || files < CLASSIC_FILES, "%d files of %d bytes did not fill the disk", files,
          MAXFILE * BSIZE);
    while (files > 0)
        must_unlink(numbered(name, "ut.f", --files));
    make_file("ut.after", 100000, 1);
    check_file("ut.after", 100000, 1);
    must_unlink("ut.after");
}

void sync_all(void)
{
    int fd = must_open("ut.sync", O_CREATE | O_TRUNC | O_RDWR);
    EXPECT(write(fd, "abc", 3), 3, "write");
    EXPECT(sys(SYS_fsync, fd), 0, "fsync");
    EXPECT(write(fd, "def", 3), 3, "write");
    EXPECT(sys(SYS_fdatasync, fd), 0, "fdatasync");
    EXPECT(sys(SYS_sync), 0, "sync");
    int end[2];
    must_pipe(end);
    EXPECT(sys(SYS_fsync, end[0]) < 0, true, "fsync of a pipe");
    EXPECT(sys(SYS_syncfs, end[0]), -EINVAL, "syncfs of a pipe");
    EXPECT(sys(SYS_syncfs, 99), -EBADF, "syncfs of nothing");
    EXPECT(sys(SYS_syncfs, fd), 0, "syncfs");
    must_unlink("ut.sync");
    EXPECT(sys(SYS_sync), 0, "sync");
}
