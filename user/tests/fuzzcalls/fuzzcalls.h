// fuzzcalls, inside: a member makes system calls whose arguments are of the right kind, or are not.
//
// Members come in families.  A family shares memory, and some of it descriptors; it has an arena, a
// stretch of memory where most addresses lie, and works in a directory of its own.  All choices of
// a member follow from the seed, the round and its place; what others do at the same moment does
// not.
#pragma once

#include "user/tests/lib/test.h"

#define TOP       "/fuzzcalls.d" // where families have their directories
#define PROGRAM   "p0"           // in each: a program
#define DEVICE    "n0"           // in each: the device that takes and gives nothing
#define SNAPSHOTS 2              // "fz0" and so on

#define ARENA       0x50000000UL
#define ARENA_PAGES 96

#define COUNT_FD     (NOFILE - 1) // a byte goes there for CALLS_A_BYTE calls
#define CALLS_A_BYTE 64

#define IMPOSSIBLE 77 // the exit status of one who has seen a result that cannot be

#define PATH_ROOM 4200 // longer than any path may be
#define BUFFERS   24

struct fuzzer {
    uint64 chance; // the state of its generator
    long steps;    // calls still to make
    long child;    // the pid of the last child, or 0
    char path[2][PATH_ROOM];
    int next_path;
    struct iovec iov[BUFFERS];
    struct timespec times[2];
    uint64 pointers[8]; // for execve
    struct sigaction action;
    uint64 set; // of signals
};

// values.c: => a number below n; any number; a value of a kind
uint64 pick(struct fuzzer *f, uint64 n);
uint64 any_word(struct fuzzer *f);
enum kind {
    NONE, // no argument
    WORD,
    FD,
    PATH,
    OPEN_FLAGS,
    MODE,
    FEW, // a small number or bits
    BUFFER,
    LENGTH,
    OFFSET,
    VECTOR,
    VECTOR_COUNT,
    ADDRESS,
    MEMORY_LENGTH,
    PROTECTION,
    MAP_FLAGS,
    ADVICE,
    SYNC_FLAGS,
    CLONE_FLAGS,
    STACK,
    VICTIM, // somebody whom it may kill: never a word
    CHILD,
    WAIT_OPTIONS,
    WAITID_OPTIONS,
    TIMES,
    POINTERS,
    REQUEST,
    COMMAND,
    SNAPSHOT_ACT,
    SNAPSHOT_NAME,
    SIGNAL,
    ACTION,
    SIGNAL_SET,
    SET_SIZE,
};
uint64 value_of(struct fuzzer *f, enum kind kind);
// The names that paths are made of, by number, NULL behind the last: whatever is made has one.
const char *name_of(int i);

// calls.c: makes one call
void random_call(struct fuzzer *f);

// values.c: a handler of signals
void handle(int sig, struct siginfo *info, struct ucontext *uc);

// family.c: what a leader of family i does, in the directory TOP; it does not return
_Noreturn void run_family(uint64 seed, int i);

// round.c: families for a while, in each of which processes are killed at any moment.
// => calls made, about; negative: the leader of one has seen a result that cannot be
long run_round(uint64 seed, int ms, int families, int leave);
// Kills everybody whose pid is above ours.  => how many there are
int kill_others(void);

// clean.c: makes and removes what a round needs and leaves.
void make_directories(int families);
void remove_everything(void);
