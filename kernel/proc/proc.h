// Processes.
//
// Life: proc_clone() makes one with a thread, or a thread more; it runs; proc_exit() ends all its
// threads, and the last gives its memory and files back at once, hands its children to init, and
// leaves a zombie that holds only pid and status; proc_wait() in the parent reaps that.
//
// One lock, the tree lock (RANK_PROC), guards the family tree and the index of ids.  aspace and
// sighand, and each thread's files and directory (proc/lwp.h), are counted objects of their own, so
// that clone can share them.
#pragma once

#include "types.h"
#include "lib/list.h"
#include "param.h"
#include "proc/alarm.h"
#include "proc/lwp.h"
#include "proc/signal.h"
#include "task/thread.h"
#include "task/waitq.h"

struct aspace;
struct inode;
struct kine_proc;
struct sighand;

struct proc {
    int pid;                 // constant once others can find it: its leader's tid
    char name[16];           // the last component of the program's path; its own
    struct aspace *aspace;   // changed by exec and exit of its own, under the tree lock
    struct sighand *sighand; // its own pointer: a reference, or NULL: all signals have defaults
    bool classic;            // its own: written for the classic API (image.h)
    uint32 personality;      // its own: ADDR_NO_RANDOMIZE or nothing
    uint64 stack_limit;      // its own: bytes of stack of a program that says nothing of it
    uint32 path_longest;     // its own: bytes of a path, NUL included, that its program may name

    struct lwp leader; // its first thread, or who has taken that one's place by exec

    // by the tree lock
    struct list lwps;      // struct lwp.link: threads that have not ended
    int nlive;             // of these, how many may still use the memory; read without the lock
    bool ending;           // a thread has ended all: that one's status counts
    struct waitq lwp_gone; // a thread that execs waits for the end of the others
    struct cpu_time children_spent; // by those that it has waited for, with theirs
    struct proc *parent;
    struct lwp *maker; // the thread of the parent's that has made it, or another since that ended
    int ppid;          // its pid; read without the lock
    struct list children; // struct proc.sibling; zombies first
    struct list sibling;
    bool zombie;
    bool taken;              // a zombie that a thread of the parent's looks at
    struct thread_end end;   // what its threads leave behind
    int exit_status;         // the full int given to exit
    int exit_signal;         // the signal that killed it, or 0
    int exit_notice;         // the signal that tells the parent of its end, or 0
    struct waitq child_exit; // the parent waits here

    struct group *group; // its process group, until it is reaped (proc/group.h)
    struct list group_link;
    bool did_exec; // since it was born: its parent moves it to no other group
    struct proc_signals signals;
    struct proc_alarms *alarms; // NULL: it has set none

    int killed_by; // atomic, by the tree lock: the signal that ends it, from that moment on; 0: none
};

// The process of the current thread; NULL in a kernel thread.
static inline struct proc *current_proc(void)
{
    return current_thread()->proc;
}

// Registers the audit's walker of what threads have in their hands.  Once, at boot.
void proc_init(void);

// --- birth ------------------------------------------------------------------------------------
// Starts `path` (in `root`, which becomes its directory) as process 1.  => 0 or why it could not be
int proc_start_init(struct inode *root, const char *path);
// clone(), with Linux's meanings of all flags that it honours; stack 0 keeps the parent's.  A bad
// address of an id is not told.
// => the child's id; -EAGAIN (NPROC, NTHREAD), -ENOMEM, -EINTR (the caller has been told to end),
//    -EINVAL (flags that are not honoured, or that do not go together)
struct clone_request {
    uint64 flags, stack, parent_tid, tls, child_tid;
};
int64 proc_clone(const struct clone_request *r);

// --- another program --------------------------------------------------------------------------
// Looks at the boot arguments (places=fixed: proc/image.h).  Once, at boot.
void exec_init(void);
// Cut at 15 bytes.
void proc_set_name(struct proc *p, const char *name);
// Replaces the current process's program.  argv and envp are user addresses (0: none).
// All other threads end first, and the caller's is the process's first from then on.
// => 0 once the trapframe is that of the new program; on failure (-ENOENT, -EISDIR, -EACCES,
// -ENOEXEC, -ELIBBAD, -ELOOP, -ETXTBSY, -E2BIG, -EFAULT, -ENOMEM, -EIO, -EINTR: the caller has been told to end) nothing has
// changed, but that after -ENOMEM the other threads may have ended.
int proc_exec(const char *path, uint64 argv, uint64 envp);

// --- death ------------------------------------------------------------------------------------
// Ends all threads of the process.  The first who does, or the signal, says how it ended.
_Noreturn void proc_exit(int status, int signal);
// Ends the current thread; the first one's status is the process's.
_Noreturn void lwp_exit(int status);
// Ends the current thread if it has been told to, or its process has been killed.
void proc_end_if_told(void);
// Tells all other threads to end and waits until they have.  => 0; -EINTR: the caller has been told
int proc_end_others(void);

// What a process's threads have spent, and the children that it has waited for.
void proc_times(const struct proc *p, struct cpu_time *own, struct cpu_time *children);

static inline bool proc_is_killed(const struct proc *p)
{
    return __atomic_load_n(&p->killed_by, __ATOMIC_RELAXED) != 0;
}

static inline bool proc_told_to_end(void)
{
    const struct lwp *l = current_lwp();
    return __atomic_load_n(&l->told_to_end, __ATOMIC_RELAXED) || proc_is_killed(l->proc);
}

// --- the working directory --------------------------------------------------------------------
// After a rollback, with the system at rest: whoever works in what was the root works in the root.
void proc_return_to_root(void);

// --- the census -------------------------------------------------------------------------------
int proc_count(void);
// Describes the process with the lowest pid above `after`.  => false if there is none.  May sleep.
bool proc_describe(int after, struct kine_proc *out);
// => the memory of a process (0: the caller's), with a reference; NULL: there is none of that number,
// or it has exited.
struct aspace *proc_aspace(int pid);
void proc_list(void); // by printk, one line each: Ctrl-P; from any context
