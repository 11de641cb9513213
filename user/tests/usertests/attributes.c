// Modes, times, space, and what the flags of open() promise.

#include "user/tests/usertests/usertests.h"

static struct linux_stat status(const char *name)
{
    struct linux_stat st;
    EXPECT(status_of(name, &st, AT_SYMLINK_NOFOLLOW), 0, "status of %s", name);
    return st;
}

static uint bits(const char *name)
{
    return status(name).st_mode & 07777;
}

static void in_child(void *arg)
{
    EXPECT(umask(0), 027, "the umask that a child inherits");
}

void modes(void)
{
    uint old = umask(027);
    close(open_mode("ut.f", O_CREAT | O_RDWR, 0666));
    EXPECT(bits("ut.f"), 0640, "mode of a file");
    EXPECT(sys(SYS_mkdirat, AT_FDCWD, "ut.d", 0777), 0, "mkdir");
    EXPECT(bits("ut.d"), 0750, "mode of a directory");
    must_pass("umask", in_child, 0);
    EXPECT(umask(old), 027, "umask after the child's");
    close(open_mode("ut.f", O_CREAT | O_RDWR, 0600));
    EXPECT(bits("ut.f"), 0640, "mode of a file that was there");
    EXPECT(chmod("ut.f", 04711), 0, "chmod");
    EXPECT(bits("ut.f"), 04711, "mode after chmod");
    EXPECT(status("ut.f").st_mode & S_IFMT, S_IFREG, "type after chmod");
    int fd = must_open("ut.f", O_RDWR);
    EXPECT(sys(SYS_fchmod, fd, S_IFDIR | 0600), 0, "fchmod");
    EXPECT(status("ut.f").st_mode, S_IFREG | 0600, "mode after fchmod");
    close(fd);
    EXPECT(symlink("ut.f", "ut.l"), 0, "symlink");
    EXPECT(chmod("ut.l", 0444), 0, "chmod through a link");
    EXPECT(bits("ut.f"), 0444, "mode behind the link");
    EXPECT(bits("ut.l"), 0777, "mode of the link");
    EXPECT(sys(SYS_fchmodat, AT_FDCWD, "ut.none", 0600), -ENOENT, "chmod of nothing");
    EXPECT(sys(SYS_fchmod, 99, 0600), -EBADF, "fchmod of nothing");
    must_unlink("ut.l");
    must_unlink("ut.f");
    must_unlink("ut.d");
}

static long ns_of(struct timespec t)
{
    return t.tv_sec * 1000000000 + t.tv_nsec;
}

enum { MTIME = 1, CTIME = 2 };

// Which times of the file have moved on since *before, which is brought up to date.
static int moved(const char *name, struct linux_stat *before)
{
    struct linux_stat now = status(name);
    int which = (ns_of(now.st_mtim) > ns_of(before->st_mtim) ? MTIME : 0) |
                (ns_of(now.st_ctim) > ns_of(before->st_ctim) ? CTIME : 0);
    EXPECT(ns_of(now.st_atim), ns_of(now.st_mtim), "the time of access of %s", name);
    *before = now;
    sleep_ms(2);
    return which;
}

void times_of_change(void)
{
    EXPECT(mkdir("ut.d"), 0, "mkdir");
    make_file("ut.d/f", 10, 1);
    struct linux_stat f = status("ut.d/f"), d = status("ut.d");
    sleep_ms(2);
    int fd = must_open("ut.d/f", O_RDWR);
    EXPECT(moved("ut.d/f", &f), 0, "open");
    EXPECT(write(fd, "x", 1), 1, "write");
    EXPECT(moved("ut.d/f", &f), MTIME | CTIME, "write");
    EXPECT(write(fd, "x", 0), 0, "write of nothing");
    EXPECT(moved("ut.d/f", &f), 0, "write of nothing");
    EXPECT(ftruncate(fd, 5), 0, "ftruncate");
    EXPECT(moved("ut.d/f", &f), MTIME | CTIME, "ftruncate");
    close(fd);
    close(must_open("ut.d/f", O_RDWR | O_TRUNC));
    EXPECT(moved("ut.d/f", &f), MTIME | CTIME, "O_TRUNC");
    EXPECT(chmod("ut.d/f", 0600), 0, "chmod");
    EXPECT(moved("ut.d/f", &f), CTIME, "chmod");
    EXPECT(moved("ut.d", &d), 0, "the directory so far");
    EXPECT(link("ut.d/f", "ut.d/g"), 0, "link");
    EXPECT(moved("ut.d/f", &f), CTIME, "link");
    EXPECT(moved("ut.d", &d), MTIME | CTIME, "the directory after link");
    EXPECT(rename("ut.d/g", "ut.d/h"), 0, "rename");
    EXPECT(moved("ut.d/f", &f), CTIME, "rename");
    EXPECT(moved("ut.d", &d), MTIME | CTIME, "the directory after rename");
    must_unlink("ut.d/h");
    EXPECT(moved("ut.d/f", &f), CTIME, "unlink");
    EXPECT(moved("ut.d", &d), MTIME | CTIME, "the directory after unlink");
    must_unlink("ut.d/f");
    must_unlink("ut.d");
}

static long set_times(const char *name, long access_ns, long s, long ns)
{
    struct timespec t[2] = { { 1, access_ns }, { s, ns } };
    return sys(SYS_utimensat, AT_FDCWD, name, t, 0);
}

void set_file_times(void)
{
    make_file("ut.f", 1, 1);
    struct linux_stat f = status("ut.f");
    sleep_ms(2);
    EXPECT(set_times("ut.f", 0, 1000, 500), 0, "utimensat");
    EXPECT(ns_of(status("ut.f").st_mtim), 1000000000500, "the time that was set");
    CHECK(ns_of(status("ut.f").st_ctim) > ns_of(f.st_ctim), "ctime has not moved");
    f = status("ut.f");
    EXPECT(set_times("ut.f", UTIME_OMIT, 7, UTIME_OMIT), 0, "UTIME_OMIT");
    EXPECT(moved("ut.f", &f), 0, "UTIME_OMIT");
    EXPECT(set_times("ut.f", 0, 7, UTIME_OMIT), 0, "the time of access alone");
    EXPECT(ns_of(status("ut.f").st_mtim), 1000000000500, "the time that was kept");
    EXPECT(set_times("ut.f", 0, 7, UTIME_NOW), 0, "UTIME_NOW");
    CHECK(ns_of(status("ut.f").st_mtim) >= ns_of(f.st_ctim), "UTIME_NOW is long ago");
    EXPECT(set_times("ut.f", 0, 7, 1000000000), -EINVAL, "too many nanoseconds");
    EXPECT(set_times("ut.f", -1, 7, 0), -EINVAL, "negative nanoseconds");
    EXPECT(set_times("ut.none", 0, 7, 0), -ENOENT, "utimensat of nothing");
    EXPECT(sys(SYS_utimensat, AT_FDCWD, "ut.f", -8L, 0), -EFAULT, "utimensat from nowhere");
    int fd = must_open("ut.f", O_RDONLY);
    struct timespec t[2] = { { 1, 0 }, { 2000, 0 } };
    EXPECT(sys(SYS_utimensat, fd, 0, t, 0), 0, "utimensat of a descriptor");
    EXPECT(ns_of(status("ut.f").st_mtim), 2000000000000, "the time that was set");
    close(fd);
    must_unlink("ut.f");
}

void volume_space(void)
{
    struct statfs before, after;
    EXPECT(statfs("/", &before), 0, "statfs");
    EXPECT(before.f_type, STATFS_KINE, "type");
    EXPECT(before.f_bsize, 4096, "block size");
    CHECK(before.f_bavail <= before.f_bfree && before.f_bfree < before.f_blocks, "blocks");
    CHECK(before.f_ffree < before.f_files, "inodes");
    EXPECT(before.f_namelen, DIRSIZ, "length of a name");
    make_file("ut.f", 40 * 4096, 1);
    int fd = must_open("ut.f", O_RDONLY);
    EXPECT(sys(SYS_fstatfs, fd, &after), 0, "fstatfs");
    CHECK(before.f_bavail - after.f_bavail >= 40, "40 blocks are not missing");
    EXPECT(after.f_files - after.f_ffree, before.f_files - before.f_ffree + 1, "inodes in use");
    close(fd);
    must_unlink("ut.f");
    EXPECT(sys(SYS_statfs, "ut.none", &after), -ENOENT, "statfs of nothing");
    EXPECT(sys(SYS_fstatfs, 99, &after), -EBADF, "fstatfs of nothing");
    EXPECT(sys(SYS_statfs, "/", -8L), -EFAULT, "statfs to nowhere");
}

void open_promises(void)
{
    EXPECT(mkdir("ut.d"), 0, "mkdir");
    make_file("ut.f", 10, 1);
    EXPECT(sys(SYS_openat, AT_FDCWD, "ut.f", O_DIRECTORY), -ENOTDIR, "O_DIRECTORY");
    EXPECT(sys(SYS_openat, AT_FDCWD, "ut.x", O_DIRECTORY | O_CREAT), -EINVAL, "both");
    EXPECT(sys(SYS_openat, AT_FDCWD, "ut.d", O_TRUNC), -EISDIR, "O_TRUNC of a directory");
    EXPECT(sys(SYS_openat, AT_FDCWD, "ut.x/", O_CREAT, 0644), -EISDIR, "a file called name/");
    EXPECT(sys(SYS_openat, AT_FDCWD, "ut.f/", O_RDONLY), -ENOTDIR, "file/");
    EXPECT(sys(SYS_openat, AT_FDCWD, "ut.f", O_CREAT | O_EXCL, 0644), -EEXIST, "O_EXCL");
    int fd = must_open("ut.d", O_DIRECTORY);
    close(fd);
    // Each write with O_SYNC or O_DSYNC ends in a commit.
    static const int flags[] = { O_SYNC, O_DSYNC };
    for (int i = 0; i < 2; i++) {
        fd = must_open("ut.f", O_RDWR | flags[i]);
        EXPECT(sys(SYS_fcntl, fd, F_GETFL) & O_SYNC, flags[i], "flags");
        for (int n = 0; n < 5; n++)
            EXPECT(write(fd, "12345", 5), 5, "write");
        close(fd);
    }
    must_unlink("ut.f");
    must_unlink("ut.d");
}
