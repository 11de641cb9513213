// Threads for this program: begun by clone as C libraries begin theirs, joined and locked by futexes.
#pragma once

#include "kernel/types.h"
#include "user/tests/lib/test.h"

#define PTHREAD_FLAGS                                                                              \
    (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM)
#define THREAD_STACK 8192

struct uthread {
    volatile int tid; // the kernel stores it, and 0 at the end
    job *fn;
    void *arg;
    char *stack; // what mmap gave
};

// clone() with a stack: the child runs fn(arg) and exits with 0.  => as the call, in the parent
long clone_raw(uint64 flags, void *stack_top, volatile int *parent_tid, void *tls,
               volatile int *child_tid, job *fn, void *arg);
// Runs fn(arg) as a thread of this process.  => the call's result; the thread's id is in t->tid
long try_begin(struct uthread *t, job *fn, void *arg);
void begin(struct uthread *t, job *fn, void *arg); // it must succeed
void join(struct uthread *t);                      // waits for its end and gives its stack back
int gettid(void);

long futex(volatile void *word, int op, uint value, const void *time_or_value, volatile void *word2,
           uint value3);

struct lock {
    volatile uint word; // 0: free, 1: taken, 2: and somebody may wait
};
void lock(struct lock *l);
void unlock(struct lock *l);

// All n of a crowd wait for each other.
struct barrier {
    volatile uint come, round;
    uint n;
};
void meet(struct barrier *b);
