// Classic volumes (fs/classic.h).

#include "fs/classic.h"
#include "errno.h"
#include "fs/dir_priv.h"
#include "fs/fs.h"
#include "lib/string.h"

int name_fit(const struct volume *vol, size_t len)
{
    if (volume_is_classic(vol))
        return len < DIRSIZ ? (int)len : DIRSIZ;
    return len <= NAME_LONGEST ? (int)len : -ENAMETOOLONG;
}

void records_init(const struct volume *vol, void *page)
{
    uint32 length = volume_is_classic(vol) ? CLASSIC_RECORD : FS_BLOCK;
    memset(page, 0, FS_BLOCK);
    for (uint32 at = 0; at < FS_BLOCK; at += length)
        ((struct dir_record *)((char *)page + at))->length = (uint16)length;
}

int write_may_begin(const struct volume *vol, uint64 off, uint64 size)
{
    return volume_is_classic(vol) && off > size ? -EINVAL : 0;
}

uint64 directory_size(const struct inode *dir)
{
    if (!volume_is_classic(inode_volume(dir)))
        return dir->size;
    return dir->size / CLASSIC_RECORD * sizeof(struct dirent);
}

static void to_dirent(const struct dir_record *r, struct dirent *out)
{
    memset(out, 0, sizeof *out);
    if (r->ino == 0 || !record_possible(r))
        return;
    out->inum = (ushort)r->ino;
    memcpy(out->name, r->name, r->namelen < DIRSIZ ? r->namelen : DIRSIZ);
}

// Copies the piece of record `slot` from byte `from` on.  => bytes copied; negative errno
static int64 copy_slot(struct inode *dir, uint64 slot, size_t from, char *dst, size_t n)
{
    struct dirent record;
    struct frame *f;
    int err = dir_page(dir, slot / CLASSIC_SLOTS_PER_BLOCK, &f);
    if (err)
        return err;
    const char *page = frame_page(f);
    to_dirent((const void *)(page + slot % CLASSIC_SLOTS_PER_BLOCK * CLASSIC_RECORD), &record);
    frame_put(f);
    if (n > sizeof record - from)
        n = sizeof record - from;
    memcpy(dst, (char *)&record + from, n);
    return (int64)n;
}

int64 directory_read(struct inode *dir, void *dst, uint64 off, size_t n)
{
    if (!volume_is_classic(inode_volume(dir)))
        return -EISDIR;
    uint64 end = directory_size(dir);
    size_t done = 0;
    while (done < n && off + done < end) {
        uint64 at = off + done;
        int64 got = copy_slot(dir, at / sizeof(struct dirent), at % sizeof(struct dirent),
                              (char *)dst + done, n - done);
        if (got < 0)
            return done > 0 ? (int64)done : got;
        done += (size_t)got;
    }
    return (int64)done;
}
