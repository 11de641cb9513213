// System calls through a path, on descriptors, on directories and on what is known of files
// (sys_path.c, sys_fd.c, sys_dir.c, sys_status.c, user_path.c): flags, modes, and what a refused
// call leaves behind.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "calls.h"
#include "fs/fs.h"
#include "proc/file.h"

#define HERE ((uint64)AT_FDCWD)

static int64 open_at(const char *path, uint64 flags, uint64 mode)
{
    return call(SYS_openat, HERE, text(path), flags, mode);
}

// Opens, closes, and says what came of it: 0 or a negative errno.  No descriptor is used up.
static int64 try_open(const char *path, uint64 flags)
{
    int64 free_before = call(SYS_dup, 0), fd = open_at(path, flags, 0644);
    CHECK_EQ(call(SYS_close, free_before), 0);
    if (fd >= 0)
        CHECK_EQ(call(SYS_close, fd), 0);
    CHECK_EQ(call(SYS_dup, 0), free_before);
    CHECK_EQ(call(SYS_close, free_before), 0);
    return fd < 0 ? fd : 0;
}

static struct linux_stat stat_of(const char *path)
{
    struct linux_stat st;
    CHECK_EQ(call(SYS_newfstatat, HERE, text(path), DATA, AT_SYMLINK_NOFOLLOW), 0);
    get(&st, DATA, sizeof st);
    return st;
}

static void begin(bool classic)
{
    calls_begin(classic);
    make_file("file", "text", 4); // descriptor 0
    CHECK_EQ(call(SYS_mkdirat, HERE, text("dir"), 0755), 0);
    CHECK_EQ(call(SYS_symlinkat, text("file"), HERE, text("link")), 0);
}

// --- open -------------------------------------------------------------------------------------

TEST(flags_of_open)
{
    static const struct {
        const char *path;
        uint64 flags;
        int64 result;
    } cases[] = {
        { "file", O_RDONLY, 0 },
        { "file", O_WRONLY | O_NOCTTY | O_NOATIME | O_LARGEFILE | O_NONBLOCK, 0 },
        { "file", O_ACCMODE, -EINVAL },
        { "file", O_DIRECT, -EINVAL },
        { "file", O_ASYNC, -EINVAL },
        { "file", 1UL << 31, -EINVAL },
        { "file", O_DIRECTORY, -ENOTDIR },
        { "file", O_CREAT | O_EXCL, -EEXIST },
        { "file", O_CREAT | O_RDWR, 0 },
        { "none", O_RDONLY, -ENOENT },
        { "none", O_EXCL, -ENOENT },
        { "none", O_CREAT | O_DIRECTORY, -EINVAL },
        { "none/x", O_CREAT, -ENOENT },
        { "file/x", O_CREAT, -ENOTDIR },
        { "dir", O_RDONLY, 0 },
        { "dir", O_DIRECTORY, 0 },
        { "dir", O_WRONLY, -EISDIR },
        { "dir", O_RDWR, -EISDIR },
        { "dir", O_CREAT, -EISDIR },
        { "dir", O_TRUNC, -EISDIR },
        { "link", O_RDONLY, 0 },
        { "link", O_NOFOLLOW, -ELOOP },
        { "link", O_NOFOLLOW | O_CREAT, -ELOOP },
        { "", O_RDONLY, -ENOENT },
    };
    begin(true);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK_EQ(try_open(cases[i].path, cases[i].flags), cases[i].result);
    CHECK(!exists("none"));
    expect_file("file", "text", 4); // none of these has cut it
    CHECK_EQ(call(SYS_openat, HERE, NOWHERE, O_RDONLY, 0), -EFAULT);
    CHECK_EQ(call(SYS_openat, HERE, 0, O_RDONLY, 0), -EFAULT);
    calls_end();
}

TEST(open_makes_and_cuts)
{
    begin(true);
    CHECK_EQ(call(SYS_umask, 027), 0);
    int64 fd = open_at("new", O_CREAT | O_EXCL | O_WRONLY | O_TRUNC, 06777);
    CHECK_EQ(fd, 1);
    CHECK_EQ(stat_of("new").st_mode, S_IFREG | 06750);
    CHECK_EQ(call(SYS_umask, 0177777), 027);
    CHECK_EQ(call(SYS_umask, 0), 0777);
    CHECK_EQ(try_open("file", O_RDONLY | O_CREAT), 0);
    expect_file("file", "text", 4);
    CHECK_EQ(try_open("file", O_RDONLY | O_TRUNC), 0);
    expect_file("file", "", 0);
    CHECK_EQ(open_at("dir/made", O_CREAT | O_RDWR, 0600), 2);
    CHECK_EQ(stat_of("dir/made").st_mode, S_IFREG | 0600);
    CHECK_EQ(open_at("link", O_CREAT | O_RDWR, 0600), 3); // what it leads to
    CHECK_EQ(stat_of("link").st_mode & S_IFMT, S_IFLNK);
    CHECK_EQ(call(SYS_fcntl, fd, F_GETFL), O_WRONLY); // the others are of the moment
    calls_end();
}

// What finds no descriptor or no memory makes nothing and keeps nothing.
TEST(open_that_fails_has_done_nothing)
{
    begin(true);
    int64 last = 0;
    while (last >= 0)
        last = call(SYS_dup, 0);
    CHECK_EQ(last, -EMFILE);
    CHECK_EQ(open_at("new", O_CREAT | O_RDWR, 0644), -EMFILE);
    CHECK_EQ(open_at("file", O_TRUNC, 0644), -EMFILE);
    CHECK(!exists("new"));
    CHECK_EQ(call(SYS_close, 1), 0);
    CHECK_EQ(open_at("file/x", O_RDONLY, 0), -ENOTDIR);
    CHECK_EQ(open_at("new", O_CREAT | O_RDWR | O_CLOEXEC, 0644), 1);
    CHECK_EQ(call(SYS_fcntl, 1, F_GETFD), FD_CLOEXEC);
    expect_file("file", "text", 4);
    calls_end();
}

TEST(what_runs_is_neither_written_nor_cut)
{
    struct inode *ino;
    begin(true);
    CHECK_EQ(call(SYS_close, 0), 0);
    CHECK_EQ(open_file("dir", O_RDONLY), 0);
    CHECK_EQ(path_lookup(calls_proc.leader.fs->cwd, "file", &ino), 0);
    CHECK_EQ(inode_open_to_run(ino), 0);
    CHECK_EQ(try_open("file", O_WRONLY), -ETXTBSY);
    CHECK_EQ(try_open("file", O_RDWR), -ETXTBSY);
    CHECK_EQ(try_open("file", O_RDONLY | O_TRUNC), -ETXTBSY);
    CHECK_EQ(try_open("file", O_RDONLY), 0);
    expect_file("file", "text", 4);
    inode_close_to_run(ino);
    int64 fd = open_at("file", O_WRONLY, 0);
    CHECK_EQ(inode_open_to_run(ino), -ETXTBSY);
    CHECK_EQ(call(SYS_close, fd), 0);
    CHECK_EQ(try_open("file", O_RDONLY | O_TRUNC), 0);
    CHECK_EQ(inode_open_to_run(ino), 0); // nobody writes any more
    inode_close_to_run(ino);
    inode_put(ino);
    calls_end();
}

TEST(a_snapshot_is_read_only_from_the_start)
{
    begin(true);
    CHECK_EQ(call(SYS_mknodat, HERE, text("dev"), S_IFCHR | 0666, MAKEDEV(0, 0)), 0);
    CHECK_EQ(call(SYS_kine_snapshot, KINE_SNAPSHOT_CREATE, text("s")), 0);
    CHECK_EQ(try_open("/.snapshots/s/file", O_RDONLY), 0);
    CHECK_EQ(try_open("/.snapshots/s/file", O_WRONLY), -EROFS);
    CHECK_EQ(try_open("/.snapshots/s/file", O_RDWR | O_CREAT), -EROFS);
    CHECK_EQ(try_open("/.snapshots/s/file", O_RDONLY | O_TRUNC), -EROFS);
    CHECK_EQ(try_open("/.snapshots/s/none", O_WRONLY | O_CREAT), -EROFS);
    CHECK_EQ(call(SYS_faccessat, HERE, text("/.snapshots/s/file"), 2), -EROFS);
    CHECK_EQ(call(SYS_faccessat, HERE, text("/.snapshots/s/file"), 5), 0);
    CHECK_EQ(call(SYS_faccessat, HERE, text("/.snapshots/s/dev"), 2), 0);
    CHECK_EQ(call(SYS_faccessat, HERE, text("file"), 7), 0);
    CHECK_EQ(call(SYS_faccessat, HERE, text("file"), 8), -EINVAL);
    CHECK_EQ(call(SYS_faccessat, HERE, text("none"), 0), -ENOENT);
    CHECK_EQ(call(SYS_fchmodat, HERE, text("/.snapshots/s/file"), 0), -EROFS);
    CHECK_EQ(call(SYS_utimensat, HERE, text("/.snapshots/s/file"), 0, 0), -EROFS);
    CHECK_EQ(stat_of("/.snapshots/s/file").st_dev, stat_of("file").st_dev + 1);
    calls_end();
}

// --- paths of the user's ----------------------------------------------------------------------

// A path of n bytes with its NUL that leads to the file.
static uint64 long_path(size_t n)
{
    char path[PATH_LONGEST + 1];
    memset(path, '/', sizeof path);
    memcpy(path + n - 5, "file", 5);
    put(DATA + 8 * PGSIZE, path, n);
    return DATA + 8 * PGSIZE;
}

TEST(lengths_of_paths)
{
    static const size_t good[] = { 6, 127, 128, 129, 130, 4095, 4096 };
    begin(true);
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        CHECK_EQ(call(SYS_faccessat, HERE, long_path(good[i]), 0), 0);
    CHECK_EQ(call(SYS_faccessat, HERE, long_path(4097), 0), -ENAMETOOLONG);
    calls_proc.path_longest = MAXPATH;
    CHECK_EQ(call(SYS_faccessat, HERE, long_path(MAXPATH), 0), 0);
    CHECK_EQ(call(SYS_faccessat, HERE, long_path(MAXPATH + 1), 0), -ENAMETOOLONG);
    CHECK_EQ(call(SYS_faccessat, HERE, long_path(4096), 0), -ENAMETOOLONG);
    calls_proc.path_longest = 20; // as short as a program likes
    CHECK_EQ(call(SYS_faccessat, HERE, long_path(20), 0), 0);
    CHECK_EQ(call(SYS_faccessat, HERE, long_path(21), 0), -ENAMETOOLONG);
    calls_proc.path_longest = 200;
    CHECK_EQ(call(SYS_faccessat, HERE, long_path(200), 0), 0);
    CHECK_EQ(call(SYS_faccessat, HERE, long_path(201), 0), -ENAMETOOLONG);
    calls_end();
}

TEST(a_long_path_needs_a_page)
{
    begin(true);
    call(SYS_faccessat, HERE, long_path(1000), 0); // what is looked at is in memory
    host_fail_kalloc(1);
    CHECK_EQ(call(SYS_faccessat, HERE, long_path(128), 0), 0);
    CHECK_EQ(call(SYS_faccessat, HERE, long_path(1000), 0), -ENOMEM);
    host_fail_kalloc(0);
    char end[200];
    memset(end, '/', sizeof end);
    put(NOWHERE - PGSIZE - 200, end, 200); // runs through the read-only page, which has NULs
    CHECK_EQ(call(SYS_faccessat, HERE, NOWHERE - PGSIZE - 200, 0), 0);
    CHECK_EQ(call(SYS_munmap, CONSTANTS, PGSIZE), 0);
    CHECK_EQ(call(SYS_faccessat, HERE, CONSTANTS - 200, 0), -EFAULT);
    CHECK_EQ(call(SYS_faccessat, HERE, CONSTANTS - 100, 0), -EFAULT);
    calls_end();
}

TEST(paths_begin_where_dirfd_says)
{
    int pipe[2];
    begin(true);
    int dir = open_file("dir", O_RDONLY);
    CHECK_EQ(call(SYS_pipe2, DATA, 0), 0);
    get(pipe, DATA, sizeof pipe);
    CHECK_EQ(call(SYS_openat, dir, text("x"), O_CREAT | O_WRONLY, 0644), pipe[1] + 1);
    CHECK(exists("dir/x") && !exists("x"));
    CHECK_EQ(call(SYS_openat, NO_FD, text("x"), O_RDONLY, 0), -EBADF);
    CHECK_EQ(call(SYS_openat, NO_FD, text("/file"), O_RDONLY, 0), pipe[1] + 2); // nobody asks
    CHECK_EQ(call(SYS_openat, 0, text("x"), O_RDONLY, 0), -ENOTDIR);
    CHECK_EQ(call(SYS_openat, pipe[0], text("x"), O_RDONLY, 0), -ENOTDIR);
    CHECK_EQ(call(SYS_openat, NO_FD, long_path(1000) + 995, O_RDONLY, 0), -EBADF);
    CHECK_EQ(call(SYS_mkdirat, dir, text("sub"), 0700), 0);
    CHECK_EQ(call(SYS_linkat, dir, text("x"), HERE, text("y"), 0), 0);
    CHECK_EQ(call(SYS_renameat2, HERE, text("y"), dir, text("z"), 0), 0);
    CHECK_EQ(call(SYS_symlinkat, text("sub"), dir, text("l")), 0);
    CHECK(exists("dir/sub") && exists("dir/z") && exists("dir/l") && !exists("y"));
    CHECK_EQ(call(SYS_readlinkat, dir, text("l"), DATA, 100), 3);
    CHECK_EQ(call(SYS_unlinkat, dir, text("z"), 0), 0);
    CHECK_EQ(call(SYS_linkat, NO_FD, text("x"), HERE, text("y"), 0), -EBADF);
    CHECK_EQ(call(SYS_linkat, dir, text("x"), NO_FD, text("y"), 0), -EBADF);
    CHECK_EQ(call(SYS_symlinkat, text("sub"), NO_FD, text("l2")), -EBADF);
    CHECK_EQ(call(SYS_symlinkat, NOWHERE, HERE, text("l2")), -EFAULT);
    CHECK_EQ(call(SYS_readlinkat, NO_FD, text("l"), DATA, 100), -EBADF);
    CHECK_EQ(call(SYS_unlinkat, NO_FD, text("x"), 0), -EBADF);
    CHECK_EQ(call(SYS_mkdirat, NO_FD, text("d"), 0), -EBADF);
    CHECK_EQ(call(SYS_mknodat, NO_FD, text("d"), S_IFCHR, 0), -EBADF);
    CHECK_EQ(call(SYS_execve, NOWHERE, 0, 0), -EFAULT);
    calls_end();
}

// --- names ------------------------------------------------------------------------------------

TEST(making)
{
    begin(true);
    CHECK_EQ(call(SYS_umask, 022), 0);
    CHECK_EQ(call(SYS_mkdirat, HERE, text("d"), 01777), 0);
    CHECK_EQ(stat_of("d").st_mode, S_IFDIR | 01755);
    CHECK_EQ(call(SYS_mkdirat, HERE, text("d"), 0777), -EEXIST);
    CHECK_EQ(call(SYS_mknodat, HERE, text("c"), S_IFCHR | 0666, MAKEDEV(3, 7)), 0);
    CHECK_EQ(stat_of("c").st_mode, S_IFCHR | 0644);
    CHECK_EQ(stat_of("c").st_rdev, MAKEDEV(3, 7));
    CHECK_EQ(call(SYS_mknodat, HERE, text("f"), 0600, MAKEDEV(3, 7)), 0);
    CHECK_EQ(stat_of("f").st_mode, S_IFREG | 0600);
    CHECK_EQ(stat_of("f").st_rdev, 0);
    CHECK_EQ(call(SYS_mknodat, HERE, text("g"), S_IFREG | 0600, 0), 0);
    CHECK_EQ(call(SYS_mknodat, HERE, text("g"), S_IFREG | 0600, 0), -EEXIST);
    CHECK_EQ(call(SYS_mknodat, HERE, text("h"), S_IFIFO | 0600, 0), -EPERM);
    CHECK_EQ(call(SYS_mknodat, HERE, text("h"), S_IFDIR | 0600, 0), -EPERM);
    CHECK(!exists("h"));
    calls_end();
}

TEST(removing)
{
    begin(true);
    CHECK_EQ(call(SYS_unlinkat, HERE, text("dir"), 0), -EISDIR);
    CHECK_EQ(call(SYS_unlinkat, HERE, text("file"), AT_REMOVEDIR), -ENOTDIR);
    CHECK_EQ(call(SYS_unlinkat, HERE, text("file"), 1), -EINVAL);
    CHECK_EQ(call(SYS_unlinkat, HERE, text("file"), AT_REMOVEDIR | 1UL << 40), -EINVAL);
    CHECK_EQ(call(SYS_unlinkat, HERE, NOWHERE, 0), -EFAULT);
    CHECK_EQ(call(SYS_unlinkat, HERE, text("dir"), AT_REMOVEDIR), 0);
    CHECK_EQ(call(SYS_unlinkat, HERE, text("link"), 0), 0);
    CHECK(exists("file") && !exists("dir") && !exists("link"));
    calls_end();
}

TEST(links_and_moves)
{
    char target[8] = "";
    begin(true);
    CHECK_EQ(call(SYS_linkat, HERE, text("link"), HERE, text("l1"), 0), 0);
    CHECK_EQ(stat_of("l1").st_mode & S_IFMT, S_IFLNK);
    CHECK_EQ(call(SYS_linkat, HERE, text("link"), HERE, text("l2"), AT_SYMLINK_FOLLOW), 0);
    CHECK_EQ(stat_of("l2").st_ino, stat_of("file").st_ino);
    CHECK_EQ(stat_of("file").st_nlink, 2);
    CHECK_EQ(call(SYS_linkat, HERE, text("none"), HERE, text("l3"), AT_SYMLINK_FOLLOW), -ENOENT);
    CHECK_EQ(call(SYS_linkat, HERE, text("file"), HERE, text("l2"), AT_SYMLINK_FOLLOW), -EEXIST);
    CHECK_EQ(call(SYS_linkat, HERE, text("file"), HERE, text("l3"), 1), -EINVAL);
    CHECK_EQ(call(SYS_renameat2, HERE, text("l2"), HERE, text("file2"), 0), 0);
    CHECK_EQ(call(SYS_renameat2, HERE, text("file2"), HERE, text("dir"), RENAME_NOREPLACE),
             -EEXIST);
    CHECK_EQ(call(SYS_renameat2, HERE, text("file2"), HERE, text("dir"), RENAME_EXCHANGE), 0);
    CHECK_EQ(stat_of("file2").st_mode & S_IFMT, S_IFDIR);
    CHECK_EQ(call(SYS_renameat2, HERE, text("file2"), HERE, text("x"), 4), -EINVAL);
    CHECK_EQ(call(SYS_readlinkat, HERE, text("link"), DATA, 8), 4);
    get(target, DATA, 4);
    CHECK_EQ(strcmp(target, "file"), 0);
    CHECK_EQ(call(SYS_readlinkat, HERE, text("link"), DATA, 1), 1);
    CHECK_EQ(call(SYS_readlinkat, HERE, text("link"), NOWHERE, 1), -EFAULT);
    CHECK_EQ(call(SYS_readlinkat, HERE, text("link"), DATA, 0), -EINVAL);
    CHECK_EQ(call(SYS_readlinkat, HERE, text("link"), DATA, -1), -EINVAL);
    CHECK_EQ(call(SYS_readlinkat, HERE, text("link"), DATA, INT64_MAX), 4);
    CHECK_EQ(call(SYS_readlinkat, HERE, text("file"), DATA, 8), -EINVAL);
    CHECK_EQ(call(SYS_readlinkat, HERE, text("link"), NOWHERE, 8), -EFAULT);
    CHECK_EQ(call(SYS_symlinkat, text(""), HERE, text("empty")), -ENOENT);
    calls_end();
}

TEST(a_link_needs_a_page_to_be_read)
{
    begin(true);
    CHECK_EQ(call(SYS_readlinkat, HERE, text("link"), DATA, 8), 4);
    host_fail_kalloc(1);
    CHECK_EQ(call(SYS_readlinkat, HERE, text("link"), DATA, 8), -ENOMEM);
    host_fail_kalloc(1);
    CHECK_EQ(call(SYS_getcwd, DATA, 8), -ENOMEM);
    host_fail_kalloc(0);
    calls_end();
}

// --- directories ------------------------------------------------------------------------------

#define MANY 30

// Reads a directory by buffers of n bytes.  => entries found; each name's bit is set
static int list(int fd, size_t n, uint64 *names)
{
    union {
        uchar bytes[1024];
        struct linux_dirent64 first;
    } buf;
    int count = 0;
    *names = 0;
    for (int64 done; (done = call(SYS_getdents64, fd, DATA, n)) != 0;) {
        CHECK(done > 0 && (size_t)done <= n);
        get(buf.bytes, DATA, (size_t)done);
        for (int64 at = 0; at < done; count++) {
            struct linux_dirent64 *d = (void *)(buf.bytes + at);
            CHECK(d->d_reclen % 8 == 0 && d->d_reclen >= 24);
            CHECK(strlen(d->d_name) < d->d_reclen - 19u);
            CHECK_EQ(d->d_type, d->d_name[0] == 'f' ? DT_REG : DT_DIR);
            if (d->d_name[0] == 'f')
                *names |= 1UL << atoi(d->d_name + 1);
            at += d->d_reclen;
        }
    }
    return count;
}

TEST(directories_are_read_in_pieces)
{
    uint64 names;
    begin(false);
    int dir = open_file("dir", O_RDONLY);
    for (int i = 0; i < MANY; i++) {
        char path[80];
        snprintf(path, sizeof path, "dir/f%d_%.*s", i, i, "abcdefghijklmnopqrstuvwxyzabcdefghijk");
        CHECK_EQ(call(SYS_close, open_file(path, O_CREAT)), 0);
    }
    for (size_t n = 64; n <= 1024; n += 41) {
        CHECK_EQ(call(SYS_lseek, dir, 0, SEEK_SET), 0);
        CHECK_EQ(list(dir, n, &names), MANY + 2);
        CHECK_EQ(names, (1UL << MANY) - 1);
    }
    CHECK_EQ(call(SYS_lseek, dir, 0, SEEK_SET), 0);
    CHECK_EQ(call(SYS_getdents64, dir, DATA, 23), -EINVAL); // "." takes 24
    CHECK_EQ(call(SYS_getdents64, dir, DATA, 24), 24);
    CHECK_EQ(call(SYS_getdents64, dir, NOWHERE, 100), -EFAULT);
    CHECK_EQ(call(SYS_getdents64, dir, CONSTANTS - 24, 100), 24); // what has a place is given
    CHECK_EQ(call(SYS_getdents64, dir, DATA, INT64_MAX) > 100, true);
    CHECK_EQ(call(SYS_getdents64, 0, DATA, 100), -ENOTDIR);
    CHECK_EQ(call(SYS_getdents64, NO_FD, DATA, 100), -EBADF);
    calls_end();
}

// A signal ends the call with what it has; nothing is skipped.
TEST(reading_a_directory_is_interrupted)
{
    uint64 names;
    begin(false);
    int dir = open_file("dir", O_RDONLY);
    for (int i = 0; i < MANY; i++) {
        char path[24];
        snprintf(path, sizeof path, "dir/f%d", i);
        CHECK_EQ(call(SYS_close, open_file(path, O_CREAT)), 0);
    }
    host_interrupt(0, true);
    CHECK_EQ(call(SYS_getdents64, dir, DATA, 1024), 24);
    CHECK_EQ(call(SYS_getdents64, dir, DATA, 1024), 24);
    host_interrupt(0, false);
    CHECK_EQ(list(dir, 1024, &names), MANY);
    CHECK_EQ(names, (1UL << MANY) - 1);
    calls_end();
}

TEST(kinds_of_entries)
{
    uchar buf[1024];
    unsigned seen = 0;
    begin(false);
    CHECK_EQ(call(SYS_mknodat, HERE, text("chr"), S_IFCHR, 0), 0);
    int64 n = call(SYS_getdents64, open_file("/", O_RDONLY), DATA, sizeof buf);
    CHECK(n > 0);
    get(buf, DATA, (size_t)n);
    for (int64 at = 0; at < n; at += ((struct linux_dirent64 *)(buf + at))->d_reclen) {
        struct linux_dirent64 *d = (void *)(buf + at);
        switch (d->d_name[0]) {
        case 'f': CHECK_EQ(d->d_type, DT_REG); break;
        case 'd': CHECK_EQ(d->d_type, DT_DIR); break;
        case 'c': CHECK_EQ(d->d_type, DT_CHR); break;
        case 'l': CHECK_EQ(d->d_type, DT_LNK); break;
        default: continue;
        }
        CHECK_EQ(d->d_ino, stat_of(d->d_name).st_ino);
        seen++;
    }
    CHECK_EQ(seen, 4);
    calls_end();
}

TEST(the_current_directory)
{
    char cwd[16] = "";
    begin(true);
    CHECK_EQ(call(SYS_getcwd, DATA, 100), 2);
    CHECK_EQ(call(SYS_chdir, text("dir")), 0);
    CHECK_EQ(call(SYS_getcwd, DATA, 100), 5);
    get(cwd, DATA, 5);
    CHECK_EQ(strcmp(cwd, "/dir"), 0);
    CHECK_EQ(call(SYS_getcwd, DATA, 5), 5);
    CHECK_EQ(call(SYS_getcwd, DATA, 4), -ERANGE);
    CHECK_EQ(call(SYS_getcwd, DATA, 0), -ERANGE);
    CHECK_EQ(call(SYS_getcwd, NOWHERE, 100), -EFAULT);
    CHECK_EQ(call(SYS_chdir, text("/file")), -ENOTDIR);
    CHECK_EQ(call(SYS_chdir, text("none")), -ENOENT);
    CHECK_EQ(call(SYS_chdir, NOWHERE), -EFAULT);
    CHECK_EQ(try_open("../file", O_RDONLY), 0); // still there
    calls_end();
}

// --- what is known ----------------------------------------------------------------------------

TEST(status)
{
    struct linux_stat st;
    int pipe[2];
    begin(true);
    st = stat_of("file");
    CHECK(st.st_mode == (S_IFREG | 0644) && st.st_nlink == 1 && st.st_size == 4);
    CHECK(st.st_blocks == 8 && st.st_blksize == 4096 && st.st_uid == 0);
    CHECK(st.st_mtim.tv_sec == 1000000000 && st.st_atim.tv_sec == st.st_mtim.tv_sec);
    CHECK_EQ(call(SYS_newfstatat, HERE, text("link"), DATA, 0), 0);
    get(&st, DATA, sizeof st);
    CHECK_EQ(st.st_ino, stat_of("file").st_ino);
    CHECK_EQ(stat_of("link").st_mode & S_IFMT, S_IFLNK);
    CHECK_EQ(call(SYS_newfstatat, HERE, text(""), DATA, 0), -ENOENT);
    CHECK_EQ(call(SYS_newfstatat, HERE, text("link"), DATA, AT_EMPTY_PATH), 0);
    CHECK_EQ(call(SYS_newfstatat, 0, text(""), DATA, AT_EMPTY_PATH), 0);
    int dir = open_file("dir", O_RDONLY);
    CHECK_EQ(call(SYS_newfstatat, dir, text(""), DATA, AT_EMPTY_PATH), 0);
    get(&st, DATA, sizeof st);
    CHECK_EQ(st.st_ino, stat_of("dir").st_ino);
    CHECK_EQ(call(SYS_newfstatat, HERE, text("file"), DATA, 1), -EINVAL);
    CHECK_EQ(call(SYS_newfstatat, HERE, text("file"), NOWHERE, 0), -EFAULT);
    CHECK_EQ(call(SYS_newfstatat, HERE, text("none"), DATA, 0), -ENOENT);
    CHECK_EQ(call(SYS_pipe2, DATA, 0), 0);
    get(pipe, DATA, sizeof pipe);
    CHECK_EQ(call(SYS_fstat, pipe[0], DATA), 0);
    get(&st, DATA, sizeof st);
    CHECK_EQ(st.st_mode & S_IFMT, S_IFIFO);
    CHECK_EQ(call(SYS_fstat, 0, DATA), 0);
    get(&st, DATA, sizeof st);
    CHECK_EQ(st.st_ino, stat_of("file").st_ino);
    CHECK_EQ(call(SYS_fstat, 0, NOWHERE), -EFAULT);
    CHECK_EQ(call(SYS_fstat, NO_FD, DATA), -EBADF);
    calls_end();
}

TEST(modes)
{
    int pipe[2];
    begin(true);
    CHECK_EQ(call(SYS_fchmodat, HERE, text("file"), 0107777), 0);
    CHECK_EQ(stat_of("file").st_mode, S_IFREG | 07777);
    CHECK_EQ(call(SYS_fchmod, 0, 0), 0);
    CHECK_EQ(stat_of("file").st_mode, S_IFREG);
    CHECK_EQ(call(SYS_fchmodat, HERE, text("none"), 0), -ENOENT);
    CHECK_EQ(call(SYS_fchmod, NO_FD, 0), -EBADF);
    CHECK_EQ(call(SYS_pipe2, DATA, 0), 0);
    get(pipe, DATA, sizeof pipe);
    CHECK_EQ(call(SYS_fchmod, pipe[0], 0), -EINVAL);
    CHECK_EQ(call(SYS_fstatfs, pipe[0], DATA), -EINVAL);
    calls_end();
}

static int64 set_times(int64 asec, int64 ansec, int64 msec, int64 mnsec)
{
    struct timespec t[2] = { { asec, ansec }, { msec, mnsec } };
    put(DATA, t, sizeof t);
    return call(SYS_utimensat, HERE, text("file"), DATA, 0);
}

TEST(times)
{
    begin(true);
    CHECK_EQ(set_times(1, 2, 3, 4), 0);
    CHECK(stat_of("file").st_mtim.tv_sec == 3 && stat_of("file").st_mtim.tv_nsec == 4);
    CHECK(stat_of("file").st_atim.tv_sec == 3); // reads leave no trace
    CHECK_EQ(set_times(0, UTIME_OMIT, 9, UTIME_OMIT), 0);
    CHECK_EQ(call(SYS_utimensat, HERE, text("none"), DATA, 0), 0); // nothing is to be done
    CHECK_EQ(stat_of("file").st_mtim.tv_sec, 3);
    CHECK_EQ(set_times(0, 0, 9, UTIME_OMIT), 0);
    CHECK_EQ(call(SYS_utimensat, HERE, text("none"), DATA, 0), -ENOENT);
    CHECK_EQ(stat_of("file").st_mtim.tv_sec, 3);
    CHECK_EQ(set_times(0, 0, 9, UTIME_NOW), 0);
    CHECK_EQ(stat_of("file").st_mtim.tv_sec, 1000000000);
    CHECK_EQ(set_times(0, UTIME_OMIT, -5, 7), 0);
    CHECK(stat_of("file").st_mtim.tv_sec == 0 && stat_of("file").st_mtim.tv_nsec == 0);
    CHECK_EQ(set_times(0, 0, INT64_MAX, 999999999), 0);
    CHECK(stat_of("file").st_mtim.tv_sec > 18000000000);
    CHECK_EQ(set_times(0, 1000000000, 0, 0), -EINVAL);
    CHECK_EQ(set_times(0, 0, 0, 1000000000), -EINVAL);
    CHECK_EQ(set_times(0, 0, 0, -1), -EINVAL);
    CHECK_EQ(call(SYS_utimensat, 0, 0, 0, 0), 0); // what is open, now
    CHECK_EQ(stat_of("file").st_mtim.tv_sec, 1000000000);
    CHECK_EQ(call(SYS_utimensat, NO_FD, 0, 0, 0), -EBADF);
    CHECK_EQ(call(SYS_utimensat, HERE, text("file"), NOWHERE, 0), -EFAULT);
    CHECK_EQ(call(SYS_utimensat, HERE, text("file"), 0, 1), -EINVAL);
    CHECK_EQ(call(SYS_utimensat, HERE, text("none"), 0, 0), -ENOENT);
    CHECK_EQ(set_times(0, 0, 77, 0), 0);
    CHECK_EQ(call(SYS_utimensat, HERE, text("link"), 0, AT_SYMLINK_NOFOLLOW), 0);
    CHECK_EQ(stat_of("file").st_mtim.tv_sec, 77);
    CHECK_EQ(call(SYS_utimensat, HERE, text("link"), 0, 0), 0);
    CHECK_EQ(stat_of("file").st_mtim.tv_sec, 1000000000);
    calls_end();
}

TEST(space)
{
    struct statfs st, same;
    struct volume_info info;
    begin(true);
    CHECK_EQ(call(SYS_statfs, text("dir"), DATA), 0);
    get(&st, DATA, sizeof st);
    CHECK_EQ(call(SYS_fstatfs, 0, DATA), 0);
    get(&same, DATA, sizeof same);
    CHECK_EQ(memcmp(&st, &same, sizeof st), 0);
    volume_info(calls_volume, &info);
    CHECK(st.f_type == STATFS_KINE && st.f_bsize == 4096 && st.f_frsize == 4096);
    CHECK(st.f_blocks == info.blocks && st.f_bfree == info.free_blocks);
    CHECK(st.f_bavail == st.f_bfree && st.f_namelen == 14);
    CHECK_EQ(st.f_files - st.f_ffree, info.inodes);
    uint64 room = info.free_blocks * 16, left = info.inodes_max - info.inodes;
    CHECK_EQ(st.f_ffree, room < left ? room : left);
    CHECK_EQ(call(SYS_statfs, text("none"), DATA), -ENOENT);
    CHECK_EQ(call(SYS_statfs, text("/"), NOWHERE), -EFAULT);
    CHECK_EQ(call(SYS_fstatfs, NO_FD, DATA), -EBADF);
    calls_end();
}

// --- descriptors ------------------------------------------------------------------------------

TEST(descriptors)
{
    begin(true);
    CHECK_EQ(call(SYS_fcntl, 0, F_SETFD, FD_CLOEXEC), 0);
    CHECK_EQ(call(SYS_dup, 0), 1);
    CHECK_EQ(call(SYS_fcntl, 1, F_GETFD), 0); // the mark is not copied
    CHECK_EQ(call(SYS_dup, NO_FD), -EBADF);
    CHECK_EQ(call(SYS_dup3, 0, 5, O_CLOEXEC), 5);
    CHECK_EQ(call(SYS_fcntl, 5, F_GETFD), FD_CLOEXEC);
    CHECK_EQ(call(SYS_dup3, 0, 5, 0), 5);
    CHECK_EQ(call(SYS_fcntl, 5, F_GETFD), 0);
    CHECK_EQ(call(SYS_dup3, 0, 6, 1), -EINVAL);
    CHECK_EQ(call(SYS_dup3, 0, 6, O_CLOEXEC | 1UL << 40), -EINVAL);
    CHECK_EQ(call(SYS_fcntl, 0, F_DUPFD, 5), 6);
    CHECK_EQ(call(SYS_fcntl, 6, F_GETFD), 0);
    CHECK_EQ(call(SYS_fcntl, 0, F_DUPFD_CLOEXEC, 5), 7);
    CHECK_EQ(call(SYS_fcntl, 7, F_GETFD), FD_CLOEXEC);
    CHECK_EQ(call(SYS_fcntl, 0, F_DUPFD, NOFILE), -EINVAL);
    CHECK_EQ(call(SYS_fcntl, 0, F_DUPFD, NOFILE - 1), NOFILE - 1);
    CHECK_EQ(call(SYS_fcntl, 0, F_DUPFD, NOFILE - 1), -EMFILE);
    CHECK_EQ(call(SYS_fcntl, 0, F_DUPFD, -1), -EINVAL);
    CHECK_EQ(call(SYS_fcntl, NO_FD, F_DUPFD, 0), -EBADF);
    CHECK_EQ(call(SYS_fcntl, 5, F_SETFD, 2), 0);
    CHECK_EQ(call(SYS_fcntl, 5, F_GETFD), 0);
    CHECK_EQ(call(SYS_fcntl, 5, F_SETFD, 3), 0);
    CHECK_EQ(call(SYS_fcntl, 5, F_GETFD), FD_CLOEXEC);
    CHECK_EQ(call(SYS_fcntl, 5, 99, 0), -EINVAL);
    CHECK_EQ(call(SYS_close, 5), 0);
    CHECK_EQ(call(SYS_close, 5), -EBADF);
    calls_end();
}

TEST(flags_that_can_change)
{
    begin(true);
    int64 fd = open_at("file", O_WRONLY | O_APPEND, 0);
    CHECK_EQ(call(SYS_fcntl, fd, F_GETFL), O_WRONLY | O_APPEND);
    CHECK_EQ(call(SYS_fcntl, fd, F_SETFL, O_NONBLOCK | O_RDWR | O_TRUNC), 0);
    CHECK_EQ(call(SYS_fcntl, fd, F_GETFL), O_WRONLY | O_NONBLOCK);
    CHECK_EQ(call(SYS_fcntl, fd, F_SETFL, O_ASYNC), -EINVAL);
    CHECK_EQ(call(SYS_fcntl, fd, F_SETFL, O_DIRECT), -EINVAL);
    CHECK_EQ(call(SYS_fcntl, fd, F_SETFL, O_APPEND | O_NONBLOCK), 0);
    CHECK_EQ(call(SYS_fcntl, fd, F_GETFL), O_WRONLY | O_APPEND | O_NONBLOCK);
    CHECK_EQ(call(SYS_fcntl, NO_FD, F_GETFL), -EBADF);
    CHECK_EQ(call(SYS_fcntl, NO_FD, F_SETFL, 0), -EBADF);
    expect_file("file", "text", 4);
    calls_end();
}

TEST(pipes)
{
    int fd[2];
    begin(true);
    CHECK_EQ(call(SYS_pipe2, DATA, O_NONBLOCK | O_CLOEXEC), 0);
    get(fd, DATA, sizeof fd);
    CHECK(fd[0] == 1 && fd[1] == 2);
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(call(SYS_fcntl, fd[i], F_GETFD), FD_CLOEXEC);
        CHECK_EQ(call(SYS_fcntl, fd[i], F_GETFL), (i ? O_WRONLY : O_RDONLY) | O_NONBLOCK);
    }
    put(DATA, "pipe", 4);
    CHECK_EQ(call(SYS_write, fd[1], DATA, 4), 4);
    CHECK_EQ(call(SYS_write, fd[0], DATA, 4), -EBADF);
    CHECK_EQ(call(SYS_read, fd[1], DATA, 4), -EBADF);
    CHECK_EQ(call(SYS_read, fd[0], DATA + 8, 10), 4);
    CHECK_EQ(call(SYS_lseek, fd[0], 0, SEEK_SET), -ESPIPE);
    CHECK_EQ(call(SYS_pipe2, DATA, 0), 0);
    CHECK_EQ(call(SYS_fcntl, 3, F_GETFD), 0);
    CHECK_EQ(call(SYS_fcntl, 4, F_GETFL), O_WRONLY);
    CHECK_EQ(call(SYS_pipe2, DATA, O_APPEND), -EINVAL);
    CHECK_EQ(call(SYS_pipe2, DATA, 1UL << 40), -EINVAL);
    CHECK_EQ(call(SYS_pipe2, NOWHERE, 0), -EFAULT);
    CHECK_EQ(call(SYS_dup, 0), 5); // nothing was kept
    calls_end();
}

// At the end of the table, and of memory, there is no half pipe.
TEST(half_a_pipe)
{
    begin(true);
    int64 last, fd = 0;
    while ((last = call(SYS_dup, 0)) >= 0)
        fd = last;
    CHECK_EQ(call(SYS_pipe2, DATA, 0), -EMFILE);
    CHECK_EQ(call(SYS_close, fd), 0);
    CHECK_EQ(call(SYS_pipe2, DATA, 0), -EMFILE);
    CHECK_EQ(call(SYS_dup, 0), fd);
    CHECK_EQ(call(SYS_close, fd), 0);
    CHECK_EQ(call(SYS_close, 3), 0);
    for (long n = 1; n < 4; n++) {
        host_fail_kalloc(n);
        int64 err = call(SYS_pipe2, DATA, 0);
        host_fail_kalloc(0);
        CHECK(err == 0 || err == -ENOMEM);
        if (err == 0) {
            CHECK_EQ(call(SYS_close, 3), 0);
            CHECK_EQ(call(SYS_close, fd), 0);
        }
    }
    CHECK_EQ(call(SYS_pipe2, DATA, 0), 0);
    calls_end();
}
