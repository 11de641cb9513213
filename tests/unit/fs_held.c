#include "fs_held.h"
#include "fs/inode.h"
#include "fs/itable.h"

uint64 inodes_held(struct volume *vol)
{
    uint64 held = 0;
    for (size_t i = 0; i < INODE_BUCKETS; i++)
        for (struct inode *ino = vol->inode_table[i]; ino != NULL; ino = ino->hash_next)
            held += ino->data.obj.refs;
    return held - 1; // the volume's own, to its root
}
