// The family tree, for the files of this folder that change it.
#pragma once

#include "proc/proc.h"
#include "riscv/spinlock.h"

extern struct spinlock tree_lock; // RANK_PROC
extern struct proc *init_proc;

// => a process without pid, counted but not to be found yet; NULL if NPROC are there or memory is
// short.
struct proc *proc_new(int *err);
// Gives it a pid and lets others find it and its first thread.  => tree_lock held
void proc_publish(struct proc *p);
// Takes it out of the index and of its group.  => tree_lock held
void proc_forget(struct proc *p);
// Frees one that nobody can find: it was not published, or has been forgotten.
void proc_free(struct proc *p);
// => tree_lock held; NULL if there is none.
struct proc *proc_find(int pid);
// => tree_lock held.  The process with the lowest pid above `pid`, NULL if there is none.
struct proc *proc_next(int pid);
// => tree_lock held.  Calls fn for every process, in no order; it changes nothing of the tree.
void proc_each(void (*fn)(struct proc *p, void *arg), void *arg);
// Ends it by a signal: its threads sleep no more, and end on their way back to user mode.
// => tree_lock held
void proc_kill_by(struct proc *p, int sig);
// => what its threads have spent.  tree_lock held
struct cpu_time proc_threads_spent(const struct proc *p);
// => tree_lock held.  Who waits for the thread to leave its memory may go on.
void end_vfork(struct lwp *l);

// => tree_lock held.  What `from` has made counts as another thread's of p, when it has gone.
void pass_on_children(struct proc *p, const struct lwp *from);

// => tree_lock held.  A thread that has not ended; of init there is one
static inline struct lwp *some_thread(struct proc *p)
{
    return container_of(p->lwps.next, struct lwp, link);
}
