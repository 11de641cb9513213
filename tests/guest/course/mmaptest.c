// A test of mmap as a course would write it: user.h and fcntl.h, and no more.
#include "kernel/types.h"
#include "kernel/fcntl.h"
#include "kernel/riscv.h"
#include "kernel/stat.h"
#include "user/user.h"

#define NAME   "mmap.txt"
#define FAILED ((char *)-1)

static char want[3 * PGSIZE];

static void fail(const char *what)
{
    printf("mmaptest: %s\n", what);
    exit(1);
}

static void check(int ok, const char *what)
{
    if (!ok)
        fail(what);
}

// A file of two pages and a half.
static void make(void)
{
    int i, n = 2 * PGSIZE + PGSIZE / 2, fd;
    for (i = 0; i < n; i++)
        want[i] = 'a' + i % 23;
    unlink(NAME);
    fd = open(NAME, O_RDWR | O_CREATE);
    check(fd >= 0 && write(fd, want, n) == n, "the file cannot be made");
    close(fd);
}

static char *map(int len, int prot, int flags, int mode, int off)
{
    int fd = open(NAME, mode);
    char *p = mmap(0, len, prot, flags, fd, off);
    check(fd >= 0, "open");
    close(fd); // the map stays
    return p;
}

static void same(char *p, int off, int n)
{
    int i;
    for (i = 0; i < n; i++)
        if (p[i] != want[off + i])
            fail("a map differs from its file");
}

static void file_is_as_wanted(int n)
{
    static char got[3 * PGSIZE];
    int fd = open(NAME, O_RDONLY);
    check(read(fd, got, sizeof got) == n, "the file has another length");
    same(got, 0, n);
    close(fd);
}

static void test_private(void)
{
    char *p = map(3 * PGSIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE, O_RDONLY, 0);
    check(p != FAILED, "a private map of a file that is read");
    same(p, 0, 3 * PGSIZE); // zeros behind the end
    p[5] = 'P';
    file_is_as_wanted(2 * PGSIZE + PGSIZE / 2);
    check(munmap(p, 3 * PGSIZE) == 0, "munmap");
    printf("private: ok\n");
}

static void test_rights(void)
{
    char *p = map(PGSIZE, PROT_READ | PROT_WRITE, MAP_SHARED, O_RDONLY, 0);
    check(p == FAILED, "a file that is only read can be written to through a map");
    p = map(PGSIZE, PROT_READ, MAP_SHARED, O_RDONLY, 0);
    check(p != FAILED, "a shared map that is only read");
    if (fork() == 0) {
        *(volatile char *)p = 'x';
        exit(0);
    }
    int status;
    wait(&status);
    check(status != 0, "a store to a map that is only read");
    munmap(p, PGSIZE);
    printf("rights: ok\n");
}

// Written back when a part goes: at the front, at the back, then the rest.
static void test_parts(void)
{
    char *p = map(3 * PGSIZE, PROT_READ | PROT_WRITE, MAP_SHARED, O_RDWR, 0);
    int page;
    check(p != FAILED, "a shared map");
    for (page = 0; page < 3; page++)
        p[page * PGSIZE + 9] = want[page * PGSIZE + 9] = 'A' + page;
    check(munmap(p, PGSIZE) == 0, "munmap of the front");
    file_is_as_wanted(2 * PGSIZE + PGSIZE / 2);
    same(p + PGSIZE, PGSIZE, 2 * PGSIZE);
    check(munmap(p + 2 * PGSIZE, PGSIZE) == 0, "munmap of the back");
    same(p + PGSIZE, PGSIZE, PGSIZE);
    p[PGSIZE] = want[PGSIZE] = 'Z';
    check(munmap(p + PGSIZE, PGSIZE) == 0, "munmap of the rest");
    file_is_as_wanted(2 * PGSIZE + PGSIZE / 2);
    if (fork() == 0) {
        *(volatile char *)(p + PGSIZE) = 'x';
        exit(0);
    }
    int status;
    wait(&status);
    check(status != 0, "a store to what is unmapped");
    printf("parts: ok\n");
}

static void test_two(void)
{
    char *p = map(PGSIZE, PROT_READ | PROT_WRITE, MAP_SHARED, O_RDWR, 0);
    char *q = map(PGSIZE, PROT_READ, MAP_PRIVATE, O_RDONLY, PGSIZE);
    check(p != FAILED && q != FAILED && p != q, "two maps");
    same(p, 0, PGSIZE);
    same(q, PGSIZE, PGSIZE);
    munmap(p, PGSIZE);
    same(q, PGSIZE, PGSIZE);
    munmap(q, PGSIZE);
    printf("two: ok\n");
}

static void test_fork(void)
{
    char *p = map(2 * PGSIZE, PROT_READ | PROT_WRITE, MAP_SHARED, O_RDWR, 0);
    char *q = map(2 * PGSIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE, O_RDONLY, 0);
    int status;
    same(p, 0, PGSIZE);
    q[1] = 'q';
    if (fork() == 0) {
        same(p, 0, 2 * PGSIZE);
        p[7] = 'F';
        q[7] = 'Q';
        exit(q[1] == 'q' ? 0 : 1);
    }
    wait(&status);
    want[7] = 'F';
    check(status == 0, "the child has the maps");
    check(p[7] == 'F', "what the child stored to a shared map");
    check(q[7] != 'Q', "what the child stored to its own map");
    munmap(p, 2 * PGSIZE);
    munmap(q, 2 * PGSIZE);
    file_is_as_wanted(2 * PGSIZE + PGSIZE / 2);
    printf("fork: ok\n");
}

int main(void)
{
    make();
    test_private();
    test_rights();
    test_parts();
    test_two();
    test_fork();
    unlink(NAME);
    printf("mmaptest: all ok\n");
    exit(0);
}
