// Shared by the files of the frame allocator only.
//
// RAM is cut into runs of 2 MiB.  A run is `fresh` until the first frame of it is wanted: its
// struct frames are not even initialised, so that booting does not touch what nobody asked for.
// An open run keeps its own list of free frames; the pool lists the runs that have any, those in
// partial use apart from those that are whole, so that whole runs are kept together.
#pragma once

#include "mem/frame.h"
#include "riscv/spinlock.h"

#define RUN_FRAMES 512

struct run {
    struct list link; // on partial or whole, if nfree > 0
    uint32 head;      // index + 1 of the first free frame
    uint32 nfree;
};

struct pool {
    struct spinlock lock; // RANK_POOL: all below
    struct run *runs;
    size_t nruns;
    size_t fresh; // runs from here on are fresh
    struct list partial, whole;
    size_t nfree;       // free frames in open runs
    size_t nfree_fresh; // frames that will be free once their fresh run is opened
};

extern struct frame *frame_table; // one for each page of RAM, in order
extern size_t frame_count;
extern struct pool pool;

static inline struct frame *frame_at(size_t index)
{
    return &frame_table[index];
}

static inline size_t frame_index(const struct frame *f)
{
    return (size_t)(f - frame_table);
}

// Takes up to `want` frames from the pool, chained by `next`.  => how many; *head is index + 1.
size_t pool_take(size_t want, uint32 *head);
// Is the frame of that index free, be its run open or fresh?  For the one hart that boots.
bool frame_unused(size_t index);
// Gives back a chain.
void pool_give(uint32 head);

// Puts aside the frames that are kept.  Once, before anybody allocates.
void frames_keep(void);
