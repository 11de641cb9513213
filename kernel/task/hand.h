// Pages that a thread has in its hands for the time of a call: the text of a path, the arguments of
// exec, a block that is read.  They hang on the thread, where the audit finds them, so that it may
// rest (task/rest.h) with them.
#pragma once

#include "mem/frame.h"
#include "task/thread.h"

// => a page of the current thread's, a process's; NULL if out of memory
void *page_in_hand(void);
void *page_in_hand_zeroed(void);
// Gives it back.  The thread is the one that got it.
void page_from_hand(void *page);

// For a frame that hangs elsewhere too, to which the thread has a reference: one at a time.
static inline void frame_in_hand(struct frame *f)
{
    current_thread()->frame = f;
}
// Drops the reference.
static inline void frame_from_hand(struct frame *f)
{
    current_thread()->frame = NULL;
    frame_put(f);
}

// Names what t has in its hands to the audit.
void hand_audit(const struct thread *t);
