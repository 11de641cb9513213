// Signals.
//
// Life of one: somebody *posts* it, to a process or to one of its threads; it is *pending* until a
// thread that does not *block* it *takes* it, which happens in one place only, on the way back to
// user mode; there it runs the program's handler (sys/deliver.h), or does what its default is: end
// the process, stop it, let it go on, or nothing.
//
//          post                        take
//     ----------------> pending -----------------> handler | default
//       ignored: gone           blocked: it waits
//
// Posting does what cannot wait: a signal that nobody asked for is dropped, one that will end the
// process is the end of all its threads from that moment on (thread_kill), and SIGCONT lets a
// stopped process go on whether it takes it or not.  A thread that can take it is told
// (thread_interrupt), which ends its light sleeps.
//
// The tree lock guards everything here but what says otherwise.  Posting works from any context in
// which that lock may be taken, interrupts among them.
//
// Invariants
//   S1  thread->interrupted of a living thread is set whenever it has a signal to take, is to stop,
//       or is to end; others set it with the lock, it clears it itself, with the lock
//   S2  SIGKILL and SIGSTOP are in no set of blocked signals and have no action but the default
//   S3  SIGCONT and the signals that stop are not pending to one process at the same time
#pragma once

#include "proc/pending.h"
#include "signals.h"
#include "types.h"

struct group;
struct lwp;
struct proc;

#define UNBLOCKABLE (SIGBIT(SIGKILL) | SIGBIT(SIGSTOP))
#define STOPPING    (SIGBIT(SIGSTOP) | SIGBIT(SIGTSTP) | SIGBIT(SIGTTIN) | SIGBIT(SIGTTOU))

// What a thread has of it; zeros: nothing.
struct lwp_signals {
    struct pending pending;
    uint64 blocked; // changed by the thread itself
    uint64 awaited; // it waits for these (signal_wait)
    bool stopped;   // it stands still, and is counted in nstopped
    bool put_back;  // its own: `before` is to be blocked again once a handler has been entered
    uint64 before;  // its own
    struct sigaltstack stack; // its own; of no size: none
};

// What a process has of it; zeros: nothing.
struct proc_signals {
    struct pending pending;
    int stop;         // the signal by which it is to stop or is stopped, or 0
    int nstopped;     // threads that stand still
    bool all_stopped; // every one
    int news;         // CLD_STOPPED or CLD_CONTINUED, for who waits for it; 0: none
    int news_status;  // the signal that did it
};

// --- posting: tree_lock held ------------------------------------------------------------------
// To a process, or to one thread of it.  => 0, -EAGAIN (too many wait); -EPERM: it is init, which
// has not asked for it
int signal_post(struct proc *p, const struct siginfo *info);
int signal_post_lwp(struct lwp *l, const struct siginfo *info);
// A timer's: if the one before still waits, it only counts one more (tid or NULL: of the process).
int signal_post_timer(struct proc *p, struct lwp *to, const struct siginfo *info);
void signal_post_members(struct group *g, const struct siginfo *info);
bool signal_is_stopped(const struct proc *p);
bool signal_stopped_anywhere(void); // is some process stopped?
// A process has stopped, gone on, or ended (`code`: CLD_*): its parent hears of it, by signal `sig`
// if that is not 0.
void signal_tell_parent(struct proc *child, int sig, int code, int status);
// => do p's children leave no zombies?
bool signal_reaps_itself(const struct proc *p);

// --- posting: the lock is not held ------------------------------------------------------------
// To all processes of a group.  => -ESRCH: there is none
int signal_post_group(int pgid, const struct siginfo *info);
// kill() and its kin: pid > 0, 0: the caller's group, -1: everybody but init and the caller, < -1:
// group -pid.  info->si_signo 0 only asks.  => 0; -ESRCH, -EINVAL, -EPERM, -EAGAIN
int signal_kill(int pid, const struct siginfo *info);
// To thread tid, which must be one of process tgid unless that is 0.
int signal_kill_thread(int tgid, int tid, const struct siginfo *info);

// --- for the current thread: the lock is not held ---------------------------------------------
// The current thread has caused it, and goes no further: if it blocks or ignores it, it dies of it.
// => false: it has no handler, and dies of it
bool signal_force(const struct siginfo *info);
// Takes what is pending to the current thread, until there is a handler to run.  => the signal; 0:
// nothing is left to take.  It may stop there for long, and does not return if it is to die.
int signal_take(struct siginfo *info, struct sigaction *action);
// Blocks another set than before.  => that before
uint64 signal_block(uint64 set);
// Until a handler has been entered, blocks another set; then the one before is put back.
void signal_block_for_now(uint64 set);
// No handler has been entered: what signal_block_for_now() replaced is blocked again.
void signal_put_back(void);
// => what is to be blocked once the handler returns that is about to be entered
uint64 signal_mask_to_return(void);
// A handler is about to be entered.
void signal_enter(int sig, const struct sigaction *action);
// Takes a signal of the set, pending or to come until the time (ns since boot).
// => its number; -EAGAIN: it is too late, -EINTR: another came
int signal_wait(uint64 set, uint64 until_ns, struct siginfo *info);
uint64 signal_pending_set(void); // of process and thread
// => is there a signal for the current thread to take?
bool signal_pending(void);
// Sets an action.  => the one before in *old; 0, -EINVAL
int signal_set_action(int sig, const struct sigaction *action, struct sigaction *old);

// The current thread has written to a pipe that nobody reads.  A program of the classic API that has
// not asked for SIGPIPE sees its call fail, and nothing else.
void signal_broken_pipe(void);

// --- fork and exec: the lock is not held ------------------------------------------------------
// What a child's thread, which nobody knows yet, has of the current one.  other_stack: it runs on
// one of its own in the same memory, so it has no alternate one.
void signal_inherit(struct lwp *child, bool other_stack);
// Sees to it that the process has a table of actions.  => false: no memory
bool signal_need_actions(struct proc *p);
// Gives the table back: the process ends.
void signal_drop_actions(struct proc *p);
// Sees to it that nobody else has the actions of the current process.  => 0, -ENOMEM
int signal_own_actions(void);
// Another program: no handlers, timers and alternate stack.  => the actions are its own
void signal_exec(void);

// --- threads that begin and end: tree_lock held -----------------------------------------------
// Whatever its process is told meanwhile, a thread that is about to be found by others hears of.
void signal_lwp_begins(struct lwp *l);
// A thread goes on as another, in exec.
void signal_move(struct lwp *to, struct lwp *from);
// The thread takes no more: what waits for its process is another's to take.
void signal_lwp_ends(struct lwp *l);
void signal_proc_ends(struct proc *p);
