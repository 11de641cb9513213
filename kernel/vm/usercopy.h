// Copying to and from user memory.
//
// A user address is never dereferenced.  Each page is looked up in the address space, made
// present or private by the same fault decision that a load or store of the user's would take
// (vm/fault.h), and copied through the direct map while the address space is locked.  So a copy
// can fail exactly where the user's own access would have been fatal, and neither a fork nor a
// store by another thread can give the page to somebody else while it is copied.
#pragma once

#include "types.h"

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
