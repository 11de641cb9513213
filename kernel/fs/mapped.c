// Files whose pages programs map while they change (cache/mapping.h).
//
// A store through a map is seen by nobody but the hardware.  So a page may be stored to only while
// it is dirty: the first store to a clean one comes to inode_allow_store(), which owns the page in
// a transaction, as a write of no bytes; that is also where a full disk is noticed.  The commit
// that closes the generation takes the right away again, in all files at one stroke, before it
// takes the first checksum.
//
// What is stored behind the end of the file, in its last page, is not part of it: the commit clears
// that, and so does whoever moves the end on.

#include "cache/cache.h"
#include "cache/mapping.h"
#include "errno.h"
#include "fs/inode.h"
#include "lib/string.h"
#include "task/thread.h"

uint64 inode_bytes(struct object *obj)
{
    return __atomic_load_n(&inode_of(obj)->size, __ATOMIC_ACQUIRE);
}

int inode_sync_object(struct object *obj)
{
    return inode_sync(inode_of(obj));
}

int inode_allow_store(struct object *obj, uint64 index)
{
    struct inode *ino = inode_of(obj);
    mutex_lock(&ino->lock);
    int err = index * FS_BLOCK < ino->size ? inode_own_page(ino, index) : -ENXIO;
    mutex_unlock(&ino->lock);
    return err;
}

// The page of the end, if it is dirty, without what is behind the end.
static void clear_behind_end(struct inode *ino)
{
    struct object *obj = &ino->data.obj;
    struct frame *f = NULL;
    uint64 at = ino->size % FS_BLOCK, index = ino->size / FS_BLOCK;
    if (at != 0 && cache_is_dirty(obj, index))
        f = cache_find(obj, index);
    if (f == NULL)
        return;
    memset((char *)frame_page(f) + at, 0, FS_BLOCK - at);
    frame_put(f);
}

static void seal_object(struct object *obj, bool sealed)
{
    __atomic_store_n(&obj->sealed, sealed, __ATOMIC_SEQ_CST);
}

void inodes_refuse_stores(struct volume *vol)
{
    list_for_each (item, &vol->dirty_inodes) {
        struct inode *ino = container_of(item, struct inode, dirty_link);
        seal_object(&ino->data.obj, true);
        mappings_protect(&ino->data.obj);
        thread_breathe();
    }
    list_for_each (item, &vol->dirty_inodes) {
        struct inode *ino = container_of(item, struct inode, dirty_link);
        if (inode_was_stored_to(ino))
            clear_behind_end(ino);
        thread_breathe();
    }
}

void inodes_admit_stores(struct volume *vol)
{
    list_for_each (item, &vol->dirty_inodes)
        seal_object(&container_of(item, struct inode, dirty_link)->data.obj, false);
}

void inode_stores_committed(struct inode *ino)
{
    mappings_committed(&ino->data.obj);
    seal_object(&ino->data.obj, false);
}

void inode_forget_maps(struct inode *ino, uint64 size)
{
    mappings_forget(&ino->data.obj, (size + FS_BLOCK - 1) / FS_BLOCK, ~0UL, NULL);
}
