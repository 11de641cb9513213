// Swap space: taking a disk into use, and giving it up.

#include "abi.h"
#include "cache/swap.h"
#include "dev/blk.h"
#include "dev/chardev.h"
#include "errno.h"
#include "fcntl.h"
#include "fs/fs.h"
#include "sys/dispatch.h"
#include "sys/user_path.h"
#include "vm/pager.h"

// => 0, and the disk that a path names; -EINVAL: it names something else; -ENXIO: there is no such
//    disk; or what the path gives
static int find_disk(uint64 uaddr, struct blkdev **out)
{
    struct user_path path;
    struct inode *ino;
    int err = user_path_get(AT_FDCWD, uaddr, &path);
    if (err)
        return err;
    err = path_lookup(path.base, path.text, &ino);
    user_path_put(&path);
    if (err)
        return err;
    uint64 rdev = (inode_mode(ino) & S_IFMT) == S_IFCHR ? inode_rdev(ino) : 0;
    inode_put(ino);
    if (MAJOR(rdev) != DEV_DISK)
        return -EINVAL;
    *out = blk_find(MINOR(rdev));
    return *out ? 0 : -ENXIO;
}

// There is one swap space, so a priority says nothing; to discard is a hint.
int64 sys_swapon(const uint64 *arg) // path, flags
{
    struct blkdev *disk;
    if (arg[1] & ~(uint64)(SWAP_FLAG_PRIO_MASK | SWAP_FLAG_PREFER | SWAP_FLAG_DISCARD))
        return -EINVAL;
    int err = find_disk(arg[0], &disk);
    if (!err)
        err = pager_start();
    return err ? err : swap_on(disk);
}

int64 sys_swapoff(const uint64 *arg) // path
{
    struct blkdev *disk;
    int err = find_disk(arg[0], &disk);
    return err ? err : pager_swap_off(disk);
}
