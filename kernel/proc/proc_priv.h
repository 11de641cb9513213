// The family tree, for the files of this folder that change it.
#pragma once

#include "proc/proc.h"
#include "riscv/spinlock.h"

extern struct spinlock tree_lock; // RANK_PROC
extern struct proc *init_proc;

// => a process without pid, counted but not to be found yet; NULL if NPROC are there or memory is
// short.
struct proc *proc_new(int *err);
// Gives it a pid and lets others find it; its first thread counts as living.  => tree_lock held
void proc_publish(struct proc *p);
// Takes it out of the index and frees it.  => tree_lock not held; nobody can find it any more
void proc_free(struct proc *p);
// => tree_lock held; NULL if there is none.
struct proc *proc_find(int pid);
// => tree_lock held.  The process with the lowest pid above `pid`, NULL if there is none.
struct proc *proc_next(int pid);
// => tree_lock held.  Calls fn for every process, in no order; it changes nothing of the tree.
void proc_each(void (*fn)(struct proc *p, void *arg), void *arg);
// Sends it a signal.  => tree_lock held; 0, -EPERM (to init)
int proc_post(struct proc *p, int sig);
// Ends a vfork: the parent may go on.
void proc_end_vfork(struct proc *p);
