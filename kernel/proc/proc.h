// Processes.
//
// Life: proc_clone() makes one with its own thread; it runs; proc_exit() ends it, gives its
// memory and files back at once, hands its children to init, and leaves a zombie that holds only
// pid and status; proc_wait() in the parent reaps that.
//
// One lock, the tree lock (RANK_PROC), guards the family tree and the index of ids.  aspace and
// sighand, and each thread's files and directory (proc/lwp.h), are counted objects of their own, so
// that clone can share them.
#pragma once

#include "types.h"
#include "lib/list.h"
#include "param.h"
#include "proc/lwp.h"
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
    uint32 path_longest;     // its own: bytes of a path, NUL included, that its program may name
    struct cpu_time children_spent; // its own: by those that it has waited for, with theirs

    struct lwp leader; // its first thread, or who has taken that one's place by exec

    // by the tree lock
    struct list lwps; // struct lwp.link: threads that have not ended
    int nlive;        // of these, how many may still use the memory
    struct proc *parent;
    int ppid;             // its pid; read without the lock
    struct list children; // struct proc.sibling; zombies first
    struct list sibling;
    bool zombie;
    struct thread_end end;   // what its threads leave behind
    int exit_status;         // the full int given to exit
    int exit_signal;         // the signal that killed it, or 0
    struct waitq child_exit; // the parent waits here
    bool vfork;              // the parent waits until we exec or exit
    struct waitq vfork_done;

    uint64 pending; // atomic: fatal signals sent, bit sig - 1
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
// clone(): CLONE_VM, CLONE_FILES, CLONE_VFORK, CLONE_SETTLS and SIGCHLD as the exit signal (or
// none) are honoured; stack 0 keeps the parent's.
// => the child's pid; -EAGAIN (NPROC), -ENOMEM, -EINVAL (anything else).
int64 proc_clone(uint64 flags, uint64 stack, uint64 tls);

// --- another program --------------------------------------------------------------------------
// Replaces the current process's program.  argv and envp are user addresses (0: none).
// => 0 once the trapframe is that of the new program; on failure (-ENOENT, -EISDIR, -EACCES,
// -ENOEXEC, -E2BIG, -EFAULT, -ENOMEM, -EIO) nothing has changed.
int proc_exec(const char *path, uint64 argv, uint64 envp);

// --- death ------------------------------------------------------------------------------------
_Noreturn void proc_exit(int status, int signal);

// Waits for a child to exit: `pid`, or any if pid is -1.  *ended is the zombie, which is the
// caller's alone until he reaps it, or puts it back because the news of it has no place to go; NULL
// if nobody has exited and `nohang` is set.  => 0; -ECHILD, -EINTR.
int proc_wait(int pid, bool nohang, struct proc **ended);
// => what the zombie has spent, with its children's
struct cpu_time proc_spent(const struct proc *zombie);
void proc_reap(struct proc *zombie);
void proc_unwait(struct proc *zombie);

// --- signals ----------------------------------------------------------------------------------
// kill(): pid -1 is everybody but init and the caller; sig 0 only asks.  => 0; -ESRCH, -EINVAL,
// -EPERM
int proc_kill(int pid, int sig);
// => the lowest pending fatal signal, 0 if there is none.
int proc_pending(const struct proc *p);
static inline bool proc_is_killed(const struct proc *p)
{
    return __atomic_load_n(&p->pending, __ATOMIC_RELAXED) != 0;
}

// --- the working directory --------------------------------------------------------------------
// After a rollback, with the system at rest: whoever works in what was the root works in the root.
void proc_return_to_root(void);

// --- the census -------------------------------------------------------------------------------
int proc_count(void);
// Describes the process with the lowest pid above `after`.  => false if there is none.  May sleep.
bool proc_describe(int after, struct kine_proc *out);
void proc_list(void); // by printk, one line each: Ctrl-P; from any context
