// System calls on what is known of files and volumes: status, mode, times, space.

#include "abi.h"
#include "errno.h"
#include "fcntl.h"
#include "fs/fs.h"
#include "proc/file.h"
#include "proc/fs_context.h"
#include "proc/proc.h"
#include "sys/sys_file.h"
#include "sys/user_path.h"
#include "vm/usercopy.h"

#define PERMISSIONS  0777
#define MODE_BITS    07777
#define ACCESS_MODES 7 // R_OK, W_OK, X_OK
#define ACCESS_WRITE 2 // W_OK
#define BLOCK        4096
#define BLOCK_INODES 16 // that a block holds
#define NS_PER_S     1000000000UL
#define SECONDS_LAST (MTIME_KEEP / NS_PER_S - 1)

// --- whose? -----------------------------------------------------------------------------------

// What a path leads to; with AT_EMPTY_PATH and an empty path, what dirfd is; with
// AT_SYMLINK_NOFOLLOW a link itself.  => 0, and it with a reference
static int find_path(uint64 dirfd, uint64 uaddr, uint64 flags, struct inode **out)
{
    struct user_path path;
    int err = user_path_get((int)dirfd, uaddr, &path);
    if (err)
        return err;
    if (path.text[0] == '\0' && (flags & AT_EMPTY_PATH)) {
        inode_get(path.base);
        *out = path.base;
    } else if (flags & AT_SYMLINK_NOFOLLOW) {
        err = path_lookup_link(path.base, path.text, out);
    } else {
        err = path_lookup(path.base, path.text, out);
    }
    user_path_put(&path);
    return err;
}

// What is open.  => 0, and its inode with a reference; -EBADF, -EINVAL (a pipe)
static int find_open(uint64 fd, struct inode **out)
{
    struct file_use use = files_use(current_files(), (int)fd);
    if (!use.file)
        return -EBADF;
    *out = file_inode(use.file);
    if (*out)
        inode_get(*out);
    file_use_end(use);
    return *out ? 0 : -EINVAL;
}

static int64 give(uint64 uaddr, const void *what, size_t n)
{
    return copyout(current_proc()->aspace, uaddr, what, n);
}

// --- status -----------------------------------------------------------------------------------

static int stat_open(uint64 fd, struct linux_stat *st)
{
    struct file_use use = files_use(current_files(), (int)fd);
    if (!use.file)
        return -EBADF;
    int err = use.file->ops->stat(use.file, st);
    file_use_end(use);
    return err;
}

// => is an empty path to mean what is open, whatever that is?
static bool means_open(const uint64 *arg, uint64 flags)
{
    char first = 'x';
    return flags & AT_EMPTY_PATH && (int)arg[0] >= 0 &&
           (arg[1] == 0 || (copyin(current_proc()->aspace, &first, arg[1], 1) == 0 && !first));
}

// arg: dirfd, path
static int stat_at(const uint64 *arg, uint64 flags, struct linux_stat *st)
{
    struct inode *ino;
    if (means_open(arg, flags))
        return stat_open(arg[0], st);
    int err = find_path(arg[0], arg[1], flags, &ino);
    if (err)
        return err;
    inode_stat(ino, st);
    inode_put(ino);
    return 0;
}

int64 sys_newfstatat(const uint64 *arg)
{
    struct linux_stat st;
    if (arg[3] & ~(uint64)(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH | AT_NO_AUTOMOUNT))
        return -EINVAL;
    int err = stat_at(arg, arg[3], &st);
    return err ? err : give(arg[2], &st, sizeof st);
}

static struct statx_time statx_time_of(const struct timespec *t)
{
    return (struct statx_time){ t->tv_sec, (uint32)t->tv_nsec, 0 };
}

int64 sys_statx(const uint64 *arg)
{
    struct linux_stat st;
    if (arg[2] &
        ~(uint64)(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH | AT_NO_AUTOMOUNT | AT_STATX_SYNC_TYPE))
        return -EINVAL;
    int err = stat_at(arg, arg[2], &st);
    if (err)
        return err;
    struct statx out = { .stx_mask = STATX_BASIC_STATS,
                         .stx_blksize = (uint32)st.st_blksize,
                         .stx_nlink = st.st_nlink,
                         .stx_mode = (uint16)st.st_mode,
                         .stx_ino = st.st_ino,
                         .stx_size = (uint64)st.st_size,
                         .stx_blocks = (uint64)st.st_blocks,
                         .stx_atime = statx_time_of(&st.st_atim),
                         .stx_ctime = statx_time_of(&st.st_ctim),
                         .stx_mtime = statx_time_of(&st.st_mtim),
                         .stx_rdev_major = (uint32)MAJOR(st.st_rdev),
                         .stx_rdev_minor = (uint32)MINOR(st.st_rdev),
                         .stx_dev_major = (uint32)MAJOR(st.st_dev),
                         .stx_dev_minor = (uint32)MINOR(st.st_dev) };
    return give(arg[4], &out, sizeof out);
}

int64 sys_fstat(const uint64 *arg)
{
    struct linux_stat st;
    int err = stat_open(arg[0], &st);
    return err ? err : give(arg[1], &st, sizeof st);
}

static int64 may_access(const uint64 *arg, uint64 flags)
{
    struct inode *ino;
    if (arg[2] & ~(uint64)ACCESS_MODES)
        return -EINVAL;
    int err = find_path(arg[0], arg[1], flags, &ino);
    if (err)
        return err;
    bool device = (inode_mode(ino) & S_IFMT) == S_IFCHR; // what is written there is not kept
    if ((arg[2] & ACCESS_WRITE) && !device)
        err = inode_changeable(ino);
    inode_put(ino);
    return err;
}

int64 sys_faccessat(const uint64 *arg)
{
    return may_access(arg, 0);
}

int64 sys_faccessat2(const uint64 *arg)
{
    if (arg[3] & ~(uint64)(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
        return -EINVAL;
    return may_access(arg, arg[3]);
}

// --- owners: everything is root's -----------------------------------------------------------------

// Takes over the reference.
static int64 set_owner(struct inode *ino, uint64 uid, uint64 gid)
{
    bool root = ((uint32)uid == 0 || (int)uid == -1) && ((uint32)gid == 0 || (int)gid == -1);
    int err = root ? inode_changeable(ino) : -EPERM;
    inode_put(ino);
    return err;
}

int64 sys_fchownat(const uint64 *arg)
{
    struct inode *ino;
    if (arg[4] & ~(uint64)(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
        return -EINVAL;
    int err = find_path(arg[0], arg[1], arg[4], &ino);
    return err ? err : set_owner(ino, arg[2], arg[3]);
}

int64 sys_fchown(const uint64 *arg)
{
    struct inode *ino;
    int err = find_open(arg[0], &ino);
    return err ? err : set_owner(ino, arg[1], arg[2]);
}

// --- mode -------------------------------------------------------------------------------------

// Takes over the reference.
static int64 set_mode(struct inode *ino, uint64 mode)
{
    int err = inode_set_mode(ino, mode & MODE_BITS);
    inode_put(ino);
    return err;
}

int64 sys_fchmodat(const uint64 *arg)
{
    struct inode *ino;
    int err = find_path(arg[0], arg[1], 0, &ino);
    return err ? err : set_mode(ino, arg[2]);
}

int64 sys_fchmod(const uint64 *arg)
{
    struct inode *ino;
    int err = find_open(arg[0], &ino);
    return err ? err : set_mode(ino, arg[1]);
}

int64 sys_umask(const uint64 *arg)
{
    return fs_context_set_umask(current_fs(), arg[0] & PERMISSIONS);
}

// --- times ------------------------------------------------------------------------------------

static bool time_valid(const struct timespec *t)
{
    return t->tv_nsec == UTIME_NOW || t->tv_nsec == UTIME_OMIT || (uint64)t->tv_nsec < NS_PER_S;
}

// The nearest time that a volume can keep.
static uint64 mtime_of(const struct timespec *t)
{
    if (t->tv_nsec == UTIME_NOW || t->tv_nsec == UTIME_OMIT)
        return t->tv_nsec == UTIME_NOW ? MTIME_NOW : MTIME_KEEP;
    if (t->tv_sec < 0)
        return 0;
    uint64 s = (uint64)t->tv_sec < SECONDS_LAST ? (uint64)t->tv_sec : SECONDS_LAST;
    return s * NS_PER_S + (uint64)t->tv_nsec;
}

// Times of the last access are not kept: of times[0] we look only at whether it is there.
// => 1, and *mtime; 0: nothing is to be done; -EFAULT, -EINVAL
static int fetch_times(uint64 uaddr, uint64 *mtime)
{
    struct timespec t[2] = { { .tv_nsec = UTIME_NOW }, { .tv_nsec = UTIME_NOW } };
    int err = uaddr ? copyin(current_proc()->aspace, t, uaddr, sizeof t) : 0;
    if (err)
        return err;
    if (!time_valid(&t[0]) || !time_valid(&t[1]))
        return -EINVAL;
    *mtime = mtime_of(&t[1]);
    return t[0].tv_nsec != UTIME_OMIT || t[1].tv_nsec != UTIME_OMIT;
}

int64 sys_utimensat(const uint64 *arg)
{
    struct inode *ino;
    uint64 mtime = MTIME_NOW;
    if (arg[3] & ~(uint64)(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
        return -EINVAL;
    int todo = fetch_times(arg[2], &mtime);
    if (todo <= 0)
        return todo;
    int err = arg[1] ? find_path(arg[0], arg[1], arg[3], &ino) : find_open(arg[0], &ino);
    if (err)
        return err;
    err = inode_set_mtime(ino, mtime);
    inode_put(ino);
    return err;
}

// --- volumes ----------------------------------------------------------------------------------

// Blocks that are kept back for the file system's own work count as used.
static struct statfs describe(struct inode *ino)
{
    struct volume_info info;
    volume_info(volume_of(ino), &info);
    uint64 more = info.free_blocks * BLOCK_INODES, left = info.inodes_max - info.inodes;
    if (more > left)
        more = left;
    return (struct statfs){
        .f_type = STATFS_KINE,
        .f_bsize = BLOCK,
        .f_frsize = BLOCK,
        .f_blocks = info.blocks,
        .f_bfree = info.free_blocks,
        .f_bavail = info.free_blocks,
        .f_files = info.inodes + more,
        .f_ffree = more,
        .f_namelen = info.name_longest,
    };
}

// Takes over the reference.
static int64 give_statfs(struct inode *ino, uint64 uaddr)
{
    struct statfs st = describe(ino);
    inode_put(ino);
    return give(uaddr, &st, sizeof st);
}

int64 sys_statfs(const uint64 *arg)
{
    struct inode *ino;
    int err = find_path((uint64)AT_FDCWD, arg[0], 0, &ino);
    return err ? err : give_statfs(ino, arg[1]);
}

int64 sys_fstatfs(const uint64 *arg)
{
    struct inode *ino;
    int err = find_open(arg[0], &ino);
    return err ? err : give_statfs(ino, arg[1]);
}
