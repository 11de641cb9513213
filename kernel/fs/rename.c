// Moving names (fs/fs.h: path_rename).
//
// Locks.  Under the volume's rename_lock no directory is moved or removed, so what is above what
// stays as it is.  Then the two directories are locked, the one above the other first if one is,
// and then what the names lead to, if it is a directory that changes.  Nobody else holds the locks
// of two inodes without the rename_lock, so no two threads can wait for each other, even if the
// image lies about what is above what.
//
// A directory may not come to lie below itself.  Going up from the new directory we see whether the
// old one is above it, and by which of its entries: that entry is the one that must not move (its
// trap).  The other way round, the entry of the new directory above the old one is not empty.

#include "errno.h"
#include "fs/dir.h"
#include "fs/names.h"
#include "fs/path.h"
#include "fs/tx.h"

// One of the two names.
struct end {
    struct walk w;
    uint64 trap;            // the entry of w.dir that is above the other directory, 0: none
    struct inode *node;     // what the name leads to, with a reference; NULL: nothing
    struct dir_place where; // its record, or room for one
    struct frame *page;     // that page, once it is owned
    bool turns;             // node is a directory that comes to the other end's: ".." changes
    struct dir_place dots;  // the record of ".."
    struct frame *dots_page;
};

struct renaming {
    struct volume *vol;
    struct end from, to;
    uint32 flags;
    bool moves;    // from one directory to another
    bool in_place; // the record stays and gets the other name
};

static bool leads_to_dir(const struct end *e)
{
    return e->node != NULL && inode_is_dir(e->node);
}

static bool exchanges(const struct renaming *r)
{
    return r->flags & PATH_EXCHANGE;
}

// --- may it be? -------------------------------------------------------------------------------

static int find_traps(struct renaming *r)
{
    struct inode *old = r->from.w.dir, *new = r->to.w.dir;
    if (!r->moves)
        return 0;
    int err = path_entry_above(new, old, &r->from.trap);
    if (!err && r->from.trap == 0)
        err = path_entry_above(old, new, &r->to.trap);
    return err;
}

// => 0, and e->node, NULL if there is nothing by that name
static int find_end(struct end *e)
{
    uint64 number;
    if (e->w.dir->nlink == 0)
        return -ENOENT;
    int err = dir_find(e->w.dir, &e->w.last, &number, &e->where);
    if (err)
        return err == -ENOENT ? 0 : err;
    return inode_find(e->w.dir->table, number, &e->node);
}

// May what the name leads to stand where the path says, behind slashes perhaps?
static bool slash_fits(const struct end *e, const struct inode *node)
{
    return !e->w.slash || inode_is_dir(node);
}

static int check_shapes(const struct renaming *r)
{
    const struct end *from = &r->from, *to = &r->to;
    if (from->node == NULL || (to->node == NULL && exchanges(r)))
        return -ENOENT;
    if (to->node != NULL && (r->flags & PATH_NOREPLACE))
        return -EEXIST;
    if (!slash_fits(from, from->node) || !slash_fits(to, exchanges(r) ? to->node : from->node))
        return -ENOTDIR;
    if (from->node->number == from->trap)
        return -EINVAL;
    if (to->node == NULL)
        return 0;
    if (to->node->number == to->trap)
        return exchanges(r) ? -EINVAL : -ENOTEMPTY;
    if (exchanges(r) || inode_is_dir(from->node) == inode_is_dir(to->node))
        return 0;
    return inode_is_dir(to->node) ? -EISDIR : -ENOTDIR;
}

// A directory that an image lists in itself, or beside itself, would be locked twice.
static int check_distinct(const struct renaming *r, const struct inode *node)
{
    if (node == NULL || (node != r->from.w.dir && node != r->to.w.dir))
        return node != NULL && inode_is_root(node) ? -EBUSY : 0;
    return volume_damage(r->vol, "directory %lu is not where it is listed", node->number);
}

// One end's directory loses `node` to the other's.
static int check_count(const struct end *e, const struct end *other)
{
    bool gains = !leads_to_dir(other);
    if (!e->turns)
        return 0;
    if (e->w.dir->nlink < 3)
        return volume_damage(inode_volume(e->w.dir), "directory %lu counts too few",
                             e->w.dir->number);
    return gains && other->w.dir->nlink >= FS_LINKS_MAX ? -EMLINK : 0;
}

static int check(struct renaming *r)
{
    int err = check_shapes(r);
    if (!err)
        err = check_distinct(r, r->from.node);
    if (!err)
        err = check_distinct(r, r->to.node);
    if (err)
        return err;
    r->from.turns = r->moves && leads_to_dir(&r->from);
    r->to.turns = r->moves && leads_to_dir(&r->to) && exchanges(r);
    err = check_count(&r->from, &r->to);
    return err ? err : check_count(&r->to, &r->from);
}

// --- room -------------------------------------------------------------------------------------

static int find_dots(struct end *e)
{
    struct name dotdot = name_of("..", 2);
    uint64 number;
    int err = e->turns ? dir_find(e->node, &dotdot, &number, &e->dots) : 0;
    return err != -ENOENT ? err
                          : volume_damage(inode_volume(e->node), "directory %lu has no \"..\"",
                                          e->node->number);
}

// Finds where the new name goes.  => 0, and what it keeps
static int find_place(struct renaming *r, uint64 *keeps)
{
    struct inode *dir = r->to.w.dir;
    size_t len = r->to.w.last.len;
    *keeps = 0;
    if (r->to.node != NULL)
        return 0;
    int fits = r->moves ? 0 : dir_fits(dir, len, &r->from.where);
    r->in_place = fits > 0;
    if (fits != 0)
        return fits < 0 ? fits : 0;
    int err = dir_find_room(dir, len, &r->to.where);
    if (!err && !dir_has_page(dir, &r->to.where))
        *keeps = TX_RENAME_KEEP;
    return err;
}

// --- in the transaction -----------------------------------------------------------------------

// => 0, and *out with a reference; or an error, and NULL
static int own_record(struct inode *dir, const struct dir_place *where, struct frame **out)
{
    struct frame *f;
    int err = dir_own(dir, where, &f);
    *out = err ? NULL : f;
    return err;
}

static int own_end(struct end *e)
{
    int err = e->node != NULL ? inode_own(e->node) : 0;
    if (!err && e->turns)
        err = own_record(e->node, &e->dots, &e->dots_page);
    return err ? err : own_record(e->w.dir, &e->where, &e->page);
}

static void let_go(struct end *e)
{
    if (e->page != NULL)
        frame_put(e->page);
    if (e->dots_page != NULL)
        frame_put(e->dots_page);
}

// What stood at this end has come to the other.
static void turn(struct end *e, struct end *other)
{
    inode_touch(e->node, false);
    if (!e->turns)
        return;
    dir_set_target(e->node, &e->dots, e->dots_page, other->w.dir);
    inode_add_links(e->w.dir, -1);
    inode_add_links(other->w.dir, 1);
}

static void set_target(struct end *e, const struct inode *node)
{
    dir_set_target(e->w.dir, &e->where, e->page, node);
    inode_touch(e->w.dir, true);
}

static void exchange(struct renaming *r)
{
    set_target(&r->from, r->to.node);
    set_target(&r->to, r->from.node);
    turn(&r->from, &r->to);
    turn(&r->to, &r->from);
}

static void move(struct renaming *r)
{
    struct end *from = &r->from, *to = &r->to;
    if (r->in_place) {
        dir_set_name(from->w.dir, &from->where, from->page, &to->w.last);
    } else if (to->node != NULL) {
        set_target(to, from->node);
        lose_name(to->w.dir, to->node);
    } else {
        dir_put_name(to->w.dir, &to->where, to->page, &to->w.last, from->node);
    }
    if (!r->in_place)
        dir_take_name(from->w.dir, &from->where, from->page);
    turn(from, to);
    dir_shrink(from->w.dir);
}

static int change(struct renaming *r)
{
    int err = own_end(&r->from);
    if (!err && !r->in_place)
        err = own_end(&r->to); // may add a page: last
    if (!err && exchanges(r))
        exchange(r);
    else if (!err)
        move(r);
    let_go(&r->from);
    let_go(&r->to);
    return err;
}

static int rename_checked(struct renaming *r)
{
    uint64 keeps;
    int err = find_dots(&r->from);
    if (!err)
        err = find_dots(&r->to);
    if (!err && r->to.node != NULL && !exchanges(r))
        err = may_lose_name(r->to.w.dir, r->to.node);
    if (!err)
        err = find_place(r, &keeps);
    if (!err)
        err = tx_begin_rename(r->vol, keeps);
    if (err)
        return err;
    err = change(r);
    tx_end(r->vol);
    return err;
}

// --- locks ------------------------------------------------------------------------------------

static int rename_nodes(struct renaming *r)
{
    bool lock_to = leads_to_dir(&r->to);
    if (r->from.turns)
        mutex_lock(&r->from.node->lock);
    if (lock_to)
        mutex_lock(&r->to.node->lock);
    int err = rename_checked(r);
    if (lock_to)
        mutex_unlock(&r->to.node->lock);
    if (r->from.turns)
        mutex_unlock(&r->from.node->lock);
    return err;
}

// Both directories are locked.
static int rename_in(struct renaming *r)
{
    int err = find_end(&r->from);
    if (!err)
        err = find_end(&r->to);
    if (!err)
        err = check(r);
    if (err || r->from.node == r->to.node)
        return err;
    return rename_nodes(r);
}

// The rename_lock is held.
static int rename_between(struct renaming *r)
{
    int err = find_traps(r);
    if (err)
        return err;
    struct inode *first = r->from.w.dir, *second = r->to.w.dir;
    if (r->to.trap != 0) {
        first = r->to.w.dir;
        second = r->from.w.dir;
    }
    mutex_lock(&first->lock);
    if (r->moves)
        mutex_lock(&second->lock);
    err = rename_in(r);
    if (r->moves)
        mutex_unlock(&second->lock);
    mutex_unlock(&first->lock);
    return err;
}

static int rename_walked(struct renaming *r)
{
    r->vol = inode_volume(r->from.w.dir);
    if (r->to.w.dir->table != r->from.w.dir->table)
        return -EXDEV; // from a snapshot, or into one
    if (walk_ends_in_dots(&r->from.w))
        return -EBUSY;
    if (walk_ends_in_dots(&r->to.w))
        return r->flags & PATH_NOREPLACE ? -EEXIST : -EBUSY;
    r->moves = r->from.w.dir != r->to.w.dir;
    mutex_lock(&r->vol->rename_lock);
    int err = rename_between(r);
    mutex_unlock(&r->vol->rename_lock);
    return err;
}

// The last use of an end: a file that was replaced may go with it.
static void end_end(struct end *e)
{
    if (e->node != NULL)
        inode_put(e->node);
    walk_end(&e->w);
}

int path_rename(struct inode *old_cwd, const char *old_path, struct inode *new_cwd,
                const char *new_path, uint32 flags)
{
    struct renaming r = { .flags = flags };
    if (flags != 0 && flags != PATH_NOREPLACE && flags != PATH_EXCHANGE)
        return -EINVAL;
    int err = walk_parent(old_cwd, old_path, &r.from.w);
    if (err)
        return err;
    err = walk_parent(new_cwd, new_path, &r.to.w);
    if (!err) {
        err = rename_walked(&r);
        end_end(&r.to);
    }
    end_end(&r.from);
    return err;
}
