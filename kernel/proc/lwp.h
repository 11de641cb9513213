// A thread of a process: what one flow of control has for itself.
//
// Life: the first is a part of struct proc, `leader`, and lives as long as the process; clone with
// CLONE_THREAD makes others (lwp_new), which go when they end.  A thread ends by itself (lwp_exit),
// with all others of its process (proc_exit), or because another one calls exec; it does so on its
// way back to user mode, where it finds that it has been told to.  One that has ended has no `thread`
// any more and is not in its process's list.
//
// Ids of threads and of processes are one set of numbers: a process is found by the id of its leader.
#pragma once

#include "types.h"
#include "lib/list.h"
#include "proc/signal.h"
#include "task/thread.h"
#include "task/waitq.h"

struct files;
struct fs_context;
struct proc;

// Who has called vfork waits here, on his own stack.
struct vfork_wait {
    struct waitq over;
    bool is_over; // by the tree lock
};

// A sleep that a signal has cut short.
struct sleep_rest {
    uint64 until;     // ns since boot; 0: there is none
    uint64 remaining; // user address of what is left, or 0
};

struct lwp {
    int tid;                // constant once others can find it
    struct proc *proc;      // constant
    struct files *files;    // its own: a reference
    struct fs_context *fs;  // its own: a reference, NULL once it ends; others look at rest
    uint64 set_child_tid;   // its own: where it writes its id before its first step, or 0
    uint64 clear_child_tid; // its own: a word that becomes 0 when it leaves its memory, or 0
    uint64 robust_list;     // the list of locks that it holds (proc/robust.h), or 0; atomic
    bool told_to_end;       // by the tree lock; it looks without

    // by the tree lock
    struct thread *thread;    // NULL once it has exited
    struct list link;         // in proc->lwps
    struct list hash;         // in the index of ids
    struct vfork_wait *vfork; // who waits until it leaves its memory, or NULL

    struct lwp_signals signals;
    struct sleep_rest rest; // its own: of the sleep that restart_syscall goes on with
};

// That of the current thread; NULL in a kernel thread.
static inline struct lwp *current_lwp(void)
{
    return current_thread()->lwp;
}

static inline struct files *current_files(void)
{
    return current_lwp()->files;
}

static inline struct fs_context *current_fs(void)
{
    return current_lwp()->fs;
}

// Begins it as a thread of p that nobody can find yet.
void lwp_init(struct lwp *l, struct proc *p);
// A thread beside the first.  => NULL: NTHREAD are there (-EAGAIN), or memory is short (-ENOMEM)
struct lwp *lwp_new(struct proc *p, int *err);
void lwp_free(struct lwp *l); // => nobody can find it

// => 0 and where the thread's robust list begins; -ESRCH
int lwp_robust_list(int tid, uint64 *head);

// --- by the tree lock, which is held ----------------------------------------------------------
// Gives it a free id, lets others find it, and counts it among its process's threads.
void lwp_publish(struct lwp *l);
// Takes it off its process's list, and unless it is the leader, out of the index.
void lwp_leave(struct lwp *l);
// The current thread, l, goes on as the leader, which has ended; l is nobody's any more.
void lwp_become_leader(struct lwp *l);
// Takes a leader that nobody will ask for any more out of the index.
static inline void lwp_forget(struct lwp *l)
{
    list_remove(&l->hash);
}
// => NULL if there is none.
struct lwp *lwp_find(int tid);
// Calls fn for every one in the index, in no order; it changes nothing of the index.
void lwp_each(void (*fn)(struct lwp *l, void *arg), void *arg);
