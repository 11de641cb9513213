// Reading everything (fs/fs.h, volume_scrub).
//
// The live files are held still by a snapshot that is born going: nobody finds it, and it is given
// back at the end, or after a cut by the next mount.  What it and the other snapshots name cannot
// change, so it is read without a lock.  Blocks that were read for one parent are not read again
// for the next.  The reference counts and the records of snapshots are read with the volume's mutex
// held, but for what is on its way to the disk.

#include "cache/cache.h"
#include "errno.h"
#include "fs/commit.h"
#include "fs/inode.h"
#include "fs/meta.h"
#include "fs/snapshot.h"
#include "fs/tree_priv.h"
#include "lib/bitmap.h"
#include "lib/string.h"
#include "mem/slab.h"
#include "task/hand.h"
#include "task/thread.h"

#define BITS_PER_PAGE (FS_BLOCK * 8UL)
#define PAGES_PER_DIR (FS_BLOCK / sizeof(uint64 *))

struct scrub {
    struct volume *vol;
    struct scrub_result *result;
    uint64 *
        *seen[FS_BLOCKS_MAX / BITS_PER_PAGE / PAGES_PER_DIR]; // bits by block, in pages of pages
    bool locked; // the volume's mutex is held throughout
};

// --- which blocks have been read --------------------------------------------------------------

static void *page_in(void *slot)
{
    void **at = slot;
    if (*at == NULL)
        *at = page_in_hand_zeroed();
    return *at;
}

// => 1: for the first time; 0; -ENOMEM
static int mark(struct scrub *s, uint64 block)
{
    uint64 page = block / BITS_PER_PAGE;
    uint64 **dir = page_in(&s->seen[page / PAGES_PER_DIR]);
    uint64 *bits = dir != NULL ? page_in(&dir[page % PAGES_PER_DIR]) : NULL;
    if (bits == NULL)
        return -ENOMEM;
    if (bitmap_test(bits, block % BITS_PER_PAGE))
        return 0;
    bitmap_set(bits, block % BITS_PER_PAGE);
    return 1;
}

static void scrub_free(struct scrub *s)
{
    for (size_t i = 0; i < sizeof s->seen / sizeof s->seen[0]; i++) {
        for (size_t j = 0; s->seen[i] != NULL && j < PAGES_PER_DIR; j++)
            if (s->seen[i][j] != NULL)
                page_from_hand(s->seen[i][j]);
        if (s->seen[i] != NULL)
            page_from_hand(s->seen[i]);
    }
    kmfree(s);
}

// --- reading a tree ---------------------------------------------------------------------------

static int scrub_under(struct scrub *s, struct tree *tree, const struct blkptr *p, uint32 level,
                       uint64 index);

// The files that a page of an inode table names.
static int scrub_files(struct scrub *s, struct itable *table, uint64 index, const void *page)
{
    const struct disk_inode *inodes = page;
    int err = 0;
    for (uint64 i = 0; i < INODES_PER_BLOCK && !err; i++) {
        const struct disk_tree *data = &inodes[i].data;
        if (data->root.block == 0 || !tree_valid(s->vol, data))
            continue;
        struct inode *ino = inode_new(table, index * INODES_PER_BLOCK + i); // to be named
        if (ino == NULL)
            return -ENOMEM;
        err = scrub_under(s, &ino->data, &data->root, data->height, 0);
        inode_discard(ino);
    }
    return err;
}

static int scrub_children(struct scrub *s, struct tree *tree, const void *page, uint32 level,
                          uint64 index)
{
    const struct blkptr *ptrs = page;
    int err = 0;
    if (level == 0 && tree->kind == TREE_INODES)
        return scrub_files(s, container_of(tree, struct itable, inodes), index, page);
    for (uint64 i = 0; i < PTRS_PER_BLOCK && level > 0 && !err; i++)
        err = scrub_under(s, tree, &ptrs[i], level - 1, index + i * tree_span(level - 1));
    return err;
}

// Not yet on the disk.
static bool in_memory_only(const struct scrub *s, const struct blkptr *p)
{
    return s->locked && (p->gen == s->vol->generation || commit_in_flight(s->vol, p) != NULL);
}

static int scrub_block(struct scrub *s, struct tree *tree, const struct blkptr *p, uint32 level,
                       uint64 index, void *page)
{
    int err = block_read(s->vol, p, page);
    s->result->blocks++;
    if (!err)
        return scrub_children(s, tree, page, level, index);
    s->result->damaged++;
    block_damage(tree, level > 0 ? "pointer block for page" : "page", index, p, err, page);
    return 0;
}

// => 0; -ENOMEM, -EINTR
static int scrub_under(struct scrub *s, struct tree *tree, const struct blkptr *p, uint32 level,
                       uint64 index)
{
    if (p->block == 0 || in_memory_only(s, p))
        return 0;
    if (!blkptr_valid(s->vol, p)) {
        s->result->damaged++;
        return 0; // the pointer block was whole: its writer was not
    }
    int first = mark(s, p->block);
    if (first <= 0)
        return first;
    void *page = page_in_hand();
    if (page == NULL)
        return -ENOMEM;
    int err = scrub_block(s, tree, p, level, index, page);
    page_from_hand(page);
    if (err)
        return err;
    return s->locked ? thread_breathe() : thread_breathe_at_rest();
}

static int scrub_tree(struct scrub *s, struct tree *tree)
{
    return scrub_under(s, tree, &tree->disk.root, tree->disk.height, 0);
}

// --- the volume -------------------------------------------------------------------------------

static int scrub_snapshots(struct scrub *s)
{
    struct itable *table;
    uint32 id = 0;
    int err = 0;
    while (!err && (err = snapshot_pin_next(s->vol, &id, &table)) == 0) {
        err = scrub_tree(s, &table->inodes);
        itable_unpin(table);
    }
    return err == -ENOENT ? 0 : err; // there is no next one
}

static int scrub_rest(struct scrub *s)
{
    mutex_lock(&s->vol->lock);
    s->locked = true;
    int err = scrub_tree(s, &s->vol->counts);
    if (!err)
        err = scrub_tree(s, &s->vol->snapshots);
    mutex_unlock(&s->vol->lock);
    return err;
}

int volume_scrub(struct volume *vol, struct scrub_result *out)
{
    struct itable *still = NULL; // also if it could not be written yet
    memset(out, 0, sizeof *out);
    struct scrub *s = kmalloc_zeroed(sizeof *s);
    if (s == NULL)
        return -ENOMEM;
    s->vol = vol;
    s->result = out;
    int err = snapshot_hold_still(vol, &still);
    if (!err) {
        err = scrub_tree(s, &still->inodes);
        if (!err)
            err = scrub_rest(s);
        if (!err)
            err = scrub_snapshots(s);
    }
    if (still != NULL) {
        itable_unpin(still);
        snapshots_bury(vol);
    }
    scrub_free(s);
    return err;
}
