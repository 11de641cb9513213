// Cloning files: two files that share all their blocks (fs/fs.h, inode_clone).

#include "errno.h"
#include "fs/inode.h"
#include "fs/tx.h"

// Blocks that it takes at the most: an inode, and a path that the old content is cut along.
#define TAKES 40

struct clone {
    struct inode *dst, *src;
};

// Once the content is shared, cutting either file needs room of its own.
static bool room_to_share(struct volume *vol, const struct inode *src)
{
    uint64 before = tx_removals(vol), then = tx_removals_with_clone(vol, &src->data);
    return tx_has_room(vol, TAKES, then > before ? then - before : 0);
}

// As the first transaction of a generation: nothing of the source is ours.
static int clone(struct volume *vol, void *arg)
{
    struct clone *c = arg;
    if (!room_to_share(vol, c->src))
        return -ENOSPC;
    int err = inode_own(c->dst);
    if (!err)
        err = tree_share(&c->dst->data, &c->src->data);
    if (err)
        return err;
    c->dst->size = c->src->size;
    inode_touch(c->dst, true);
    return 0;
}

static int clone_locked(struct inode *dst, struct inode *src)
{
    struct clone c = { dst, src };
    int err = tx_as_first(inode_volume(dst), clone, &c);
    inode_forget_maps(dst, 0);
    return err;
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
