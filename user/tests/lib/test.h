// What every test program leans on: raw system calls, checks that say what they saw, children
// whose end is looked at closely, processes that share memory, and the accounts of memory.
//
// A part of a test is a function that runs in a process of its own and returns if all is well.
// The checks end that process with a line that names the part, the expected and the seen value;
// the runner (runner.h) does the rest.
#pragma once

#include "user/kine.h"
#include "kernel/abi.h"
#include "kernel/errno.h"
#include "kernel/fcntl.h"
#include "kernel/memlayout.h"
#include "kernel/param.h"
#include "kernel/riscv.h"
#include "kernel/stat.h"
#include "kernel/syscall.h"
#include "kernel/vm.h"
#include "user/user.h"

// --- raw system calls -------------------------------------------------------------------------
// sys(SYS_read, fd, buf, n) => the kernel's own result, a negative errno on failure.  Arguments
// that are not given are 0.
#define sys(...) sys_padded(__VA_ARGS__, 0, 0, 0, 0, 0, 0)
#define sys_padded(n, a, b, c, d, e, f, ...)                                                       \
    syscall((n), (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

// --- checks -----------------------------------------------------------------------------------
extern const char *part_name; // what the lines of a failure begin with

#define FAIL(fmt, ...)                                                                             \
    do {                                                                                           \
        printf("%s: line %d: " fmt "\n", part_name, __LINE__, ##__VA_ARGS__);                      \
        exit(1);                                                                                   \
    } while (0)
#define CHECK(cond, fmt, ...)                                                                      \
    do {                                                                                           \
        if (!(cond))                                                                               \
            FAIL(fmt, ##__VA_ARGS__);                                                              \
    } while (0)
#define EXPECT(seen, expected, fmt, ...)                                                           \
    do {                                                                                           \
        long seen_ = (long)(seen), expected_ = (long)(expected);                                   \
        if (seen_ != expected_)                                                                    \
            FAIL(fmt ": expected %ld, got %ld", ##__VA_ARGS__, expected_, seen_);                  \
    } while (0)

// --- children ---------------------------------------------------------------------------------
typedef void job(void *arg);

struct ending {
    int signal; // that killed it, or 0
    int status; // given to exit, if signal is 0
};

// Forks a child that runs fn(arg) and exits with 0.  => its pid; a fork that fails is a failure.
int start(job *fn, void *arg);
// Waits for that child.
struct ending finish(int pid);
// Both.
struct ending run(job *fn, void *arg);
// Runs fn(arg) in a child that must exit with 0, or must be killed by `signal`.
void must_pass(const char *what, job *fn, void *arg);
void must_die(const char *what, job *fn, void *arg, int signal);

// clone() with these flags must be EINVAL.
void must_refuse_clone(uint64 flags);

// Jobs that many parts want.
void do_nothing(void *arg);
void load_from(void *at);         // exits with the low bit of the byte at that address
void store_to(void *at);          // stores a byte there
void wait_until_closed(void *fd); // fd[2], a pipe: until nobody but us could write to it

// => true while the non-blocking pipe behind fd has a writer, and nothing in it.
bool has_writer(int fd);

// Starts fn(arg) as a process in the same address space, with a stack of its own that lies in
// the caller's heap (SHARER_STACK bytes).  => its pid, for finish().
#define SHARER_STACK 8192
int start_sharing(job *fn, void *arg);

// --- memory -----------------------------------------------------------------------------------
// => `pages` whole pages of fresh heap: populated, or only promised.
char *heap_pages(long pages);
char *lazy_pages(long pages);
// Grows the heap until sbrk does not grant another page.
void take_everything(void);
// Fills n bytes with a pattern that depends on seed and place; the check fails on any other.
void fill(void *at, size_t n, uint seed);
void check_filled(const void *at, size_t n, uint seed);
// => true if it holds the pattern.
bool is_filled(const void *at, size_t n, uint seed);
// What maps an address of ours.
struct kine_pte pte_of(const volatile void *at);

// => frames that are free; what RAM the headers promise where the kernel does not tell.
long free_frames(void);
struct kine_meminfo meminfo(void);
// => pages that sbrk grants until it fails, counted in a child that grows `step` pages at a time.
long count_sbrk(int step);

// Frames in kinds of use that return to what they were once all processes of a test are gone.
struct tally {
    long user, tables, other;
    bool known; // false: the kernel does not tell
};
struct tally tally_now(void);
// Waits a while for the tally to be as it was, but for a table or so for each hart.
// => true if it is; *now is the last one seen
bool tally_returns(const struct tally *was, struct tally *now);
// Fails the part unless the tally is as it was, and the audit finds nothing wrong.
void check_tally(const struct tally *was, const char *what);
// Recounts all memory.  => the number of lost frames and broken invariants; 0 where unknown
long audit_faults(void);

// --- options ----------------------------------------------------------------------------------
// Takes pairs `-X N` where X is one of the letters; its N goes to the value of the same place.
// Anything else ends the program with the usage and status 2.
void take_options(int argc, char **argv, const char *letters, int *values);

// --- time and chance --------------------------------------------------------------------------
uint64 now_ns(void);
void sleep_ms(int ms);
// Spins until the clock shows `when`: how processes without common memory act at one moment.
void spin_until(uint64 when);
// A small generator (xorshift); the state is the caller's and never 0.
uint64 next_random(uint64 *state);

// --- files ------------------------------------------------------------------------------------
// Makes a file of n bytes of the pattern of seed.
void make_file(const char *name, size_t n, uint seed);
// Reads the whole of it and checks that.
void check_file(const char *name, size_t n, uint seed);
// Opens, or fails the part.
int must_open(const char *name, int flags);
void must_pipe(int fd[2]);
void must_unlink(const char *name);
// "prefix" + n in decimal, into buf.  => buf
char *numbered(char *buf, const char *prefix, int n);
