// Timers that signal.
#include "user/tests/sigtest/sigtest.h"

static void set(int which, long us, long interval_us)
{
    struct itimerval v = { { interval_us / 1000000, interval_us % 1000000 },
                           { us / 1000000, us % 1000000 } };
    EXPECT(sys(SYS_setitimer, which, &v, 0), 0, "setitimer");
}

static void spin_for(int n, uint64 limit_ms)
{
    for (uint64 begin = now_ns(); seen < n;)
        CHECK(now_ns() - begin < limit_ms * MS, "%d signals came of %d", seen, n);
}

void interval_timers(void)
{
    uint64 none = 0, begin = now_ns();
    struct itimerval v;
    on(SIGALRM, note, 0);
    block(SIGBIT(SIGALRM));
    set(ITIMER_REAL, 50000, 0);
    EXPECT(sys(SYS_rt_sigsuspend, &none, 8), -EINTR, "sigsuspend");
    CHECK(now_ns() - begin >= 50 * MS, "too early");
    unblock(SIGBIT(SIGALRM));
    sleep_ms(100);
    EXPECT(seen, 1, "rings of a timer that rings once");
    forget();
    set(ITIMER_REAL, 10000, 10000);
    begin = now_ns();
    spin_for(10, 5000);
    CHECK(now_ns() - begin >= 100 * MS, "ten rings came too early");
    EXPECT(sys(SYS_getitimer, ITIMER_REAL, &v), 0, "getitimer");
    EXPECT(v.it_interval.tv_usec, 10000, "interval");
    CHECK(v.it_value.tv_usec > 0 && v.it_value.tv_usec <= 10000, "what is left");
    set(ITIMER_REAL, 0, 0);
    forget();
    on(SIGVTALRM, note, 0);
    on(SIGPROF, note, 0);
    set(ITIMER_VIRTUAL, 50000, 0);
    sleep_ms(200);
    EXPECT(seen, 0, "rings while nothing is computed");
    spin_for(1, 5000);
    EXPECT(seen_sig[0], SIGVTALRM, "the signal");
    forget();
    set(ITIMER_PROF, 30000, 30000);
    spin_for(3, 5000);
    EXPECT(seen_sig[2], SIGPROF, "the signal");
    set(ITIMER_PROF, 0, 0);
    EXPECT(sys(SYS_setitimer, 3, &v, 0), -EINVAL, "an unknown timer");
    v.it_value.tv_usec = 1000000;
    EXPECT(sys(SYS_setitimer, ITIMER_REAL, &v, 0), -EINVAL, "no time");
}

static void start_timer(int id, long ns, long interval_ns, int flags)
{
    struct itimerspec v = { { 0, interval_ns }, { ns / 1000000000, ns % 1000000000 } };
    EXPECT(sys(SYS_timer_settime, id, flags, &v, 0), 0, "timer_settime");
}

static void has_no_timers(void *id)
{
    EXPECT(sys(SYS_timer_delete, (long)id), -EINVAL, "the parent's timer in a child");
}

void timers(void)
{
    struct sigevent e = { .sigev_value = 0x1234, .sigev_signo = 45, .sigev_notify = SIGEV_SIGNAL };
    struct itimerspec v;
    int id = -1, quiet, old;
    on(45, note, 0);
    EXPECT(sys(SYS_timer_create, CLOCK_MONOTONIC, &e, &id), 0, "timer_create");
    start_timer(id, 20 * (long)MS, 0, 0);
    spin_for(1, 5000);
    EXPECT(seen_info.si_code, SI_TIMER, "si_code");
    EXPECT(seen_info.si_timerid, id, "si_timerid");
    EXPECT(seen_info.si_value, 0x1234, "si_value");
    EXPECT(seen_info.si_overrun, 0, "si_overrun");
    // While its signal is blocked, rings are counted.
    forget();
    block(SIGBIT(45));
    start_timer(id, 5 * (long)MS, 5 * (long)MS, 0);
    sleep_ms(103);
    start_timer(id, 0, 0, 0);
    unblock(SIGBIT(45));
    EXPECT(seen, 1, "signals of twenty rings");
    CHECK(seen_info.si_overrun >= 10 && seen_info.si_overrun <= 25, "overrun: %d",
          seen_info.si_overrun);
    EXPECT(sys(SYS_timer_getoverrun, id), seen_info.si_overrun, "timer_getoverrun");
    // An absolute time, on a clock that is the day's.
    struct timespec now;
    EXPECT(sys(SYS_timer_create, CLOCK_REALTIME, 0, &old), 0, "timer_create");
    on(SIGALRM, note, 0);
    forget();
    sys(SYS_clock_gettime, CLOCK_REALTIME, &now);
    start_timer(old, now.tv_sec * 1000000000L + now.tv_nsec + 30 * (long)MS, 0, TIMER_ABSTIME);
    spin_for(1, 5000);
    EXPECT(seen_sig[0], SIGALRM, "the signal");
    EXPECT(seen_info.si_value, old, "si_value");
    e.sigev_notify = SIGEV_NONE;
    EXPECT(sys(SYS_timer_create, CLOCK_MONOTONIC, &e, &quiet), 0, "timer_create");
    start_timer(quiet, 1000 * (long)MS, 0, 0);
    EXPECT(sys(SYS_timer_gettime, quiet, &v), 0, "timer_gettime");
    CHECK(v.it_value.tv_nsec > 500 * (long)MS || v.it_value.tv_sec == 1, "what is left");
    e = (struct sigevent){ .sigev_signo = 45, .sigev_notify = SIGEV_THREAD_ID, .sigev_tid = 1 };
    EXPECT(sys(SYS_timer_create, CLOCK_MONOTONIC, &e, &quiet), -EINVAL, "another's thread");
    e.sigev_tid = (int)sys(SYS_gettid);
    EXPECT(sys(SYS_timer_create, CLOCK_MONOTONIC, &e, &quiet), 0, "timer_create");
    forget();
    start_timer(quiet, (long)MS, 0, 0);
    spin_for(1, 5000);
    must_pass("a child", has_no_timers, (void *)(long)id);
    EXPECT(sys(SYS_timer_delete, id), 0, "timer_delete");
    EXPECT(sys(SYS_timer_delete, id), -EINVAL, "timer_delete once more");
    EXPECT(sys(SYS_timer_create, CLOCK_MONOTONIC, 0, &id), 0, "timer_create");
    start_timer(id, (long)MS, (long)MS, 0); // rings while the process ends
}
