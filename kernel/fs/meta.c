// Reading blocks and caching pointer blocks (fs/meta.h).

#include "fs/meta.h"
#include "cache/cache.h"
#include "errno.h"
#include "fs/commit.h"
#include "lib/crc.h"
#include "lib/string.h"

int block_read(struct volume *vol, const struct blkptr *p, void *page)
{
    if (blk_read(vol->dev, p->block, page) != 0)
        return -EIO;
    return crc32c(0, page, FS_BLOCK) == p->crc ? 0 : -EINVAL;
}

bool block_from_flight(struct volume *vol, const struct blkptr *p, void *page)
{
    struct frame *f = commit_in_flight(vol, p);
    if (f != NULL)
        page_copy(page, frame_page(f));
    return f != NULL;
}

const char *block_trouble(int err)
{
    return err == -EINVAL ? "does not have the checksum" : "cannot be read; its checksum would be";
}

bool blkptr_valid(const struct volume *vol, const struct blkptr *p)
{
    if (p->block == 0)
        return true;
    return p->block >= FS_FIRST_BLOCK && p->block < vol->nblocks && p->gen < vol->generation;
}

// A pointer block from the disk is believed only if each of its pointers could be true.
static int check_pointers(struct volume *vol, uint64 block, const struct blkptr *ptrs)
{
    for (int i = 0; i < PTRS_PER_BLOCK; i++)
        if (!blkptr_valid(vol, &ptrs[i]))
            return volume_damage(vol, "pointer %d of block %lu leads to block %lu, generation %u",
                                 i, block, ptrs[i].block, ptrs[i].gen);
    return 0;
}

static int meta_read(struct volume *vol, const struct blkptr *p, void *page)
{
    int err = block_from_flight(vol, p, page) ? 0 : block_read(vol, p, page);
    if (err)
        return volume_damage(vol, "pointer block %lu %s %08x", p->block, block_trouble(err),
                             p->crc);
    return check_pointers(vol, p->block, page);
}

int meta_get(struct volume *vol, const struct blkptr *p, struct frame **out)
{
    *out = cache_find(&vol->meta, p->block);
    if (*out != NULL)
        return 0;
    void *page = kalloc(FRAME_CACHE);
    if (page == NULL)
        return -ENOMEM;
    int err = meta_read(vol, p, page);
    if (err) {
        kfree(page);
        return err;
    }
    return cache_enter(&vol->meta, p->block, frame_of_page(page), cache_version(&vol->meta), out);
}

int meta_new(struct volume *vol, uint64 block, struct frame **out)
{
    void *page = kalloc_zeroed(FRAME_CACHE);
    if (page == NULL)
        return -ENOMEM;
    meta_drop(vol, block);
    cache_enter(&vol->meta, block, frame_of_page(page), cache_version(&vol->meta), out);
    cache_mark_dirty(*out);
    return 0;
}

void meta_drop(struct volume *vol, uint64 block)
{
    cache_drop_page(&vol->meta, block);
}
