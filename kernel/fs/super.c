// The superblock slots (fs/super.h).

#include "fs/super.h"
#include "errno.h"
#include "fs/ages.h"
#include "fs/inode.h"
#include "lib/crc.h"
#include "lib/print.h"
#include "lib/string.h"

static uint32 checksum(const struct superblock *sb)
{
    return crc32c(0, sb, offsetof(struct superblock, crc));
}

// Is the slot whole?  What it says is another question.
static bool whole(const struct superblock *sb, uint32 slot)
{
    return memcmp(sb->magic, FS_MAGIC, sizeof sb->magic) == 0 && sb->crc == checksum(sb) &&
           sb->generation % 2 == slot;
}

// => 0 if this kernel can mount it
static int acceptable(struct blkdev *dev, const struct superblock *sb)
{
    if (sb->version != FS_VERSION || (sb->features & ~FS_FEATURES_KNOWN)) {
        printk("fs: %s: format version %u with features %x: this kernel reads version %u with "
               "features %x\n",
               dev->name, sb->version, sb->features, FS_VERSION, FS_FEATURES_KNOWN);
        return -EINVAL;
    }
    if (sb->nblocks < FS_BLOCKS_MIN || sb->nblocks > FS_BLOCKS_MAX || sb->nblocks > dev->nblocks) {
        printk("fs: %s: the volume has %lu blocks, the device %lu\n", dev->name, sb->nblocks,
               dev->nblocks);
        return -EINVAL;
    }
    return 0;
}

// Reads one slot.  => its generation, 0 if it is not valid
static uint64 read_slot(struct blkdev *dev, uint32 slot, struct superblock *sb, int *err)
{
    if (blk_read(dev, slot, sb) != 0) {
        printk("fs: %s: superblock slot %u cannot be read\n", dev->name, slot);
        *err = -EIO;
        return 0;
    }
    return whole(sb, slot) ? sb->generation : 0;
}

int super_read(struct blkdev *dev, struct superblock *sb, void *spare)
{
    int err = 0;
    if (dev->nblocks < FS_BLOCKS_MIN) {
        printk("fs: %s: too small for a volume\n", dev->name);
        return -EINVAL;
    }
    uint64 first = read_slot(dev, 0, sb, &err);
    uint64 second = read_slot(dev, 1, spare, &err);
    if (first == 0 && second == 0) {
        printk("fs: %s: no volume found\n", dev->name);
        return err ? err : -EINVAL;
    }
    if (second > first)
        page_copy(sb, spare);
    int bad = acceptable(dev, sb);
    return bad ? bad : err != 0;
}

uint64 super_first_orphan(struct volume *vol)
{
    if (list_empty(&vol->live->orphans))
        return 0;
    return container_of(vol->live->orphans.next, struct inode, orphan_link)->number;
}

void super_fill(struct volume *vol, struct superblock *sb)
{
    memset(sb, 0, sizeof *sb);
    memcpy(sb->magic, FS_MAGIC, sizeof sb->magic);
    sb->version = FS_VERSION;
    sb->features = vol->features;
    sb->generation = vol->generation;
    sb->nblocks = vol->nblocks;
    sb->nfree = vol->space.nfree + vol->space.npending + vol->space.nclosing;
    sb->ninodes = vol->ninodes;
    sb->lowest_ino = vol->lowest_ino;
    sb->orphans = super_first_orphan(vol);
    sb->next_block = vol->space.cursor;
    sb->nsnapshots = vol->nsnapshots;
    sb->ngoing = vol->ngoing;
    ages_store(vol, sb);
    sb->snapshots = vol->snapshots.disk;
    sb->inodes = vol->live->inodes.disk;
    sb->counts = vol->counts.disk;
    sb->crc = checksum(sb);
}

int super_write(struct volume *vol, struct superblock *sb)
{
    int err = blk_write(vol->dev, sb->generation % 2, sb);
    if (!err)
        err = blk_flush(vol->dev);
    return err ? -EIO : 0;
}
