// Shared by the files of the page cache only: the hash table.
//
// Buckets hold frame numbers (physical address / 4096; frame 0 is no RAM), in pages of 1,024;
// chains go on in frame.next.
#pragma once

#include "types.h"
#include "mem/frame.h"
#include "riscv/spinlock.h"

#define BUCKETS_PER_PAGE 1024
#define BUCKET_PAGES     256

struct cache_table {
    struct spinlock lock; // RANK_CACHE: all below
    uint32 *buckets[BUCKET_PAGES];
    uint32 nbuckets; // a power of two; fixed once made
    uint32 hand;     // the bucket where eviction goes on
    size_t npages, ndirty;
    uint64 changes; // of these two, so far
};

extern struct cache_table cache;

static inline uint32 *cache_bucket(uint32 n)
{
    return &cache.buckets[n / BUCKETS_PER_PAGE][n % BUCKETS_PER_PAGE];
}

static inline struct frame *frame_numbered(uint32 n)
{
    return frame_of((paddr_t)n << 12);
}

static inline uint32 frame_number(const struct frame *f)
{
    return (uint32)(frame_phys(f) >> 12);
}

// Takes a page off the table and its object's list; the cache's reference passes to the caller.
// => the cache lock is held
void cache_unlink(struct frame *f);
