// Directories (fs/dir.h): going through records.

#include "fs/dir.h"
#include "errno.h"
#include "fs/dir_index.h"
#include "fs/snapshot.h"
#include "fs/dir_priv.h"
#include "lib/string.h"
#include "task/thread.h"

int record_damage(struct inode *dir, uint64 page, uint32 offset)
{
    return volume_damage(inode_volume(dir), "directory %lu: no record at byte %u of page %lu",
                         dir->number, offset, page);
}

int dir_page(struct inode *dir, uint64 index, struct frame **out)
{
    dir->pages_searched++;
    return object_page(&dir->data.obj, index, out);
}

// What a search asks of each record.  => true: this is it
typedef bool record_test(const struct dir_record *r, const void *arg);

// Looks for a record in one page from the record at `offset` on.  => 1 and its offset; 0; -EIO
static int search_page(struct inode *dir, struct frame *f, uint32 offset, record_test *test,
                       const void *arg, uint32 *at)
{
    while (offset < FS_BLOCK) {
        const struct dir_record *r = record_at(f, offset);
        if (!record_sane(r, offset))
            return record_damage(dir, f->index, offset);
        if (test(r, arg)) {
            *at = offset;
            return 1;
        }
        offset += r->length;
    }
    return 0;
}

// Looks for a record from *where on.  => 1, *where, and its page with a reference; 0; negative
// errno
static int search(struct inode *dir, record_test *test, const void *arg, struct dir_place *where,
                  struct frame **out)
{
    for (; where->page < page_count(dir); where->page++, where->offset = 0) {
        struct frame *f;
        int found = dir_page(dir, where->page, &f);
        if (found < 0)
            return found;
        found = search_page(dir, f, where->offset, test, arg, &where->offset);
        if (found == 1)
            *out = f;
        else
            frame_put(f);
        if (found == 0)
            found = thread_breathe();
        if (found != 0)
            return found;
    }
    return 0;
}

static bool has_name(const struct dir_record *r, const void *arg)
{
    const struct name *n = arg;
    return r->ino != 0 && record_has_name(r, n->s, n->len);
}

// Goes through all records.  => as search()
static int find_by_search(struct inode *dir, const struct name *name, struct dir_place *at,
                          struct frame **f)
{
    *at = (struct dir_place){ 0, 0 };
    return search(dir, has_name, name, at, f);
}

// Looks at the places that the index gives.  => as search()
static int find_by_index(struct inode *dir, const struct name *name, struct dir_place *at,
                         struct frame **f)
{
    struct index_search s;
    for (bool more = dir_index_first(dir, name, &s, at); more; more = dir_index_next(dir, &s, at)) {
        int err = dir_page(dir, at->page, f);
        if (err)
            return err;
        const struct dir_record *r = record_at(*f, at->offset);
        if (record_sane(r, at->offset) && has_name(r, name))
            return 1;
        frame_put(*f);
    }
    return 0;
}

int dir_find(struct inode *dir, const struct name *name, uint64 *ino, struct dir_place *where)
{
    struct dir_place at;
    struct frame *f;
    if (dir->nlink == 0 && !name_is_dot(name))
        return -ENOENT;
    if (inode_is_snapshot_dir(dir) || snapshot_reserves(dir, name))
        return -EROFS; // paths do not come here for it: somebody wants to change it
    int found = dir_index_ready(dir) ? find_by_index(dir, name, &at, &f)
                                     : find_by_search(dir, name, &at, &f);
    if (found <= 0)
        return found < 0 ? found : -ENOENT;
    *ino = record_at(f, at.offset)->ino;
    frame_put(f);
    if (where != NULL)
        *where = at;
    return 0;
}

static bool is_dots(const struct dir_record *r)
{
    return (r->namelen == 1 && r->name[0] == '.') ||
           (r->namelen == 2 && r->name[0] == '.' && r->name[1] == '.');
}

static bool is_real_name(const struct dir_record *r, const void *arg)
{
    return r->ino != 0 && !is_dots(r);
}

static bool is_any_name(const struct dir_record *r, const void *arg)
{
    return r->ino != 0;
}

int dir_next_record(struct inode *dir, struct dir_place *where, struct frame **out)
{
    return search(dir, is_any_name, NULL, where, out);
}

int dir_is_empty(struct inode *dir)
{
    struct dir_place at = { 0, 0 };
    struct frame *f;
    int found = search(dir, is_real_name, NULL, &at, &f);
    if (found == 1)
        frame_put(f);
    return found < 0 ? found : !found;
}

static void to_entry(const struct dir_record *r, struct dir_entry *out)
{
    out->ino = r->ino;
    out->mode = (uint32)r->type << 12;
    memcpy(out->name, r->name, r->namelen);
    out->name[r->namelen] = '\0';
}

static bool leads_to(const struct dir_record *r, const void *arg)
{
    return r->ino == *(const uint64 *)arg && !is_dots(r) && record_possible(r);
}

int dir_name_of(struct inode *dir, uint64 number, struct dir_entry *out)
{
    struct dir_place at = { 0, 0 };
    struct frame *f;
    int found = search(dir, leads_to, &number, &at, &f);
    if (found <= 0)
        return found < 0 ? found : -ENOENT;
    to_entry(record_at(f, at.offset), out);
    frame_put(f);
    return 0;
}

static bool at_or_behind(const struct dir_record *r, const void *arg)
{
    return (uint64)r % FS_BLOCK >= *(const uint64 *)arg;
}

// A place that came from outside may lie within a record: moves it to the next.  => 0, -EIO,
// -ENOMEM
static int align(struct inode *dir, struct dir_place *at)
{
    struct frame *f;
    uint64 wanted = at->offset;
    if (wanted == 0 || at->page >= page_count(dir))
        return 0;
    int err = dir_page(dir, at->page, &f);
    if (err)
        return err;
    int found = search_page(dir, f, 0, at_or_behind, &wanted, &at->offset);
    frame_put(f);
    if (found == 0)
        *at = (struct dir_place){ at->page + 1, 0 };
    return found < 0 ? found : 0;
}

uint64 dir_pages_searched(struct inode *dir)
{
    mutex_lock(&dir->lock);
    uint64 n = dir->pages_searched;
    mutex_unlock(&dir->lock);
    return n;
}

// As search() for names; those that cannot be are left out: a program would take `../x` for a path.
static int search_possible(struct inode *dir, struct dir_place *at, struct frame **f)
{
    int found;
    while ((found = search(dir, is_any_name, NULL, at, f)) == 1) {
        const struct dir_record *r = record_at(*f, at->offset);
        if (record_possible(r))
            break;
        volume_damage(inode_volume(dir), "directory %lu: an impossible name is left out",
                      dir->number);
        at->offset += r->length;
        frame_put(*f);
    }
    return found;
}

int dir_next(struct inode *dir, uint64 *pos, struct dir_entry *out)
{
    struct dir_place at = { *pos / FS_BLOCK, (uint32)(*pos % FS_BLOCK) };
    struct frame *f;
    if (!inode_is_dir(dir))
        return -ENOTDIR;
    if (inode_is_snapshot_dir(dir))
        return snapshot_dir_next(inode_volume(dir), pos, out);
    mutex_lock(&dir->lock);
    int found = align(dir, &at);
    if (!found)
        found = search_possible(dir, &at, &f);
    if (found == 1) {
        const struct dir_record *r = record_at(f, at.offset);
        to_entry(r, out);
        *pos = at.page * FS_BLOCK + at.offset + r->length;
        frame_put(f);
    }
    mutex_unlock(&dir->lock);
    return found;
}
