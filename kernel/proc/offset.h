// Files with an offset: what a call moves is moved piece by piece, at the file's own offset or at
// one that the caller gives.
//
// Locking: a file's lock is held over a whole transfer at the file's own offset, so that transfers
// of processes that share the file do not mix.  A file with one reference has one user, who is
// here: it needs no lock.  Transfers at an explicit offset take none either.
#pragma once

#include "proc/file.h"
#include "riscv.h"
#include "task/hand.h"
#include "task/thread.h"
#include "vm/usercopy.h"

// Moves what lies within one page of the file and of the user's memory, of the it->left > 0 bytes
// that are to come; it may set *offset first.  => how many, 0 at the end of the file, or a negative
// errno
typedef int64 file_piece(struct file *f, struct user_iter *it, uint64 *offset);

// Gives the user n bytes of a page of the file, from byte `at` on; drops the reference to the page.
// => how many, or a negative errno if there are none
static inline int64 file_page_out(struct user_iter *to, struct frame *page, size_t at, size_t n)
{
    size_t before = to->left;
    frame_in_hand(page);
    int err = user_iter_out(to, (char *)frame_page(page) + at, n);
    frame_from_hand(page);
    size_t done = before - to->left;
    return err && done == 0 ? err : (int64)done;
}

// Moves pieces, and *offset with them; reading ends with a piece that ends within a page, for there
// the file ends.
// => bytes moved, 0 at the end of the file, or a negative errno if there are none
static inline int64 file_move_at(struct file *f, struct user_iter *it, uint64 *offset,
                                 file_piece *piece, bool reading)
{
    for (int64 done = 0;;) {
        int64 got = piece(f, it, offset);
        if (got <= 0)
            return done ? done : got;
        done += got;
        *offset += (uint64)got;
        bool ended = reading && *offset % PGSIZE;
        if (it->left == 0 || ended || thread_breathe_at_rest() != 0)
            return done;
    }
}

// The same at the file's own offset, or at *pos where pos is not NULL (struct file_ops).
static inline int64 file_move(struct file *f, struct user_iter *it, uint64 *pos, file_piece *piece,
                              bool reading)
{
    if (pos)
        return file_move_at(f, it, pos, piece, reading);
    bool shared = __atomic_load_n(&f->refs, __ATOMIC_ACQUIRE) > 1;
    if (shared)
        mutex_lock(&f->lock);
    int64 done = file_move_at(f, it, &f->offset, piece, reading);
    if (shared)
        mutex_unlock(&f->lock);
    return done;
}
