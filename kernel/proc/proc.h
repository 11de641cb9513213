// Processes.
//
// Life: proc_fork() makes one with its own thread; it runs; proc_exit() ends it, gives its
// memory and files back at once, hands its children to init, and leaves a zombie that holds only
// pid and status; proc_wait() in the parent reaps that.
#pragma once

#include "types.h"
#include "lib/list.h"
#include "riscv/trap.h"
#include "task/thread.h"

struct aspace;
struct files;
struct inode;
struct siginfo;

enum proc_state { PROC_ALIVE, PROC_ZOMBIE };

struct proc {
    int pid;
    char name[16];           // the last component of the program's path
    struct thread *thread;   // its one thread of control
    struct aspace *aspace;   // counted; changed by exec only
    struct files *files;     // counted
    struct inode *cwd;       // counted; changed by the process itself only

    // by the tree lock (RANK_PROC)
    struct proc *parent;
    struct list children;    // struct proc.sibling
    struct list sibling;
    struct list all;         // every process, for ps and kill(-1)
    struct list pid_hash;
    enum proc_state state;
    int exit_status;         // full int given to exit, if exit_signal is 0
    int exit_signal;         // the signal that killed it
    struct waitq child_exit; // the parent waits here
    bool vfork_waits;        // the parent waits until we exec or exit
    struct waitq vfork_done;

    uint64 pending;          // atomic: signals sent and not yet taken, bit sig - 1
};

// The process of the current thread; NULL in a kernel thread.
struct proc *current_proc(void);
