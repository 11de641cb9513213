// malloc and free: first fit over a circle of free blocks in order of address, neighbours joined.
//
// Every block begins with a header that tells its size in headers, so that all is aligned to 16
// bytes. Memory comes from sbrk in pieces of at least 64 KiB and is kept.
#include "kernel/types.h"
#include "kernel/vm.h"
#include "user/user.h"

#define PIECE (64 * 1024)

struct block {
    struct block *next; // in the circle, while free
    uint64 units;       // of sizeof(struct block), this header included
};

static struct block ring = { &ring, 0 }; // never handed out: the circle is never empty
static struct block *at = &ring;         // where the last search ended

// => the free block after which b belongs
static struct block *place_of(const struct block *b)
{
    struct block *p = at;
    while (!(p < b && b < p->next) && !(p >= p->next && (b > p || b < p->next)))
        p = p->next;
    return p;
}

static bool join(struct block *low, struct block *high)
{
    if (low == &ring || low + low->units != high)
        return false;
    low->units += high->units;
    low->next = high->next;
    return true;
}

static void put_back(struct block *b)
{
    struct block *before = place_of(b);
    b->next = before->next;
    before->next = b;
    if (b->next != &ring)
        join(b, b->next);
    join(before, b);
    at = before;
}

static bool get_more(uint64 units)
{
    uint64 bytes = units * sizeof(struct block);
    if (bytes < PIECE)
        bytes = PIECE;
    if (bytes > 0x7fffffff)
        return false;
    char *piece = sbrk((int)bytes);
    if (piece == SBRK_ERROR)
        return false;
    struct block *b = (struct block *)(((uint64)piece + 15) & ~15UL);
    b->units = ((uint64)piece + bytes - (uint64)b) / sizeof *b;
    put_back(b);
    return true;
}

// Takes `units` from the end of a block, or all of it.
static struct block *carve(struct block *before, struct block *b, uint64 units)
{
    at = before;
    if (b->units == units) {
        before->next = b->next;
        return b;
    }
    b->units -= units;
    b += b->units;
    b->units = units;
    return b;
}

void *malloc(uint n)
{
    uint64 units = ((uint64)n + sizeof(struct block) - 1) / sizeof(struct block) + 1;
    for (;;) {
        struct block *before = at;
        do {
            struct block *b = before->next;
            if (b->units >= units)
                return carve(before, b, units) + 1;
            before = b;
        } while (before != at);
        if (!get_more(units + 1))
            return 0;
    }
}

void free(void *p)
{
    if (p)
        put_back((struct block *)p - 1);
}
