// Processes: who waits for whom, orphans, the census, time that is spent.
#include <string.h>
#include "proc_world.h"
#include "riscv/timer.h"

static void ends_4_later(void)
{
    nap(10);
    proc_exit(4, 0);
}

static void waits(void)
{
    struct proc *ended;
    CHECK_EQ(wait_child(-1, 0, &ended), -ECHILD);
    CHECK(ended == NULL);
    int slow = start(ends_4_later), quick = start(ends_7);
    CHECK_EQ(wait_child(slow, WNOHANG, &ended), 0);
    CHECK(ended == NULL);
    CHECK_EQ(wait_child(1, 0, &ended), -ECHILD);
    CHECK_EQ(wait_child(-1, 0, &ended), 0);
    CHECK_EQ(ended->pid, quick);
    proc_unwait(ended); // to be waited for once more
    CHECK_EQ(wait_child(-1, WNOHANG, &ended), 0);
    CHECK_EQ(ended->pid, quick);
    proc_reap(ended);
    CHECK_EQ(wait_child(quick, WNOHANG, &ended), -ECHILD);
    CHECK_EQ(end_of(slow), 4);
}

TEST(waiting_finds_the_right_child)
{
    as_init(waits);
}

static void waits_for_ever(void)
{
    struct proc *ended;
    start(for_ever);
    CHECK_EQ(wait_child(-1, 0, &ended), -EINTR);
    CHECK(ended == NULL);
    to_user_mode();
}

static void interrupts_a_wait(void)
{
    int pid = start(waits_for_ever);
    nap(5);
    CHECK_EQ(send_signal(pid, 9), 0);
    CHECK_EQ(end_of(pid), 1009);
    CHECK_EQ(send_signal(-1, 9), 0);
    CHECK_EQ(end_of(-1), 1009);
}

TEST(a_signal_ends_waiting)
{
    as_init(interrupts_a_wait);
}

static void leaves_children(void)
{
    start(for_ever);
    CHECK(start_with(0, ends_7) > 1); // its end is told by no signal
    nap(5);                           // that one is dead
    start(for_ever);
    proc_exit(2, 0);
}

static void gets_orphans(void)
{
    struct proc *ended;
    start(for_ever);
    start(for_ever);
    CHECK_EQ(end_of(start(leaves_children)), 2);
    CHECK_EQ(wait_child(-1, WNOHANG, &ended), 0);
    CHECK(ended && ended->exit_status == 7 && ended->ppid == 1); // found, though others live
    proc_reap(ended);
    CHECK_EQ(wait_child(-1, WNOHANG, &ended), 0);
    CHECK(ended == NULL);
    CHECK_EQ(send_signal(-1, 9), 0);
    for (int i = 0; i < 4; i++)
        CHECK_EQ(end_of(-1), 1009);
}

TEST(orphans_are_the_first_process_s)
{
    as_init(gets_orphans);
}

static void ends_itself(void)
{
    syncs = 0;
    CHECK_PANICS(proc_exit(0, 0));
    CHECK_EQ(syncs, 1);
    CHECK_PANICS(proc_exit(0, 9));
    CHECK_EQ(syncs, 2);
}

TEST(without_init_there_is_nothing_to_run)
{
    as_init(ends_itself);
}

static struct kine_proc seen_from_child;

static void looks_at_itself(void)
{
    copy_string(self()->name, "looker", sizeof self()->name);
    turns_compute(17 * TURNS_MS);
    CHECK(proc_describe(self()->pid - 1, &seen_from_child));
    turns_compute(5 * TURNS_MS);
}

static void describes(void)
{
    int pid[40];
    struct kine_proc info = { 0 };
    copy_string(self()->name, "first", sizeof self()->name);
    CHECK_EQ(end_of(start(looks_at_itself)), 0);
    CHECK(seen_from_child.state == 'R' && strcmp(seen_from_child.name, "looker") == 0);
    CHECK_EQ(seen_from_child.user_ns,
             15000000); // as of the last tick: its first turn is half a slice
    CHECK_EQ(seen_from_child.kernel_ns, 0);
    for (int i = 0; i < 40; i++)
        pid[i] = start(i % 3 ? for_ever : ends_7);
    nap(5);
    CHECK(proc_describe(0, &info));
    CHECK(info.pid == 1 && info.ppid == 0 && strcmp(info.name, "first") == 0);
    for (int i = 0; i < 40; i++) {
        CHECK(proc_describe(info.pid, &info));
        CHECK_EQ(info.pid, pid[i]);
        CHECK_EQ(info.ppid, 1);
        CHECK_EQ(info.state, i % 3 ? 'S' : 'Z');
        CHECK_EQ(info.pages, i % 3 ? 2 : 0); // references, of which the census has one
        CHECK_EQ(proc_find(pid[i])->aspace ? proc_find(pid[i])->aspace->refs : 0, i % 3 ? 1 : 0);
    }
    CHECK(!proc_describe(info.pid, &info));
    CHECK(!proc_describe(PID_END, &info));
    lines = 0;
    proc_list();
    CHECK_EQ(lines, 1 + 1 + 40);
    CHECK_EQ(send_signal(-1, 9), 0);
    for (int i = 0; i < 40; i++)
        CHECK_EQ(end_of(pid[i]), i % 3 ? 1009 : 7);
}

TEST(the_census_is_complete)
{
    as_init(describes);
}

static void computes(void)
{
    turns_compute(30 * TURNS_MS);
}

static void has_a_child_that_computes(void)
{
    end_of(start(computes));
    turns_compute(5 * TURNS_MS);
}

static void counts_time(void)
{
    struct cpu_time before = self()->children_spent;
    end_of(start(has_a_child_that_computes));
    uint64 user = self()->children_spent.user - before.user,
           kernel = self()->children_spent.kernel - before.kernel;
    CHECK_EQ(user + kernel, 35 * TURNS_MS);
    CHECK(user >= 20 * TURNS_MS);
}

TEST(time_goes_to_who_waited)
{
    as_init(counts_time);
}
