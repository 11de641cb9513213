// What the rest of the kernel asks of an inode, but for its content (fs/fs.h).

#include "errno.h"
#include "fs/classic.h"
#include "fs/inode.h"
#include "fs/commit.h"

void inode_get(struct inode *ino)
{
    object_get(&ino->data.obj);
}

struct volume *volume_of(const struct inode *ino)
{
    return inode_volume(ino);
}

void inode_put(struct inode *ino)
{
    object_put(&ino->data.obj);
}

uint32 inode_mode(const struct inode *ino)
{
    return __atomic_load_n(&ino->mode, __ATOMIC_RELAXED);
}

int inode_changeable(struct inode *ino)
{
    struct volume *vol = inode_volume(ino);
    mutex_lock(&vol->lock);
    int err = ino->table->frozen || vol->read_only ? -EROFS : 0;
    mutex_unlock(&vol->lock);
    return err;
}

uint64 inode_rdev(const struct inode *ino)
{
    return ino->rdev;
}

struct object *inode_object(struct inode *ino)
{
    return &ino->data.obj;
}

void inode_info(struct inode *ino, struct inode_info *out)
{
    mutex_lock(&inode_volume(ino)->lock);
    *out = (struct inode_info){
        .snapshot = ino->table->frozen ? ino->table->id : 0,
        .ino = ino->number,
        .size = inode_is_dir(ino) ? directory_size(ino) : ino->size,
        .blocks = ino->data.disk.nblocks,
        .rdev = ino->rdev,
        .mode = ino->mode,
        .nlink = ino->nlink,
        .mtime_ns = ino->mtime_ns,
        .ctime_ns = ino->ctime_ns,
    };
    mutex_unlock(&inode_volume(ino)->lock);
}

void inode_write_begin(struct inode *ino)
{
    mutex_lock(&ino->write_lock);
}

void inode_write_end(struct inode *ino)
{
    mutex_unlock(&ino->write_lock);
}

int inode_sync(struct inode *ino)
{
    struct volume *vol = inode_volume(ino);
    mutex_lock(&vol->lock);
    bool durable = !ino->dirty && !vol->closing.active;
    mutex_unlock(&vol->lock);
    return durable ? 0 : commit(vol);
}
