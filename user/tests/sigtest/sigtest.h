// sigtest: signals over raw calls.
#pragma once

#include "user/tests/lib/runner.h"
#include "user/tests/lib/test.h"

#define MS 1000000UL // ns

typedef void handler(int sig, struct siginfo *info, struct ucontext *uc);

// Sets a handler (or SIG_IGN, SIG_DFL), with flags besides SA_SIGINFO.
void on(int sig, handler *fn, uint64 flags);
void on_masked(int sig, handler *fn, uint64 flags, uint64 mask);
void block(uint64 set);
void unblock(uint64 set);
uint64 blocked(void);
void raise(int sig);
// How the next child of ours that has news did: `code` and `status` as expected.
void expect_news(int pid, int options, int code, int status);
// A child that runs fn(arg); it has come to where it sleeps or spins.
int start_and_let(job *fn, void *arg);
void for_ever(void *arg); // sleeps

// What the note-taking handler has seen.
#define SEEN_MOST 4096
extern volatile int seen;
extern volatile int seen_sig[SEEN_MOST];
extern struct siginfo seen_info; // the last
void note(int sig, struct siginfo *info, struct ucontext *uc);
void forget(void);

// The parts, by file.
void handlers(void), masks(void), once(void), nested(void), left_by_jump(void), registers(void),
    alternate_stack(void);
void restarts(void), sleeps_on(void), suspends(void), wakes_every_time(void);
void queues(void), waits_for_signals(void), told_of_children(void), no_zombies(void);
void stops(void), stops_are_cancelled(void), waits_of_all_kinds(void), groups(void), sessions(void),
    orphans(void);
void faults(void), frames_that_lie(void), no_room(void), broken_pipes(void);
void over_exec(void), over_fork(void), refused(void);
void interval_timers(void), timers(void);
void storm(void);
int after_exec(void);
