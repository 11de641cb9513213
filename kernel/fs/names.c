// Paths, and the calls that change the tree of names (fs/fs.h: paths).

#include "errno.h"
#include "fs/classic.h"
#include "fs/dir.h"
#include "fs/path.h"
#include "fs/tx.h"

// Writes "." and ".." into a directory that has just been made.
static int make_dots(struct inode *dir, struct inode *parent)
{
    static const struct dir_place first = { 0, 0 };
    struct volume *vol = inode_volume(dir);
    struct name dot = name_of(".", 1), dotdot = name_of("..", 2);
    struct dir_place second = { 0, record_length(vol, 1) };
    struct frame *f;
    int err = dir_own(dir, &first, &f);
    if (err)
        return err;
    dir_put_name(dir, &first, f, &dot, dir);
    // On a classic page the second record is there; else it is cut off the first.
    dir_put_name(dir, volume_is_classic(vol) ? &second : &first, f, &dotdot, parent);
    frame_put(f);
    return 0;
}

int dir_make_root(struct volume *vol, struct inode **out)
{
    int err = inode_create(vol, S_IFDIR | 0755, 0, out);
    if (err)
        return err;
    err = make_dots(*out, *out);
    if (!err)
        inode_add_links(*out, 2);
    return err;
}

// In a transaction: makes an inode and gives it the name.  If that fails after it was made it is an
// orphan that goes with its last reference.
static int create_named(struct inode *dir, const struct dir_place *where, const struct name *name,
                        uint32 mode, uint64 rdev, struct inode **out)
{
    struct frame *f;
    bool is_dir = (mode & S_IFMT) == S_IFDIR;
    int err = dir_own(dir, where, &f);
    if (err)
        return err;
    err = inode_create(inode_volume(dir), mode, rdev, out);
    if (!err && is_dir)
        err = make_dots(*out, dir);
    if (!err) {
        dir_put_name(dir, where, f, name, *out);
        inode_add_links(*out, is_dir ? 2 : 1);
        if (is_dir)
            inode_add_links(dir, 1);
    }
    frame_put(f);
    return err;
}

// => 0, and the new inode with a reference.  dir's lock is held, the name is not there
static int create_in(struct inode *dir, const struct name *name, uint32 mode, uint64 rdev,
                     struct inode **out)
{
    struct volume *vol = inode_volume(dir);
    struct dir_place where;
    if (dir->nlink == 0)
        return -ENOENT;
    if (dir->nlink >= FS_LINKS_MAX && (mode & S_IFMT) == S_IFDIR)
        return -EMLINK;
    int err = dir_find_room(dir, name->len, &where);
    if (!err)
        err = tx_begin_names(vol, TX_NAMES_KEEP);
    if (err)
        return err;
    struct inode *made = NULL;
    err = create_named(dir, &where, name, mode, rdev, &made);
    tx_end(vol);
    if (!err)
        *out = made;
    else if (made != NULL)
        inode_put(made);
    return err;
}

static int find_or_create(struct walk *w, bool exclusive, uint32 mode, uint64 rdev,
                          struct inode **out)
{
    uint64 number;
    mutex_lock(&w->dir->lock);
    int err = dir_find(w->dir, &w->last, &number, NULL);
    if (err == 0)
        err = exclusive ? -EEXIST : inode_find(w->dir->table, number, out);
    else if (err == -ENOENT && w->slash && (mode & S_IFMT) != S_IFDIR)
        err = -EISDIR;
    else if (err == -ENOENT)
        err = create_in(w->dir, &w->last, mode, rdev, out);
    mutex_unlock(&w->dir->lock);
    return err;
}

int path_open(struct inode *cwd, const char *path, bool create, bool exclusive, uint32 mode,
              uint64 rdev, struct inode **out)
{
    struct walk w;
    if (!create)
        return path_lookup(cwd, path, out);
    int err = walk_parent(cwd, path, &w);
    if (err)
        return err;
    if (w.last.len == 0 || name_is_dot(&w.last) || name_is_dotdot(&w.last))
        err = exclusive ? -EEXIST : path_lookup(cwd, path, out);
    else
        err = find_or_create(&w, exclusive, mode, rdev, out);
    inode_put(w.dir);
    return err;
}

int path_mkdir(struct inode *cwd, const char *path, uint32 mode)
{
    struct inode *made;
    int err = path_open(cwd, path, true, true, S_IFDIR | (mode & 07777), 0, &made);
    if (!err)
        inode_put(made);
    return err;
}

// In a transaction: one more name for `old`.
static int add_name(struct inode *dir, const struct dir_place *where, const struct name *name,
                    struct inode *old)
{
    struct frame *f;
    if (old->nlink == 0)
        return -ENOENT;
    if (old->nlink >= FS_LINKS_MAX)
        return -EMLINK;
    int err = inode_own(old);
    if (!err)
        err = dir_own(dir, where, &f);
    if (err)
        return err;
    dir_put_name(dir, where, f, name, old);
    inode_add_links(old, 1);
    inode_touch(old, false);
    frame_put(f);
    return 0;
}

// dir's lock is held.
static int link_in(struct inode *dir, const struct name *name, struct inode *old)
{
    uint64 there;
    struct dir_place where;
    int err = dir_find(dir, name, &there, NULL);
    if (err != -ENOENT)
        return err ? err : -EEXIST;
    if (dir->nlink == 0)
        return -ENOENT;
    err = dir_find_room(dir, name->len, &where);
    if (!err)
        err = tx_begin_names(inode_volume(dir), TX_NAMES_KEEP);
    if (err)
        return err;
    err = add_name(dir, &where, name, old);
    tx_end(inode_volume(dir));
    return err;
}

static int link_at(struct inode *old, struct inode *cwd, const char *path)
{
    struct walk w;
    if (inode_is_dir(old))
        return -EPERM;
    int err = walk_parent(cwd, path, &w);
    if (err)
        return err;
    if (w.last.len == 0 || name_is_dot(&w.last) || name_is_dotdot(&w.last)) {
        err = -EEXIST;
    } else if (w.slash) {
        err = -ENOENT;
    } else if (inode_volume(w.dir) != inode_volume(old)) {
        err = -EXDEV;
    } else {
        mutex_lock(&w.dir->lock);
        err = link_in(w.dir, &w.last, old);
        mutex_unlock(&w.dir->lock);
    }
    inode_put(w.dir);
    return err;
}

int path_link(struct inode *old_cwd, const char *old_path, struct inode *new_cwd,
              const char *new_path)
{
    struct inode *old;
    int err = path_lookup(old_cwd, old_path, &old);
    if (err)
        return err;
    err = link_at(old, new_cwd, new_path);
    inode_put(old);
    return err;
}

// May the name be taken from the target?  The locks of both are held if the target is a directory.
static int may_unlink(struct inode *target, enum unlink_kind kind)
{
    if (!inode_is_dir(target))
        return kind == UNLINK_DIR ? -ENOTDIR : 0;
    if (kind == UNLINK_FILE)
        return -EISDIR;
    if (target->number == FS_ROOT_INO)
        return -EBUSY;
    int empty = dir_is_empty(target);
    return empty < 0 ? empty : empty ? 0 : -ENOTEMPTY;
}

// In a transaction.
static int remove_name(struct inode *dir, const struct dir_place *where, struct inode *target)
{
    struct frame *f;
    bool is_dir = inode_is_dir(target);
    if (target->nlink < (is_dir ? 2u : 1u) || (is_dir && dir->nlink < 3))
        return volume_damage(inode_volume(dir), "inode %lu has more names than it counts",
                             target->number);
    int err = inode_own(target);
    if (!err)
        err = dir_own(dir, where, &f);
    if (err)
        return err;
    dir_take_name(dir, where, f);
    frame_put(f);
    inode_add_links(target, is_dir ? -2 : -1);
    inode_touch(target, false);
    if (is_dir)
        inode_add_links(dir, -1);
    dir_shrink(dir);
    return 0;
}

// The name's directory is locked, and the target too if it is a directory.
static int unlink_target(struct inode *dir, const struct dir_place *where, struct inode *target,
                         enum unlink_kind kind)
{
    struct volume *vol = inode_volume(dir);
    int err = may_unlink(target, kind);
    if (!err)
        err = tx_begin_names(vol, 0);
    if (err)
        return err;
    err = remove_name(dir, where, target);
    tx_end(vol);
    return err;
}

// => 0 or an error; *target: what the name led to, with a reference, or NULL
static int unlink_in(struct inode *dir, const struct name *name, enum unlink_kind kind,
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
    err = unlink_target(dir, &where, *target, kind);
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
    if (w.last.len == 0) {
        err = -EBUSY;
    } else if (name_is_dot(&w.last) || name_is_dotdot(&w.last)) {
        err = -EINVAL;
    } else {
        mutex_lock(&vol->rename_lock);
        mutex_lock(&w.dir->lock);
        err = unlink_in(w.dir, &w.last, w.slash ? UNLINK_DIR : kind, &target);
        mutex_unlock(&w.dir->lock);
        mutex_unlock(&vol->rename_lock);
    }
    if (target != NULL)
        inode_put(target);
    inode_put(w.dir);
    return err;
}
