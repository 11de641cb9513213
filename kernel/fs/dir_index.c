// The index of a directory (fs/dir_index.h): a hash table with open addressing, in pages.
//
// A slot is 0 (never used), GONE, or the hash in the upper half and the place in the lower: the
// record's address within the directory in units of 8 bytes, plus 2.
//
// The hash that a record has on the disk can be computed by everybody, so names with one hash are
// easily made, and a search would go through all of them.  The index has a hash of its own, with a
// key that is new at each boot and never leaves memory.

#include "fs/dir_index.h"
#include "errno.h"
#include "fs/dir_priv.h"
#include "fs/room_map.h"
#include "lib/string.h"
#include "lib/panic.h"
#include "mem/audit.h"
#include "mem/frame.h"
#include "mem/slab.h"
#include "task/thread.h"

#define GONE           1UL
#define SLOTS_PER_PAGE (FS_BLOCK / sizeof(uint64))
#define PER_CHUNK      (PGSIZE / sizeof(uint64 *)) // pages that a chunk names
#define PAGES_MAX      (PER_CHUNK * PER_CHUNK)
#define MEMORY_PART    8 // one index takes no more than this part of memory
// Searches of a directory that are made without an index, which costs more than one of them; and
// after an index could not be made.
#define SEARCHES_BEFORE  4
#define SEARCHES_BETWEEN 1000

struct dir_index {
    uint32 npages; // a power of two
    uint32 used;   // slots that are not 0
    uint64 ***chunks;
    struct room_map room;
};

uint64 name_secret[2] = { 0x9e3779b97f4a7c15UL, 0xd1b54a32d192ed03UL };

void dir_index_seed(const uint64 key[2])
{
    name_secret[0] = key[0];
    name_secret[1] = key[1];
}

static uint32 slot_count(const struct dir_index *ix)
{
    return ix->npages * SLOTS_PER_PAGE;
}

static uint64 *slot_at(const struct dir_index *ix, uint64 n)
{
    n &= slot_count(ix) - 1;
    uint64 page = n / SLOTS_PER_PAGE;
    return &ix->chunks[page / PER_CHUNK][page % PER_CHUNK][n % SLOTS_PER_PAGE];
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

static uint32 chunk_count(const struct dir_index *ix)
{
    return (ix->npages + PER_CHUNK - 1) / PER_CHUNK;
}

static uint32 chunk_length(const struct dir_index *ix)
{
    return ix->npages < PER_CHUNK ? ix->npages : PER_CHUNK;
}

static void index_free(struct dir_index *ix)
{
    for (uint32 c = 0; ix->chunks != NULL && c < chunk_count(ix) && ix->chunks[c] != NULL; c++) {
        for (uint32 i = 0; i < chunk_length(ix) && ix->chunks[c][i] != NULL; i++)
            kfree(ix->chunks[c][i]);
        kmfree(ix->chunks[c]);
        thread_breathe();
    }
    kmfree(ix->chunks);
    room_map_free(&ix->room);
    kmfree(ix);
}

static uint64 **make_chunk(const struct dir_index *ix, uint64 ***chunk)
{
    *chunk = kmalloc_zeroed(chunk_length(ix) * sizeof **chunk);
    for (uint32 i = 0; *chunk != NULL && i < chunk_length(ix); i++) {
        (*chunk)[i] = kalloc_zeroed(FRAME_CACHE);
        if ((*chunk)[i] == NULL)
            return NULL; // what there is goes with the index
        thread_breathe();
    }
    return *chunk;
}

static bool make_pages(struct dir_index *ix)
{
    ix->chunks = kmalloc_zeroed(chunk_count(ix) * sizeof ix->chunks[0]);
    for (uint32 c = 0; ix->chunks != NULL && c < chunk_count(ix); c++)
        if (make_chunk(ix, &ix->chunks[c]) == NULL)
            return false;
    return ix->chunks != NULL;
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

// Is the name of `r` there already?  => 0; -EIO: it is, so a search finds the first of them, and
// the next one when that is removed; -ENOMEM
static int expect_new(struct inode *dir, const struct dir_index *ix, uint32 hash,
                      const struct dir_record *r)
{
    for (uint64 n = hash, slot; (slot = *slot_at(ix, n)) != 0; n++) {
        if (slot >> 32 != hash || slot == GONE)
            continue;
        struct dir_place at = to_place(slot);
        struct frame *f;
        int err = dir_page(dir, at.page, &f);
        if (err)
            return err;
        bool equal = record_has_name(record_at(f, at.offset), r->name, r->namelen);
        frame_put(f);
        if (equal)
            return volume_damage(inode_volume(dir), "directory %lu: a name stands there twice",
                                 dir->number);
    }
    return 0;
}

// Goes through the directory.  => 0; -ENOSPC: it does not fit; -EIO, -ENOMEM
static int fill(struct inode *dir, struct dir_index *ix)
{
    struct dir_place at = { 0, 0 };
    struct frame *f;
    int found;
    while ((found = dir_next_record(dir, &at, &f)) == 1) {
        const struct dir_record *r = record_at(f, at.offset);
        uint32 hash = name_key(r->name, r->namelen), length = r->length;
        int err = expect_new(dir, ix, hash, r);
        frame_put(f);
        if (err)
            return err;
        if (!insert(ix, hash, &at))
            return -ENOSPC;
        at.offset += length;
    }
    return found;
}

// Room for the names that the directory's pages may have, and as many again, if memory allows it.
static uint32 fitting_pages(const struct inode *dir)
{
    uint64 npages = 1;
    while (npages < dir->size / FS_BLOCK && npages < PAGES_MAX &&
           2 * npages <= frames_total() / MEMORY_PART)
        npages *= 2;
    return (uint32)npages;
}

static void build(struct inode *dir)
{
    struct dir_index *ix = index_new(fitting_pages(dir), dir->size / FS_BLOCK);
    int err = ix != NULL ? fill(dir, ix) : 0;
    if (err) {
        index_free(ix);
        ix = NULL;
    }
    if (err == -EINTR) // it was not the directory's fault
        dir->searches = SEARCHES_BEFORE;
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

bool dir_index_next(struct inode *dir, struct index_search *s, struct dir_place *where)
{
    const struct dir_index *ix = dir->index;
    uint64 slot;
    while ((slot = *slot_at(ix, s->at)) != 0) {
        s->at++;
        if (slot >> 32 == s->hash && slot != GONE) {
            *where = to_place(slot);
            return true;
        }
    }
    return false;
}

bool dir_index_first(struct inode *dir, const struct name *name, struct index_search *s,
                     struct dir_place *where)
{
    s->at = s->hash = name->key;
    return dir_index_next(dir, s, where);
}

void dir_index_add(struct inode *dir, const struct name *name, const struct dir_place *where)
{
    if (dir->index != NULL && !insert(dir->index, name->key, where))
        dir_index_drop(dir); // a larger one is made
}

void dir_index_remove(struct inode *dir, const struct dir_record *r, const struct dir_place *where)
{
    const struct dir_index *ix = dir->index;
    if (ix == NULL)
        return;
    uint32 hash = name_key(r->name, r->namelen);
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
    kmalloc_audit(ix->chunks);
    for (uint32 c = 0; c < chunk_count(ix); c++) {
        kmalloc_audit(ix->chunks[c]);
        for (uint32 i = 0; i < chunk_length(ix); i++)
            audit_count(frame_of_page(ix->chunks[c][i]));
        thread_breathe();
    }
    room_map_audit(&ix->room);
}
