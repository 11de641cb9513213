// Block devices on the host: a file, or memory (mkfs/host.h).

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/panic.h"
#include "mkfs/host.h"

// --- what kernel/dev/blk.h promises -----------------------------------------------------------

void blk_submit(struct blkdev *dev, struct bio *bio)
{
    if (bio->op != BIO_FLUSH &&
        (bio->npages == 0 || bio->npages > BIO_PAGES || bio->block + bio->npages > dev->nblocks)) {
        bio->status = -EINVAL;
        bio->done(bio);
        return;
    }
    dev->submit(dev, bio);
}

static void ignore_end(struct bio *bio)
{
}

static int do_now(struct blkdev *dev, enum bio_op op, uint64 block, void **pages, uint32 n)
{
    struct bio bio = { .op = op, .block = block, .npages = n, .done = ignore_end };
    for (uint32 i = 0; i < n; i++)
        bio.page[i] = pages[i];
    blk_submit(dev, &bio);
    return bio.status;
}

int blk_read(struct blkdev *dev, uint64 block, void *page)
{
    return do_now(dev, BIO_READ, block, &page, 1);
}

int blk_read_many(struct blkdev *dev, uint64 block, void **pages, uint32 n)
{
    return do_now(dev, BIO_READ, block, pages, n);
}

int blk_write(struct blkdev *dev, uint64 block, const void *page)
{
    void *pages = (void *)page;
    return do_now(dev, BIO_WRITE, block, &pages, 1);
}

int blk_write_many(struct blkdev *dev, uint64 block, void **pages, uint32 n)
{
    return do_now(dev, BIO_WRITE, block, pages, n);
}

int blk_flush(struct blkdev *dev)
{
    return do_now(dev, BIO_FLUSH, 0, NULL, 0);
}

// --- a file -----------------------------------------------------------------------------------

static int transfer(int fd, struct bio *bio, uint32 i)
{
    off_t at = (off_t)((bio->block + i) * BLK_SIZE);
    ssize_t n = bio->op == BIO_READ ? pread(fd, bio->page[i], BLK_SIZE, at)
                                    : pwrite(fd, bio->page[i], BLK_SIZE, at);
    return n == BLK_SIZE ? 0 : -EIO;
}

// The image need not outlive the host's power: a flush is left to the host.
static void file_submit(struct blkdev *dev, struct bio *bio)
{
    int fd = container_of(dev, struct host_file, dev)->fd;
    bio->status = 0;
    for (uint32 i = 0; i < bio->npages && bio->status == 0; i++)
        bio->status = transfer(fd, bio, i);
    bio->done(bio);
}

int host_file_open(struct host_file *file, const char *path, uint64 create_blocks, bool read_only)
{
    int flags = read_only ? O_RDONLY : create_blocks > 0 ? O_RDWR | O_CREAT | O_TRUNC : O_RDWR;
    file->fd = open(path, flags, 0666);
    if (file->fd < 0)
        return errno;
    if (create_blocks > 0 && ftruncate(file->fd, (off_t)(create_blocks * BLK_SIZE)) != 0)
        return errno;
    off_t size = lseek(file->fd, 0, SEEK_END);
    if (size < 0)
        return errno;
    file->dev = (struct blkdev){ .name = path,
                                 .nblocks = (uint64)size / BLK_SIZE,
                                 .read_only = read_only,
                                 .submit = file_submit };
    return 0;
}

int host_file_close(struct host_file *file)
{
    return close(file->fd) == 0 ? 0 : errno;
}

// --- memory -----------------------------------------------------------------------------------

// Counts down to the failure that was ordered.  => true: this one fails
static bool fails(struct mem_disk *disk, uint64 *countdown)
{
    if (*countdown == 0)
        return false;
    if (*countdown == 1 && disk->failing_on)
        return true;
    return --*countdown == 0;
}

static int mem_block(struct mem_disk *disk, struct bio *bio, uint32 i)
{
    uint64 block = bio->block + i;
    unsigned char *at = disk->data + block * BLK_SIZE;
    if (bio->op == BIO_READ) {
        disk->reads++;
        if (fails(disk, &disk->fail_read))
            return -EIO;
        memcpy(bio->page[i], at, BLK_SIZE);
        return 0;
    }
    disk->writes++;
    if (fails(disk, &disk->fail_write))
        return -EIO;
    if (disk->log != NULL)
        disk->log(disk, block, bio->page[i]);
    memcpy(at, bio->page[i], BLK_SIZE);
    return 0;
}

static void mem_submit(struct blkdev *dev, struct bio *bio)
{
    struct mem_disk *disk = container_of(dev, struct mem_disk, dev);
    bio->status = 0;
    disk->requests++;
    if (bio->op == BIO_FLUSH) {
        disk->flushes++;
        bio->status = disk->fail_flush ? -EIO : 0;
        if (disk->log != NULL)
            disk->log(disk, 0, NULL);
    }
    for (uint32 i = 0; i < bio->npages && bio->status == 0; i++)
        bio->status = mem_block(disk, bio, i);
    bio->done(bio);
}

void mem_disk_make(struct mem_disk *disk, uint64 nblocks)
{
    *disk =
        (struct mem_disk){ .dev = { .name = "disk", .nblocks = nblocks, .submit = mem_submit } };
    disk->data = calloc(nblocks, BLK_SIZE);
    assert(disk->data != NULL);
}

void mem_disk_free(struct mem_disk *disk)
{
    free(disk->data);
}
