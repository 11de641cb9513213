// Taking names away (fs/fs.h: path_unlink).

#include "errno.h"
#include "fs/dir.h"
#include "fs/names.h"
#include "fs/path.h"
#include "fs/tx.h"

struct unlinking {
    enum unlink_kind kind;
    bool slash; // behind the name
};

int may_lose_name(struct inode *dir, struct inode *target)
{
    bool is_dir = inode_is_dir(target);
    if (inode_is_root(target))
        return -EBUSY;
    if (target->nlink < (is_dir ? 2u : 1u) || (is_dir && dir->nlink < 3))
        return volume_damage(inode_volume(dir), "inode %lu has more names than it counts",
                             target->number);
    int empty = is_dir ? dir_is_empty(target) : 1;
    return empty < 0 ? empty : empty ? 0 : -ENOTEMPTY;
}

static int may_unlink(struct inode *dir, struct inode *target, const struct unlinking *u)
{
    if (!inode_is_dir(target) && (u->slash || u->kind == UNLINK_DIR))
        return -ENOTDIR;
    if (inode_is_dir(target) && u->kind == UNLINK_FILE)
        return -EISDIR;
    return may_lose_name(dir, target);
}

void lose_name(struct inode *dir, struct inode *target)
{
    bool is_dir = inode_is_dir(target);
    inode_add_links(target, is_dir ? -2 : -1);
    inode_touch(target, false);
    if (is_dir)
        inode_add_links(dir, -1);
}

// In a transaction.
static int remove_name(struct inode *dir, const struct dir_place *where, struct inode *target)
{
    struct frame *f;
    int err = inode_own(target);
    if (!err)
        err = dir_own(dir, where, &f);
    if (err)
        return err;
    dir_take_name(dir, where, f);
    frame_put(f);
    lose_name(dir, target);
    dir_shrink(dir);
    return 0;
}

// The name's directory is locked, and the target too if it is a directory.
static int unlink_target(struct inode *dir, const struct dir_place *where, struct inode *target,
                         const struct unlinking *u)
{
    struct volume *vol = inode_volume(dir);
    int err = may_unlink(dir, target, u);
    if (!err)
        err = tx_begin_names(vol, 0);
    if (err)
        return err;
    err = remove_name(dir, where, target);
    tx_end(vol);
    return err;
}

// => 0 or an error; *target: what the name led to, with a reference, or NULL
static int unlink_in(struct inode *dir, const struct name *name, const struct unlinking *u,
                     struct inode **target)
{
    struct dir_place where;
    uint64 number;
    int err = dir_find(dir, name, &number, &where);
    if (!err)
        err = inode_find(dir->table, number, target);
    if (err)
        return err;
    if (*target == dir)
        return volume_damage(inode_volume(dir), "directory %lu contains itself", dir->number);
    bool lock = inode_is_dir(*target);
    if (lock)
        mutex_lock(&(*target)->lock);
    err = unlink_target(dir, &where, *target, u);
    if (lock)
        mutex_unlock(&(*target)->lock);
    return err;
}

int path_unlink(struct inode *cwd, const char *path, enum unlink_kind kind)
{
    struct walk w;
    struct inode *target = NULL;
    int err = walk_parent(cwd, path, &w);
    if (err)
        return err;
    struct volume *vol = inode_volume(w.dir);
    struct unlinking u = { kind, w.slash };
    if (w.last.len == 0) {
        err = -EBUSY;
    } else if (walk_ends_in_dots(&w)) {
        err = -EINVAL;
    } else {
        mutex_lock(&vol->rename_lock);
        mutex_lock(&w.dir->lock);
        err = unlink_in(w.dir, &w.last, &u, &target);
        mutex_unlock(&w.dir->lock);
        mutex_unlock(&vol->rename_lock);
    }
    if (target != NULL)
        inode_put(target);
    walk_end(&w);
    return err;
}
