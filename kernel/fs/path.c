// Walking down a path, and back up to its text (fs/path.h, fs/fs.h).

#include "fs/path.h"
#include "errno.h"
#include "fs/classic.h"
#include "fs/dir.h"
#include "fs/snapshot.h"
#include "lib/string.h"

// Directories that path_of() goes up, at the most: a path has no more names.
#define DEPTH_MAX (PATH_LONGEST / 2)

// Takes the next name off the path.  => its length as written, 0 at the end
static size_t next_name(const char **path, const char **name)
{
    const char *p = *path;
    while (*p == '/')
        p++;
    *name = p;
    while (*p != '\0' && *p != '/')
        p++;
    *path = p;
    return (size_t)(p - *name);
}

static const char *skip_slashes(const char *p)
{
    while (*p == '/')
        p++;
    return p;
}

// Looks a name up.  The number is turned into an inode under the directory's lock, so that it
// cannot have become another file's in between.
static int lookup_in(struct inode *dir, const struct name *name, struct inode **out)
{
    uint64 number;
    if (!inode_is_dir(dir))
        return -ENOTDIR;
    int err = snapshot_step(dir, name, out);
    if (err <= 0)
        return err;
    mutex_lock(&dir->lock);
    err = dir_find(dir, name, &number, NULL);
    if (!err)
        err = inode_find(dir->table, number, out);
    mutex_unlock(&dir->lock);
    return err;
}

// Replaces *dir, and the reference to it, by what the name leads to.
static int step(struct inode **dir, const struct name *name)
{
    struct inode *next;
    if (name_is_dot(name))
        return inode_is_dir(*dir) ? 0 : -ENOTDIR;
    int err = lookup_in(*dir, name, &next);
    if (err)
        return err;
    inode_put(*dir);
    *dir = next;
    return 0;
}

static int start(struct inode *cwd, const char *path, struct inode **out)
{
    if (path[0] == '\0')
        return -ENOENT;
    if (strnlen(path, PATH_LONGEST) == PATH_LONGEST)
        return -ENAMETOOLONG;
    // After a rollback a working directory that was the root is the root.
    if (path[0] == '/' || (cwd->table->replaced && cwd->number == FS_ROOT_INO)) {
        *out = volume_root(inode_volume(cwd));
    } else {
        inode_get(cwd);
        *out = cwd;
    }
    return 0;
}

// Goes on until one name is left.
static int walk_down(struct walk *w, const char *path)
{
    struct volume *vol = inode_volume(w->dir);
    const char *name;
    for (;;) {
        size_t len = next_name(&path, &name);
        int fit = name_fit(vol, len);
        if (fit < 0)
            return fit;
        w->last = name_of(name, (size_t)fit);
        w->slash = *path == '/';
        if (*skip_slashes(path) == '\0')
            return inode_is_dir(w->dir) ? 0 : -ENOTDIR;
        int err = step(&w->dir, &w->last);
        if (err)
            return err;
    }
}

int walk_parent(struct inode *cwd, const char *path, struct walk *out)
{
    int err = start(cwd, path, &out->dir);
    if (err)
        return err;
    err = walk_down(out, path);
    if (err)
        inode_put(out->dir);
    return err;
}

int path_lookup(struct inode *cwd, const char *path, struct inode **out)
{
    struct walk w;
    int err = walk_parent(cwd, path, &w);
    if (err)
        return err;
    if (w.last.len > 0)
        err = step(&w.dir, &w.last);
    if (!err && w.slash && !inode_is_dir(w.dir))
        err = -ENOTDIR;
    if (err)
        inode_put(w.dir);
    else
        *out = w.dir;
    return err;
}

static int listed_name(struct inode *parent, struct inode *dir, struct dir_entry *entry)
{
    mutex_lock(&parent->lock);
    int err = dir_name_of(parent, dir->number, entry);
    mutex_unlock(&parent->lock);
    return err;
}

// The directory above, and the name by which it lists `dir`.
static int name_above(struct inode *dir, struct inode **parent, struct dir_entry *entry)
{
    struct name dotdot = name_of("..", 2);
    int err = lookup_in(dir, &dotdot, parent);
    if (err)
        return err;
    if (inode_is_dir(*parent)) {
        err = snapshot_name_above(*parent, dir, entry);
        if (err > 0)
            err = listed_name(*parent, dir, entry);
    } else {
        err = -ENOTDIR;
    }
    if (err)
        inode_put(*parent);
    return err;
}

// Writes "/name" before what is there already, from the end of the buffer downwards.
static int prepend(char *buf, size_t *at, const char *name)
{
    size_t len = strlen(name);
    if (*at < len + 1)
        return -ERANGE;
    *at -= len;
    memcpy(buf + *at, name, len);
    buf[--*at] = '/';
    return 0;
}

static int climb(struct inode **dir, const struct inode *root, char *buf, size_t *at)
{
    for (int depth = 0; *dir != root; depth++) {
        struct inode *parent;
        struct dir_entry entry;
        if (depth == DEPTH_MAX)
            return -ERANGE;
        int err = name_above(*dir, &parent, &entry);
        if (err)
            return err;
        inode_put(*dir);
        *dir = parent;
        err = prepend(buf, at, entry.name);
        if (err)
            return err;
    }
    return 0;
}

int path_of(struct inode *dir, char *buf, size_t size)
{
    size_t at = size;
    if (size < 2)
        return -ERANGE;
    buf[--at] = '\0';
    struct inode *root = volume_root(inode_volume(dir));
    inode_get(dir);
    int err = climb(&dir, root, buf, &at);
    inode_put(dir);
    inode_put(root);
    if (err)
        return err;
    if (buf[at] == '\0')
        buf[--at] = '/';
    memmove(buf, buf + at, size - at);
    return (int)(size - at);
}
