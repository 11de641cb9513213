// Futexes: a thread sleeps for as long as a word of its memory has a value.  What the word means is
// the program's own affair; the kernel is asked only when somebody has to wait, or may be waiting.
//
// A word is known by its *key*: in memory that is shared by a map (MAP_SHARED) what object it is in
// and where, so that it is one word for all who map it; else the address space and the address.  A
// caller who says that nobody else maps the word (`shared` false: FUTEX_PRIVATE_FLAG) is believed,
// and his map is not looked up.
//
// A sleeper stands in the bucket that its key hashes to.  No wakeup is lost: with the bucket locked
// the word is looked at, and the sleeper enters; and whoever changes the word then comes to the same
// bucket to wake.  The word is looked at in place, held with its address space (vm/usercopy.h) before
// the bucket is locked: nobody can give the address another frame in between, and no fault is taken.
//
// Invariants
//   X1  a sleeper stands in the bucket of its key, until somebody wakes it or it gives up
//   X2  a sleeper whose key is in an object holds a reference to that
//
// Every address is a user's, in `as`, which is the current process's.  => -EINVAL (not aligned to 4),
// -EFAULT, -ENOMEM, -EIO from all of them.
#pragma once

#include "types.h"
#include "task/waitq.h"

struct aspace;

struct futex {
    struct aspace *as;
    uint64 uva;
    bool shared;
};

#define FUTEX_ANY 0xffffffffU // bitset: of whatever kind

// Sleeps if the word is `value`, until somebody wakes a sleeper with one of the bits, or until
// `until` (as of clock_ns(), or WAIT_FOREVER).  => 0: woken; -EAGAIN (it is not), -ETIMEDOUT, -EINTR
int futex_wait(struct futex word, uint32 value, uint32 bitset, uint64 until);
// Wakes at most `most` of those who sleep with one of the bits, the longest first, and one at least.
// => how many
int64 futex_wake(struct futex word, int most, uint32 bitset);
// Wakes at most `wake` who sleep at `from`, and has at most `move` others sleep at `to` instead; if
// `value` is not NULL, only if the word at `from` is that.  => how many, both kinds; -EAGAIN
int64 futex_requeue(struct futex from, struct futex to, int wake, int move, const uint32 *value);
// Changes the word at `to` as `op` says (abi.h), then wakes at most `wake` at `from`, and if the
// comparison holds for what it was, at most `wake_to` there.  => how many; -ENOSYS (no such op)
int64 futex_wake_op(struct futex from, struct futex to, int wake, int wake_to, uint32 op);

void futex_init(void); // once, at boot
