// Threads: their tables, birth and death, what they may use, floating point.  Sleep, turns and rest have
// files of their own (task_*.c).
#include <string.h>
#include "errno.h"
#include "mem/frame.h"
#include "riscv/csr.h"
#include "riscv/machine.h"
#include "riscv/timer.h"
#include "riscv/trap.h"
#include "task/clock.h"
#include "task/fp.h"
#include "task/mutex.h"
#include "task/sched.h"
#include "task/timers.h"
#include "task_world.h"

// --- root tables ------------------------------------------------------------------------------

static struct frame root[2];

static void has_root(void *n)
{
    for (int i = 0; i < 3; i++) {
        CHECK(this_hart()->root == current_thread()->root);
        CHECK(current_thread()->root->active >> this_hart()->index & 1);
        thread_yield();
    }
    thread_set_root(&root[1]);
    CHECK(this_hart()->root == &root[1] && (root[1].active >> this_hart()->index & 1));
    thread_leave_root();
    CHECK(current_thread()->root == NULL);
    CHECK(this_hart()->root == &root[1]);
}

TEST(loaded_roots_are_held_and_named)
{
    boot(2);
    root[0] = root[1] = (struct frame){ .refs = 1 };
    for (int i = 0; i < 3; i++) {
        thread[i] = thread_new("test", has_root, NULL);
        CHECK(thread[i] != NULL);
        thread[i]->root = &root[0];
        thread_start(thread[i]);
    }
    turns_run();
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(root[i].refs, 1);
        CHECK_EQ(root[i].active, 0);
    }
    CHECK(turns_fences >= 3);
    end();
}

// --- birth and death --------------------------------------------------------------------------

static void ends(void *n)
{
    tell('e');
}

TEST(a_thread_is_whole_or_not_made)
{
    boot(1);
    for (turns_fail = 1; turns_fail; turns_fail++) {
        long asked = turns_fail;
        struct thread *t = thread_new("test", ends, NULL);
        if (t) {
            CHECK_EQ(asked, 3);
            turns_fail = 0;
            thread_discard(t);
            break;
        }
        CHECK(turns_all_ended());
        turns_fail = asked;
    }
    struct thread_end end_of = { .left = 2 };
    struct thread *t = thread_new("test", ends, NULL);
    t->end = &end_of;
    thread_start(t);
    CHECK_EQ(end_of.left, 2);
    turns_run();
    check_story("e");
    CHECK_EQ(end_of.left, 1);
    end();
}

static void keeps(void *n)
{
    CHECK_EQ(current_thread()->kept_use, KEPT_ALL);
    CHECK_EQ(this_hart()->kept_use, KEPT_ALL);
    thread_use_kept_end(KEPT_NOT);
    int before = thread_use_kept(KEPT_WORK);
    CHECK_EQ(before, KEPT_NOT);
    CHECK_EQ(this_hart()->kept_use, KEPT_WORK);
    CHECK_EQ(thread_use_kept(KEPT_NOT), KEPT_WORK); // never fewer
    CHECK_EQ(this_hart()->kept_use, KEPT_WORK);
    thread_yield();
    CHECK_EQ(this_hart()->kept_use, KEPT_WORK);
    thread_use_kept_end(before);
    CHECK_EQ(current_thread()->kept_use, KEPT_NOT);
    CHECK_EQ(this_hart()->kept_use, KEPT_NOT);
    thread_in_fault(true);
    CHECK(this_hart()->note == &current_thread()->in_fault);
    thread_yield();
    CHECK(this_hart()->note == &current_thread()->in_fault);
    thread_in_fault(false);
    CHECK(this_hart()->note == &current_thread()->in_call);
    tell('k');
}

TEST(what_a_thread_may_use_moves_with_it)
{
    boot(1);
    spawn(0, keeps);
    spawn(1, keeps);
    turns_run();
    check_story("kk");
    end();
}

static void breathes(void *n)
{
    struct hart *h = this_hart();
    CHECK(thread_may_breathe(0) == h->intr_before);
    CHECK_EQ(thread_breathe(), 0); // its time is not over
    tell('1');
    h->need_resched = true;
    CHECK_EQ(thread_breathe(), 0);
    CHECK(!h->need_resched);
    tell('2');
    spin_lock(&lk);
    CHECK(thread_may_breathe(1));
    CHECK(!thread_may_breathe(0));
    CHECK(!thread_may_breathe(2));
    CHECK_PANICS(thread_breathe());
    spin_unlock(&lk);
    h->need_resched = true;
    thread_yield();
    CHECK(!h->need_resched);
}

TEST(breath_is_given_when_time_is_over)
{
    boot(1);
    spawn(0, breathes);
    spawn(1, ends);
    turns_run();
    check_story("1e2");
    end();
}

// --- floating point ---------------------------------------------------------------------------

static uint64 fs_of(const struct thread *t)
{
    return t->tf->sstatus & SSTATUS_FS;
}

static void floats(void *n)
{
    struct thread *t = current_thread();
    struct thread *child = thread_new("child", ends, NULL);
    t->proc = (struct proc *)t; // as a program has
    machine.fp = false;
    CHECK(!fp_claim(t));
    machine.fp = true;
    fp_copy(child);
    CHECK(!child->fp_used);
    CHECK(fp_claim(t));
    CHECK(!fp_claim(t));
    CHECK_EQ(fs_of(t), FS_CLEAN);
    CHECK_EQ(t->fp.fcsr, 0);
    t->tf->sstatus |= FS_DIRTY;
    fp_copy(child);
    CHECK(child->fp_used);
    CHECK_EQ(child->fp.fcsr, 1); // saved first
    CHECK_EQ(fs_of(child), FS_OFF);
    CHECK_EQ(fs_of(t), FS_CLEAN);
    fp_leave(t);
    CHECK_EQ(t->fp.fcsr, 1); // not saved once more
    CHECK_EQ(fs_of(t), FS_OFF);
    CHECK(fp_claim(t));
    CHECK_EQ(t->fp.fcsr, 1); // its own, not zeros
    t->tf->sstatus |= FS_DIRTY | SSTATUS_SPIE;
    fp_leave(t);
    CHECK_EQ(t->fp.fcsr, 2);
    CHECK_EQ(t->tf->sstatus, SSTATUS_SPIE);
    fp_claim(t);
    fp_reset(t);
    CHECK(!t->fp_used);
    CHECK_EQ(fs_of(t), FS_OFF);
    fp_claim(t);
    CHECK_EQ(t->fp.fcsr, 0);
    t->proc = NULL;
    thread_discard(child);
    tell('f');
}

TEST(registers_are_saved_when_they_changed)
{
    boot(1);
    spawn(0, floats);
    turns_run();
    check_story("f");
    end();
}

TEST(the_clock_tells_seconds_of_the_day)
{
    uint64 sec;
    uint32 nsec;
    boot(1);
    turns_run_until(TURNS_TIMEBASE / 2);
    clock_set_realtime(1700000000UL * 1000000000UL + 750000000UL);
    clock_realtime(&sec, &nsec);
    CHECK_EQ(sec, 1700000000UL);
    CHECK_EQ(nsec, 750000000);
    turns_run_until(TURNS_TIMEBASE);
    clock_realtime(&sec, &nsec);
    CHECK_EQ(sec, 1700000001UL);
    CHECK_EQ(nsec, 250000000);
    CHECK_EQ(clock_ns(), 1000000000UL);
}
