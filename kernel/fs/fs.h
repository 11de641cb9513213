// The file system as the rest of the kernel sees it: volumes, inodes, paths.
//
// All buffers are kernel addresses: fs never sees a user address.  All functions may sleep and
// are called without spinlocks.  Names and paths are NUL-terminated kernel strings.  Errors are
// negative errno.
//
// Life of an inode: path_lookup() or path_open() finds it and returns it with a reference; the
// holder calls inode_read() and friends; inode_put() drops it.  The last put of an inode without
// names gives its space back.
#pragma once

#include "types.h"
#include "cache/object.h"
#include "dev/blk.h"

struct volume; // a mounted file system
struct inode;  // opaque above fs

#define NAME_LONGEST 255  // bytes of a name (14 on a classic volume: longer names are cut)
#define PATH_LONGEST 4096 // bytes of a path, its NUL included

// What stat tells; mode is S_IF* | permission bits.
struct inode_info {
    uint32 snapshot; // the id of the snapshot whose file it is, 0: a live one
    uint64 ino;
    uint64 size;   // bytes
    uint64 blocks; // 4 KiB blocks in use
    uint64 rdev;   // MAKEDEV of a device
    uint32 mode;
    uint32 nlink;
    uint64 mtime_ns, ctime_ns; // Unix time
};

// Mounts the volume on `dev`.  => 0; -EINVAL (no kine volume, or a format that is too new: a line
// on the console says which), -EIO, -ENOMEM.
int volume_mount(struct blkdev *dev, struct volume **out);
// Makes an empty volume of nblocks blocks on the device: all that was on it is gone.
// => 0, -EINVAL (too small or too large), -EIO, -ENOMEM.
int volume_format(struct blkdev *dev, uint64 nblocks, bool classic);
// Commits and forgets the volume.  => as volume_sync(), but it is gone in any case.  Nobody holds
// an inode of it, or a page, or maps one.
int volume_unmount(struct volume *vol);
// Makes everything written so far durable: one commit.  => 0, -EIO, -ENOSPC.
int volume_sync(struct volume *vol);
// Does the background work that is due (commits when dirty data is old or plenty, writes back).
// A kernel thread calls it every second or so.
void volume_tick(struct volume *vol);
// Commits whenever there are many changes, so that writers need not wait for it.  A kernel thread
// of its own calls it; it does not return.
_Noreturn void volume_serve(struct volume *vol);
struct volume_info {
    uint64 blocks, free_blocks; // 4 KiB
    uint64 inodes, inodes_max;  // in use; that it can have
    uint32 name_longest;        // bytes that are kept of a name
    uint64 generation;
    bool classic;
};
void volume_info(struct volume *vol, struct volume_info *out);
struct volume *volume_of(const struct inode *ino); // where it is
// => the root directory, with a reference.
struct inode *volume_root(struct volume *vol);
// => was it the root until a rollback?
bool inode_was_root(const struct inode *ino);

// --- inodes -----------------------------------------------------------------------------------
void inode_get(struct inode *ino);
void inode_put(struct inode *ino);
uint32 inode_mode(const struct inode *ino); // S_IF* | permissions; the type is fixed
// Whether its content may be changed at all.  => 0; -EROFS: a snapshot has it, or the volume is
// read-only
int inode_changeable(struct inode *ino);
// Changes the permission bits (07777).  => 0, -EROFS, -EIO, -ENOMEM.
int inode_set_mode(struct inode *ino, uint32 bits);
// Changes the time of the last change of the content; that of the status becomes now.
#define MTIME_NOW  (~0UL) // what is up to FS_TIME_LAST is a time
#define MTIME_KEEP (~0UL - 1)
int inode_set_mtime(struct inode *ino, uint64 mtime_ns); // => 0, -EROFS, -EIO, -ENOMEM
uint64 inode_rdev(const struct inode *ino);              // of a device
void inode_info(struct inode *ino, struct inode_info *out);

// Reads up to n bytes at `off`.  On a directory of a classic volume it yields classic records
// (kernel/fs.h).  => bytes read, 0 at the end; -EIO, -EISDIR (directory of another volume).
int64 inode_read(struct inode *ino, void *dst, uint64 off, size_t n);
// The same for the part of them that lies in one page, without copying it: for who copies to where
// he may have to wait.  => how many bytes stand at off % 4096 of *page, which is held for the
// caller to put, and does not change; 0 at the end; also -ENOMEM
int64 inode_read_page(struct inode *ino, uint64 off, size_t n, struct frame **page);
// Writes n bytes at `off`; the file grows as needed.  On a classic volume a write that begins
// beyond the end is refused.  => bytes written (fewer if space ran out in the middle);
// -ENOSPC, -EFBIG, -EIO, -ENOMEM, -EINVAL (classic hole), -EISDIR.
int64 inode_write(struct inode *ino, const void *src, uint64 off, size_t n);
// Appends at the end, atomically with respect to other writers; *off_out is where it went.
int64 inode_append(struct inode *ino, const void *src, size_t n, uint64 *off_out);
// Nobody else writes to it, cuts it or makes it a clone until inode_write_end(): what is written in
// pieces stays together.
void inode_write_begin(struct inode *ino);
void inode_write_end(struct inode *ino);
int inode_truncate(struct inode *ino, uint64 size);
int inode_sync(struct inode *ino); // fsync
// A program runs from a file, or some have it open for writing, but not both: whoever comes second
// is refused.  Whoever is to write to a file from which programs may run, cut it or make it a clone
// has it open to write.
int inode_open_to_run(struct inode *ino);   // => 0, -ETXTBSY: somebody has it open for writing
int inode_open_to_write(struct inode *ino); // => 0, -ETXTBSY: it is open to run, or mapped
void inode_close_to_run(struct inode *ino); // what is mapped by then goes on to count
void inode_close_to_write(struct inode *ino);
// The file's pages, for mapping.  => borrowed: lives as long as the caller's reference to ino.
struct object *inode_object(struct inode *ino);

// One entry of a directory.
struct dir_entry {
    uint64 ino;
    uint32 mode; // S_IF* only
    char name[NAME_LONGEST + 1];
};
// Reads the entry at *pos (0 to begin; otherwise a value from an earlier call) and moves *pos on.
// => 1, 0 at the end, or a negative errno.
int dir_next(struct inode *dir, uint64 *pos, struct dir_entry *out);
// => pages of the directory that have been looked at since it came into memory: what calls cost.
uint64 dir_pages_searched(struct inode *dir);

// Makes dst, a regular file, a clone of src: they share all blocks until one of them is written to.
// It costs the same for files of any size (and a commit, if anything has changed).
// => 0; -EISDIR, -EINVAL (no regular file), -EXDEV, -EROFS, -ENOSPC, -EIO, -ENOMEM.
int inode_clone(struct inode *dst, struct inode *src);

// --- snapshots --------------------------------------------------------------------------------
// The files of the volume as they were; read-only, under /.snapshots/NAME.  Names have 63 bytes at
// the most (14 on a classic volume).

// Both make two commits, and cost nothing else.  => 0; -EEXIST, -EINVAL (no name, or one with
// control characters), -ENAMETOOLONG, -ENOSPC (removing files would have no room any more), -EROFS,
// -EIO, -ENOMEM
int snapshot_create(struct volume *vol, const char *name);
// Makes the live files what they are in the snapshot, which stays.  What is open stays open; it is
// read-only and as it was, unless it is the same in the snapshot.  The system is at rest
// (task/rest.h): nobody is about to look at the table of an inode.  What only the replaced files
// had is given back by the next volume_sync().  => also -ENOENT
int snapshot_rollback(struct volume *vol, const char *name);
// Its space comes back when none of its files is in use any more.  => 0; -ENOENT, -EROFS, -EIO,
// -ENOMEM
int snapshot_delete(struct volume *vol, const char *name);

struct snapshot_info {
    uint32 id;
    uint64 generation; // which it is a picture of
    uint64 time_ns;    // Unix time
    char name[64];
};
// The snapshot with the next higher id than *id, which moves on; 0 to begin.  => 1, 0 at the end;
// -EIO, -ENOMEM
int snapshot_next(struct volume *vol, uint32 *id, struct snapshot_info *out);

// Reads every block of the live files and of all snapshots from the disk and compares its checksum;
// what is damaged is said on the console, and the walk goes on.  Meanwhile the volume is in use.
// => 0; -ENOSPC (a snapshot must be made), -EROFS, -EINTR (a signal), -EIO, -ENOMEM.
struct scrub_result {
    uint64 blocks, damaged;
};
int volume_scrub(struct volume *vol, struct scrub_result *out);

// --- paths ------------------------------------------------------------------------------------
// Every path call begins at `cwd` unless the path begins with '/'.  => errors of all of them:
// -ENOENT, -ENOTDIR, -ENAMETOOLONG, -ELOOP (more than 40 symbolic links), -EIO, -ENOMEM.
// Links in the middle of a path are followed, and before a slash at its end.
int path_lookup(struct inode *cwd, const char *path, struct inode **out); // follows a last link
int path_lookup_link(struct inode *cwd, const char *path, struct inode **out); // does not
// Opens or makes: with `create` a missing last name is made with `mode` (S_IF* | bits) and `rdev`,
// if it is a link's the target's; with `exclusive` an existing one is -EEXIST.  Also -ENOSPC,
// -EISDIR (a slash behind the name of what is to be a file).
int path_open(struct inode *cwd, const char *path, bool create, bool exclusive, uint32 mode,
              uint64 rdev, struct inode **out);
// The same for open(): it says whether the file was made, and whether a link at the end is followed
// or is itself what is found.
struct path_opening {
    bool create, exclusive, follow;
    uint32 mode;
    bool made; // the answer
};
int path_open_file(struct inode *cwd, const char *path, struct path_opening *how,
                   struct inode **out);
int path_mkdir(struct inode *cwd, const char *path, uint32 mode); // -EEXIST, -ENOSPC
int path_link(struct inode *old_cwd, const char *old_path, struct inode *new_cwd,
              const char *new_path); // -EEXIST, -EPERM (a directory), -EMLINK, -ENOSPC
// The same for an inode that is at hand.  Also -ENOENT: it has no name any more.
int inode_link(struct inode *ino, struct inode *cwd, const char *path);
// Makes a symbolic link with 1 to PATH_LONGEST - 1 bytes of target.  => -EEXIST, -ENOSPC, ...
int path_symlink(struct inode *cwd, const char *target, const char *path);
// Reads its target, without a NUL, as far as it fits.  => bytes; -EINVAL (no link).
int64 path_readlink(struct inode *cwd, const char *path, char *buf, size_t size);
// Removes a name.  `dir`: must be an empty directory (rmdir); `any`: whatever it is, as classic
// unlink does, but a directory must be empty.  => -EISDIR, -ENOTDIR, -ENOTEMPTY, -EINVAL (".",
// ".."), -EBUSY (the root).
enum unlink_kind { UNLINK_FILE, UNLINK_DIR, UNLINK_ANY };
int path_unlink(struct inode *cwd, const char *path, enum unlink_kind kind);
// Moves a name, atomically: at every moment either name leads to what it should.  What the new name
// led to is replaced, if both are files or both directories and it is empty.  Two names of one
// inode: nothing happens.  Links are not followed at the end of either path.
// `flags`: PATH_*, the values of Linux's RENAME_*.
// => -EISDIR, -ENOTDIR, -ENOTEMPTY, -EINVAL (a directory into itself or below), -EXDEV, -EBUSY (the
// root, ".", ".."), -EMLINK, -ENOSPC (the new directory needs another page);
// PATH_NOREPLACE: -EEXIST.  PATH_EXCHANGE: the two, which must be there, change places.
#define PATH_NOREPLACE 1u
#define PATH_EXCHANGE  2u
int path_rename(struct inode *old_cwd, const char *old_path, struct inode *new_cwd,
                const char *new_path, uint32 flags);
// The absolute path of a directory into buf.  => its length with NUL, -ERANGE.
int path_of(struct inode *dir, char *buf, size_t size);

// --- audit (kernel/mem/audit.h): counts references the fs and the cache hold to frames --------
// Registered by volume_mount().
