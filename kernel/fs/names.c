// The calls that add names: open, mkdir, symlink, link (fs/fs.h: paths).

#include "errno.h"
#include "fs/classic.h"
#include "fs/dir.h"
#include "fs/path.h"
#include "fs/tx.h"
#include "lib/string.h"

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

// What is to be made.
struct making {
    uint32 mode; // S_IF* | bits
    uint64 rdev;
    const char *target; // of a link
    bool follows;       // a link that is there stands for what it leads to
    bool made;          // the answer: it was not there
};

// In a transaction: the content of a link that has just been made.
static int write_target(struct inode *link, const char *target)
{
    struct frame *f;
    int err = tree_page(&link->data, 0, &f);
    if (err)
        return err;
    err = tree_own(&link->data, 0, &f);
    if (!err) {
        link->size = strlen(target);
        memcpy(frame_page(f), target, link->size);
    }
    frame_put(f);
    return err;
}

// In a transaction: makes an inode and gives it the name.  If that fails after it was made it is an
// orphan that goes with its last reference.
static int create_named(struct inode *dir, const struct dir_place *where, const struct name *name,
                        const struct making *m, struct inode **out)
{
    struct frame *f;
    int err = dir_own(dir, where, &f);
    if (err)
        return err;
    err = inode_create(inode_volume(dir), m->mode, m->rdev, out);
    bool is_dir = !err && inode_is_dir(*out);
    if (is_dir)
        err = make_dots(*out, dir);
    else if (!err && m->target != NULL)
        err = write_target(*out, m->target);
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
static int create_in(struct inode *dir, const struct name *name, struct making *m,
                     struct inode **out)
{
    struct volume *vol = inode_volume(dir);
    struct dir_place where;
    if (dir->nlink == 0)
        return -ENOENT;
    if (dir->nlink >= FS_LINKS_MAX && (m->mode & S_IFMT) == S_IFDIR)
        return -EMLINK;
    int err = dir_find_room(dir, name->len, &where);
    if (!err)
        err = tx_begin_names(vol, TX_NAMES_KEEP);
    if (err)
        return err;
    struct inode *made = NULL;
    err = create_named(dir, &where, name, m, &made);
    tx_end(vol);
    m->made = !err;
    if (!err)
        *out = made;
    else if (made != NULL)
        inode_put(made);
    return err;
}

static int find_or_create(struct walk *w, bool exclusive, struct making *m, struct inode **out)
{
    uint64 number;
    mutex_lock(&w->dir->lock);
    int err = dir_find(w->dir, &w->last, &number, NULL);
    if (err == 0)
        err = exclusive ? -EEXIST : inode_find(w->dir->table, number, out);
    else if (err == -ENOENT && w->slash && (m->mode & S_IFMT) != S_IFDIR)
        err = m->target != NULL ? -ENOENT : -EISDIR;
    else if (err == -ENOENT)
        err = create_in(w->dir, &w->last, m, out);
    mutex_unlock(&w->dir->lock);
    return err;
}

// Opens or makes what the walk has come to; what a link stands for, unless it must not be there.
static int open_last(struct walk *w, bool exclusive, struct making *m, struct inode **out)
{
    for (;;) {
        int err;
        if (walk_ends_in_dots(w))
            return exclusive ? -EEXIST : walk_step(w, out);
        err = find_or_create(w, exclusive, m, out);
        if (err)
            return err;
        if (!m->follows || !inode_is_link(*out))
            break;
        err = walk_follow(w, *out);
        inode_put(*out);
        if (err)
            return err;
    }
    if (!w->slash || inode_is_dir(*out))
        return 0;
    inode_put(*out);
    return -ENOTDIR;
}

static int make(struct inode *cwd, const char *path, bool exclusive, struct making *m,
                struct inode **out)
{
    struct walk w;
    int err = walk_parent(cwd, path, &w);
    if (err)
        return err;
    err = open_last(&w, exclusive, m, out);
    walk_end(&w);
    return err;
}

int path_open(struct inode *cwd, const char *path, bool create, bool exclusive, uint32 mode,
              uint64 rdev, struct inode **out)
{
    struct making m = { .mode = mode, .rdev = rdev, .follows = true };
    return create ? make(cwd, path, exclusive, &m, out) : path_lookup(cwd, path, out);
}

int path_open_file(struct inode *cwd, const char *path, struct path_opening *how,
                   struct inode **out)
{
    struct making m = { .mode = how->mode, .follows = how->follow };
    int err;
    if (how->create)
        err = make(cwd, path, how->exclusive, &m, out);
    else
        err = how->follow ? path_lookup(cwd, path, out) : path_lookup_link(cwd, path, out);
    how->made = m.made;
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

int path_symlink(struct inode *cwd, const char *target, const char *path)
{
    struct inode *made;
    struct making m = { .mode = S_IFLNK | 0777, .target = target };
    size_t len = strnlen(target, PATH_LONGEST);
    if (len == 0 || len == PATH_LONGEST)
        return len == 0 ? -ENOENT : -ENAMETOOLONG;
    int err = make(cwd, path, true, &m, &made);
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

int inode_link(struct inode *ino, struct inode *cwd, const char *path)
{
    struct walk w;
    if (inode_is_dir(ino))
        return -EPERM;
    int err = walk_parent(cwd, path, &w);
    if (err)
        return err;
    if (walk_ends_in_dots(&w)) {
        err = -EEXIST;
    } else if (w.slash) {
        err = -ENOENT;
    } else if (w.dir->table != ino->table) {
        err = -EXDEV;
    } else {
        mutex_lock(&w.dir->lock);
        err = link_in(w.dir, &w.last, ino);
        mutex_unlock(&w.dir->lock);
    }
    walk_end(&w);
    return err;
}

int path_link(struct inode *old_cwd, const char *old_path, struct inode *new_cwd,
              const char *new_path)
{
    struct inode *old;
    int err = path_lookup_link(old_cwd, old_path, &old);
    if (err)
        return err;
    err = inode_link(old, new_cwd, new_path);
    inode_put(old);
    return err;
}
