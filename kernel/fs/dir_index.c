// The index of a directory (fs/dir_index.h): a hash table with open addressing, in pages.
//
// A slot is 0 (never used), GONE, or the hash in the upper half and the place in the lower: the
// record's address within the directory in units of 8 bytes, plus 2.

#include "fs/dir_index.h"
#include "errno.h"
#include "fs/room_map.h"
#include "lib/string.h"
#include "lib/panic.h"
#include "mem/audit.h"
#include "mem/frame.h"
#include "mem/slab.h"

#define GONE           1UL
#define SLOTS_PER_PAGE (FS_BLOCK / sizeof(uint64))
#define PAGES_MAX      512
// Searches of a directory that are made without an index, which costs more than one of them; and
// after an index could not be made.
#define SEARCHES_BEFORE  4
#define SEARCHES_BETWEEN 1000

struct dir_index {
    uint32 npages; // a power of two
    uint32 used;   // slots that are not 0
    uint64 **pages;
    struct room_map room;
};

static uint32 slot_count(const struct dir_index *ix)
{
    return ix->npages * SLOTS_PER_PAGE;
}

static uint64 *slot_at(const struct dir_index *ix, uint64 n)
{
    n &= slot_count(ix) - 1;
    return &ix->pages[n / SLOTS_PER_PAGE][n % SLOTS_PER_PAGE];
}

static uint64 to_slot(uint32 hash, const struct dir_place *where)
{
    return (uint64)hash << 32 | (where->page * (FS_BLOCK / 8) + where->offset / 8 + 2);
}

static struct dir_place to_place(uint64 slot)
{
    uint64 unit = (uint32)slot - 2;
    return (struct dir_place){ unit / (FS_BLOCK / 8), (uint32)(unit % (FS_BLOCK / 8)) * 8 };
}

static void index_free(struct dir_index *ix)
{
    for (uint32 i = 0; ix->pages != NULL && i < ix->npages && ix->pages[i] != NULL; i++)
        kfree(ix->pages[i]);
    kmfree(ix->pages);
    room_map_free(&ix->room);
    kmfree(ix);
}

static bool make_pages(struct dir_index *ix)
{
    ix->pages = kmalloc_zeroed(ix->npages * sizeof ix->pages[0]);
    for (uint32 i = 0; ix->pages != NULL && i < ix->npages; i++) {
        ix->pages[i] = kalloc_zeroed(FRAME_CACHE);
        if (ix->pages[i] == NULL)
            return false;
    }
    return ix->pages != NULL;
}

static struct dir_index *index_new(uint32 npages, uint64 dir_pages)
{
    struct dir_index *ix = kmalloc_zeroed(sizeof *ix);
    if (ix == NULL)
        return NULL;
    ix->npages = npages;
    if (!make_pages(ix) || !room_map_make(&ix->room, dir_pages)) {
        index_free(ix);
        return NULL;
    }
    return ix;
}

// Puts a record in.  => false: more than three quarters would be in use
static bool insert(struct dir_index *ix, uint32 hash, const struct dir_place *where)
{
    if ((ix->used + 1) * 4 > slot_count(ix) * 3)
        return false;
    uint64 n = hash;
    while (*slot_at(ix, n) > GONE)
        n++;
    ix->used += *slot_at(ix, n) == 0;
    *slot_at(ix, n) = to_slot(hash, where);
    return true;
}

// Goes through the directory.  => 0; -ENOSPC: it does not fit; -EIO, -ENOMEM
static int fill(struct inode *dir, struct dir_index *ix)
{
    struct dir_place at = { 0, 0 };
    struct dir_record r;
    int found;
    while ((found = dir_next_record(dir, &at, &r)) == 1) {
        if (!insert(ix, r.hash, &at))
            return -ENOSPC;
        at.offset += r.length;
    }
    return found;
}

// Room for the names that the directory's pages may have, and as many again.
static uint32 fitting_pages(const struct inode *dir)
{
    uint32 npages = 1;
    while (npages < dir->size / FS_BLOCK && npages < PAGES_MAX)
        npages *= 2;
    return npages;
}

static void build(struct inode *dir)
{
    struct dir_index *ix = index_new(fitting_pages(dir), dir->size / FS_BLOCK);
    if (ix != NULL && fill(dir, ix) != 0) {
        index_free(ix);
        ix = NULL;
    }
    dir->index = ix;
}

bool dir_index_ready(struct inode *dir)
{
    if (dir->index == NULL && ++dir->searches > SEARCHES_BEFORE) {
        dir->searches = -SEARCHES_BETWEEN;
        build(dir);
    }
    return dir->index != NULL;
}

bool dir_index_next(struct inode *dir, uint32 hash, uint64 *cursor, struct dir_place *where)
{
    const struct dir_index *ix = dir->index;
    uint64 slot;
    while ((slot = *slot_at(ix, hash + *cursor)) != 0) {
        ++*cursor;
        if (slot >> 32 == hash && slot != GONE) {
            *where = to_place(slot);
            return true;
        }
    }
    return false;
}

void dir_index_add(struct inode *dir, uint32 hash, const struct dir_place *where)
{
    if (dir->index != NULL && !insert(dir->index, hash, where))
        dir_index_drop(dir); // a larger one is made
}

void dir_index_remove(struct inode *dir, uint32 hash, const struct dir_place *where)
{
    const struct dir_index *ix = dir->index;
    if (ix == NULL)
        return;
    for (uint64 n = hash; *slot_at(ix, n) != 0; n++) {
        if (*slot_at(ix, n) == to_slot(hash, where)) {
            *slot_at(ix, n) = GONE;
            return;
        }
    }
}

bool dir_index_find_room(struct inode *dir, uint32 bytes, uint64 *first, uint64 *npages)
{
    return room_map_find(&dir->index->room, bytes, first, npages);
}

void dir_index_set_room(struct inode *dir, uint64 first, uint32 bytes)
{
    room_map_set(&dir->index->room, first, bytes);
}

void dir_index_room_made(struct inode *dir, uint64 page, uint32 bytes)
{
    if (dir->index == NULL)
        return;
    if (room_map_holds(&dir->index->room, page))
        room_map_raise(&dir->index->room, page, bytes);
    else
        dir_index_drop(dir); // a larger one is made
}

void dir_index_drop(struct inode *dir)
{
    if (dir->index != NULL)
        index_free(dir->index);
    dir->index = NULL;
    dir->searches = 0;
}

size_t dir_index_pages(const struct inode *dir)
{
    return dir->index != NULL ? dir->index->npages : 0;
}

void dir_index_audit(struct inode *dir)
{
    const struct dir_index *ix = dir->index;
    assert(mutex_held(&dir->lock));
    if (ix == NULL)
        return;
    for (uint32 i = 0; i < ix->npages; i++)
        audit_count(frame_of_page(ix->pages[i]));
    if (ix->npages * sizeof ix->pages[0] > KMALLOC_OBJ) // a page of its own
        audit_count(frame_of_page(ix->pages));
    room_map_audit(&ix->room);
}
