// A call that fails has done nothing: no file, no name, no descriptor is left of it.

#include "user/tests/usertests/usertests.h"

#define MADE         "ut.made"
#define FAILURES_MAX 200 // allocations that any one call may make

static int fds[2];

static long try_create(void)
{
    return fds[0] = (int)sys(SYS_openat, AT_FDCWD, MADE, O_CREAT | O_EXCL | O_RDWR, 0644);
}

static long try_create_and_cut(void)
{
    return fds[0] = (int)sys(SYS_openat, AT_FDCWD, MADE, O_CREAT | O_TRUNC | O_WRONLY, 0644);
}

static long try_mkdir(void)
{
    return sys(SYS_mkdirat, AT_FDCWD, MADE, 0755);
}

static long try_mknod(void)
{
    return sys(SYS_mknodat, AT_FDCWD, MADE, S_IFCHR | 0644, 1 << 8);
}

static long try_symlink(void)
{
    return sys(SYS_symlinkat, "README", AT_FDCWD, MADE);
}

static long try_link(void)
{
    return sys(SYS_linkat, AT_FDCWD, "README", AT_FDCWD, MADE, 0);
}

static long try_pipe(void)
{
    return sys(SYS_pipe2, fds, 0);
}

static long try_dup(void)
{
    return fds[0] = (int)sys(SYS_dup, 0);
}

static const struct trial {
    const char *what;
    long (*call)(void);
    int fds; // that it opens
    bool makes_name, takes_file;
} trials[] = {
    { "open", try_create, 1, true, true },
    { "open with O_TRUNC", try_create_and_cut, 1, true, true },
    { "mkdir", try_mkdir, 0, true, false },
    { "mknod", try_mknod, 0, true, false },
    { "symlink", try_symlink, 0, true, false },
    { "link", try_link, 0, true, false },
    { "pipe", try_pipe, 2, false, true },
    { "dup", try_dup, 1, false, false },
};
#define TRIALS (int)(sizeof trials / sizeof trials[0])

// => the lowest free descriptor
static int lowest_free(void)
{
    int fd = dup(0);
    close(fd);
    return fd;
}

static void check_nothing(const struct trial *t, int free_fd, long how)
{
    struct linux_stat st;
    EXPECT(status_of(MADE, &st, AT_SYMLINK_NOFOLLOW), -1, "a name left by %s (%ld)", t->what, how);
    EXPECT(lowest_free(), free_fd, "the free descriptor after %s (%ld)", t->what, how);
}

// Each of its allocations fails in turn, until there is none.
static void fail_until_done(const struct trial *t)
{
    int free_fd = lowest_free();
    long result = -1;
    for (long n = 1; result < 0; n++) {
        CHECK(n < FAILURES_MAX, "%s failed %ld times", t->what, n);
        EXPECT(kine_inject(KINE_FAIL_KALLOC, n), 0, "kine_inject");
        result = t->call();
        EXPECT(kine_inject(KINE_FAIL_KALLOC, 0), 0, "kine_inject");
        CHECK(result >= 0 || result == -ENOMEM, "%s without allocation %ld gave %ld", t->what, n,
              result);
        if (result < 0)
            check_nothing(t, free_fd, n);
    }
    for (int i = 0; i < t->fds; i++)
        close(fds[i]);
    if (t->makes_name)
        must_unlink(MADE);
}

// With ever more open files: so that the page of which small objects are cut is full at some time
// when a call needs one.
void fails_without_memory(void)
{
    for (int open_files = 0; open_files < NOFILE - 8; open_files++) {
        for (int i = 0; i < TRIALS; i++)
            fail_until_done(&trials[i]);
        must_open("/README", O_RDONLY);
    }
}

// --- no more files ----------------------------------------------------------------------------

static void open_all(void *fd)
{
    const int *pipe_fd = fd;
    while (open("/README", O_RDONLY) >= 0)
        ;
    EXPECT(write(pipe_fd[1], "x", 1), 1, "write");
    close(pipe_fd[1]);
    char byte;
    read(pipe_fd[0], &byte, 1);
}

// => processes that hold all files of the system; they end when the pipe is closed
static int take_all_files(int done[2], int hold[2])
{
    int n = 0;
    for (; n < NFILE / (NOFILE / 2); n++) {
        char byte;
        int fd[2] = { hold[0], done[1] }, pid = fork();
        if (pid == 0) {
            close(hold[1]);
            open_all(fd);
            exit(0);
        }
        CHECK(pid > 0, "fork of process %d", n);
        EXPECT(read(done[0], &byte, 1), 1, "read");
        int last = open("/README", O_RDONLY);
        if (last < 0)
            return n + 1;
        close(last);
    }
    FAIL("there is no end of open files");
}

// The system's files are all in use: a call that opens one more makes nothing.
void files_run_out(void)
{
    int done[2], hold[2];
    must_pipe(done);
    must_pipe(hold);
    int n = take_all_files(done, hold), free_fd = lowest_free();
    for (int i = 0; i < TRIALS; i++) {
        if (!trials[i].takes_file)
            continue;
        EXPECT(trials[i].call(), -ENFILE, "%s without a file", trials[i].what);
        check_nothing(&trials[i], free_fd, -ENFILE);
    }
    // Nor a descriptor: the table fills with copies.
    while (dup(0) >= 0)
        ;
    for (int i = 0; i < TRIALS; i++)
        if (trials[i].fds)
            EXPECT(trials[i].call(), -EMFILE, "%s without a descriptor", trials[i].what);
    close(NOFILE - 1);
    EXPECT(open(MADE, O_RDONLY), -1, "a file made without a descriptor");
    EXPECT(lowest_free(), NOFILE - 1, "the free descriptor");
    close(hold[1]);
    while (n-- > 0)
        CHECK(wait(0) > 0, "wait failed with %d children left", n);
}

// --- waiting ----------------------------------------------------------------------------------

#define NOWHERE ((void *)8)

static void exit_with_7(void *arg)
{
    exit(7);
}

// A wait whose result has no place to go leaves the child to be waited for.
void wait_refused(void)
{
    struct siginfo info = { 0 };
    int status = 0, pid = start(exit_with_7, NULL);
    EXPECT(wait(NOWHERE), -1, "wait for a child, to nowhere");
    EXPECT(sys(SYS_wait4, -1, NOWHERE, 0, 0), -EFAULT, "wait4 to nowhere");
    EXPECT(sys(SYS_wait4, pid, &status, 0, NOWHERE), -EFAULT, "wait4 with usage to nowhere");
    EXPECT(sys(SYS_waitid, P_ALL, 0, NOWHERE, WEXITED, 0), -EFAULT, "waitid to nowhere");
    EXPECT(sys(SYS_waitid, P_ALL, 0, &info, WEXITED, NOWHERE), -EFAULT,
           "waitid with usage to nowhere");
    EXPECT(wait(&status), pid, "wait for the child that is still there");
    EXPECT(status, 7, "its status");
    EXPECT(wait(NOWHERE), -1, "wait to nowhere, without children");
    EXPECT(errno, ECHILD, "why");
}
