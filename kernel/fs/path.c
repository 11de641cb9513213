// Walking down a path (fs/path.h, fs/fs.h).

#include "fs/path.h"
#include "errno.h"
#include "fs/classic.h"
#include "fs/dir.h"
#include "fs/snapshot.h"
#include "lib/string.h"
#include "mem/frame.h"
#include "task/thread.h"

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

// The number is turned into an inode under the directory's lock, so that it cannot have become
// another file's in between.
int path_step(struct inode *dir, const struct name *name, struct inode **out)
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

static void go_to(struct walk *w, struct inode *dir)
{
    inode_put(w->dir);
    w->dir = dir;
}

static void go_to_root(struct walk *w)
{
    go_to(w, volume_root(inode_volume(w->dir)));
}

// Puts the link's target before what is left of the path.  => 0, and the text in w->text
static int splice(struct walk *w, struct inode *link, const char *rest)
{
    size_t left = strlen(rest) + 1;
    struct inode_info info;
    inode_info(link, &info);
    if (info.size == 0 || info.size >= PATH_LONGEST)
        return volume_damage(inode_volume(link), "link %lu has %lu bytes", info.ino, info.size);
    if (info.size + left > PATH_LONGEST)
        return -ENAMETOOLONG;
    if (w->text == NULL)
        w->text = kalloc(FRAME_CACHE);
    if (w->text == NULL)
        return -ENOMEM;
    memmove(w->text + info.size, rest, left); // it may lie in the same page
    int64 got = inode_read(link, w->text, 0, info.size);
    return got < 0 ? (int)got : (uint64)got == info.size ? 0 : -EIO;
}

// Replaces link and *path, which is what is left behind it, by the target.
static int follow(struct walk *w, struct inode *link, const char **path)
{
    if (++w->links > LINKS_FOLLOWED)
        return -ELOOP;
    int err = splice(w, link, *path);
    if (err)
        return err;
    *path = w->text;
    if (w->text[0] == '/')
        go_to_root(w);
    return 0;
}

// Goes into what the name leads to.  *path: what is left behind the name.
static int step(struct walk *w, const char **path)
{
    struct inode *next;
    int err = 0;
    if (name_is_dot(&w->last))
        return inode_is_dir(w->dir) ? 0 : -ENOTDIR;
    err = path_step(w->dir, &w->last, &next);
    if (err)
        return err;
    if (!inode_is_link(next)) {
        go_to(w, next);
        return 0;
    }
    err = follow(w, next, path);
    inode_put(next);
    return err;
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
        w->rest = path;
        if (*skip_slashes(path) == '\0')
            return inode_is_dir(w->dir) ? 0 : -ENOTDIR;
        int err = step(w, &path);
        if (!err)
            err = thread_breathe();
        if (err)
            return err;
    }
}

bool inode_was_root(const struct inode *ino)
{
    return ino->table->replaced && inode_is_root(ino);
}

// => where the walk begins, with a reference.  After a rollback a working directory that was the
// root is the root.
static struct inode *start(struct inode *cwd, const char *path)
{
    if (path[0] == '/' || inode_was_root(cwd))
        return volume_root(inode_volume(cwd));
    inode_get(cwd);
    return cwd;
}

int walk_parent(struct inode *cwd, const char *path, struct walk *out)
{
    if (path[0] == '\0')
        return -ENOENT;
    if (strnlen(path, PATH_LONGEST) == PATH_LONGEST)
        return -ENAMETOOLONG;
    *out = (struct walk){ .dir = start(cwd, path) };
    int err = walk_down(out, path);
    if (err)
        walk_end(out);
    return err;
}

int walk_follow(struct walk *w, struct inode *link)
{
    const char *path = w->rest;
    int err = follow(w, link, &path);
    return err ? err : walk_down(w, path);
}

void walk_end(struct walk *w)
{
    inode_put(w->dir);
    if (w->text != NULL)
        kfree(w->text);
}

bool walk_ends_in_dots(const struct walk *w)
{
    return w->last.len == 0 || name_is_dot(&w->last) || name_is_dotdot(&w->last);
}

int walk_step(struct walk *w, struct inode **out)
{
    if (w->last.len > 0 && !name_is_dot(&w->last))
        return path_step(w->dir, &w->last, out);
    inode_get(w->dir);
    *out = w->dir;
    return 0;
}

// Looks up what the walk has come to, and follows links.  Slashes behind a link ask for what it
// stands for.
static int lookup_last(struct walk *w, bool follows, struct inode **out)
{
    for (;;) {
        int err = walk_step(w, out);
        if (err)
            return err;
        if (inode_is_link(*out) && (follows || w->slash))
            err = walk_follow(w, *out);
        else if (!w->slash || inode_is_dir(*out))
            return 0;
        else
            err = -ENOTDIR;
        inode_put(*out);
        if (err)
            return err;
    }
}

static int lookup(struct inode *cwd, const char *path, bool follows, struct inode **out)
{
    struct walk w;
    int err = walk_parent(cwd, path, &w);
    if (err)
        return err;
    err = lookup_last(&w, follows, out);
    walk_end(&w);
    return err;
}

int path_lookup(struct inode *cwd, const char *path, struct inode **out)
{
    return lookup(cwd, path, true, out);
}

int path_lookup_link(struct inode *cwd, const char *path, struct inode **out)
{
    return lookup(cwd, path, false, out);
}

int64 path_readlink(struct inode *cwd, const char *path, char *buf, size_t size)
{
    struct inode *link;
    int64 got = path_lookup_link(cwd, path, &link);
    if (got)
        return got;
    got = inode_is_link(link) ? inode_read(link, buf, 0, size) : -EINVAL;
    inode_put(link);
    return got;
}
