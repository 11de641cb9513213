// oomtest: out of memory, met by every call that needs some: each fails with an error or a short
// count, the process goes on, and all comes back.
//
// A child takes everything that sbrk grants, calls what it can, frees it, and calls it again.

#include "user/tests/lib/test.h"

const char usage_text[] = "usage: oomtest   tests each call without memory\n";

#define ROUNDS 3

// Results that are fine with or without memory, and beside others that make the same names.
static void expect_sane(const char *what, long result)
{
    static const int fine[] = { ENOMEM, EAGAIN, EFAULT, ENFILE, ENOSPC, EEXIST };
    for (size_t i = 0; i < sizeof fine / sizeof fine[0] && result < 0; i++)
        if (result == -fine[i])
            return;
    CHECK(result >= 0, "%s without memory gave %ld", what, result);
}

static void close_all(long result)
{
    if (result > 0)
        close((int)result);
}

static void call_files(void)
{
    static char block[PGSIZE];
    long fd = sys(SYS_openat, AT_FDCWD, "oom.file", O_CREAT | O_RDWR, 0644);
    expect_sane("open", fd);
    for (int i = 0; i < 20 && fd >= 0; i++)
        expect_sane("write", sys(SYS_write, fd, block, sizeof block));
    if (fd >= 0)
        expect_sane("read", sys(SYS_pread64, fd, block, sizeof block, 0));
    close_all(fd);
    expect_sane("mkdir", sys(SYS_mkdirat, AT_FDCWD, "oom.dir", 0755));
    sys(SYS_unlinkat, AT_FDCWD, "oom.dir", AT_REMOVEDIR);
    sys(SYS_unlinkat, AT_FDCWD, "oom.file", 0);
}

static void call_memory(void)
{
    static int fd[2];
    long rw = PROT_READ | PROT_WRITE;
    long at = sys(SYS_mmap, 0, 64 * PGSIZE, rw, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    expect_sane("mmap", at);
    if (at > 0) {
        expect_sane("populate", sys(SYS_madvise, at, 64 * PGSIZE, MADV_POPULATE_WRITE));
        expect_sane("munmap", sys(SYS_munmap, at, 64 * PGSIZE));
    }
    long err = sys(SYS_pipe2, fd, 0);
    expect_sane("pipe", err);
    if (err == 0) {
        close(fd[0]);
        close(fd[1]);
    }
}

static bool alone; // nobody else takes memory at the same time

static void starve(void *arg)
{
    static char *argv[] = { "true", NULL };
    char *first = sbrk(0), byte;
    int *go = arg;
    // Everything that is stored to below is our own before memory is gone.
    call_files();
    call_memory();
    EXPECT(read(go[0], &byte, 1), 1, "the word to go");
    take_everything();
    call_files();
    call_memory();
    long err = sys(SYS_execve, "/no-such-program", argv, 0);
    CHECK(err == -ENOMEM || err == -ENOENT, "exec of nothing without memory gave %ld", err);
    sbrk((int)(first - (char *)sbrk(0)));
    call_files();
    call_memory();
    CHECK(!alone || sbrk(16 * PGSIZE) != SBRK_ERROR, "sbrk failed after everything was given back");
}

// Many that starve at once: each may be ended, all must end.
static void starve_together(int n)
{
    int go[2], pid[8];
    alone = n == 1;
    must_pipe(go);
    for (int i = 0; i < n; i++)
        pid[i] = start(starve, go);
    for (int i = 0; i < n; i++)
        EXPECT(write(go[1], "g", 1), 1, "write to the pipe");
    for (int i = 0; i < n; i++) {
        struct ending end = finish(pid[i]);
        CHECK(end.signal == SIGKILL || (end.signal == 0 && (end.status == 0 || n > 1)),
              "child %d of %d: got signal %d, exit %d", i, n, end.signal, end.status);
        CHECK(n > 1 || end.signal == 0, "a child that starves alone was killed");
    }
    close(go[0]);
    close(go[1]);
}

int main(void)
{
    part_name = "oomtest";
    starve_together(1);
    struct tally before = tally_now();
    for (int i = 0; i < ROUNDS; i++) {
        starve_together(1);
        check_tally(&before, "after one that starved");
        starve_together(3);
        check_tally(&before, "after three that starved");
    }
    unlink("oom.file");
    unlink("oom.dir");
    printf("oomtest: OK\n");
    exit(0);
}
