// A round: families are started, and processes are killed at any moment.

#include "user/tests/fuzzcalls/fuzzcalls.h"

#define FAMILIES_MOST 8
#define LISTED        (PGSIZE / sizeof(struct kine_proc))
#define PAUSE_MS      4
#define HOG_STEP      512 // pages

// One page, so that how many there are does not tell how much memory we have touched.
static struct kine_proc procs[LISTED] __attribute__((aligned(PGSIZE)));

// => the processes that descend from us: nobody else begins anything meanwhile
static int list_others(void)
{
    long n = sys(SYS_kine_procs, procs, LISTED);
    int me = getpid(), others = 0;
    for (long i = 0; i < n; i++)
        if (procs[i].pid > me)
            procs[others++] = procs[i];
    return others;
}

int kill_others(void)
{
    int n = list_others();
    for (int i = 0; i < n; i++)
        kill(procs[i].pid);
    return n;
}

// `but` dies seldom.
static void kill_somebody(struct fuzzer *chance, int but)
{
    int n = list_others();
    if (n == 0)
        return;
    int pid = procs[pick(chance, (uint64)n)].pid;
    if (pid != but || pick(chance, 32) == 0)
        kill(pid);
}

// => the pid of a family's leader, or -1.  It has none of our descriptors but the one for counting,
// and is a session of its own: what it sends to groups reaches nobody else.
static int start_family(uint64 seed, int i)
{
    int pid = fork();
    if (pid != 0)
        return pid;
    sys(SYS_setsid);
    for (int fd = 0; fd < COUNT_FD; fd++)
        close(fd);
    for (int fd = 0; fd < 3; fd++)
        sys(SYS_openat, AT_FDCWD, TOP "/f0/" DEVICE, O_RDWR);
    run_family(seed, i);
}

// => the pid of one that has all memory, in RAM and in swap space, but `leave` pages, and uses it; or -1
static int start_hog(int leave)
{
    int pid = fork();
    if (pid != 0)
        return pid;
    struct kine_meminfo m = meminfo();
    long pages = (long)(m.free + m.swap_free) - leave;
    long at = sys(SYS_mmap, 0, (pages + HOG_STEP) * PGSIZE, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    uint64 state = 1;
    for (long i = 0; i < pages && at > 0; i += HOG_STEP)
        sys(SYS_madvise, at + i * PGSIZE, HOG_STEP * PGSIZE, MADV_POPULATE_WRITE);
    while (pages > 0 && at > 0)
        (*(long *)(at + (long)(next_random(&state) % (uint64)pages) * PGSIZE))++;
    exit(0);
}

// Adds up the bytes in the pipe.
static long take_count(int fd)
{
    static char bytes[512];
    long n, sum = 0;
    while ((n = sys(SYS_read, fd, bytes, sizeof bytes)) > 0)
        sum += n * CALLS_A_BYTE;
    return sum;
}

// => true while the leader lives; *impossible: he has ended with what he saw
static bool lives(int pid, bool *impossible)
{
    struct siginfo info = { 0 };
    if (pid <= 0 || sys(SYS_waitid, P_PID, pid, &info, WEXITED | WNOHANG) < 0)
        return false;
    if (info.si_pid && info.si_code == CLD_EXITED && info.si_status == IMPOSSIBLE)
        *impossible = true;
    return info.si_pid == 0;
}

long run_round(uint64 seed, int ms, int families, int leave)
{
    struct fuzzer chance = { .chance = seed * 2654435761u + 1 };
    int leader[FAMILIES_MOST] = { 0 }, count[2];
    uint64 until = now_ns() + (uint64)ms * 1000000, started = 0;
    long calls = 0;
    bool impossible = false;
    int hog = 0;
    if (sys(SYS_pipe2, count, O_NONBLOCK) < 0 || sys(SYS_dup3, count[1], COUNT_FD, 0) < 0)
        return 0;
    close(count[1]);
    while (now_ns() < until) {
        int i = (int)pick(&chance, (uint64)families);
        if (!lives(leader[i], &impossible))
            leader[i] = start_family(seed + started++ * 1000003, i);
        if (leave > 0 && !lives(hog, &impossible))
            hog = start_hog(leave);
        sleep_ms((int)pick(&chance, PAUSE_MS));
        kill_somebody(&chance, hog);
        calls += take_count(count[0]);
    }
    return impossible ? -1 : calls;
}
