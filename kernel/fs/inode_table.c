// The inode table: inodes on the disk, their making and their end (fs/inode.h).

#include "cache/cache.h"
#include "errno.h"
#include "fs/classic.h"
#include "fs/inode.h"
#include "fs/inode_map.h"
#include "fs/tx.h"
#include "lib/string.h"
#include "task/thread.h"
#include "task/clock.h"

uint64 inode_now_ns(void)
{
    uint64 sec;
    uint32 nsec;
    clock_realtime(&sec, &nsec);
    return sec * 1000000000UL + nsec;
}

static uint64 table_page(uint64 number)
{
    return number / INODES_PER_BLOCK;
}

static struct disk_inode *slot_in(struct frame *f, uint64 number)
{
    return (struct disk_inode *)frame_page(f) + number % INODES_PER_BLOCK;
}

static bool mode_known(uint32 mode)
{
    uint32 type = mode & S_IFMT;
    return type == S_IFREG || type == S_IFDIR || type == S_IFCHR || type == S_IFLNK;
}

static bool plausible(const struct volume *vol, const struct disk_inode *d)
{
    if (!mode_known(d->mode) || d->mode >> 16 != 0 || d->size > FS_SIZE_MAX ||
        d->nlink > FS_LINKS_MAX)
        return false;
    bool dir = (d->mode & S_IFMT) == S_IFDIR;
    if (dir && d->size % FS_BLOCK != 0)
        return false;
    // A directory has no holes, so a search in one that has a name ends with the volume.
    if (dir && d->nlink > 0 && d->size / FS_BLOCK > d->data.nblocks)
        return false;
    return tree_valid(vol, &d->data);
}

// What means nothing in this inode is not taken over, so that inode_store() makes it good.
static void say_ignored(const struct inode *ino, const struct disk_inode *d)
{
    if (d->rdev != ino->rdev)
        volume_damage(inode_volume(ino), "inode %lu is no device: its number of one is ignored",
                      ino->number);
    if (d->nlink > 0 && d->next_orphan != 0)
        volume_damage(inode_volume(ino), "inode %lu has a name: the orphan behind it is ignored",
                      ino->number);
}

static void decode(struct inode *ino, const struct disk_inode *d)
{
    ino->mode = d->mode;
    ino->rdev = (d->mode & S_IFMT) == S_IFCHR ? d->rdev : 0;
    ino->size = d->size;
    ino->nlink = d->nlink;
    ino->mtime_ns = d->mtime_ns;
    ino->ctime_ns = d->ctime_ns;
    ino->data.disk = d->data;
    ino->data.kind = inode_is_dir(ino) ? TREE_DIR : TREE_FILE;
    say_ignored(ino, d);
}

int inode_read_table(struct inode *ino)
{
    struct volume *vol = inode_volume(ino);
    struct frame *f;
    if (ino->number == 0 || ino->number >= FS_INODES_MAX)
        return volume_damage(vol, "a directory names inode %lu", ino->number);
    int err = tree_page(&ino->table->inodes, table_page(ino->number), &f);
    if (err)
        return err;
    const struct disk_inode *d = slot_in(f, ino->number);
    if (plausible(vol, d))
        decode(ino, d);
    else
        err = volume_damage(vol, "inode %lu is free or not well-formed", ino->number);
    frame_put(f);
    return err;
}

bool inode_same_in(struct inode *ino, struct itable *other)
{
    struct frame *here, *there;
    if (tree_page(&ino->table->inodes, table_page(ino->number), &here))
        return false;
    bool same = false;
    if (tree_page(&other->inodes, table_page(ino->number), &there) == 0) {
        same = memcmp(slot_in(here, ino->number), slot_in(there, ino->number),
                      sizeof(struct disk_inode)) == 0;
        frame_put(there);
    }
    frame_put(here);
    return same;
}

int inode_next_orphan(struct inode *ino, uint64 *next)
{
    struct frame *f;
    int err = tree_page(&ino->table->inodes, table_page(ino->number), &f);
    if (!err) {
        *next = slot_in(f, ino->number)->next_orphan;
        frame_put(f);
    }
    return err;
}

static uint64 orphan_after(const struct inode *ino)
{
    struct list *next = ino->orphan_link.next;
    if (ino->nlink > 0 || next == &ino->table->orphans)
        return 0;
    return container_of(next, struct inode, orphan_link)->number;
}

int inode_store(struct inode *ino)
{
    struct frame *f;
    int err = tree_page(&ino->table->inodes, table_page(ino->number), &f);
    if (err)
        return err;
    *slot_in(f, ino->number) = (struct disk_inode){
        .mode = ino->mode,
        .nlink = ino->nlink,
        .size = ino->size,
        .rdev = ino->rdev,
        .mtime_ns = ino->mtime_ns,
        .ctime_ns = ino->ctime_ns,
        .data = ino->data.disk,
        .next_orphan = orphan_after(ino),
    };
    frame_put(f);
    return 0;
}

int inode_cost(struct inode *ino, uint64 *takes)
{
    uint64 keeps = 0; // its page is there: none
    if (ino->dirty)
        return 0;
    return tree_cost(&ino->table->inodes, table_page(ino->number), takes, &keeps);
}

int inode_own(struct inode *ino)
{
    struct volume *vol = inode_volume(ino);
    struct frame *f;
    if (ino->dirty)
        return 0;
    if (ino->table->frozen)
        return -EROFS;
    int err = tree_page(&vol->live->inodes, table_page(ino->number), &f);
    if (err)
        return err;
    err = tree_own(&vol->live->inodes, f->index, &f);
    frame_put(f);
    if (err)
        return err;
    ino->dirty = true;
    list_push_back(&vol->dirty_inodes, &ino->dirty_link);
    return 0;
}

// Looks at the rest of number n's page.  => 1: a number is free, and *out; 0: none is; negative
// errno
static int find_in_page(struct volume *vol, uint64 n, uint64 *out)
{
    struct frame *f;
    int err = tree_page(&vol->live->inodes, table_page(n), &f);
    if (err)
        return err;
    uint64 end = (table_page(n) + 1) * INODES_PER_BLOCK;
    while (n < end && slot_in(f, n)->mode != 0)
        n++;
    frame_put(f);
    *out = n;
    return n < end;
}

// => the lowest number that is free; -ENOSPC, -EIO, -ENOMEM
static int find_number(struct volume *vol, uint64 *out)
{
    uint64 limit = volume_is_classic(vol) ? CLASSIC_INODES : FS_INODES_MAX;
    uint64 n = vol->lowest_ino;
    for (;;) {
        uint64 page = inode_map_next(vol, table_page(n));
        if (page != table_page(n))
            n = page * INODES_PER_BLOCK;
        if (n >= limit)
            return -ENOSPC;
        if (page > vol->live->inodes.disk.nblocks) // all before it are full
            return volume_damage(vol, "the inode table has more pages than it counts");
        int found = find_in_page(vol, n, out);
        if (found != 0)
            return found < 0 ? found : *out < limit ? 0 : -ENOSPC;
        inode_map_set_full(vol, page);
        thread_breathe();
        n = (page + 1) * INODES_PER_BLOCK;
    }
}

int inode_create(struct volume *vol, uint32 mode, uint64 rdev, struct inode **out)
{
    uint64 number = 0;
    int err = find_number(vol, &number);
    if (err)
        return err;
    struct inode *ino = inode_new(vol->live, number);
    if (ino == NULL)
        return -ENOMEM;
    ino->mode = mode;
    ino->rdev = rdev;
    ino->data.kind = inode_is_dir(ino) ? TREE_DIR : TREE_FILE;
    ino->mtime_ns = ino->ctime_ns = inode_now_ns();
    err = inode_own(ino);
    if (!err)
        err = inode_store(ino);
    if (err) {
        list_remove(&ino->dirty_link);
        inode_discard(ino);
        return err;
    }
    list_push_front(&vol->live->orphans, &ino->orphan_link);
    vol->ninodes++;
    vol->lowest_ino = number + 1;
    inode_enter(ino);
    *out = ino;
    return 0;
}

void inode_add_links(struct inode *ino, int n)
{
    bool had = ino->nlink > 0;
    ino->nlink += (uint32)n;
    if (had && ino->nlink == 0)
        list_push_front(&ino->table->orphans, &ino->orphan_link);
    else if (!had && ino->nlink > 0)
        list_remove(&ino->orphan_link);
}

void inode_touch(struct inode *ino, bool content)
{
    ino->ctime_ns = inode_now_ns();
    if (content)
        ino->mtime_ns = ino->ctime_ns;
}

// The orphan before it on the list has to be written anew when this one goes.
static int own_predecessor(struct inode *ino)
{
    struct list *prev = ino->orphan_link.prev;
    if (list_empty(&ino->orphan_link) || prev == &ino->table->orphans)
        return 0;
    return inode_own(container_of(prev, struct inode, orphan_link));
}

static bool all_free(struct frame *f)
{
    for (uint64 i = 0; i < INODES_PER_BLOCK; i++)
        if (slot_in(f, i)->mode != 0)
            return false;
    return true;
}

// Frees the number, and the page of the table if it was the last one there.
static void free_number(struct inode *ino, struct frame *f)
{
    struct volume *vol = inode_volume(ino);
    memset(slot_in(f, ino->number), 0, sizeof(struct disk_inode));
    inode_map_clear(vol, f->index);
    if (ino->number < vol->lowest_ino)
        vol->lowest_ino = ino->number;
    if (vol->ninodes > 0)
        vol->ninodes--;
    if (all_free(f))
        tree_punch(&vol->live->inodes, f->index); // if that fails a page of free inodes stays
}

static int destroy_owned(struct inode *ino)
{
    struct frame *f;
    int err = tree_page(&ino->table->inodes, table_page(ino->number), &f);
    if (err)
        return err;
    err = tree_cut_some(&ino->data);
    if (!err) {
        list_remove(&ino->orphan_link);
        list_remove(&ino->dirty_link);
        ino->dirty = false;
        free_number(ino, f);
    }
    frame_put(f);
    return err;
}

int inode_destroy_some(struct inode *ino)
{
    if (ino->buried)
        return 0;
    int err = own_predecessor(ino);
    if (!err)
        err = inode_own(ino);
    if (!err)
        err = destroy_owned(ino);
    ino->buried = !err;
    return err;
}

// Until it goes on, or until the next mount, what is left is an orphan.
int inode_destroy(struct inode *ino)
{
    int err;
    do {
        err = tx_begin_names(inode_volume(ino), 0);
        if (err)
            return err;
        err = inode_destroy_some(ino);
        tx_hand_over(inode_volume(ino));
    } while (err == -EAGAIN);
    return err;
}
