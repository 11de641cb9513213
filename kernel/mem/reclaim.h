// Giving memory back when it is short.
//
// Whoever keeps frames that it can do without registers a reclaimer.  There are two kinds: those
// that kalloc() calls, whatever locks its caller holds, and those that may sleep, which run when
// somebody who holds no lock calls reclaim_wait().
#pragma once

#include "types.h"

// Gives frames back and returns how many.  May be called with any lock held, so it takes spinlocks
// of a higher rank than RANK_CACHE - 1 only, and only by spin_trylock where rank does not allow
// more.  It never sleeps.
typedef size_t reclaim_fn(size_t want);
void reclaim_register(reclaim_fn *fn);

// Gives back everything that it can, or makes it so that those of the first kind can; may wait for
// the disk, and take the locks from RANK_INODE on.  => how many frames, more or less
typedef size_t reclaim_wait_fn(void);
void reclaim_wait_register(reclaim_wait_fn *fn);

// Asks those of the first kind in turn until one has given something back.  => did one?
bool reclaim(void);
// For those to whom kalloc() has said NULL and who may sleep, before they give up: when memory is
// short, everything that can be given back is.  => try again
bool reclaim_wait(void);
