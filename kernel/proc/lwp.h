// A thread of a process: what one flow of control has for itself.
//
// Life: the first is a part of struct proc, `leader`, and lives as long as the process; clone with
// CLONE_THREAD makes others, which end by themselves.  A thread that has ended has no `thread` any
// more and is not in its process's list.  Ids of threads and of processes are one set of numbers: a
// process is found by the id of its leader.
#pragma once

#include "types.h"
#include "lib/list.h"
#include "task/thread.h"

struct files;
struct fs_context;
struct proc;

struct lwp {
    int tid;               // constant once others can find it
    struct proc *proc;     // constant
    struct files *files;   // its own: a reference
    struct fs_context *fs; // its own: a reference, NULL once it ends; others look at rest

    // by the tree lock
    struct thread *thread; // NULL once it has exited
    struct list link;      // in proc->lwps
    struct list hash;      // in the index of ids
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

// --- the index of ids: the tree lock is held --------------------------------------------------
// Gives it a free id and lets others find it.
void lwp_publish(struct lwp *l);
void lwp_unpublish(struct lwp *l);
// => NULL if there is none.
struct lwp *lwp_find(int tid);
// Calls fn for every one in the index, in no order; it changes nothing of the index.
void lwp_each(void (*fn)(struct lwp *l, void *arg), void *arg);
