// Block devices: arrays of 4 KiB blocks.
//
// A request is described by a struct bio, handed to the device by blk_submit(), and comes back
// through its `done` function, called from an interrupt, with `status` set.  Many requests may be
// in flight; the device completes them in any order.  A flush is about the writes that were
// complete when it was submitted.  blk_read/blk_write/blk_flush do one and wait for it.
#pragma once

#include "types.h"
#include "lib/list.h"

#define BLK_SIZE  4096
#define BIO_PAGES 16 // pages in one request, at the most

enum bio_op { BIO_READ, BIO_WRITE, BIO_FLUSH };

struct bio {
    enum bio_op op;
    uint64 block;                  // the first
    uint32 npages;                 // blocks, one page each; 0 for a flush
    void *page[BIO_PAGES];         // kernel addresses, page-aligned
    int status;                    // as blk_read() returns it, valid once done
    void (*done)(struct bio *bio); // may run in an interrupt handler: takes spinlocks only
    void *arg;                     // for done
    struct list link;              // the device's, while in flight
};

struct blkdev {
    const char *name;
    uint64 nblocks;
    bool read_only;
    // Takes the request or queues it; never fails but through bio->status.  => may sleep.
    void (*submit)(struct blkdev *dev, struct bio *bio);
};

void blk_submit(struct blkdev *dev, struct bio *bio); // checks the range, then dev->submit

// One request and its end.  => 0, -EIO (the device says so), -EINVAL (out of range), -EROFS (a
// write to a read-only device).  May sleep.
int blk_read(struct blkdev *dev, uint64 block, void *page);
// n neighbours, at most BIO_PAGES.
int blk_read_many(struct blkdev *dev, uint64 block, void **pages, uint32 n);
int blk_write(struct blkdev *dev, uint64 block, const void *page);
int blk_write_many(struct blkdev *dev, uint64 block, void **pages, uint32 n);
int blk_flush(struct blkdev *dev); // => everything written before is on stable storage

// The n-th block device found, NULL if there is none.
struct blkdev *blk_find(int n);
void blk_register(struct blkdev *dev);
