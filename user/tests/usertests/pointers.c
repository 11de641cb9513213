// Pointers that a system call must refuse, in every call that takes one, and strings that end
// where memory ends.

#include "user/tests/usertests/usertests.h"

static const uint64 wild[] = {
    KERNBASE,           PHYSTOP - PGSIZE,
    TRAPFRAME,          0x3fffffe000UL,
    0x3ffffff000UL,     MAXVA,
    1UL << 62,          0xffffffc080000000UL,
    0xfffffffffffff000, 0xffffffffffffffffUL,
};
#define WILD (sizeof wild / sizeof wild[0])

// Whatever may be written to: nothing of a wild buffer is.
void copyin(void)
{
    int fd[2], file = must_open("ut.in", O_CREATE | O_WRONLY);
    must_unlink("ut.in");
    must_pipe(fd);
    for (size_t i = 0; i < WILD; i++) {
        void *at = (void *)wild[i];
        EXPECT(write(file, at, 8192), -1, "write to a file from %p", at);
        EXPECT(write(1, at, 8192), -1, "write to the console from %p", at);
        EXPECT(write(fd[1], at, 8192), -1, "write to a pipe from %p", at);
    }
    struct stat st;
    EXPECT(fstat(file, &st), 0, "fstat");
    EXPECT(st.size, 0, "size of the file");
}

void copyout(void)
{
    int fd[2], file = must_open("/README", O_RDONLY);
    must_pipe(fd);
    EXPECT(write(fd[1], "x", 1), 1, "write to the pipe");
    for (size_t i = 0; i <= WILD; i++) {
        void *at = i < WILD ? (void *)wild[i] : NULL; // page 0 is no better
        EXPECT(read(file, at, 8192), -1, "read from a file to %p", at);
        EXPECT(read(fd[0], at, 8192), -1, "read from a pipe to %p", at);
    }
    char byte;
    EXPECT(read(fd[0], &byte, 1), 1, "read of the byte that nobody got");
    EXPECT(byte, 'x', "that byte");
}

void copyinstr1(void)
{
    for (size_t i = 0; i <= WILD; i++) {
        char *at = i < WILD ? (char *)wild[i] : NULL;
        EXPECT(open(at, O_CREATE | O_WRONLY), -1, "open of %p", at);
        EXPECT(unlink(at), -1, "unlink of %p", at);
        EXPECT(link(at, "ut.x"), -1, "link of %p", at);
        EXPECT(link("/README", at), -1, "link to %p", at);
        EXPECT(mkdir(at), -1, "mkdir of %p", at);
        EXPECT(chdir(at), -1, "chdir to %p", at);
        EXPECT(mknod(at, 1, 1), -1, "mknod of %p", at);
    }
}

// exec reads pointers to pointers.
void exec_pointers(void)
{
    char *argv[] = { "echo", NULL, NULL };
    for (size_t i = 0; i < WILD; i++) {
        EXPECT(exec((char *)wild[i], argv), -1, "exec of path %p", (void *)wild[i]);
        EXPECT(exec("/echo", (char **)wild[i]), -1, "exec with argv %p", (void *)wild[i]);
        argv[1] = (char *)wild[i];
        EXPECT(exec("/echo", argv), -1, "exec with argument %p", (void *)wild[i]);
        argv[1] = NULL;
    }
    EXPECT(sys(SYS_execve, "/echo", argv, wild[0]), -EFAULT, "exec with a wild environment");
}

// Calls that give a structure back, and those that take one.
void struct_pointers(void)
{
    int file = must_open("/README", O_RDONLY), dir = must_open("/", O_RDONLY);
    for (size_t i = 0; i < WILD; i++) {
        long at = (long)wild[i];
        EXPECT(sys(SYS_fstat, file, at), -EFAULT, "fstat to %p", (void *)at);
        EXPECT(sys(SYS_newfstatat, AT_FDCWD, "/", at, 0), -EFAULT, "stat to %p", (void *)at);
        EXPECT(sys(SYS_newfstatat, AT_FDCWD, at, at, 0), -EFAULT, "stat of %p", (void *)at);
        EXPECT(sys(SYS_pipe2, at, 0), -EFAULT, "pipe to %p", (void *)at);
        EXPECT(sys(SYS_getdents64, dir, at, 512), -EFAULT, "getdents64 to %p", (void *)at);
        EXPECT(sys(SYS_getcwd, at, 512), -EFAULT, "getcwd to %p", (void *)at);
        EXPECT(sys(SYS_nanosleep, at, 0), -EFAULT, "nanosleep of %p", (void *)at);
        EXPECT(sys(SYS_clock_gettime, 0, at), -EFAULT, "clock_gettime to %p", (void *)at);
        EXPECT(sys(SYS_times, at), -EFAULT, "times to %p", (void *)at);
        EXPECT(sys(SYS_uname, at), -EFAULT, "uname to %p", (void *)at);
        EXPECT(sys(SYS_sysinfo, at), -EFAULT, "sysinfo to %p", (void *)at);
        EXPECT(sys(SYS_readv, file, at, 2), -EFAULT, "readv with %p", (void *)at);
        EXPECT(sys(SYS_writev, 1, at, 2), -EFAULT, "writev with %p", (void *)at);
        EXPECT(sys(SYS_pread64, file, at, 9, 0), -EFAULT, "pread to %p", (void *)at);
        EXPECT(sys(SYS_pwrite64, dir, at, 9, 0), -EBADF, "pwrite to a directory");
    }
    EXPECT(sys(SYS_getcwd, wild, 0), -ERANGE, "getcwd without room");
    close(dir);
    close(file);
}

// A failed pipe() leaves no descriptors behind, and a failed wait() still has reaped.
void results_refused(void)
{
    int first = dup(0);
    close(first);
    for (int i = 0; i < NOFILE; i++)
        EXPECT(pipe((int *)KERNBASE), -1, "pipe to a wild place");
    int again = dup(0);
    EXPECT(again, first, "the lowest free descriptor");
    close(again);
    int pid = fork();
    if (pid == 0)
        exit(0);
    long got = sys(SYS_wait4, -1, KERNBASE, 0, 0);
    CHECK(got == -EFAULT || got == pid, "wait to a wild place gave %ld", got);
    sys(SYS_wait4, -1, 0, 0, 0);
    EXPECT(sys(SYS_wait4, -1, 0, 0, 0), -ECHILD, "wait at the end");
}

// --- strings ----------------------------------------------------------------------------------

// Strings that stand against the end of the heap: what lies in the last page is readable.
void last_page(void)
{
    char *top = heap_pages(1) + PGSIZE;
    memset(top - 100, 'a', 100);
    EXPECT(sys(SYS_openat, AT_FDCWD, top - 100, O_RDONLY), -EFAULT, "a path without its end");
    EXPECT(sys(SYS_execve, top - 100, 0, 0), -EFAULT, "a program without its end");
    top[-1] = 0;
    EXPECT(sys(SYS_openat, AT_FDCWD, top - 100, O_RDONLY), -ENOENT, "a path that just fits");
    EXPECT(sys(SYS_openat, AT_FDCWD, top - 1, O_RDONLY), -ENOENT, "an empty path at the end");
    sbrk(100);
    top[10] = 'b'; // beyond this the page is there, and readable, though the break is at top + 100
    EXPECT(top[PGSIZE - 1], 0, "the last byte of a page that is partly used");
    int fd[2];
    must_pipe(fd);
    EXPECT(write(fd[1], top + 90, 64), 64, "write from across the break");
    long got = sys(SYS_write, fd[1], top + PGSIZE - 8, 16);
    CHECK(got == 8 || got == -EFAULT, "write from across the end of the last page gave %ld", got);
    EXPECT(sys(SYS_write, fd[1], top + PGSIZE, 1), -EFAULT, "write from beyond the last page");
}

// The kernel takes paths of 4,095 bytes; what is longer has no effect.
void path_limit(void)
{
    char *path = heap_pages(2);
    memset(path, '/', 2 * PGSIZE);
    path[PGSIZE - 1] = 0;
    int fd = open(path, O_RDONLY);
    CHECK(fd >= 0, "a path of %d slashes is not the root", PGSIZE - 1);
    close(fd);
    path[PGSIZE - 1] = '/';
    path[PGSIZE] = 0;
    EXPECT(sys(SYS_openat, AT_FDCWD, path, O_RDONLY), -ENAMETOOLONG, "a path of %d", PGSIZE);
    EXPECT(sys(SYS_mkdirat, AT_FDCWD, path, 0755), -ENAMETOOLONG, "mkdir of it");
    EXPECT(sys(SYS_execve, path, 0, 0), -ENAMETOOLONG, "exec of it");
    EXPECT(exec(path, NULL), -1, "exec of it");
}

// --- other nonsense ---------------------------------------------------------------------------

void bad_numbers(void)
{
    static const long number[] = { -1, 0, 1, 16, 299, 300, 999, 1999, 1 << 20, -300, 1L << 40 };
    for (size_t i = 0; i < sizeof number / sizeof number[0]; i++)
        EXPECT(sys(number[i], 1, 2, 3), -ENOSYS, "system call %ld", number[i]);
}

// Every call on a descriptor, with descriptors that are none.
void bad_descriptors(void)
{
    static const int bad[] = { -1, NOFILE, NOFILE - 1, 1 << 30, -2147483647 };
    static const int call[] = {
        SYS_read,  SYS_write, SYS_close,   SYS_dup,      SYS_fstat,      SYS_lseek,
        SYS_fsync, SYS_readv, SYS_pread64, SYS_pwrite64, SYS_getdents64, SYS_writev,
    };
    static char buf[64];
    for (size_t b = 0; b < sizeof bad / sizeof bad[0]; b++) {
        for (size_t c = 0; c < sizeof call / sizeof call[0]; c++)
            EXPECT(sys(call[c], bad[b], buf, 1, 0), -EBADF, "call %d with descriptor %d", call[c],
                   bad[b]);
        EXPECT(sys(SYS_dup3, bad[b], 9, 0), -EBADF, "dup3 from %d", bad[b]);
        EXPECT(sys(SYS_fcntl, bad[b], F_GETFD), -EBADF, "fcntl of %d", bad[b]);
        EXPECT(sys(SYS_openat, bad[b], "x", O_RDONLY), -EBADF, "openat relative to %d", bad[b]);
        int fd = (int)sys(SYS_openat, bad[b], "/", O_RDONLY);
        CHECK(fd >= 0, "openat of an absolute path relative to %d gave %d", bad[b], fd);
        close(fd);
    }
}
