// The pieces of signals, for the files signal*.c and stop.c.  The tree lock is held.
#pragma once

#include "proc/signal.h"

enum deed { HANDLE, NOTHING, STOP, END };

// What a signal does to p, whoever takes it.
enum deed signal_deed(const struct proc *p, int sig);
uint64 signal_handler(const struct proc *p, int sig); // an address, SIG_DFL or SIG_IGN
// => a thread that can take it: `to`, or any; NULL if all block it
struct lwp *signal_taker(struct proc *p, struct lwp *to, int sig);
// Posts it to p, for `to` or any thread.  => as signal_post()
int signal_post_to(struct proc *p, struct lwp *to, const struct siginfo *info);
// Forgets what is pending to p and its threads.
void signal_drop(struct proc *p, uint64 set);
// What waits for the process and this thread no longer takes is another's to take.
void signal_pass_on(struct lwp *l, uint64 set);

// --- stopped processes (stop.c) ---------------------------------------------------------------
// Every thread is to stand still, at its next way back to user mode.
void stop_begins(struct proc *p, int sig);
// The current thread stands still until SIGCONT, or its end.
void stop_here(struct lwp *l);
// All go on.
void stop_ends(struct proc *p);
// A thread that is to stop has ended instead, or ends while it is stopped.
void stop_loses(struct lwp *l);
