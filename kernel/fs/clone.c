// Cloning files: two files that share all their blocks (fs/fs.h, inode_clone).

#include "errno.h"
#include "fs/inode.h"
#include "fs/tx.h"

// Blocks that it takes at the most: two inodes, and a path that the old content is cut along.
#define TAKES 40

struct clone {
    struct inode *dst, *src;
};

static void mark_cloned(struct inode *ino)
{
    if (!(ino->flags & INODE_CLONED))
        inode_volume(ino)->nclones++;
    ino->flags |= INODE_CLONED;
}

static int own_both(struct inode *dst, struct inode *src)
{
    int err = inode_own(dst);
    if (!err && !src->table->frozen)
        err = inode_own(src);
    return err;
}

// Once the content is shared, cutting either file needs room of its own.
static bool room_to_share(struct volume *vol, const struct inode *src)
{
    uint64 copy = tree_removals(&src->data), before = tx_removals(vol, 0, 0);
    return tx_has_room(vol, TAKES, tx_removals(vol, 1, copy) - before);
}

// As the first transaction of a generation: nothing of the source is ours.
static int clone(struct volume *vol, void *arg)
{
    struct clone *c = arg;
    if (!room_to_share(vol, c->src))
        return -ENOSPC;
    int err = own_both(c->dst, c->src);
    if (!err)
        err = tree_share(&c->dst->data, &c->src->data);
    if (err)
        return err;
    c->dst->size = c->src->size;
    inode_uncloned(c->dst);
    inode_touch(c->dst, true);
    if (c->src->data.disk.root.block == 0)
        return 0;
    mark_cloned(c->dst);
    if (!c->src->table->frozen)
        mark_cloned(c->src);
    return 0;
}

static int clone_locked(struct inode *dst, struct inode *src)
{
    struct clone c = { dst, src };
    return tx_as_first(inode_volume(dst), clone, &c);
}

int inode_clone(struct inode *dst, struct inode *src)
{
    if (inode_is_dir(dst) || inode_is_dir(src))
        return -EISDIR;
    if ((dst->mode & S_IFMT) != S_IFREG || (src->mode & S_IFMT) != S_IFREG)
        return -EINVAL;
    if (inode_volume(dst) != inode_volume(src))
        return -EXDEV;
    if (dst == src)
        return 0;
    struct inode *first = dst < src ? dst : src, *second = dst < src ? src : dst;
    inode_write_begin(dst);
    mutex_lock(&first->lock);
    mutex_lock(&second->lock);
    int err = clone_locked(dst, src);
    mutex_unlock(&second->lock);
    mutex_unlock(&first->lock);
    inode_write_end(dst);
    return err;
}
