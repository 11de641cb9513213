// turntest: whose turn it is, and who pays for it.
//
// Three promises of the scheduler: a process is charged for what it ran, whoever else sets timers;
// one that sleeps is answered soon, however many compute; and those get on with it, however many
// sleep. Made to be run on one hart under `-icount`, where the clock counts what the hart does.

#include "user/tests/lib/test.h"

const char usage_text[] = "usage: turntest   tests whose turn it is, and who pays for it\n";

#define MS       1000000UL
#define CROWD    300
#define SLEEPERS 20

static void spin_for(uint64 ns)
{
    spin_until(now_ns() + ns);
}

// => what this process has run, in hundredths of a second
static long cpu_time(void)
{
    struct tms t;
    sys(SYS_times, &t);
    return t.tms_utime + t.tms_stime;
}

static void spin(void *unused)
{
    for (;;)
        ;
}

static void sleep_often(void *unused)
{
    for (;;)
        sleep_ms(1);
}

// Computes most of the time, and sleeps often; for some seconds, lest nobody else ever runs.
static void compute_and_sleep(void *unused)
{
    for (uint64 end = now_ns() + 3000 * MS; now_ns() < end;) {
        spin_for(MS);
        sleep_ms(1);
    }
    sleep_ms(1000000);
}

static void start_all(int *pids, int n, job *fn)
{
    for (int i = 0; i < n; i++)
        pids[i] = start(fn, NULL);
}

static void end_all(const int *pids, int n)
{
    for (int i = 0; i < n; i++)
        kill(pids[i]);
    for (int i = 0; i < n; i++)
        EXPECT(finish(pids[i]).signal, SIGKILL, "signal of a child");
}

// => hundredths of a second that computing for `ms` costs
static long charged_for(int ms)
{
    long before = cpu_time();
    uint64 begin = now_ns();
    spin_for(ms * MS);
    long wall = (long)((now_ns() - begin) / (10 * MS)), paid = cpu_time() - before;
    CHECK(paid <= wall + 1, "%ld cs of time were charged as %ld", wall, paid);
    return paid;
}

static void pays_what_it_runs(void)
{
    int neighbours[3];
    start_all(neighbours, 3, sleep_often);
    long paid = charged_for(300);
    CHECK(paid >= 20, "300 ms of computing were charged as %ld cs", paid);
    end_all(neighbours, 3);
}

// Slices that never end in a tick are charged too.
static void pays_for_short_turns(void)
{
    long before = cpu_time();
    for (int i = 0; i < 200; i++) {
        spin_for(MS);
        sleep_ms(1);
    }
    long paid = cpu_time() - before;
    CHECK(paid >= 18 && paid <= 40, "200 turns of 1 ms were charged as %ld cs", paid);
}

// Sleeps for 20 ms, and then does what a shell does.  => ns that it was kept from it
static uint64 kept_waiting(void)
{
    uint64 begin = now_ns();
    sleep_ms(20);
    must_pass("a child beside a crowd", do_nothing, NULL);
    return now_ns() - begin - 20 * MS;
}

static uint64 longest_of(int rounds)
{
    uint64 longest = 0;
    for (int i = 0; i < rounds && longest < 200 * MS; i++) {
        uint64 took = kept_waiting();
        longest = took > longest ? took : longest;
    }
    return longest;
}

static void is_answered(void)
{
    static int crowd[CROWD];
    start_all(crowd, CROWD, spin);
    sleep_ms(20);
    uint64 longest = longest_of(10);
    end_all(crowd, CROWD);
    CHECK(longest < 200 * MS, "beside %d that compute it took %lu ms", CROWD, longest / MS);
}

static uint64 crowd_ends; // when

static void spin_to_the_end(void *unused)
{
    spin_until(crowd_ends);
}

static void make_crowd(void *unused)
{
    static int crowd[CROWD];
    start_all(crowd, CROWD, spin_to_the_end);
    for (int i = 0; i < CROWD; i++)
        finish(crowd[i]);
}

// While the crowd is made, too: who is new has no turn of its own, but a part of its parent's.
static void is_answered_at_once(void)
{
    crowd_ends = now_ns() + 1500 * MS;
    int maker = start(make_crowd, NULL);
    uint64 longest = longest_of(20);
    EXPECT(finish(maker).status, 0, "status of the crowd's maker");
    CHECK(longest < 200 * MS, "while %d came that compute it took %lu ms", CROWD, longest / MS);
}

// One that computes has half of the hart beside many that leave the hart again and again.
static void is_not_starved(void)
{
    int sleepers[SLEEPERS];
    start_all(sleepers, SLEEPERS, compute_and_sleep);
    long before = cpu_time();
    spin_for(1000 * MS);
    long paid = cpu_time() - before;
    end_all(sleepers, SLEEPERS);
    CHECK(paid >= 40, "in a second beside %d that sleep it ran %ld cs", SLEEPERS, paid);
}

int main(void)
{
    part_name = "turntest";
    pays_what_it_runs();
    pays_for_short_turns();
    is_answered();
    is_answered_at_once();
    is_not_starved();
    printf("turntest: OK\n");
    exit(0);
}
