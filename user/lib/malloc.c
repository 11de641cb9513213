// malloc and free: memory is a row of chunks, each of which knows its own length and that of the
// one before it, so that a freed chunk finds its free neighbours at once and becomes one with them.
// The free ones are in a list; the first that is big enough is taken, and what is left of it stays.
//
//   | before, size | data ...... | before, size | data .. | before, 0 |    the last one is the
//   row's end
//
// The first piece is part of the program's image, so that who needs little gets it even when sbrk()
// has nothing to give.  Further memory comes from sbrk() and is kept.  Should the program move the break itself, another row
// begins behind that. All is aligned to 16 bytes.  Not for threads.
//
// A1 a chunk's `before` is the size of the chunk in front of it, 0 for the first of a row.
// A2 of two neighbours at most one is free.
#include "kernel/types.h"
#include "kernel/vm.h"
#include "user/kine.h"
#include "user/user.h"

#define ALIGN      16
#define PIECE      (16 * 1024) // the first; and at least so much is asked of sbrk
#define USED       1UL         // in size: the sizes themselves are multiples of ALIGN
#define ROUNDUP(n) (((uint64)(n) + ALIGN - 1) & ~(uint64)(ALIGN - 1))

struct chunk {
    uint64 before;
    uint64 size; // this head included, and USED
    // data, or while free:
    struct chunk *next, *prev;
};
#define HEAD     (2 * sizeof(uint64))
#define MIN_SIZE sizeof(struct chunk)

static struct chunk list = { 0, 0, &list, &list };
static struct chunk *row_end; // of the row that can still grow
static char first_piece[PIECE] __attribute__((aligned(ALIGN)));

static uint64 size_of(const struct chunk *c)
{
    return c->size & ~USED;
}

static struct chunk *after(struct chunk *c)
{
    return (struct chunk *)((char *)c + size_of(c));
}

static struct chunk *front(struct chunk *c)
{
    return (struct chunk *)((char *)c - c->before);
}

static void take_out(struct chunk *c)
{
    c->next->prev = c->prev;
    c->prev->next = c->next;
}

static void set_size(struct chunk *c, uint64 size, uint64 used)
{
    c->size = size | used;
    after(c)->before = size;
}

// c belongs to nobody: joins it with its free neighbours and puts it in the list.
static void put_in(struct chunk *c)
{
    struct chunk *behind = after(c);
    uint64 size = size_of(c);
    if (!(behind->size & USED)) {
        take_out(behind);
        size += behind->size;
    }
    if (c->before && !(front(c)->size & USED)) {
        c = front(c);
        take_out(c);
        size += c->size;
    }
    set_size(c, size, 0);
    c->next = list.next;
    c->prev = &list;
    c->next->prev = list.next = c;
}

// A row's end has no data, so only its head is there.
static void end_row(char *at)
{
    row_end = (struct chunk *)at;
    row_end->size = USED;
}

// => false: there is no memory
static bool grow(uint64 need)
{
    uint64 n = need + ALIGN + HEAD; // to align a row of its own, and for its end
    if (n < PIECE)
        n = PIECE;
    char *piece = first_piece;
    if (row_end || n > PIECE)
        piece = n <= 0x7fffffff ? sys_sbrk((int)n, SBRK_EAGER) : SBRK_ERROR;
    if (piece == SBRK_ERROR)
        return false;
    struct chunk *c = row_end;
    if (!c || piece != (char *)c + HEAD) {
        c = (struct chunk *)ROUNDUP(piece);
        c->before = 0;
    }
    uint64 size = ((uint64)(piece + n) - HEAD - (uint64)c) / ALIGN * ALIGN;
    end_row((char *)c + size);
    set_size(c, size, USED);
    put_in(c);
    return true;
}

// Takes `size` bytes of a free chunk, and leaves the rest free if it can be a chunk.
static void *take(struct chunk *c, uint64 size)
{
    uint64 rest = c->size - size;
    take_out(c);
    if (rest < MIN_SIZE) {
        c->size |= USED;
    } else {
        set_size(c, size, USED);
        set_size(after(c), rest, USED);
        put_in(after(c));
    }
    return (char *)c + HEAD;
}

void *malloc(uint n)
{
    uint64 size = ROUNDUP((uint64)n + HEAD);
    if (size < MIN_SIZE)
        size = MIN_SIZE;
    do
        for (struct chunk *c = list.next; c != &list; c = c->next)
            if (c->size >= size)
                return take(c, size);
    while (grow(size));
    return 0;
}

void free(void *p)
{
    if (p)
        put_in((struct chunk *)((char *)p - HEAD));
}
