// Processes of several threads: how they are made, end, wait and are found.
#include <string.h>
#include "proc_world.h"

#define THREAD (CLONE_VM | CLONE_SIGHAND | CLONE_THREAD)
#define ALL    (THREAD | CLONE_FS | CLONE_FILES)

static int begin_thread(uint64 flags, void (*program)(void))
{
    int64 tid = start_with(flags, program);
    CHECK(tid > 1);
    return (int)tid;
}

static void ends_at_once(void)
{
    lwp_exit(5);
}

static void waits_here(void)
{
    while (true)
        nap(1000);
}

// --- birth ------------------------------------------------------------------------------------

static int child_word, parent_word;
static struct lwp *seen;

static void looks_at_itself(void)
{
    seen = current_lwp();
    CHECK(seen->proc == init_proc && seen != &init_proc->leader);
    CHECK_EQ(seen->tid, child_word); // before its first step
    CHECK_EQ(seen->tid, parent_word);
    CHECK(lwp_find(seen->tid) == seen && !proc_find(seen->tid));
    CHECK(current_files() != init_proc->leader.files && current_fs() != init_proc->leader.fs);
    lwp_exit(0);
}

static void makes_threads(void)
{
    int64 left = words_left;
    struct clone_request r = { .flags = THREAD | CLONE_CHILD_SETTID | CLONE_PARENT_SETTID |
                                        CLONE_CHILD_CLEARTID,
                               .child_tid = (uint64)&child_word,
                               .parent_tid = (uint64)&parent_word };
    current_thread()->tf->reg[REG_S1] = (uint64)looks_at_itself;
    int64 tid = proc_clone(&r);
    CHECK_EQ(tid, parent_word);
    CHECK_EQ(init_proc->nlive, 2);
    CHECK_EQ(init_proc->aspace->refs, 1);
    nap(5);
    CHECK_EQ(words_left, left + 1);
    CHECK(lwp_find((int)tid) == NULL);
    CHECK_EQ(init_proc->nlive, 1);
    CHECK_EQ(init_proc->end.left, 1);

    begin_thread(ALL, waits_here);
    CHECK(current_files()->refs == 2 && current_fs()->refs == 2);
    CHECK_EQ(proc_end_others(), 0);
    CHECK(current_files()->refs == 1 && current_fs()->refs == 1);
    CHECK_EQ(init_proc->nlive, 1);
}

TEST(a_thread_shares_what_it_is_told)
{
    as_init(makes_threads);
}

static void refuses(void)
{
    CHECK_EQ(start_with(CLONE_THREAD | CLONE_VM, ends_7), -EINVAL);
    CHECK_EQ(start_with(CLONE_THREAD | CLONE_SIGHAND, ends_7), -EINVAL);
    CHECK_EQ(start_with(CLONE_SIGHAND | SIGCHLD, ends_7), -EINVAL);
    CHECK_EQ(start_with(CLONE_PARENT | SIGCHLD, ends_7), -EINVAL); // init has no brothers
    for (long n = 1;; n++) {
        turns_fail = n;
        int64 tid = start_with(THREAD, ends_at_once);
        turns_fail = 0;
        if (tid > 0) {
            CHECK_EQ(n, 6); // thread of the process, files, directory, thread, stack
            break;
        }
        CHECK_EQ(tid, -ENOMEM);
        CHECK(init_proc->nlive == 1 && tables == 1 && directory == 1);
    }
    nap(5);
}

TEST(threads_are_refused_without_a_trace)
{
    as_init(refuses);
}

static void crowds(void)
{
    int n = 0;
    int64 tid;
    while ((tid = start_with(ALL, waits_here)) > 0)
        n++;
    CHECK_EQ(tid, -EAGAIN);
    CHECK_EQ(n, NTHREAD);
    CHECK_EQ(proc_count(), 1);
    CHECK_EQ(proc_end_others(), 0);
    CHECK(begin_thread(ALL, ends_at_once) > 0);
    nap(5);
}

TEST(there_are_nthread_threads)
{
    as_init(crowds);
}

// --- death ------------------------------------------------------------------------------------

static void outlives_the_first(void)
{
    nap(20);
    lwp_exit(9);
}

static void first_goes_first(void)
{
    begin_thread(ALL, outlives_the_first);
    lwp_exit(4);
}

static void waits_for_the_last(void)
{
    struct proc *ended;
    int pid = start(first_goes_first);
    nap(10);
    CHECK_EQ(wait_child(pid, WNOHANG, &ended), 0);
    CHECK(ended == NULL && !proc_find(pid)->zombie && proc_find(pid)->leader.thread == NULL);
    CHECK_EQ(proc_find(pid)->nlive, 1);
    CHECK_EQ(end_of(pid), 4);
}

TEST(a_zombie_has_no_thread_left)
{
    as_init(waits_for_the_last);
}

static void ends_all(void)
{
    nap(3);
    proc_exit(6, 0);
}

static void ends_all_too(void)
{
    nap(3);
    proc_exit(8, 0);
}

static void has_threads(void)
{
    begin_thread(ALL, waits_here);
    begin_thread(THREAD, waits_here);
    begin_thread(ALL, ends_all);
    begin_thread(ALL, ends_all_too);
    waits_here();
}

static void ends_groups(void)
{
    for (int i = 0; i < 10; i++) {
        int status = end_of(start(has_threads));
        CHECK(status == 6 || status == 8); // who was first
    }
    int pid = start(has_threads);
    nap(1);
    CHECK_EQ(send_signal(pid, 9), 0);
    CHECK_EQ(end_of(pid), 1009);
}

TEST(whoever_ends_the_process_ends_all_threads)
{
    as_init(ends_groups);
}

// --- exec -------------------------------------------------------------------------------------

static void goes_on_alone(void)
{
    struct lwp *l = current_lwp();
    struct proc *p = self();
    int child = start(ends_7);
    CHECK(proc_find(child)->maker == l);
    CHECK_EQ(proc_end_others(), 0);
    CHECK(p->nlive == 1 && p->lwps.next == &l->link && p->lwps.prev == &l->link);
    CHECK(p->leader.thread == NULL);
    spin_lock(&tree_lock);
    lwp_become_leader(l);
    pass_on_children(p, l);
    spin_unlock(&tree_lock);
    CHECK(current_lwp() == &p->leader && p->leader.thread == current_thread());
    CHECK(lwp_find(p->pid) == &p->leader && !lwp_find(l->tid));
    CHECK(proc_find(child)->maker == &p->leader);
    lwp_free(l);
    CHECK_EQ(end_of(child), 7);
    lwp_exit(31);
}

static void is_left(void)
{
    begin_thread(ALL, waits_here);
    begin_thread(ALL, goes_on_alone);
    waits_here();
}

static void tells_the_other(void)
{
    if (proc_end_others() == 0)
        proc_exit(1, 0);
    to_user_mode(); // it has been told
    CHECK(!"it goes on");
}

static void both_want_to_be_alone(void)
{
    begin_thread(ALL, tells_the_other);
    tells_the_other();
}

static void execs(void)
{
    CHECK_EQ(end_of(start(is_left)), 31);
    for (int i = 0; i < 10; i++)
        CHECK_EQ(end_of(start(both_want_to_be_alone)), 1);
}

TEST(one_thread_goes_on_as_the_first)
{
    as_init(execs);
}

// --- children ---------------------------------------------------------------------------------

static int made;

static void makes_a_child(void)
{
    made = start(ends_7);
    nap(5);
    lwp_exit(0);
}

static void waits_by_kind(void)
{
    struct proc *ended;
    begin_thread(ALL, makes_a_child);
    nap(2);
    CHECK_EQ(wait_child(made, __WNOTHREAD, &ended), -ECHILD);
    CHECK_EQ(wait_child(made, __WCLONE, &ended), -ECHILD);
    nap(10); // its maker has gone
    CHECK_EQ(wait_child(made, __WNOTHREAD, &ended), 0);
    proc_reap(ended);
    int clone = (int)start_with(CLONE_FS, ends_7);
    CHECK_EQ(wait_child(clone, 0, &ended), -ECHILD);
    CHECK_EQ(wait_child(clone, __WCLONE, &ended), 0);
    proc_reap(ended);
    clone = (int)start_with(63, ends_7);
    CHECK_EQ(proc_find(clone)->exit_notice, 63);
    CHECK_EQ(wait_child(clone, __WALL, &ended), 0);
    CHECK(ended->taken);
    struct proc *other;
    CHECK_EQ(wait_child(clone, __WALL | WNOHANG, &other), 0); // it is there, but another's
    CHECK(other == NULL);
    proc_reap(ended);
}

TEST(children_are_waited_for_by_kind)
{
    as_init(waits_by_kind);
}

static void has_a_brother(void)
{
    made = (int)start_with(CLONE_PARENT, ends_7);
    proc_exit(0, 0);
}

static void gets_a_grandchild(void)
{
    CHECK_EQ(end_of(start(has_a_brother)), 0);
    CHECK_EQ(proc_find(made)->exit_notice, SIGCHLD);
    CHECK_EQ(end_of(made), 7);
}

TEST(a_brother_is_the_parent_s_child)
{
    as_init(gets_a_grandchild);
}
