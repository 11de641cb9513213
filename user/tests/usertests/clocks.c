// Time, names of the system, and its accounts.

#include "user/tests/usertests/usertests.h"

void clock_forward(void)
{
    struct timespec real = { 0 };
    uint64 last = now_ns();
    for (int i = 0; i < 2000; i++) {
        uint64 t = now_ns();
        CHECK(t >= last, "the clock went from %lu to %lu", last, t);
        last = t;
    }
    EXPECT(sys(SYS_clock_gettime, CLOCK_REALTIME, &real), 0, "the real time");
    CHECK(real.tv_sec > 1600000000, "the real time is %ld s", real.tv_sec);
    EXPECT(sys(SYS_clock_gettime, 77, &real), -EINVAL, "an unknown clock");
}

// A sleep is never too short.
void sleep_long_enough(void)
{
    static const int ms[] = { 0, 1, 7, 30 };
    for (size_t i = 0; i < sizeof ms / sizeof ms[0]; i++) {
        uint64 before = now_ns();
        sleep_ms(ms[i]);
        uint64 took = now_ns() - before;
        CHECK(took >= ms[i] * 1000000UL, "a sleep of %d ms took %lu ns", ms[i], took);
    }
}

static long cpu_time(void)
{
    struct tms t = { 0 };
    long up = sys(SYS_times, &t);
    CHECK(up >= 0, "times() gave %ld", up);
    return (long)(t.tms_utime + t.tms_stime);
}

// What a process computes is charged to it, what it sleeps is not; both pass on the clock.
void cpu_times(void)
{
    long start = sys(SYS_times, 0), before = cpu_time();
    CHECK(start >= 0, "times(0) gave %ld", start);
    EXPECT(sys(SYS_times, 8), -EFAULT, "times() to nowhere");
    sleep_ms(60);
    long slept = cpu_time() - before;
    CHECK(slept <= 4, "a sleep of 6/100 s was charged with %ld", slept);
    for (uint64 end = now_ns() + 2000000000UL; cpu_time() < before + 10;)
        CHECK(now_ns() < end, "2 s of computing were charged with %ld/100", cpu_time() - before);
    long passed = sys(SYS_times, 0) - start;
    CHECK(passed >= 6 + 5 && passed < 1000, "times() says that %ld/100 s have passed", passed);
}

static long ms_of(const struct timeval *t)
{
    CHECK(t->tv_usec >= 0 && t->tv_usec < 1000000, "%ld microseconds", t->tv_usec);
    return t->tv_sec * 1000 + t->tv_usec / 1000;
}

static long spent_ms(const struct rusage *usage)
{
    return ms_of(&usage->ru_utime) + ms_of(&usage->ru_stime);
}

// Computes for 100 ms of its own time, nearly all of it in user mode: which mode it was is sampled.
static void compute(void *arg)
{
    while (cpu_time() < 10)
        for (volatile int i = 0; i < 10000; i++)
            ;
}

// It computes, as its child has done, for which it waits.
static void compute_twice(void *arg)
{
    must_pass("a process that computes", compute, NULL);
    compute(NULL);
}

// Whoever waits for a process is told what it has spent, with those that it has waited for.
void children_times(void)
{
    struct rusage usage;
    struct siginfo info;
    struct tms t;
    memset(&usage, 0xff, sizeof usage);
    int pid = start(compute_twice, NULL);
    EXPECT(sys(SYS_waitid, P_PID, pid, &info, WEXITED | WNOWAIT, &usage), 0, "waitid");
    long spent = spent_ms(&usage);
    CHECK(spent >= 190 && spent < 2000, "two that computed for 100 ms have spent %ld", spent);
    EXPECT(ms_of(&usage.ru_utime) > 0, true, "time in user mode");
    for (int i = 0; i < 14; i++)
        EXPECT(usage.rest[i], 0, "number %d of the rest", i);
    memset(&usage, 0xff, sizeof usage);
    EXPECT(sys(SYS_wait4, pid, 0, 0, &usage), pid, "wait4");
    EXPECT(spent_ms(&usage), spent, "the time that wait4 tells");
    CHECK(sys(SYS_times, &t) >= 0, "times");
    long sum = (t.tms_cutime + t.tms_cstime) * 10;
    CHECK(sum >= spent - 20 && sum <= spent, "times() says %ld of the children, wait4 %ld", sum,
          spent);
}

void uptime_ticks(void)
{
    int before = uptime();
    CHECK(before >= 0, "uptime is %d", before);
    pause(2);
    int after = uptime();
    CHECK(after >= before + 2, "two ticks took uptime from %d to %d", before, after);
}

void sleep_refused(void)
{
    struct timespec ts = { 0, 1000000000 };
    EXPECT(sys(SYS_nanosleep, &ts, 0), -EINVAL, "nanosleep of 10^9 ns");
    ts = (struct timespec){ -1, 0 };
    EXPECT(sys(SYS_nanosleep, &ts, 0), -EINVAL, "nanosleep of -1 s");
    ts = (struct timespec){ 0, -1 };
    EXPECT(sys(SYS_nanosleep, &ts, 0), -EINVAL, "nanosleep of -1 ns");
}

void who_am_i(void)
{
    struct utsname u;
    EXPECT(sys(SYS_uname, &u), 0, "uname");
    EXPECT(strcmp(u.machine, "riscv64"), 0, "the machine");
    CHECK(u.sysname[0] && u.release[0] && u.nodename[0], "a name is empty");
    EXPECT(sys(SYS_getuid), 0, "getuid");
    EXPECT(sys(SYS_geteuid), 0, "geteuid");
    EXPECT(sys(SYS_getgid), 0, "getgid");
    EXPECT(sys(SYS_getegid), 0, "getegid");
}

void memory_accounts(void)
{
    struct sysinfo info;
    struct kine_meminfo m = meminfo();
    EXPECT(sys(SYS_sysinfo, &info), 0, "sysinfo");
    CHECK(info.totalram > 0 && info.freeram <= info.totalram, "%lu of %lu frames are free",
          info.freeram, info.totalram);
    CHECK(info.procs >= 3, "%d processes", info.procs);
    if (!m.ram)
        return;
    EXPECT(m.free + m.user + m.tables + m.cache + m.slab + m.stacks + m.kernel + m.other, m.ram,
           "the sum of all frames");
    struct kine_audit a;
    EXPECT(sys(SYS_kine_audit, &a), 0, "kine_audit");
    EXPECT(a.lost, 0, "lost frames");
    EXPECT(a.errors, 0, "broken invariants");
    EXPECT(a.free + a.accounted, a.ram, "frames free and accounted for");
}
