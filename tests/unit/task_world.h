// Threads under test, on harts that take turns (turns.h): every run is the same.
#pragma once

#include "check.h"
#include "task/mutex.h"
#include "task/waitq.h"
#include "turns.h"

#define NS_PER_TICK (1000000000UL / TURNS_TIMEBASE)

extern struct spinlock lk;
extern struct waitq wq;
extern struct mutex m;
extern struct thread *thread[64]; // by the number that they were spawned with
extern int result[64];            // of theirs; -1 at first
extern char story[4096];          // what happened, a letter each

void tell(char c); // a letter more
// The story has these letters, and begins anew.
#define check_story(expected) check_story_at(__FILE__, __LINE__, expected)
void check_story_at(const char *file, int line, const char *expected);
void boot(int harts_n);
void spawn(int n, void (*fn)(void *)); // a thread that runs fn(n)
void says(void *n);                    // naps for a moment, then tells its letter
// Sleeps on wq, and tells its letter when it is woken; n of them, each of which does `fn`.
void sleeper(void *n);
void sleepers(int n, void (*fn)(void *));
extern uint64 nap[64], woke[64]; // for how long a napper sleeps, and did; ticks
void napper(void *n);
void end(void); // all have ended, and nobody waits or holds anything
