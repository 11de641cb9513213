// The pager: when users' frames are short, what they have not used lately goes to swap space
// (cache/swap.h), and what is wanted again comes back by the fault.
//
// One thread of the kernel takes pages out, in passes.  A pass goes round the address spaces like the
// hand of a clock, a leaf table at a step: pages with A lose it, pages without go.  It goes on where
// the last one stopped, so a page that is touched once in a round stays.
//
// What can go is private memory that faults have made (FRAME_USER), and shared memory, by its objects
// (cache/memory_object.h).  Pages of small images, which were charged when the program started, stay;
// pages of files the cache can drop.
#pragma once

#include "types.h"

// With so many frames left in the users' share the pager begins; a pass ends with twice as many.
#define PAGER_LOW 256

// Makes the thread that does it.  Once is enough, more does no harm.  => 0, -ENOMEM
int pager_start(void);
// Frames are short: it has something to do.  Any mutex may be held.
void pager_wake(void);
// Waits for a pass to end.  => did it find anything?  Else nothing can go out: there is no swap space,
// or it is full.  No mutex but turns is held.
bool pager_make_room(void);

// One pass, as the thread makes it.  => how many frames it has freed
uint64 pager_pass(void);
// Brings back all that lies in swap space.  => 0, -ENOMEM, -EIO, -EINTR: some of it stays there
int pager_bring_all(void);
