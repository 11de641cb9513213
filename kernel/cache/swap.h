// Swap space: where pages of users' memory lie while frames are short (docs/memory.md, "Memory
// larger than RAM").
//
// It is a disk.  Its first block says how many blocks there are (the format of Linux's mkswap;
// mkfs --swap writes it too); each of the others is a *slot* for a page.  An entry of a page table
// that names a slot (vm/entry.h: SWAPPED) is to it what an entry with a page is to a frame: slots are
// counted, and fork counts what it shares.
//
// A page goes out by becoming a page of the cache: of the object `swap_object`, its index the slot.
// When it is written, and nobody has it any more, it leaves memory.  It comes back as any object's page
// does, by object_page(&swap_object, slot).  So whoever touches it while it is still there, on its way
// or brought back for somebody else, finds it.  Nobody stores to a frame that the cache has: it has a
// reference more.  All these frames are FRAME_USER, and charged to the users.
//
// Life of a slot: swap_take_out() gives one to a page, with a reference for the entry; who holds one
// may count more; the last swap_put() takes the page off the cache, and the slot is free.
//
// Invariants
//   S1  refs(slot) = entries that name it, the entries of a shared table counted once, + those who
//       write it or bring it in at the moment
//   S2  a slot whose page is in the cache is in use
//   S3  a slot is not given to another page before the write or the read under way has ended
//
// A slot that cannot be read is -EIO to whoever wants the page, and a line on the console.  One that
// cannot be written keeps its page in memory (dirty), and nothing more goes out.
#pragma once

#include "types.h"
#include "cache/object.h"

struct blkdev;

#define SWAP_BATCH 64 // pages written in one go

extern struct object swap_object; // never freed: its references mean nothing

// Takes a disk into use.  => 0; -EBUSY (there is one), -EINVAL (no swap space), -EROFS, -EIO, -ENOMEM
int swap_on(struct blkdev *disk);
// From here on nothing goes out to `disk`.  => 0; -EINVAL: it is not in use as swap space
int swap_begin_off(struct blkdev *disk);
// Ends it; or, if somebody still names a slot, goes on as before.  => 0, -ENOMEM
int swap_end_off(void);
bool swap_is_on(void);
bool swap_has_room(void); // can anything go out at this moment?

// In pages: all slots, and those that are free.
uint64 swap_total(void);
uint64 swap_free(void);

// References to a slot in use.
void swap_get(uint64 slot);
void swap_put(uint64 slot); // no spinlock is held
uint32 swap_refs(uint64 slot);

// What is on its way out: the pages' frames with a reference to each, and one to each one's slot.
struct swap_batch {
    uint32 n;
    struct frame *frame[SWAP_BATCH];
};
// Gives a slot to the page, whose reference passes to the cache, and puts it into the batch.  The
// page is FRAME_USER; nobody stores to it from before swap_write() on.
// => the slot, with one reference for the caller; 0: there is none, or the batch is full
uint64 swap_take_out(struct frame *f, struct swap_batch *batch);
// => the slot of a page that the cache has, counted once more for the caller; 0: it has none
uint64 swap_slot_of(struct frame *f);
// Copies the page in a slot, of which the caller has a reference.  May sleep.  => 0, -EIO, -ENOMEM
int swap_read(uint64 slot, void *page);
// Writes what is in the batch, and empties it.  May sleep.  => how many frames are free now
uint32 swap_write(struct swap_batch *batch);

// Called by the audit's walkers: this holder has one reference to the slot.
void swap_audit_count(uint64 slot);
