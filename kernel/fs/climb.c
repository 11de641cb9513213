// Going up: to the text of a path (fs/fs.h: path_of), and to see what is above what (fs/path.h).

#include "errno.h"
#include "fs/dir.h"
#include "fs/path.h"
#include "fs/snapshot.h"
#include "lib/string.h"
#include "task/thread.h"

// Directories that path_of() goes up, at the most: a path has no more names.
#define DEPTH_MAX (PATH_LONGEST / 2)

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
    int err = path_step(dir, &dotdot, parent);
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
    // What was the root before a rollback counts as the root.
    for (int depth = 0; *dir != root && !inode_was_root(*dir); depth++) {
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
        if (!err)
            err = thread_breathe();
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

static int go_up(struct inode **dir)
{
    struct inode *parent;
    struct name dotdot = name_of("..", 2);
    int err = path_step(*dir, &dotdot, &parent);
    if (err)
        return err;
    inode_put(*dir);
    *dir = parent;
    return 0;
}

// The way up of a damaged image may be a circle: then it comes to the marked place again.
int path_entry_above(struct inode *dir, struct inode *above, uint64 *entry)
{
    struct inode *at = dir;
    uint64 marked = 0, steps = 0, mark_after = 1, last = 0;
    int err = 0;
    inode_get(at);
    while (at != above && !inode_is_root(at) && !err) {
        last = at->number;
        err = go_up(&at);
        if (!err && at->number == marked)
            err = volume_damage(inode_volume(at), "directory %lu is above itself", marked);
        if (!err)
            err = thread_breathe();
        if (++steps == mark_after) {
            marked = at->number;
            mark_after *= 2;
            steps = 0;
        }
    }
    *entry = at == above ? last : 0;
    inode_put(at);
    return err;
}
