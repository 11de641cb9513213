// Copying to and from user memory.
//
// A user address is never dereferenced.  Each page is looked up in the address space, made
// present or private by the same fault decision that a load or store of the user's would take
// (vm/fault.h), and copied through the direct map while the address space is locked.  So a copy
// can fail exactly where the user's own access would have been fatal, and neither a fork nor a
// store by another thread can give the page to somebody else while it is copied.
#pragma once

#include "abi.h"
#include "types.h"
#include "mem/frame.h"

struct aspace;

// => 0, or -EFAULT (address not allowed; earlier pages may have been copied), -ENOMEM, -EIO.
int copyin(struct aspace *as, void *dst, uint64 src, size_t n);
int copyout(struct aspace *as, uint64 dst, const void *src, size_t n);
// Copies a NUL-terminated string of at most size bytes, NUL included.
// => its length without the NUL; -EFAULT, -ENAMETOOLONG (no NUL within size), ...
int64 copyinstr(struct aspace *as, char *dst, uint64 src, size_t size);

// A piece of user memory within one page, which the kernel may read or write in place.  From
// user_hold() to user_release() the address space is locked (RANK_ASPACE): hold one span at a time,
// copy, release; never wait for another process in between.
struct user_span {
    void *kva;         // kernel address of the first byte
    size_t len;        // bytes, at least 1, up to the end of the page or what was asked for
    struct aspace *as; // whose lock is held
};
// Holds the span that begins at uva and is at most n bytes long (n > 0), for reading, or with
// `write` for writing by the kernel.  => 0 or as copyin.
int user_hold(struct aspace *as, uint64 uva, size_t n, bool write, struct user_span *out);
void user_release(struct user_span *span);

// The same span, to be read in place for as long as that takes, also while its reader sleeps: its
// frame is counted, and nothing is locked.  What its owner stores meanwhile may be seen or not.
struct user_pin {
    void *kva; // only to be read
    size_t len;
};
int user_pin(struct aspace *as, uint64 uva, size_t n, struct user_pin *out); // => as user_hold()
static inline void user_unpin(struct user_pin *pin)
{
    frame_put(frame_of_page(pin->kva));
}

// --- what one call transfers ------------------------------------------------------------------
// Stretches of user memory, from the first to the last as if they were one.  However often the list
// of them is read, and whatever its owner makes of it meanwhile: never more than `left` bytes move.

#define USER_VECTOR_WINDOW 16

struct user_vector {
    struct aspace *as;
    uint64 uva;    // where the part of the list begins that is not in the window
    uint32 behind; // entries there
    uint32 at, n;  // the window's next entry, and how many it has
    struct iovec window[USER_VECTOR_WINDOW];
};

struct user_iter {
    struct aspace *as;
    uint64 uva;              // the next byte
    size_t piece;            // bytes from there to the end of its stretch
    size_t left;             // bytes to come, of all stretches
    struct user_vector *vec; // the stretches behind it; NULL: none
};

// One stretch of n bytes.
static inline struct user_iter user_iter_one(struct aspace *as, uint64 uva, size_t n)
{
    return (struct user_iter){ .as = as, .uva = uva, .piece = n, .left = n };
}
// The `count` stretches that an array of struct iovec at uva lists; vec is room that lasts as long
// as `out`.  No more than `most` bytes are moved.
// => 0; -EINVAL (a length, or the sum of all, is more than a signed number holds); or as copyin
int user_iter_vector(struct aspace *as, uint64 uva, uint32 count, size_t most,
                     struct user_vector *vec, struct user_iter *out);
// At the end of a stretch: goes to the next that is not empty.  => as copyin; -EFAULT also if there
// is none
int user_iter_next(struct user_iter *it);
// Holds the next span (left > 0) as user_hold() does.  It does not move on.
static inline int user_iter_hold(struct user_iter *it, bool write, struct user_span *out)
{
    int err = it->piece == 0 ? user_iter_next(it) : 0;
    if (err)
        return err;
    return user_hold(it->as, it->uva, it->piece < it->left ? it->piece : it->left, write, out);
}
static inline int user_iter_pin(struct user_iter *it, struct user_pin *out)
{
    int err = it->piece == 0 ? user_iter_next(it) : 0;
    if (err)
        return err;
    return user_pin(it->as, it->uva, it->piece < it->left ? it->piece : it->left, out);
}
// Moves on by n bytes, no more than the span had.
static inline void user_iter_advance(struct user_iter *it, size_t n)
{
    it->uva += n;
    it->piece -= n;
    it->left -= n;
}
// Copy the next n <= left bytes, and move on.  => as copyin; then it stands where the copy failed
int user_iter_in(struct user_iter *it, void *dst, size_t n);
int user_iter_out(struct user_iter *it, const void *src, size_t n);
// => of the next n > 0 bytes, how many can be written, made present; a negative errno if there are
// none.  It does not move on.
int64 user_iter_writable(const struct user_iter *it, size_t n);
