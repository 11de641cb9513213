// The virtio block driver (Virtio 1.1, section 5.2).
//
// A request is a chain of a header, the pages, and a byte in which the device puts its verdict.
// Header and verdict live in a slot whose number is that of the chain's first descriptor.  As many
// requests are in flight as the ring has descriptors for; the rest wait in a list and follow as
// others complete.
//
// Life of a request: submit() puts it in the ring or in the list; the interrupt collects what is
// complete, refills the ring from the list, and then, with no lock held, calls each bio's `done`,
// which may submit again.
//
// Invariants
//   B1  slot[i].bio is set exactly while the chain that begins at descriptor i is in the ring
//   B2  a bio is in a slot or in `waiting`, until its `done` is called; never in both
//   B3  nothing is in a slot or waiting once the device is broken
//
// Locking: `lock` (RANK_BLK) guards queue, slots and list of one disk.

#include "dev/virtio_blk.h"
#include "dev/blk.h"
#include "dev/plic.h"
#include "dev/virtio.h"
#include "errno.h"
#include "lib/print.h"
#include "mem/audit.h"
#include "mem/frame.h"
#include "mem/slab.h"
#include "riscv/spinlock.h"

#define VIRTIO_BLK_F_RO    (1UL << 5)
#define VIRTIO_BLK_F_FLUSH (1UL << 9)

#define CONFIG_CAPACITY   0 // in sectors
#define SECTOR            512
#define SECTORS_PER_BLOCK (BLK_SIZE / SECTOR)

// Request types and verdicts.
#define REQUEST_IN    0
#define REQUEST_OUT   1
#define REQUEST_FLUSH 4
#define VERDICT_OK    0
#define VERDICT_NONE  0xff // ours: the device has not spoken

#define DISKS_MAX 8
#define PIECES    (BIO_PAGES + 2)

struct slot {
    struct {
        uint32 type;
        uint32 reserved;
        uint64 sector;
    } header;               // the device reads it
    struct bio *bio;        // B1
    volatile uint8 verdict; // the device writes it
};

struct disk {
    struct blkdev blk; // first: a blkdev is its disk
    struct virtio dev;
    bool can_flush;
    char name[8];

    struct spinlock lock; // guards what follows
    bool broken;
    struct virtq queue;
    struct slot *slot; // VIRTQ_MAX of them, in one page
    struct list waiting;
};

_Static_assert(sizeof(struct slot) * VIRTQ_MAX <= BLK_SIZE, "the slots fit in a page");

static struct disk *disks[DISKS_MAX];
static int ndisks;

static struct disk *disk_of(struct blkdev *blk)
{
    return container_of(blk, struct disk, blk);
}

// --- requests ---------------------------------------------------------------------------------

static void fill_header(struct slot *slot, struct bio *bio)
{
    static const uint32 type[] = {
        [BIO_READ] = REQUEST_IN,
        [BIO_WRITE] = REQUEST_OUT,
        [BIO_FLUSH] = REQUEST_FLUSH,
    };
    slot->header.type = type[bio->op];
    slot->header.sector = bio->op == BIO_FLUSH ? 0 : bio->block * SECTORS_PER_BLOCK;
    slot->verdict = VERDICT_NONE;
    slot->bio = bio;
}

// Puts a request into the ring.  => false: not enough descriptors; lock is held
static bool start(struct disk *disk, struct bio *bio)
{
    struct virtq_piece piece[PIECES];
    struct virtq *q = &disk->queue;
    uint32 n = bio->npages + 2;
    if (q->nfree < n)
        return false;
    // The chain will begin at the first free descriptor, and that names the slot.
    struct slot *slot = &disk->slot[q->free];
    fill_header(slot, bio);
    piece[0] = (struct virtq_piece){ virt_to_phys(&slot->header), sizeof slot->header, false };
    for (uint32 i = 0; i < bio->npages; i++)
        piece[i + 1] =
            (struct virtq_piece){ virt_to_phys(bio->page[i]), BLK_SIZE, bio->op == BIO_READ };
    piece[n - 1] = (struct virtq_piece){ virt_to_phys((void *)&slot->verdict), 1, true };
    virtq_add(q, piece, n);
    return true;
}

static void finish(struct bio *bio, int status)
{
    bio->status = status;
    bio->done(bio);
}

static void submit(struct blkdev *blk, struct bio *bio)
{
    struct disk *disk = disk_of(blk);
    if (bio->op == BIO_FLUSH && !disk->can_flush) {
        finish(bio, 0); // no cache that could be flushed
        return;
    }
    spin_lock(&disk->lock);
    bool broken = disk->broken;
    if (!broken && list_empty(&disk->waiting) && start(disk, bio))
        virtq_notify(&disk->queue);
    else if (!broken)
        list_push_back(&disk->waiting, &bio->link);
    spin_unlock(&disk->lock);
    if (broken)
        finish(bio, -EIO);
}

// --- completion -------------------------------------------------------------------------------

static void collect(struct disk *disk, struct list *finished)
{
    int head;
    while ((head = virtq_completed(&disk->queue)) >= 0) {
        struct slot *slot = &disk->slot[head];
        if (!slot->bio)
            continue;
        slot->bio->status = slot->verdict == VERDICT_OK ? 0 : -EIO;
        list_push_back(finished, &slot->bio->link);
        slot->bio = NULL;
    }
}

static void start_waiting(struct disk *disk)
{
    bool any = false;
    while (!list_empty(&disk->waiting)) {
        struct bio *bio = container_of(disk->waiting.next, struct bio, link);
        list_remove(&bio->link);
        if (!start(disk, bio)) {
            list_push_front(&disk->waiting, &bio->link);
            break;
        }
        any = true;
    }
    if (any)
        virtq_notify(&disk->queue);
}

// The device has given up: so do all requests.  The reset makes it let go of their memory.  Keeps
// B3.
static void break_down(struct disk *disk, struct list *finished)
{
    disk->broken = true;
    virtio_reset(&disk->dev);
    for (int i = 0; i < VIRTQ_MAX; i++) {
        if (disk->slot[i].bio)
            list_push_back(&disk->waiting, &disk->slot[i].bio->link);
        disk->slot[i].bio = NULL;
    }
    while (!list_empty(&disk->waiting)) {
        struct bio *bio = container_of(list_pop_front(&disk->waiting), struct bio, link);
        bio->status = -EIO;
        list_push_back(finished, &bio->link);
    }
}

static void interrupt(void *arg)
{
    struct disk *disk = arg;
    struct list finished;
    list_init(&finished);
    spin_lock(&disk->lock);
    bool works = virtio_interrupt(&disk->dev);
    if (!disk->broken)
        collect(disk, &finished);
    if (!works && !disk->broken)
        break_down(disk, &finished);
    if (!disk->broken)
        start_waiting(disk);
    spin_unlock(&disk->lock);

    struct list *link;
    while ((link = list_pop_front(&finished)) != NULL) {
        struct bio *bio = container_of(link, struct bio, link);
        bio->done(bio);
    }
}

// --- start ------------------------------------------------------------------------------------

static void free_disk(struct disk *disk)
{
    if (disk->queue.page)
        kfree(disk->queue.page);
    if (disk->slot)
        kfree(disk->slot);
    kmfree(disk);
}

// => 0 or a negative errno; the disk is not started
static int set_up(struct disk *disk)
{
    uint64 features;
    int err = virtio_negotiate(&disk->dev, VIRTIO_BLK_F_RO | VIRTIO_BLK_F_FLUSH, &features);
    if (err)
        return err;
    disk->slot = kalloc_zeroed(FRAME_OTHER);
    if (!disk->slot)
        return -ENOMEM;
    err = virtq_init(&disk->queue, &disk->dev);
    if (err)
        return err;
    if (disk->queue.size < PIECES)
        return -ENODEV;
    disk->can_flush = features & VIRTIO_BLK_F_FLUSH;
    format(disk->name, sizeof disk->name, "disk%d", ndisks);
    disk->blk = (struct blkdev){
        .name = disk->name,
        .nblocks = virtio_config64(&disk->dev, CONFIG_CAPACITY) / SECTORS_PER_BLOCK,
        .read_only = features & VIRTIO_BLK_F_RO,
        .submit = submit,
    };
    return plic_register(disk->dev.irq, interrupt, disk);
}

static void add_disk(const struct virtio *dev)
{
    struct disk *disk = kmalloc_zeroed(sizeof *disk);
    if (!disk)
        return;
    disk->dev = *dev;
    spin_init(&disk->lock, "disk", RANK_BLK);
    list_init(&disk->waiting);
    int err = set_up(disk);
    if (err) {
        printk("virtio disk at %p: cannot be used (error %d%s)\n", (void *)dev->reg, -err,
               dev->irq ? "" : ": it interrupts a controller that is not served");
        virtio_reset(&disk->dev);
        free_disk(disk);
        return;
    }
    virtio_start(&disk->dev);
    disks[ndisks++] = disk;
    blk_register(&disk->blk);
}

static void audit_disks(void)
{
    for (int i = 0; i < ndisks; i++) {
        audit_count(frame_of_page(disks[i]->queue.page));
        audit_count(frame_of_page(disks[i]->slot));
    }
}

void virtio_blk_init(void)
{
    struct virtio dev;
    virtio_init();
    for (int n = 0; ndisks < DISKS_MAX && virtio_slot(n, &dev); n++)
        if (dev.id == VIRTIO_ID_BLOCK)
            add_disk(&dev);
    audit_register("disks", audit_disks);
}
