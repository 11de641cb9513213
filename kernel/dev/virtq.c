// The split ring of a virtio queue (Virtio 1.1, section 2.6).
//
// All three parts lie in one page, which is enough for VIRTQ_MAX descriptors: the descriptors,
// right behind them the available ring, and the used ring at the next multiple of USED_ALIGN.  That
// is the layout which a legacy device computes for itself from the page number and the alignment; a
// modern one is told the three addresses.
//
// Invariant
//   V1  nfree descriptors are chained from `free`; every other one belongs to exactly one request
//       that is in the ring and not yet reported complete by virtq_completed()
//
// Memory order.  The device sees memory as another hart does (the machine's DMA is coherent), so
// plain fences are enough; each is argued where it stands.

#include "dev/virtio.h"
#include "dev/virtio_mmio.h"
#include "dev/virtio_ring.h"
#include "errno.h"
#include "mem/frame.h"
#include "riscv.h"

#define USED_ALIGN 64

static void set(struct virtq *q, uint32 reg, uint32 value)
{
    *(volatile uint32 *)(q->dev->reg + reg) = value;
}

static void set_address(struct virtq *q, uint32 low_reg, volatile void *part)
{
    paddr_t pa = virt_to_phys((const void *)part);
    set(q, low_reg, (uint32)pa);
    set(q, low_reg + 4, (uint32)(pa >> 32));
}

static void tell_place(struct virtq *q)
{
    if (q->dev->legacy) {
        set(q, VIRTIO_LEGACY_PAGE_SIZE, PGSIZE);
        set(q, VIRTIO_LEGACY_QUEUE_ALIGN, USED_ALIGN);
        set(q, VIRTIO_LEGACY_QUEUE_PFN, (uint32)(virt_to_phys(q->page) / PGSIZE));
        return;
    }
    set_address(q, VIRTIO_QUEUE_DESC_LOW, q->desc);
    set_address(q, VIRTIO_QUEUE_AVAIL_LOW, q->avail);
    set_address(q, VIRTIO_QUEUE_USED_LOW, q->used);
    set(q, VIRTIO_QUEUE_READY, 1);
}

// => the largest power of two that neither we nor the device find too large
static uint16 choose_size(uint32 device_max)
{
    uint16 size = VIRTQ_MAX;
    while (size > device_max)
        size /= 2;
    return size;
}

static void lay_out(struct virtq *q)
{
    size_t avail = sizeof(struct virtq_desc) * q->size;
    size_t avail_end = avail + sizeof(struct virtq_avail) + sizeof(uint16) * (q->size + 1UL);
    size_t used = (avail_end + USED_ALIGN - 1) / USED_ALIGN * USED_ALIGN;
    q->desc = q->page;
    q->avail = (void *)((char *)q->page + avail);
    q->used = (void *)((char *)q->page + used);
    for (uint16 i = 0; i < q->size; i++)
        q->desc[i].next = i + 1;
    q->free = 0;
    q->nfree = q->size;
}

int virtq_init(struct virtq *q, struct virtio *dev)
{
    *q = (struct virtq){ .dev = dev };
    set(q, VIRTIO_QUEUE_SEL, 0);
    q->size = choose_size(*(volatile uint32 *)(dev->reg + VIRTIO_QUEUE_NUM_MAX));
    if (q->size == 0)
        return -ENODEV;
    q->page = kalloc_zeroed(FRAME_OTHER);
    if (!q->page)
        return -ENOMEM;
    lay_out(q);
    set(q, VIRTIO_QUEUE_NUM, q->size);
    tell_place(q);
    return 0;
}

int virtq_add(struct virtq *q, const struct virtq_piece *piece, uint32 n)
{
    if (n == 0 || n > q->nfree)
        return -EAGAIN;
    uint16 head = q->free, at = head;
    for (uint32 i = 0; i < n; i++) {
        struct virtq_desc *d = &q->desc[at];
        d->addr = piece[i].addr;
        d->len = piece[i].len;
        d->flags =
            (piece[i].device_writes ? VIRTQ_DESC_WRITE : 0) | (i + 1 < n ? VIRTQ_DESC_NEXT : 0);
        at = d->next;
    }
    q->free = at;
    q->nfree -= (uint16)n;
    q->avail->ring[q->avail_idx++ % q->size] = head;
    // The device may follow idx as soon as it sees it: everything it will find there comes first.
    __asm__ volatile("fence w, w" ::: "memory");
    q->avail->idx = q->avail_idx;
    return head;
}

// The device sets NO_NOTIFY, then looks at avail->idx a last time before it goes to work; we store
// idx, then look at the flag.  With the full fence between (ours here, the device's there) one of
// the two sees the other's store, so no request is left lying.
void virtq_notify(struct virtq *q)
{
    __asm__ volatile("fence rw, rw" ::: "memory");
    if (q->used->flags & VIRTQ_USED_NO_NOTIFY)
        return;
    // A device register: the ring in memory must be seen before the write reaches the device.
    __asm__ volatile("fence w, o" ::: "memory");
    set(q, VIRTIO_QUEUE_NOTIFY, 0);
}

// Gives the chain back.  => false: it is none of ours, the device is mad
static bool free_chain(struct virtq *q, uint32 head)
{
    if (head >= q->size)
        return false;
    uint16 n = 1, last = (uint16)head;
    for (; (q->desc[last].flags & VIRTQ_DESC_NEXT) && n < q->size; n++)
        last = q->desc[last].next;
    q->desc[last].next = q->free;
    q->free = (uint16)head;
    q->nfree += n;
    return true;
}

int virtq_completed(struct virtq *q)
{
    while (q->used_idx != q->used->idx) {
        // idx was read first: the entry, and what the device wrote into the request's memory, are
        // no older than it.
        __asm__ volatile("fence r, r" ::: "memory");
        uint32 head = q->used->ring[q->used_idx++ % q->size].id;
        if (free_chain(q, head))
            return (int)head;
    }
    return -1;
}
