// filetest [-q] [-l] [PART...]: what a volume offers that is not a classic one: long names, large
// files, holes.  For images made without --classic; usertests is for the others.
//
//     filetest @write NAME    writes with O_SYNC, says so, and waits for the power to be cut
#include "user/tests/lib/runner.h"
#include "user/tests/lib/test.h"

const char usage_text[] =
    "usage: filetest [-q] [-l] [PART...]   tests long names, large files, holes\n";

#define GB         (1UL << 30)
#define NAME_MAX   255
#define NAMES_MANY 3000
#define TEXT       "durable"

static char longest[NAME_MAX + 2]; // and one byte more than a name may have

static const char *long_name(char fill, uint len)
{
    memset(longest, fill, len);
    longest[len] = '\0';
    return longest;
}

static void long_names(void)
{
    struct statfs fs;
    struct stat a, b;
    EXPECT(statfs("/", &fs), 0, "statfs");
    EXPECT(fs.f_namelen, NAME_MAX, "longest name");
    make_file(long_name('n', NAME_MAX), 10, 1);
    EXPECT(stat(longest, &a), 0, "stat");
    EXPECT(stat(long_name('n', NAME_MAX - 1), &b), -1, "stat of one byte less");
    EXPECT(sys(SYS_openat, AT_FDCWD, long_name('n', NAME_MAX + 1), O_CREAT | O_RDWR, 0644),
           -ENAMETOOLONG, "256 bytes");
    EXPECT(sys(SYS_renameat2, AT_FDCWD, "README", AT_FDCWD, longest, 0), -ENAMETOOLONG, "rename");
    EXPECT(sys(SYS_symlinkat, "x", AT_FDCWD, longest), -ENAMETOOLONG, "symlink");
    make_file("ft.short", 20, 2);
    EXPECT(rename("ft.short", long_name('n', NAME_MAX)), 0, "rename over the longest");
    check_file(longest, 20, 2);
    must_unlink(longest);
}

// A path may have 4,095 bytes, wherever they come from.
static void long_paths(void)
{
    static char path[4097];
    memset(path, '/', sizeof path - 1);
    EXPECT(sys(SYS_chdir, path), -ENAMETOOLONG, "4096 bytes");
    path[4095] = '\0';
    EXPECT(sys(SYS_chdir, path), 0, "4095 bytes");
    path[4094] = '.';
    EXPECT(symlink(path, "ft.l"), 0, "symlink");
    EXPECT(sys(SYS_chdir, "ft.l"), 0, "through the link");
    EXPECT(sys(SYS_chdir, "ft.l/."), -ENAMETOOLONG, "further through the link");
    must_unlink("ft.l");
}

static long size_of(const char *name)
{
    struct stat st;
    EXPECT(stat(name, &st), 0, "stat of %s", name);
    return (long)st.size;
}

static void expect_bytes(int fd, long at, const char *wanted, int n)
{
    char buf[16];
    EXPECT(sys(SYS_pread64, fd, buf, n, at), n, "read at %ld", at);
    CHECK(memcmp(buf, wanted, (uint)n) == 0, "other bytes at %ld", at);
}

// Beyond 4 GiB, with a hole before; ftruncate both ways; and the end of all files.
static void big_files(void)
{
    struct linux_stat st;
    int fd = must_open("ft.big", O_CREATE | O_RDWR);
    static const long places[] = { 0, (long)(4 * GB) - 4, 5 * GB + 1, 3000 * GB };
    for (int i = 0; i < 4; i++) {
        EXPECT(lseek(fd, places[i], SEEK_SET), places[i], "seek");
        EXPECT(write(fd, "0123456789" + i, 5), 5, "write at %ld", places[i]);
    }
    EXPECT(size_of("ft.big"), 3000 * GB + 5, "size");
    for (int i = 0; i < 4; i++)
        expect_bytes(fd, places[i], "0123456789" + i, 5);
    expect_bytes(fd, (long)(2 * GB), "\0\0\0\0\0\0\0\0", 8);
    EXPECT(status_of("ft.big", &st, 0), 0, "status");
    CHECK(st.st_blocks <= 40 * 8, "%ld blocks of 512 bytes for four pages", st.st_blocks);
    EXPECT(ftruncate(fd, (long)(4 * GB)), 0, "ftruncate to less");
    EXPECT(size_of("ft.big"), 4 * GB, "size");
    EXPECT(ftruncate(fd, (long)(6 * GB)), 0, "ftruncate to more");
    expect_bytes(fd, (long)(4 * GB) - 4, "1234\0", 5);
    expect_bytes(fd, (long)(5 * GB) + 1, "\0\0\0\0\0", 5);
    EXPECT(sys(SYS_ftruncate, fd, (1L << 48) + 1), -EFBIG, "ftruncate to too much");
    EXPECT(sys(SYS_ftruncate, fd, -1L), -EINVAL, "ftruncate to a negative size");
    EXPECT(sys(SYS_pwrite64, fd, "12345", 5, (1L << 48) - 3), 3, "write across the end of all");
    EXPECT(sys(SYS_pwrite64, fd, "12345", 5, 1L << 48), -EFBIG, "write behind the end of all");
    close(fd);
    must_unlink("ft.big");
}

static void many_names(void)
{
    char name[64];
    EXPECT(mkdir("ft.d"), 0, "mkdir");
    make_file("ft.d/one", 1, 1);
    for (int i = 0; i < NAMES_MANY; i++)
        EXPECT(link("ft.d/one", numbered(name, "ft.d/a-rather-long-name-", i)), 0, "link %d", i);
    EXPECT(sys(SYS_unlinkat, AT_FDCWD, "ft.d", AT_REMOVEDIR), -ENOTEMPTY, "rmdir");
    for (int i = 0; i < NAMES_MANY; i++)
        must_unlink(numbered(name, "ft.d/a-rather-long-name-", i));
    must_unlink("ft.d/one");
    must_unlink("ft.d");
}

// Writers who append do not come into each other's writes, even where these go over a page of memory.
#define APPENDERS 3
#define APPENDS   600
#define RECORD    100

static int append_records(char c)
{
    static char buf[2 * 4096 + RECORD];
    char *record = (char *)(((uint64)buf + 4095) / 4096 * 4096 + 4096 - RECORD / 2);
    int fd = open("ft.log", O_WRONLY | O_APPEND);
    memset(record, c, RECORD);
    for (int i = 0; i < APPENDS; i++)
        if (write(fd, record, RECORD) != RECORD)
            return 1;
    return fd < 0;
}

static void appenders(void)
{
    char record[RECORD];
    int status, n = 0;
    close(must_open("ft.log", O_CREATE | O_RDWR));
    for (int i = 0; i < APPENDERS; i++)
        if (fork() == 0)
            exit(append_records((char)('a' + i)));
    for (int i = 0; i < APPENDERS; i++) {
        wait(&status);
        EXPECT(status, 0, "status of a writer");
    }
    int fd = must_open("ft.log", O_RDONLY);
    for (; read(fd, record, RECORD) == RECORD; n++)
        for (int i = 1; i < RECORD; i++)
            CHECK(record[i] == record[0], "record %d is torn at byte %d", n, i);
    EXPECT(n, APPENDERS * APPENDS, "records");
    close(fd);
    must_unlink("ft.log");
}

// A function on a page of its own, that nobody has touched before it is called.
__attribute__((aligned(4096), noinline)) static int far_away(void)
{
    return 42;
}

// Waits for a byte from its standard input.
static int run_late(void)
{
    char c;
    write(1, "r", 1);
    return read(0, &c, 1) == 1 ? far_away() : 1;
}

static void copy_program(const char *to)
{
    char buf[512];
    int n, from = must_open("/filetest", O_RDONLY), fd = must_open(to, O_CREATE | O_RDWR);
    while ((n = read(from, buf, sizeof buf)) > 0)
        EXPECT(write(fd, buf, n), n, "write to %s", to);
    close(from);
    close(fd);
}

static int start_late(int *in, int *out)
{
    int to[2], from[2];
    char c, *argv[] = { "ft.prog", "@late", 0 };
    EXPECT(pipe(to), 0, "pipe");
    EXPECT(pipe(from), 0, "pipe");
    int pid = fork();
    if (pid == 0) {
        sys(SYS_dup3, to[0], 0, 0);
        sys(SYS_dup3, from[1], 1, 0);
        exec(argv[0], argv);
        exit(2);
    }
    *in = to[1];
    *out = from[0];
    close(to[0]);
    close(from[1]);
    EXPECT(read(*out, &c, 1), 1, "the program runs");
    return pid;
}

// A file that is open for writing is not run, and a program that runs keeps its image, also what it
// has not touched yet: nobody opens the file to change it.
static void running(void)
{
    int in, out, status;
    char *argv[] = { "ft.prog", 0 };
    copy_program("ft.prog");
    int fd = must_open("ft.prog", O_RDWR), other;
    EXPECT(exec("ft.prog", argv), -1, "exec of a file open for writing");
    EXPECT(errno, ETXTBSY, "why");
    close(fd);
    start_late(&in, &out);
    EXPECT(open("ft.prog", O_RDWR), -1, "open to write");
    EXPECT(errno, ETXTBSY, "why");
    EXPECT(open("ft.prog", O_RDONLY | O_TRUNC), -1, "open to truncate");
    fd = must_open("ft.prog", O_RDONLY);
    other = must_open("ft.other", O_CREATE | O_RDWR);
    EXPECT(ficlone(other, fd), 0, "clone of it");
    close(other);
    EXPECT(unlink("ft.prog"), 0, "unlink");
    write(in, "g", 1);
    wait(&status);
    EXPECT(status, 42, "status");
    close(fd);
    fd = must_open("ft.other", O_RDWR);
    EXPECT(write(fd, "x", 1), 1, "write to its clone");
    close(fd);
    close(in);
    close(out);
    must_unlink("ft.other");
}

static int write_and_wait(const char *name)
{
    int fd = open(name, O_CREATE | O_RDWR | O_SYNC);
    if (fd < 0 || write(fd, TEXT "\n", sizeof TEXT) != sizeof TEXT)
        return 1;
    printf("filetest: written\n");
    sleep(100);
    return 0;
}

static const struct part parts[] = {
    { .name = "longnames", .fn = long_names }, { .name = "longpaths", .fn = long_paths },
    { .name = "bigfiles", .fn = big_files },   { .name = "manynames", .fn = many_names },
    { .name = "appenders", .fn = appenders },  { .name = "running", .fn = running },
};

static const struct suite suite = {
    .prefix = "test ",
    .ok = "OK",
    .failed = "FAILED",
    .parts = parts,
    .count = sizeof parts / sizeof parts[0],
    .all_passed = "ALL FILE TESTS PASSED",
    .some_failed = "SOME FILE TESTS FAILED",
};

int main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "@write") == 0)
        return write_and_wait(argv[2]);
    if (argc > 1 && strcmp(argv[1], "@late") == 0)
        return run_late();
    return run_suite(&suite, argc, argv);
}
