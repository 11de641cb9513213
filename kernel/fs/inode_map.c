// Full pages of the inode table (fs/inode_map.h): bits, in pages that a page of pointers names.

#include "fs/inode_map.h"
#include "lib/bitmap.h"
#include "lib/panic.h"
#include "mem/audit.h"
#include "mem/frame.h"

#define BITS_PER_PAGE (FS_BLOCK * 8UL)
#define PAGES         (FS_BLOCK / sizeof(uint64 *))

// => the bits among which the page's is, NULL: there are none
static uint64 *bits_of(const struct volume *vol, uint64 page)
{
    uint64 n = page / BITS_PER_PAGE;
    return vol->inode_map != NULL && n < PAGES ? vol->inode_map[n] : NULL;
}

uint64 inode_map_next(const struct volume *vol, uint64 page)
{
    const uint64 *bits;
    while ((bits = bits_of(vol, page)) != NULL) {
        size_t bit = bitmap_find_clear(bits, BITS_PER_PAGE, page % BITS_PER_PAGE);
        page = page / BITS_PER_PAGE * BITS_PER_PAGE + bit;
        if (bit < BITS_PER_PAGE)
            break;
    }
    return page;
}

void inode_map_set_full(struct volume *vol, uint64 page)
{
    uint64 n = page / BITS_PER_PAGE;
    if (vol->inode_map == NULL)
        vol->inode_map = kalloc_zeroed(FRAME_CACHE);
    if (vol->inode_map == NULL || n >= PAGES)
        return;
    if (vol->inode_map[n] == NULL)
        vol->inode_map[n] = kalloc_zeroed(FRAME_CACHE);
    if (vol->inode_map[n] != NULL)
        bitmap_set(vol->inode_map[n], page % BITS_PER_PAGE);
}

void inode_map_clear(struct volume *vol, uint64 page)
{
    uint64 *bits = bits_of(vol, page);
    if (bits != NULL)
        bitmap_clear(bits, page % BITS_PER_PAGE);
}

void inode_map_destroy(struct volume *vol)
{
    for (size_t i = 0; vol->inode_map != NULL && i < PAGES; i++)
        if (vol->inode_map[i] != NULL)
            kfree(vol->inode_map[i]);
    if (vol->inode_map != NULL)
        kfree(vol->inode_map);
    vol->inode_map = NULL;
}

void inode_map_audit(const struct volume *vol)
{
    assert(mutex_held(&vol->lock));
    for (size_t i = 0; vol->inode_map != NULL && i < PAGES; i++)
        if (vol->inode_map[i] != NULL)
            audit_count(frame_of_page(vol->inode_map[i]));
    if (vol->inode_map != NULL)
        audit_count(frame_of_page(vol->inode_map));
}
