// Directories: records of names (fs/format.h) in the pages of a file.
//
// The directory's lock is held throughout; for what changes it the volume's mutex too, in a
// transaction that owns what is changed first and then cannot fail.
//
// Invariant D1: the records of a page fill it without a gap.  It is checked record by record while
// a page is gone through: the disk may say anything.
#pragma once

#include "fs/inode.h"
#include "fs/name.h"

// Where a record is, or can be put.
struct dir_place {
    uint64 page;
    uint32 offset;
};

// => page `index` of the directory with a reference; -EIO, -ENOMEM.  The volume's mutex is not
// held.
int dir_page(struct inode *dir, uint64 index, struct frame **out);

// => 0 and the inode number, and the place if `where` is not NULL; -ENOENT, -EIO, -ENOMEM.
//    A directory that has been removed has no names but ".".
int dir_find(struct inode *dir, const struct name *name, uint64 *ino, struct dir_place *where);
// => 1 if it has no names but "." and "..", 0 if it has; negative errno.
int dir_is_empty(struct inode *dir);
// The first record with a name at or behind *where.  => 1, *where, and its page with a reference; 0;
// negative errno
int dir_next_record(struct inode *dir, struct dir_place *where, struct frame **out);
// => where a record for a name of `len` bytes fits; perhaps on a page behind the last.  Negative
// errno.
int dir_find_room(struct inode *dir, size_t len, struct dir_place *where);
// => 1 if a name of `len` bytes fits into the record there, 0 if not; negative errno.
int dir_fits(struct inode *dir, size_t len, const struct dir_place *where);
// Is there a page for the place?
bool dir_has_page(const struct inode *dir, const struct dir_place *where);

// => the name under which `dir` lists inode `number`; -ENOENT, -EIO, -ENOMEM.
int dir_name_of(struct inode *dir, uint64 number, struct dir_entry *out);

// In a transaction: makes the page of the place ours (and the directory's inode); a page behind the
// last is added.  => 0 and the page with a reference; negative errno.
int dir_own(struct inode *dir, const struct dir_place *where, struct frame **out);
// In a transaction, on a page that dir_own() gave: these cannot fail.
void dir_put_name(struct inode *dir, const struct dir_place *where, struct frame *f,
                  const struct name *name, const struct inode *target);
void dir_take_name(struct inode *dir, const struct dir_place *where, struct frame *f);
// The name there leads to `target` from here on.  That is no change of dir's times yet.
void dir_set_target(struct inode *dir, const struct dir_place *where, struct frame *f,
                    const struct inode *target);
// The record there gets another name, for which dir_fits() it.
void dir_set_name(struct inode *dir, const struct dir_place *where, struct frame *f,
                  const struct name *name);
// In a transaction: pages at the end without names are cut off.
void dir_shrink(struct inode *dir);
