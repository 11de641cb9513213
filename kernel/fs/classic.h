// Classic volumes: the one place where V6's habits are honoured.
//
// A volume made with the feature FS_CLASSIC
//   - cuts names at 14 bytes, in every call;
//   - refuses a write that begins beyond the end of the file;
//   - lets read() on a directory yield records of 16 bytes (struct dirent of kernel/fs.h), so that
//     inode numbers have 16 bits.
// Its directories hold records of one length, so that the n-th record that read() yields is the
// n-th on the disk.
#pragma once

#include "types.h"
#include "../fs.h"
#include "fs/format.h"
#include "fs/inode.h"
#include "fs/volume.h"

#define CLASSIC_INODES          65536UL
#define CLASSIC_SLOTS_PER_BLOCK (FS_BLOCK / CLASSIC_RECORD)

static inline bool volume_is_classic(const struct volume *vol)
{
    return vol->features & FS_CLASSIC;
}

// The length to which the volume cuts a name of `len` bytes.  => -ENAMETOOLONG if it takes none so
// long
int name_fit(const struct volume *vol, size_t len);

// Bytes of a record for a name of `len` bytes.
static inline uint32 record_length(const struct volume *vol, size_t len)
{
    if (volume_is_classic(vol))
        return CLASSIC_RECORD;
    return (uint32)(sizeof(struct dir_record) + len + 7) / 8 * 8;
}

// A page without names: one free record, or as many as a classic page has.
void records_init(const struct volume *vol, void *page);

// May a write to a file of `size` bytes begin at `off`?  => 0, -EINVAL
int write_may_begin(const struct volume *vol, uint64 off, uint64 size);

// What stat tells of a directory: the bytes that read() would yield.
uint64 directory_size(const struct inode *dir);
// read() on a directory.  => bytes; -EISDIR on a volume that is not classic.  dir's lock is held.
int64 directory_read(struct inode *dir, void *dst, uint64 off, size_t n);
