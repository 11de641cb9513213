// What a program's memory is told when a thread of it goes: that the locks which it holds have lost
// their owner (the robust list), and that it is gone (CLONE_CHILD_CLEARTID, by which others wait for
// it).
//
// All of it is the program's own memory, which may say anything: each address is looked up like any
// that a call is given, a list is followed for ROBUST_MOST entries, and the first that cannot be read
// ends it.
#pragma once

#include "proc/lwp.h"
#include "types.h"

// A robust list begins with this; an entry is the address of the next.
struct robust_head {
    uint64
        first; // the head's own address: the list is empty.  Bit 0 of an entry: a lock of PI kind
    int64 offset;   // from an entry to its lock word
    uint64 pending; // an entry that is being put in or taken out; 0: none
};

#define ROBUST_MOST 2048

// The current thread is about to leave its address space, by its end or by exec.
void robust_tell(struct lwp *l); // there is something to tell
static inline void robust_leave(struct lwp *l)
{
    if (l->robust_list || l->clear_child_tid)
        robust_tell(l);
}
