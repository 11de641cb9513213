// Sealing: checksums from the pages up to the root (fs/tree.h, tree_seal).
//
// Only what is ours is gone through: behind a pointer of an older generation nothing has changed
// (T3).  Nothing is allocated or freed, so pointers stand still while their sums are put in.

#include "cache/cache.h"
#include "errno.h"
#include "fs/commit.h"
#include "fs/tree_priv.h"
#include "fs/meta.h"
#include "lib/crc.h"
#include "task/thread.h"

static int seal_under(struct tree *tree, struct blkptr *p, uint32 level, uint64 index);

static int seal_children(struct tree *tree, struct frame *f, uint32 level, uint64 index)
{
    int err = 0;
    for (uint64 i = 0; i < PTRS_PER_BLOCK && !err; i++)
        err = seal_under(tree, &meta_ptrs(f)[i], level - 1, index + i * tree_span(level - 1));
    return err;
}

// `index` is the first page under *p.
static int seal_under(struct tree *tree, struct blkptr *p, uint32 level, uint64 index)
{
    struct volume *vol = tree->vol;
    if (p->block == 0 || p->gen != (uint32)vol->generation)
        return 0;
    struct frame *f = level > 0 ? cache_find(&vol->meta, p->block) : cache_find(&tree->obj, index);
    if (f == NULL)
        return volume_damage(vol, "block %lu of this generation is not in memory", p->block);
    int err = level > 0 ? seal_children(tree, f, level, index) : 0;
    if (!err) {
        p->crc = crc32c(0, frame_page(f), FS_BLOCK);
        commit_add(vol, f, p->block);
    }
    frame_put(f);
    thread_breathe();
    return err;
}

int tree_seal(struct tree *tree)
{
    return seal_under(tree, &tree->disk.root, tree->disk.height, 0);
}
