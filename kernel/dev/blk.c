// Block devices: the registry, the range check, and requests that are waited for.

#include "dev/blk.h"
#include "errno.h"
#include "lib/panic.h"
#include "riscv/spinlock.h"
#include "task/waitq.h"

#define BLKDEVS_MAX 8

// Filled at boot, only read afterwards.
static struct blkdev *devices[BLKDEVS_MAX];
static int ndevices;

void blk_register(struct blkdev *dev)
{
    assert(ndevices < BLKDEVS_MAX);
    devices[ndevices++] = dev;
}

struct blkdev *blk_find(int n)
{
    return n >= 0 && n < ndevices ? devices[n] : NULL;
}

// => 0 if the device may be asked for this
static int check(const struct blkdev *dev, const struct bio *bio)
{
    if (bio->op == BIO_FLUSH)
        return bio->npages == 0 ? 0 : -EINVAL;
    if (bio->npages == 0 || bio->npages > BIO_PAGES)
        return -EINVAL;
    if (bio->block >= dev->nblocks || dev->nblocks - bio->block < bio->npages)
        return -EINVAL;
    return bio->op == BIO_WRITE && dev->read_only ? -EROFS : 0;
}

void blk_submit(struct blkdev *dev, struct bio *bio)
{
    bio->status = check(dev, bio);
    if (bio->status)
        bio->done(bio);
    else
        dev->submit(dev, bio);
}

// --- waiting ----------------------------------------------------------------------------------

// A request on the stack of the thread that waits for it.  `waits_lock` is not part of it, because
// it is let go after the waiter has been told, when the stack may be gone.
struct waited_bio {
    struct bio bio;
    struct waitq end;
    bool finished; // by waits_lock
};
static struct spinlock waits_lock = SPINLOCK_INIT("blk wait", RANK_BLK);

static void tell_waiter(struct bio *bio)
{
    struct waited_bio *w = bio->arg;
    spin_lock(&waits_lock);
    w->finished = true;
    wake_all(&w->end);
    spin_unlock(&waits_lock);
}

static int submit_and_wait(struct blkdev *dev, enum bio_op op, uint64 block, void **pages, uint32 n)
{
    struct waited_bio w = {
        .bio = { .op = op, .block = block, .npages = n, .done = tell_waiter },
    };
    for (uint32 i = 0; i < n && i < BIO_PAGES; i++)
        w.bio.page[i] = pages[i];
    w.bio.arg = &w;
    waitq_init(&w.end, op == BIO_WRITE  ? "disk write"
                       : op == BIO_READ ? "disk read"
                                        : "disk flush");
    blk_submit(dev, &w.bio);
    spin_lock(&waits_lock);
    while (!w.finished)
        wait_on(&w.end, &waits_lock);
    spin_unlock(&waits_lock);
    return w.bio.status;
}

int blk_read(struct blkdev *dev, uint64 block, void *page)
{
    return submit_and_wait(dev, BIO_READ, block, &page, 1);
}

int blk_read_many(struct blkdev *dev, uint64 block, void **pages, uint32 n)
{
    return submit_and_wait(dev, BIO_READ, block, pages, n);
}

int blk_write(struct blkdev *dev, uint64 block, const void *page)
{
    void *pages = (void *)page;
    return submit_and_wait(dev, BIO_WRITE, block, &pages, 1);
}

int blk_write_many(struct blkdev *dev, uint64 block, void **pages, uint32 n)
{
    return submit_and_wait(dev, BIO_WRITE, block, pages, n);
}

int blk_flush(struct blkdev *dev)
{
    return submit_and_wait(dev, BIO_FLUSH, 0, NULL, 0);
}
