// Programs that run from a file, and those who have it open for writing: never both (fs/fs.h).
//
// A program brings its pages in when it first touches them, so a file must stay as it is from
// before exec reads its first byte until the last area that maps it is gone.  Both sides are
// counted, and who comes second is refused, under the inode's lock.  Areas that fork copies need
// not ask: the area that they are copied from counts already.

#include "errno.h"
#include "fs/inode.h"

int inode_open_to_run(struct inode *ino)
{
    mutex_lock(&ino->lock);
    bool stored = ino->writers > 0 || object_is_stored_to(&ino->data.obj);
    int err = stored ? -ETXTBSY : 0;
    if (!err)
        object_map(&ino->data.obj);
    mutex_unlock(&ino->lock);
    return err;
}

void inode_close_to_run(struct inode *ino)
{
    object_unmap(&ino->data.obj);
}

int inode_open_to_write(struct inode *ino)
{
    mutex_lock(&ino->lock);
    int err = object_is_mapped(&ino->data.obj) ? -ETXTBSY : 0;
    if (!err)
        ino->writers++;
    mutex_unlock(&ino->lock);
    return err;
}

void inode_close_to_write(struct inode *ino)
{
    mutex_lock(&ino->lock);
    ino->writers--;
    mutex_unlock(&ino->lock);
}
