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
// Waits for a pass to end.  => 0: it has found something; -ENOMEM: nothing can go out, for there is no
// swap space, or it is full; -EINTR: killed.  No mutex but turns is held.
int pager_make_room(void);
// The same; then, once (*reclaimed), whatever else takes waiting is given back (mem/reclaim.h).
// => 0: what there was no frame for is to be tried again; else as pager_make_room()
int pager_find_frames(bool *reclaimed);

// One pass.  => how many frames it has freed
uint64 pager_pass(void);
// What the thread does again and again: waits until a pass is wanted, makes it, and tells who waits for
// its end.
void pager_serve(void);
// Brings back all that lies in swap space.  Who finds no frame meanwhile goes first.
// => 0; -ENOMEM, -EIO, -EINTR: some of it stays there
int pager_bring_all(void);
struct blkdev;
// Brings everything back from the disk, and ends its being swap space; or that goes on as before.
// => 0; -EINVAL: it is none, or somebody is about it; or as pager_bring_all()
int pager_swap_off(struct blkdev *disk);
