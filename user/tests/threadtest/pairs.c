// Two threads of one process do any two things at once, beside a third that forks: memory, files,
// directories, births and deaths.  At the end all is given back, which the runner counts.

#include "user/tests/threadtest/threadtest.h"

#define TIME_MS 12 // for each pair

static volatile bool over;
static int pipe_fd[2];
static char *arena;

static void opens_and_closes(void *arg)
{
    long fd = sys(SYS_openat, AT_FDCWD, ".", O_RDONLY);
    long copy = sys(SYS_dup, fd);
    sys(SYS_close, fd);
    sys(SYS_close, copy);
}

static void closes_anything(void *arg)
{
    sys(SYS_dup3, pipe_fd[0], 20, 0);
    sys(SYS_close, 20);
}

static void walks_about(void *arg)
{
    sys(SYS_chdir, "/tt.dir");
    sys(SYS_openat, AT_FDCWD, "no-such-file", O_RDONLY);
    sys(SYS_chdir, "/");
}

static void moves_the_break(void *arg)
{
    long brk = sys(SYS_brk, 0);
    sys(SYS_brk, brk + 3 * PGSIZE);
    sys(SYS_brk, brk);
}

static void maps_it_anew(void *arg)
{
    char *at = (char *)sys(SYS_mmap, arena, 2 * PGSIZE, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    sys(SYS_write, pipe_fd[1], at, 10);
    sys(SYS_mprotect, at, PGSIZE, PROT_READ);
    sys(SYS_madvise, at, 2 * PGSIZE, MADV_DONTNEED);
}

static void reads_into_it(void *arg)
{
    sys(SYS_read, pipe_fd[0], arena, 100);
    sys(SYS_getcwd, arena, 100);
    sys(SYS_write, pipe_fd[1], arena, 50);
}

static void forks(void *arg)
{
    long pid = sys(SYS_clone, SIGCHLD);
    if (pid == 0)
        sys(SYS_exit_group, 0);
    if (pid > 0)
        sys(SYS_wait4, pid, 0, 0);
}

static void begins_threads(void *arg)
{
    struct uthread t;
    if (try_begin(&t, do_nothing, NULL) > 0)
        join(&t);
}

static void vforks_and_execs(void *arg)
{
    static char *const argv[] = { "true", NULL };
    int pid = vfork();
    if (pid == 0) {
        sys(SYS_execve, "/true", argv, NULL);
        sys(SYS_exit, 1);
    }
    if (pid > 0)
        sys(SYS_wait4, pid, 0, 0);
}

static void waits_a_little(void *arg)
{
    static volatile uint word;
    struct timespec ts = { 0, 100000 };
    futex(&word, FUTEX_WAIT, word, &ts, NULL, 0);
    futex(&word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static job *const jobs[] = { opens_and_closes, closes_anything, walks_about, moves_the_break,
                             maps_it_anew,     reads_into_it,   forks,       begins_threads,
                             vforks_and_execs, waits_a_little };
#define JOBS (sizeof jobs / sizeof jobs[0])

static void goes_on(void *fn)
{
    while (!over)
        ((job *)fn)(NULL);
}

static void pair(job *a, job *b)
{
    struct uthread t[2];
    over = false;
    begin(&t[0], goes_on, (void *)a);
    begin(&t[1], goes_on, (void *)b);
    sleep_ms(TIME_MS);
    over = true;
    join(&t[0]);
    join(&t[1]);
}

// What a pair is about to do, its process does not outlive; the next one begins anew.
static void all_of(void *first)
{
    EXPECT(sys(SYS_pipe2, pipe_fd, O_NONBLOCK), 0, "pipe");
    arena = (char *)sys(SYS_mmap, 0, 2 * PGSIZE, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (size_t i = (size_t)first; i < JOBS; i++)
        pair(jobs[(size_t)first], jobs[i]);
}

void pairs(void)
{
    EXPECT(mkdir("/tt.dir"), 0, "mkdir");
    for (size_t i = 0; i < JOBS; i++)
        must_pass("pairs", all_of, (void *)i);
    EXPECT(sys(SYS_unlinkat, AT_FDCWD, "/tt.dir", AT_REMOVEDIR), 0, "rmdir");
}
