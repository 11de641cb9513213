// What the parts of directories (dir.c, dir_change.c) share.
#pragma once

#include "fs/dir.h"
#include "lib/string.h"
#include "mem/frame.h"

static inline struct dir_record *record_at(struct frame *f, uint32 offset)
{
    return (struct dir_record *)((char *)frame_page(f) + offset);
}

static inline uint64 page_count(const struct inode *dir)
{
    return dir->size / FS_BLOCK;
}

// Does the record keep to its page (D1)?
static inline bool record_sane(const struct dir_record *r, uint32 offset)
{
    return FS_BLOCK - offset >= sizeof *r && r->length >= sizeof *r && r->length % 8 == 0 &&
           offset + r->length <= FS_BLOCK && sizeof *r + r->namelen <= r->length;
}

static inline bool record_has_name(const struct dir_record *r, const char *s, size_t len)
{
    return r->namelen == len && r->name[0] == s[0] && memcmp(r->name, s, len) == 0;
}

// Could a call have made the name?
static inline bool record_possible(const struct dir_record *r)
{
    return r->namelen > 0 && memchr(r->name, '/', r->namelen) == NULL &&
           memchr(r->name, '\0', r->namelen) == NULL;
}

// Says so.  => -EIO
int record_damage(struct inode *dir, uint64 page, uint32 offset);
