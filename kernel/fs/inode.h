// Inodes, inside fs.  What the rest of the kernel may do with them is in fs/fs.h.
//
// Life: an inode is made by inode_create(), or found by its number by inode_find(), in memory if it
// is there or else in the inode table.  Its count is that of its data's object, so that whoever
// maps a file holds the inode.  Without references it stays in memory: on the list of unused ones,
// or on that of the dirty ones until the commit.  When the last reference to an inode without names
// goes, the inode is *dying*: nobody finds it any more, and its blocks and number are given back.
//
// An inode without names stands on the volume's list of orphans, which the commit chains together
// on the disk (next_orphan, from the superblock), so that the next mount after a cut gives them
// back.
//
// A directory's `lock` comes before that of a directory in it; only removing and renaming take more
// than one, and under the volume's rename_lock, so that damaged images with loops cannot make two
// threads wait for each other.
#pragma once

#include "abi.h"
#include "errno.h"
#include "fs/tree.h"

struct inode {
    struct tree data; // tree: by the volume's mutex; data.obj.refs is the inode's count
    struct itable *table;
    uint64 number;
    uint32 mode;             // the type is fixed; the bits by the volume's mutex
    uint64 rdev;             // fixed
    struct mutex lock;       // RANK_INODE: the content, and with the volume's mutex the size
    struct mutex write_lock; // RANK_WRITE: inode_write_begin()

    // By the volume's mutex (size: read under either).
    uint64 size;
    uint32 nlink;
    uint64 mtime_ns, ctime_ns;
    bool dirty;
    bool unburied;           // dying, and inodes_bury() is to give it back
    bool buried;             // all of it has been given back
    struct list dirty_link;  // volume.dirty_inodes, while dirty
    struct list orphan_link; // itable.orphans, while nlink is 0

    uint32 writers; // by the inode's lock: how often it is open to write

    // By the inode's lock; of a directory.
    uint64 pages_searched;   // pages that have been looked at
    int searches;            // without an index, or until the next try to make one
    struct dir_index *index; // NULL: none

    // By volume.inodes_lock.
    bool dying;
    struct inode *hash_next;
    struct list unused_link; // volume.unused_inodes
};

static inline struct volume *inode_volume(const struct inode *ino)
{
    return ino->data.vol;
}

static inline struct inode *inode_of(struct object *obj)
{
    return container_of(obj, struct inode, data.obj);
}

static inline bool inode_is_dir(const struct inode *ino)
{
    return (ino->mode & S_IFMT) == S_IFDIR;
}

static inline bool inode_is_link(const struct inode *ino)
{
    return (ino->mode & S_IFMT) == S_IFLNK;
}

// The root directory of its table, live or a snapshot.
static inline bool inode_is_root(const struct inode *ino)
{
    return ino->number == FS_ROOT_INO;
}

// --- finding (inode_cache.c) ------------------------------------------------------------------

// => 0, and the inode with a reference; -EIO (no such inode in use: the image is damaged), -ENOMEM.
//    The volume's mutex is not held / is held.
int inode_find(struct itable *table, uint64 number, struct inode **out);
int inode_find_locked(struct itable *table, uint64 number, struct inode **out);
// The volume is being unmounted: forgets all inodes.
void inodes_destroy(struct volume *vol);
// The commit is durable: no inode is dirty.
void inodes_clean(struct volume *vol);
// Brings the inodes without names that the disk lists, from `number` on, into memory: dying, for
// inodes_bury().  A list that runs in a circle or leads astray ends there.  The volume's mutex is
// held.  => 0, -ENOMEM
int inodes_load_orphans(struct itable *table, uint64 number);
// The table has no list of orphans any more: those that nobody uses are let go of.  The volume's
// mutex is held.
void inodes_forget_orphans(struct itable *table);
// Gives back dying inodes that are not given back yet.  The volume's mutex is not held.
void inodes_bury(struct volume *vol);
// The same for those that somebody else is giving back, who then finds that it is done.
void inodes_help_bury(struct volume *vol);
// Lets go of unused inodes beyond `keep`, oldest first.  => how many
size_t inodes_trim(struct volume *vol, size_t keep);
// The live table `to` replaces another: inodes in use that are the same in both, bit for bit, are
// `to`'s from here on.  The volume's mutex is held, the system is at rest.
void inodes_carry_over(struct itable *from, struct itable *to);
// Lets go of a table's unused inodes.
void inodes_forget(struct itable *table);
// Checks that what is listed as dirty, unused or orphaned is so.  The volume's mutex is held.
void inodes_audit(struct volume *vol);
// Counts the frames of the directories' indexes.  No lock is held: it takes a reference to one
// directory after the other, and its lock.
void inodes_audit_directories(struct volume *vol);
// Enters a new one; the number is not in memory.
void inode_enter(struct inode *ino);
struct inode *inode_new(struct itable *table, uint64 number); // => NULL: no memory
void inode_discard(struct inode *ino);                        // one that was never entered

// --- maps of files that change (mapped.c) ------------------------------------------------------

// object_ops.size, .sync and .allow_store
uint64 inode_bytes(struct object *obj);
int inode_sync_object(struct object *obj);
int inode_allow_store(struct object *obj, uint64 index);
// => may programs have stored to it through maps since the last commit?  Then what is behind its
// end, in the last page, need not be zeros.
static inline bool inode_was_stored_to(const struct inode *ino)
{
    return __atomic_load_n(&ino->data.obj.stored_to, __ATOMIC_ACQUIRE);
}
// Makes page `index`, which the file has, dirty.  The inode's lock is held.  => as inode_write()
// (file.c)
int inode_own_page(struct inode *ino, uint64 index);
// Around the closing of a generation, with the volume's mutex held: from the first on nobody stores
// to a page of a dirty file.  The other end is inode_stores_committed() for each, or, if nothing
// was closed, inodes_admit_stores().
void inodes_refuse_stores(struct volume *vol);
void inodes_admit_stores(struct volume *vol);
void inode_stores_committed(struct inode *ino);
// The file has `size` bytes, or other pages than before behind those: nobody shows pages behind
// them.
void inode_forget_maps(struct inode *ino, uint64 size);

// --- in transactions: the volume's mutex is held (inode_table.c) ------------------------------

// A new inode without names, owned.  It stands on the list of orphans until it gets its first name.
// => 0, and it with a reference; -ENOSPC, -EIO, -ENOMEM.
int inode_create(struct volume *vol, uint32 mode, uint64 rdev, struct inode **out);
// Makes the place in the inode table ours; from here on the inode can be changed without failing.
// => 0; -EROFS: it is a snapshot's; -ENOSPC, -EIO, -ENOMEM.
int inode_own(struct inode *ino);
// Adds to *takes the blocks that inode_own() would take.  => 0, -EIO, -ENOMEM
int inode_cost(struct inode *ino, uint64 *takes);
// Writes it into its place in the table, which is ours.
int inode_store(struct inode *ino);
// Reads it from the table.  => 0, -EIO, -ENOMEM
int inode_read_table(struct inode *ino);
// => 0, and the number of the orphan that its place in the table says comes next.
// => is the inode the same in the other table?  false also if that cannot be read
bool inode_same_in(struct inode *ino, struct itable *other);
int inode_next_orphan(struct inode *ino, uint64 *next);
// Changes the number of names of an owned inode.
void inode_add_links(struct inode *ino, int n);
void inode_touch(struct inode *ino, bool content); // ctime, and with `content` mtime
uint64 inode_now_ns(void);                         // the time for such changes
// Gives back all of an inode that nobody holds.  Takes the mutex itself.
int inode_destroy(struct inode *ino);
// Gives back a part of it, with room for a change of the directory tree.  => 0: all is given back,
// the caller does not use it any more; -EAGAIN: a part; -EIO, -ENOMEM, -ENOSPC
int inode_destroy_some(struct inode *ino);

extern const struct object_ops inode_object_ops;
