// wall: process 1 of a machine that is to tell how long operations take by its own clock.
//
// One static program of raw Linux system calls, without any library, so that the same bytes run as
// init on Linux and on Kine.  Prints a line `wall NAME VALUE` for each row and switches the machine
// off.  Rows of `costs` are nanoseconds for one operation, the least of several runs; rows of
// `rates` are operations a second that WORKERS processes do side by side.
//
// Linux may back large maps by pages of 2 MiB.  Maps are made with MADV_NOHUGEPAGE, so that both
// systems do the same work, but for the rows whose names end in "-huge", which leave it to the
// system.
#include <stdbool.h>
#include "kernel/abi.h"
#include "kernel/fcntl.h"
#include "kernel/syscall.h"

#define SIGCHLD       17
#define AT_FDCWD      (-100)
#define NO_HUGE_PAGES 15 // MADV_NOHUGEPAGE: Kine has no large pages, and refuses the advice
#define PAGE          4096L
#define MIB           (1024 * 1024L)
#define LARGE         (64 * MIB)
#define TOUCHED       (16 * MIB)
#define RUNS          5
#define RUN_NS        100000000L  // one run of a row takes about so long
#define RATE_NS       1000000000L // and one of a rate
#define WORKERS       4
#define STREAM_PIECE  (64 * 1024)

static long call(long number, long a, long b, long c, long d, long e, long f)
{
    register long a0 __asm__("a0") = a, a1 __asm__("a1") = b, a2 __asm__("a2") = c;
    register long a3 __asm__("a3") = d, a4 __asm__("a4") = e, a5 __asm__("a5") = f;
    register long a7 __asm__("a7") = number;
    __asm__ volatile("ecall"
                     : "+r"(a0)
                     : "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5), "r"(a7)
                     : "memory");
    return a0;
}

static long call3(long number, long a, long b, long c)
{
    return call(number, a, b, c, 0, 0, 0);
}

static long now(void)
{
    long t[2];
    call3(SYS_clock_gettime, 1, (long)t, 0);
    return t[0] * 1000000000L + t[1];
}

// --- what is said
// ---------------------------------------------------------------------------------

static void say(const char *text)
{
    long n = 0;
    while (text[n])
        n++;
    call3(SYS_write, 1, (long)text, n);
}

static void say_row(const char *name, long value)
{
    char digits[24], *p = digits + sizeof digits;
    *--p = 0;
    *--p = '\n';
    do
        *--p = (char)('0' + value % 10);
    while (value /= 10);
    say("wall ");
    say(name);
    say(" ");
    say(p);
}

static _Noreturn void leave(int status)
{
    for (;;)
        call3(SYS_exit_group, status, 0, 0);
}

static _Noreturn void switch_off(void)
{
    for (;;)
        call3(SYS_reboot, (int)LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2,
              LINUX_REBOOT_CMD_POWER_OFF);
}

// A call that must succeed.  => its result
static long sure(long result, const char *what)
{
    if (result < 0) {
        say("wall: failed: ");
        say(what);
        say("\n");
        switch_off();
    }
    return result;
}

// --- processes, pipes, maps
// -------------------------------------------------------------------------

static long fork(void)
{
    return sure(call(SYS_clone, SIGCHLD, 0, 0, 0, 0, 0), "fork");
}

static void await(long pid)
{
    sure(call(SYS_wait4, pid, 0, 0, 0, 0, 0), "wait");
}

static void fork_and_wait(void)
{
    long pid = fork();
    if (pid == 0)
        leave(0);
    await(pid);
}

static void make_pipe(int ends[2])
{
    sure(call3(SYS_pipe2, (long)ends, 0, 0), "pipe");
}

static void close(int fd)
{
    call3(SYS_close, fd, 0, 0);
}

static bool pass(int to, int from)
{
    char c = 'x';
    return call3(SYS_write, to, (long)&c, 1) == 1 && call3(SYS_read, from, (long)&c, 1) == 1;
}

static volatile char *map(long n, bool huge)
{
    long at = sure(call(SYS_mmap, 0, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
                   "mmap");
    if (!huge)
        call3(SYS_madvise, at, n, NO_HUGE_PAGES);
    return (volatile char *)at;
}

static void unmap(volatile char *at, long n)
{
    sure(call3(SYS_munmap, (long)at, n, 0), "munmap");
}

static void touch(volatile char *at, long n)
{
    for (long i = 0; i < n; i += PAGE)
        at[i] = 1;
}

// --- costs: each does something n times.  => nanoseconds
// --------------------------------------------

static long null_call(long n)
{
    long start = now();
    while (n-- > 0)
        call3(SYS_getppid, 0, 0, 0);
    return now() - start;
}

static long fork_small(long n)
{
    long start = now();
    while (n-- > 0)
        fork_and_wait();
    return now() - start;
}

static long fork_with_map(long n, bool huge)
{
    volatile char *at = map(LARGE, huge);
    touch(at, LARGE);
    long time = fork_small(n);
    unmap(at, LARGE);
    return time;
}

static long fork_large(long n)
{
    return fork_with_map(n, false);
}

static long fork_large_huge(long n)
{
    return fork_with_map(n, true);
}

// Pages that a child holds too are written; n of them.
static long copy_on_write(long n)
{
    long time = 0;
    for (; n > 0; n -= TOUCHED / PAGE) {
        int gone[2];
        char c;
        volatile char *at = map(TOUCHED, false);
        touch(at, TOUCHED);
        make_pipe(gone);
        long pid = fork();
        if (pid == 0) {
            close(gone[1]);
            call3(SYS_read, gone[0], (long)&c, 1);
            leave(0);
        }
        long start = now();
        touch(at, TOUCHED);
        time += now() - start;
        close(gone[1]);
        close(gone[0]);
        await(pid);
        unmap(at, TOUCHED);
    }
    return time;
}

static long fill(long n, bool huge)
{
    long time = 0;
    for (; n > 0; n -= TOUCHED / PAGE) {
        volatile char *at = map(TOUCHED, huge);
        long start = now();
        touch(at, TOUCHED);
        time += now() - start;
        unmap(at, TOUCHED);
    }
    return time;
}

static long zero_fill(long n)
{
    return fill(n, false);
}

static long zero_fill_huge(long n)
{
    return fill(n, true);
}

static long pipe_trip(long n)
{
    int there[2], back[2];
    make_pipe(there);
    make_pipe(back);
    long pid = fork();
    if (pid == 0) {
        char c;
        close(there[1]);
        while (call3(SYS_read, there[0], (long)&c, 1) == 1)
            call3(SYS_write, back[1], (long)&c, 1);
        leave(0);
    }
    long start = now();
    while (n-- > 0 && pass(there[1], back[0]))
        ;
    long time = now() - start;
    for (int i = 0; i < 2; i++) {
        close(there[i]);
        close(back[i]);
    }
    await(pid);
    return time;
}

static const struct cost {
    const char *name;
    long (*run)(long n);
    long least; // operations that one run does at the least
} costs[] = {
    { "null-call", null_call, 1000 },
    { "fork", fork_small, 10 },
    { "fork-64m", fork_large, 3 },
    { "fork-64m-huge", fork_large_huge, 3 },
    { "cow-copy", copy_on_write, TOUCHED / PAGE },
    { "zero-fill", zero_fill, TOUCHED / PAGE },
    { "zero-fill-huge", zero_fill_huge, TOUCHED / PAGE },
    { "pipe-trip", pipe_trip, 100 },
};

// The first run tells how often the others repeat, which are long beside a tick.
static void measure(const struct cost *c)
{
    long n = c->least, time = c->run(n), best = 0;
    if (time < RUN_NS)
        n = n * (RUN_NS / (time + 1) + 1);
    if (c->least == TOUCHED / PAGE)
        n -= n % c->least;
    for (int i = 0; i < RUNS; i++) {
        time = c->run(n) / n;
        if (i == 0 || time < best)
            best = time;
    }
    say_row(c->name, best);
}

// --- rates: each works until a moment.  => operations done
// ------------------------------------------

static long forks(long end)
{
    long n = 0;
    for (; now() < end; n++)
        fork_and_wait();
    return n;
}

static long faults(long end)
{
    long n = 0;
    for (; now() < end; n += MIB / PAGE) {
        volatile char *at = map(MIB, false);
        touch(at, MIB);
        unmap(at, MIB);
    }
    return n;
}

static char piece[STREAM_PIECE];

// KiB from this process to one of its own.
static long pipe_kib(long end)
{
    int ends[2];
    long n = 0;
    make_pipe(ends);
    long pid = fork();
    if (pid == 0) {
        close(ends[1]);
        while (call3(SYS_read, ends[0], (long)piece, sizeof piece) > 0)
            ;
        leave(0);
    }
    close(ends[0]);
    for (; now() < end; n += STREAM_PIECE / 1024)
        sure(call3(SYS_write, ends[1], (long)piece, sizeof piece), "write");
    close(ends[1]);
    await(pid);
    return n;
}

static const struct rate {
    const char *name;
    long (*work)(long end);
} rates[] = {
    { "forks", forks },
    { "faults", faults },
    { "pipe-kib", pipe_kib },
};

static void measure_rate(const struct rate *r)
{
    int told[2];
    long sum = 0, start = now();
    make_pipe(told);
    for (int i = 0; i < WORKERS; i++)
        if (fork() == 0) {
            long n = r->work(start + RATE_NS);
            call3(SYS_write, told[1], (long)&n, sizeof n);
            leave(0);
        }
    for (int i = 0; i < WORKERS; i++) {
        long n;
        sure(call3(SYS_read, told[0], (long)&n, sizeof n) == sizeof n ? 0 : -1, "a worker");
        sum += n;
        await(-1);
    }
    long time = now() - start;
    close(told[0]);
    close(told[1]);
    say_row(r->name, sum * 1000 / (time / 1000000));
}

// Linux gives init a console; on Kine it opens its own.
static void open_console(void)
{
    long fd = call(SYS_openat, AT_FDCWD, (long)"/console", O_RDWR, 0, 0, 0);
    for (int to = 0; fd >= 0 && to < 3; to++)
        if (to != fd)
            call3(SYS_dup3, fd, to, 0);
}

_Noreturn void _start(void)
{
    open_console();
    for (unsigned i = 0; i < sizeof costs / sizeof costs[0]; i++)
        measure(&costs[i]);
    for (unsigned i = 0; i < sizeof rates / sizeof rates[0]; i++)
        measure_rate(&rates[i]);
    say("wall: done\n");
    switch_off();
}
