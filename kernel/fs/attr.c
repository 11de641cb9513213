// Modes and times of inodes (fs/fs.h).

#include "fs/inode.h"
#include "fs/tx.h"

// A transaction that changes nothing but the inode.  => 0: tx_end() is due
static int begin(struct inode *ino)
{
    struct volume *vol = inode_volume(ino);
    int err = tx_begin_names(vol, 0);
    if (err)
        return err;
    err = inode_own(ino);
    if (err)
        tx_end(vol);
    return err;
}

int inode_set_mode(struct inode *ino, uint32 bits)
{
    int err = begin(ino);
    if (err)
        return err;
    ino->mode = (ino->mode & S_IFMT) | (bits & 07777);
    inode_touch(ino, false);
    tx_end(inode_volume(ino));
    return 0;
}

int inode_set_mtime(struct inode *ino, uint64 mtime_ns)
{
    int err = begin(ino);
    if (err)
        return err;
    inode_touch(ino, mtime_ns == MTIME_NOW);
    if (mtime_ns < MTIME_KEEP)
        ino->mtime_ns = mtime_ns;
    tx_end(inode_volume(ino));
    return 0;
}
