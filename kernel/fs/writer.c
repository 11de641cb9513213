// Writing many blocks (fs/writer.h).

#include "fs/writer.h"
#include "errno.h"
#include "mem/frame.h"

#define WRITER_BIOS 16

struct block_writer {
    struct blkdev *dev;
    struct bio *open; // being filled: the owner's alone
    struct spinlock lock;
    struct waitq idle; // a request came back
    struct list free;  // by lock: requests at rest
    uint32 nfree;      // by lock
    int status;        // by lock: 0, or -EIO since the last wait
    struct bio bios[WRITER_BIOS];
};
_Static_assert(sizeof(struct block_writer) <= BLK_SIZE, "a writer fits a page");

struct block_writer *writer_new(struct blkdev *dev)
{
    struct block_writer *w = kalloc_zeroed(FRAME_CACHE);
    if (w == NULL)
        return NULL;
    w->dev = dev;
    spin_init(&w->lock, "writer", RANK_IO);
    waitq_init(&w->idle, "writer");
    list_init(&w->free);
    for (int i = 0; i < WRITER_BIOS; i++)
        list_push_back(&w->free, &w->bios[i].link);
    w->nfree = WRITER_BIOS;
    return w;
}

void writer_destroy(struct block_writer *w)
{
    kfree(w);
}

struct frame *writer_frame(struct block_writer *w)
{
    return frame_of_page(w);
}

// From the device's interrupt.
static void done(struct bio *bio)
{
    struct block_writer *w = bio->arg;
    spin_lock(&w->lock);
    if (bio->status != 0)
        w->status = -EIO;
    list_push_back(&w->free, &bio->link);
    w->nfree++;
    wake_all(&w->idle);
    spin_unlock(&w->lock);
}

static struct bio *take_free(struct block_writer *w)
{
    spin_lock(&w->lock);
    while (w->nfree == 0)
        wait_on(&w->idle, &w->lock);
    w->nfree--;
    struct bio *bio = container_of(list_pop_front(&w->free), struct bio, link);
    spin_unlock(&w->lock);
    return bio;
}

static void send(struct block_writer *w)
{
    if (w->open != NULL)
        blk_submit(w->dev, w->open);
    w->open = NULL;
}

void writer_put(struct block_writer *w, uint64 block, void *page)
{
    struct bio *bio = w->open;
    if (bio != NULL && (bio->npages == BIO_PAGES || bio->block + bio->npages != block))
        send(w);
    if (w->open == NULL) {
        bio = take_free(w);
        bio->op = BIO_WRITE;
        bio->block = block;
        bio->npages = 0;
        bio->done = done;
        bio->arg = w;
        w->open = bio;
    }
    bio->page[bio->npages++] = page;
}

int writer_wait(struct block_writer *w)
{
    send(w);
    spin_lock(&w->lock);
    while (w->nfree < WRITER_BIOS)
        wait_on(&w->idle, &w->lock);
    int status = w->status;
    w->status = 0;
    spin_unlock(&w->lock);
    return status;
}
