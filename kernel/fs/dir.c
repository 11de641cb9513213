// Directories (fs/dir.h): going through records, and changing them.

#include "fs/dir.h"
#include "cache/cache.h"
#include "errno.h"
#include "fs/classic.h"
#include "fs/dir_index.h"
#include "fs/snapshot.h"
#include "lib/string.h"

static struct dir_record *record_at(struct frame *f, uint32 offset)
{
    return (struct dir_record *)((char *)frame_page(f) + offset);
}

static uint64 page_count(const struct inode *dir)
{
    return dir->size / FS_BLOCK;
}

// Does the record keep to its page (D1)?
static bool record_sane(const struct dir_record *r, uint32 offset)
{
    return r->length >= sizeof *r && r->length % 8 == 0 && offset + r->length <= FS_BLOCK &&
           sizeof *r + r->namelen <= r->length;
}

static int record_damage(struct inode *dir, uint64 page, uint32 offset)
{
    return volume_damage(inode_volume(dir), "directory %lu: no record at byte %u of page %lu",
                         dir->number, offset, page);
}

int dir_page(struct inode *dir, uint64 index, struct frame **out)
{
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
        if (found != 0)
            return found;
    }
    return 0;
}

static bool has_name(const struct dir_record *r, const void *arg)
{
    const struct name *n = arg;
    return r->hash == n->hash && r->ino != 0 && r->namelen == n->len &&
           memcmp(r->name, n->s, n->len) == 0;
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
    uint64 cursor = 0;
    while (dir_index_next(dir, name->hash, &cursor, at)) {
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
    return r->name[0] == '.' && (r->namelen == 1 || (r->namelen == 2 && r->name[1] == '.'));
}

static bool is_real_name(const struct dir_record *r, const void *arg)
{
    return r->ino != 0 && !is_dots(r);
}

static bool is_any_name(const struct dir_record *r, const void *arg)
{
    return r->ino != 0;
}

int dir_next_record(struct inode *dir, struct dir_place *where, struct dir_record *out)
{
    struct frame *f;
    int found = search(dir, is_any_name, NULL, where, &f);
    if (found == 1) {
        *out = *record_at(f, where->offset);
        frame_put(f);
    }
    return found;
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
    return r->ino == *(const uint64 *)arg && !is_dots(r);
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
        found = search(dir, is_any_name, NULL, &at, &f);
    if (found == 1) {
        const struct dir_record *r = record_at(f, at.offset);
        to_entry(r, out);
        *pos = at.page * FS_BLOCK + at.offset + r->length;
        frame_put(f);
    }
    mutex_unlock(&dir->lock);
    return found;
}

// Bytes of the record's own name; what is behind them can be given to another.
static uint32 used_bytes(const struct volume *vol, const struct dir_record *r)
{
    return r->ino == 0 ? 0 : record_length(vol, r->namelen);
}

struct room_wanted {
    const struct volume *vol;
    uint32 bytes;
};

static bool has_room(const struct dir_record *r, const void *arg)
{
    const struct room_wanted *w = arg;
    return r->length >= used_bytes(w->vol, r) + w->bytes;
}

int dir_find_room(struct inode *dir, size_t len, struct dir_place *where)
{
    struct volume *vol = inode_volume(dir);
    struct room_wanted wanted = { vol, record_length(vol, len) };
    struct frame *f;
    *where = (struct dir_place){ dir->room_page, dir->room_offset };
    int found = search(dir, has_room, &wanted, where, &f);
    if (found < 0)
        return found;
    if (found == 1)
        frame_put(f);
    // What is before has no room, until a name is taken from there.
    dir->room_page = where->page;
    dir->room_offset = where->offset;
    return 0;
}

static int own_page(struct inode *dir, const struct dir_place *where, struct frame **f)
{
    bool added = where->page == page_count(dir);
    if (!added && !record_sane(record_at(*f, where->offset), where->offset))
        return record_damage(dir, where->page, where->offset);
    int err = tree_own(&dir->data, where->page, f);
    if (!err && added) {
        records_init(inode_volume(dir), frame_page(*f));
        dir->size += FS_BLOCK;
    }
    return err;
}

int dir_own(struct inode *dir, const struct dir_place *where, struct frame **out)
{
    int err = inode_own(dir);
    if (!err)
        err = tree_page(&dir->data, where->page, out);
    if (err)
        return err;
    err = own_page(dir, where, out);
    if (err)
        frame_put(*out);
    return err;
}

void dir_put_name(struct inode *dir, const struct dir_place *where, struct frame *f,
                  const struct name *name, const struct inode *target)
{
    struct dir_record *r = record_at(f, where->offset);
    uint32 used = used_bytes(inode_volume(dir), r);
    if (used > 0) { // the rest of a longer record
        struct dir_record *rest = record_at(f, where->offset + used);
        rest->length = (uint16)(r->length - used);
        r->length = (uint16)used;
        r = rest;
    }
    r->ino = target->number;
    r->namelen = (uint8)name->len;
    r->type = (uint8)MODE_TYPE(target->mode);
    r->hash = name->hash;
    memcpy(r->name, name->s, name->len);
    struct dir_place at = { where->page, (uint32)((char *)r - (char *)frame_page(f)) };
    dir_index_add(dir, r->hash, &at);
    inode_touch(dir, true);
}

// Joins the free record at `offset` to the record before it in the page, so that room stays whole.
static void join_before(struct frame *f, uint32 offset)
{
    uint32 at = 0;
    while (at < offset) {
        struct dir_record *r = record_at(f, at);
        if (!record_sane(r, at))
            return;
        if (at + r->length == offset) {
            r->length += record_at(f, offset)->length;
            return;
        }
        at += r->length;
    }
}

void dir_take_name(struct inode *dir, const struct dir_place *where, struct frame *f)
{
    struct dir_record *r = record_at(f, where->offset);
    uint16 length = r->length;
    dir_index_remove(dir, r->hash, where);
    memset(r, 0, length);
    r->length = length;
    if (!volume_is_classic(inode_volume(dir)))
        join_before(f, where->offset);
    if (dir->room_page >= where->page) {
        dir->room_page = where->page;
        dir->room_offset = 0;
    }
    inode_touch(dir, true);
}

// => true if the last page is there and has no names
static bool last_page_empty(struct inode *dir)
{
    struct frame *f;
    uint32 at;
    if (page_count(dir) <= 1 || tree_page(&dir->data, page_count(dir) - 1, &f) != 0)
        return false;
    bool empty = search_page(dir, f, 0, is_any_name, NULL, &at) == 0;
    frame_put(f);
    return empty;
}

void dir_shrink(struct inode *dir)
{
    while (last_page_empty(dir)) {
        if (tree_cut(&dir->data, page_count(dir) - 1) != 0)
            return;
        dir->size -= FS_BLOCK;
    }
}
