// Directories (fs/dir.h): changing records, and finding room for them.

#include "errno.h"
#include "fs/classic.h"
#include "fs/dir_index.h"
#include "fs/dir_priv.h"
#include "lib/string.h"
#include "task/thread.h"

// Bytes of the record's own name; what is behind them can be given to another.
static uint32 used_bytes(const struct volume *vol, const struct dir_record *r)
{
    return r->ino == 0 ? 0 : record_length(vol, r->namelen);
}

static uint32 room_in(const struct volume *vol, const struct dir_record *r)
{
    uint32 used = used_bytes(vol, r);
    return r->length > used ? r->length - used : 0;
}

// Looks through the records of a page for one with room.  => 1 and its offset; 0; -EIO.  *most: the
// most room that was seen
static int room_among(struct inode *dir, struct frame *f, uint32 bytes, uint32 *at, uint32 *most)
{
    const struct volume *vol = inode_volume(dir);
    const char *records = frame_page(f);
    uint32 seen = *most, offset = 0, length;
    for (; offset < FS_BLOCK && seen < bytes; offset += length) {
        const struct dir_record *r = (const struct dir_record *)(records + offset);
        if (!record_sane(r, offset))
            return record_damage(dir, f->index, offset);
        uint32 room = room_in(vol, r);
        seen = room > seen ? room : seen;
        length = r->length;
        *at = offset;
    }
    *most = seen;
    return seen >= bytes;
}

// => as room_among()
static int room_in_page(struct inode *dir, uint64 page, uint32 bytes, struct dir_place *at,
                        uint32 *most)
{
    struct frame *f;
    int found = dir_page(dir, page, &f);
    if (found < 0)
        return found;
    at->page = page;
    found = room_among(dir, f, bytes, &at->offset, most);
    frame_put(f);
    return found;
}

static int room_in_pages(struct inode *dir, uint64 from, uint64 n, uint32 bytes,
                         struct dir_place *at, uint32 *most)
{
    int found = 0;
    *most = 0;
    for (uint64 page = from; page - from < n && page < page_count(dir) && !found; page++) {
        found = room_in_page(dir, page, bytes, at, most);
        if (!found)
            found = thread_breathe();
    }
    return found;
}

int dir_find_room(struct inode *dir, size_t len, struct dir_place *where)
{
    uint32 bytes = record_length(inode_volume(dir), len), most;
    uint64 from = 0, n = page_count(dir);
    bool indexed = dir->index != NULL; // else all pages are gone through
    while (!indexed || dir_index_find_room(dir, bytes, &from, &n)) {
        int found = room_in_pages(dir, from, n, bytes, where, &most);
        if (found != 0)
            return found < 0 ? found : 0;
        if (!indexed)
            break;
        dir_index_set_room(dir, from, most);
    }
    *where = (struct dir_place){ page_count(dir), 0 };
    return 0;
}

int dir_fits(struct inode *dir, size_t len, const struct dir_place *where)
{
    struct frame *f;
    int err = dir_page(dir, where->page, &f);
    if (err)
        return err;
    bool fits = record_at(f, where->offset)->length >= record_length(inode_volume(dir), len);
    frame_put(f);
    return fits;
}

bool dir_has_page(const struct inode *dir, const struct dir_place *where)
{
    return where->page < page_count(dir);
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
        dir_index_room_made(dir, where->page, FS_BLOCK);
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

static void lead_to(struct dir_record *r, const struct inode *target)
{
    r->ino = target->number;
    r->type = (uint8)MODE_TYPE(target->mode);
}

static void write_name(struct inode *dir, struct dir_record *r, const struct dir_place *at,
                       const struct name *name)
{
    r->namelen = (uint8)name->len;
    r->hash = name_hash(name->s, name->len);
    memcpy(r->name, name->s, name->len);
    dir_index_add(dir, name, at);
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
    struct dir_place at = { where->page, (uint32)((char *)r - (char *)frame_page(f)) };
    lead_to(r, target);
    write_name(dir, r, &at, name);
    inode_touch(dir, true);
}

void dir_set_target(struct inode *dir, const struct dir_place *where, struct frame *f,
                    const struct inode *target)
{
    lead_to(record_at(f, where->offset), target);
}

// Joins the free record at `offset`, which is zero but for its length, to the record before it in the
// page, so that room stays whole.
// => the record that has the room
static struct dir_record *join_before(struct frame *f, uint32 offset)
{
    for (uint32 at = 0; at < offset;) {
        struct dir_record *r = record_at(f, at);
        if (!record_sane(r, at))
            break;
        at += r->length;
        if (at == offset) {
            r->length += record_at(f, offset)->length;
            record_at(f, offset)->length = 0; // room is zero
            return r;
        }
    }
    return record_at(f, offset);
}

void dir_set_name(struct inode *dir, const struct dir_place *where, struct frame *f,
                  const struct name *name)
{
    struct dir_record *r = record_at(f, where->offset);
    dir_index_remove(dir, r, where);
    memset(r->name, 0, r->namelen); // room is zero
    write_name(dir, r, where, name);
    dir_index_room_made(dir, where->page, room_in(inode_volume(dir), r));
    inode_touch(dir, true);
}

void dir_take_name(struct inode *dir, const struct dir_place *where, struct frame *f)
{
    struct dir_record *r = record_at(f, where->offset);
    uint16 length = r->length;
    dir_index_remove(dir, r, where);
    memset(r, 0, length);
    r->length = length;
    if (!volume_is_classic(inode_volume(dir)))
        r = join_before(f, where->offset);
    dir_index_room_made(dir, where->page, room_in(inode_volume(dir), r));
    inode_touch(dir, true);
}

// => true if the last page is there and has no names
static bool last_page_empty(struct inode *dir)
{
    struct frame *f;
    bool empty = true;
    if (page_count(dir) <= 1 || tree_page(&dir->data, page_count(dir) - 1, &f) != 0)
        return false;
    for (uint32 at = 0; at < FS_BLOCK && empty; at += record_at(f, at)->length)
        empty = record_sane(record_at(f, at), at) && record_at(f, at)->ino == 0;
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
