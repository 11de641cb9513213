// Snapshots and clones.

#include "user/tests/usertests/usertests.h"

#define LONG 300000

static void read_in(const char *snapshot, const char *name, size_t n, uint seed)
{
    char path[128];
    strcpy(path, "/.snapshots/");
    strcpy(path + strlen(path), snapshot);
    strcpy(path + strlen(path), "/");
    strcpy(path + strlen(path), name);
    check_file(path, n, seed);
}

static long snapshot(int what, const char *name)
{
    return sys(SYS_kine_snapshot, what, name);
}

// A picture stays what it was; nothing in it can be changed; its files can be run.
void snapshots(void)
{
    make_file("ut.s1", LONG, 1);
    make_file("ut.s2", 5000, 2);
    EXPECT(snapshot(KINE_SNAPSHOT_CREATE, "ut.snap"), 0, "create");
    EXPECT(snapshot(KINE_SNAPSHOT_CREATE, "ut.snap"), -EEXIST, "create again");
    make_file("ut.s1", 100, 3);
    must_unlink("ut.s2");
    make_file("ut.s3", 10, 4);
    read_in("ut.snap", "ut.s1", LONG, 1);
    read_in("ut.snap", "ut.s2", 5000, 2);
    EXPECT(sys(SYS_openat, AT_FDCWD, "/.snapshots/ut.snap/ut.s3", O_RDONLY), -ENOENT, "the new");
    EXPECT(sys(SYS_openat, AT_FDCWD, "/.snapshots/ut.snap/new", O_CREAT | O_RDWR, 0644), -EROFS,
           "create in it");
    static const int changing[] = { O_WRONLY, O_RDWR, O_WRONLY | O_APPEND, O_TRUNC,
                                    O_CREAT | O_RDWR };
    for (uint i = 0; i < sizeof changing / sizeof changing[0]; i++)
        EXPECT(sys(SYS_openat, AT_FDCWD, "/.snapshots/ut.snap/ut.s1", changing[i], 0644), -EROFS,
               "open to change it");
    EXPECT(sys(SYS_faccessat, AT_FDCWD, "/.snapshots/ut.snap/ut.s1", 2), -EROFS,
           "may it be written");
    EXPECT(sys(SYS_faccessat, AT_FDCWD, "/.snapshots/ut.snap/ut.s1", 4), 0, "may it be read");
    close(must_open("/.snapshots/ut.snap/ut.s1", O_RDONLY | O_CREATE));
    EXPECT(sys(SYS_unlinkat, AT_FDCWD, "/.snapshots/ut.snap/ut.s1", 0), -EROFS, "unlink in it");
    EXPECT(sys(SYS_renameat2, AT_FDCWD, "/.snapshots/ut.snap/ut.s1", AT_FDCWD, "ut.s9", 0), -EXDEV,
           "rename out of it");
    EXPECT(sys(SYS_linkat, AT_FDCWD, "/.snapshots/ut.snap/ut.s1", AT_FDCWD, "ut.s9", 0), -EXDEV,
           "link out of it");
    EXPECT(snapshot(KINE_SNAPSHOT_DELETE, "ut.snap"), 0, "delete");
    EXPECT(snapshot(KINE_SNAPSHOT_DELETE, "ut.snap"), -ENOENT, "delete again");
    EXPECT(snapshot(KINE_SNAPSHOT_ROLLBACK, "ut.snap"), -ENOENT, "rollback to none");
    EXPECT(snapshot(99, "x"), -EINVAL, "no such thing to do");
    must_unlink("ut.s1");
    must_unlink("ut.s3");
}

static void run_from_snapshot(void *arg)
{
    char *argv[] = { "true", NULL };
    execve("/.snapshots/ut.snap/true", argv, environ);
    exit(9);
}

// A program runs from a snapshot, and is not disturbed when that is deleted.
void snapshot_in_use(void)
{
    EXPECT(snapshot(KINE_SNAPSHOT_CREATE, "ut.snap"), 0, "create");
    must_pass("a program of a snapshot", run_from_snapshot, NULL);
    int fd = must_open("/.snapshots/ut.snap/README", O_RDONLY);
    EXPECT(sys(SYS_chdir, "/.snapshots/ut.snap"), 0, "chdir");
    EXPECT(snapshot(KINE_SNAPSHOT_DELETE, "ut.snap"), 0, "delete");
    char byte;
    EXPECT(sys(SYS_read, fd, &byte, 1), 1, "read");
    EXPECT(sys(SYS_openat, AT_FDCWD, "README", O_RDONLY) >= 0, 1, "open where we are");
    EXPECT(sys(SYS_chdir, "/"), 0, "chdir");
}

// Somebody writes while pictures are taken: what a picture shows does not move.
static void rewrite(void *arg)
{
    for (uint i = 1;; i++)
        make_file("ut.moving", 9000, i);
}

void snapshot_moment(void)
{
    static char data[9000];
    make_file("ut.moving", 9000, 1);
    int writer = start(rewrite, NULL);
    for (int i = 0; i < 6; i++) {
        EXPECT(snapshot(KINE_SNAPSHOT_CREATE, "ut.snap"), 0, "create");
        int fd = must_open("/.snapshots/ut.snap/ut.moving", O_RDONLY);
        long n = read(fd, data, sizeof data);
        for (int again = 0; again < 3; again++) {
            static char more[9000];
            EXPECT(sys(SYS_pread64, fd, more, sizeof more, 0), n, "read again");
            CHECK(memcmp(more, data, (uint)n) == 0, "the picture has changed");
        }
        close(fd);
        EXPECT(snapshot(KINE_SNAPSHOT_DELETE, "ut.snap"), 0, "delete");
    }
    kill(writer);
    finish(writer);
    must_unlink("ut.moving");
}

static void take_pictures(void *name)
{
    for (int i = 0; i < 8; i++) {
        long err = snapshot(KINE_SNAPSHOT_CREATE, name);
        CHECK(err == 0 || err == -EEXIST || err == -ENOSPC, "create: %ld", err);
        err = snapshot(KINE_SNAPSHOT_DELETE, name);
        CHECK(err == 0 || err == -ENOENT, "delete: %ld", err);
    }
}

// Several processes take and delete pictures, two of them by the same name.
void snapshot_crowd(void)
{
    static char *const names[] = { "ut.p", "ut.q", "ut.q", "ut.r" };
    int pid[4];
    make_file("ut.f", 50000, 1);
    for (int i = 0; i < 4; i++)
        pid[i] = start(take_pictures, names[i]);
    for (uint i = 2; i < 12; i++)
        make_file("ut.f", 50000, i);
    for (int i = 0; i < 4; i++)
        EXPECT(finish(pid[i]).status, 0, "process %d", i);
    check_file("ut.f", 50000, 11);
    must_unlink("ut.f");
}

static long clone(const char *to, const char *from)
{
    int src = must_open(from, O_RDONLY), dst = must_open(to, O_CREAT | O_WRONLY);
    long err = sys(SYS_ioctl, dst, FICLONE, src);
    close(src);
    close(dst);
    return err;
}

void clones(void)
{
    make_file("ut.a", LONG, 1);
    make_file("ut.b", 9000, 2);
    EXPECT(clone("ut.b", "ut.a"), 0, "clone over a file");
    check_file("ut.b", LONG, 1);
    int fd = must_open("ut.a", O_RDWR);
    EXPECT(write(fd, "changed", 7), 7, "write");
    EXPECT(sys(SYS_ioctl, fd, FICLONE, fd), 0, "clone onto itself");
    close(fd);
    check_file("ut.b", LONG, 1);
    must_unlink("ut.a");
    check_file("ut.b", LONG, 1);
    EXPECT(clone("ut.c", "ut.b"), 0, "clone of a clone");
    must_unlink("ut.b");
    check_file("ut.c", LONG, 1);
    int dir = must_open("/", O_RDONLY), console = must_open("/console", O_RDWR);
    fd = must_open("ut.c", O_RDONLY);
    EXPECT(sys(SYS_ioctl, fd, FICLONE, fd), -EBADF, "clone to what is open for reading");
    EXPECT(sys(SYS_ioctl, console, FICLONE, fd), -EINVAL, "clone to the console");
    EXPECT(sys(SYS_ioctl, fd, FICLONE, 99), -EBADF, "clone of nothing");
    close(fd);
    fd = must_open("ut.c", O_RDWR);
    EXPECT(sys(SYS_ioctl, fd, FICLONE, dir), -EISDIR, "clone of a directory");
    close(fd);
    close(dir);
    close(console);
    must_unlink("ut.c");
}

static void swap_clones(void *arg)
{
    for (int i = 0; i < 20; i++) {
        clone("ut.a", "ut.b");
        clone("ut.b", "ut.a");
    }
}

// Two files are cloned onto each other, both ways at once.
void clone_crowd(void)
{
    int pid[3];
    make_file("ut.a", 20000, 1);
    make_file("ut.b", 20000, 1);
    for (int i = 0; i < 3; i++)
        pid[i] = start(swap_clones, NULL);
    for (int i = 0; i < 3; i++)
        EXPECT(finish(pid[i]).status, 0, "process %d", i);
    check_file("ut.a", 20000, 1);
    check_file("ut.b", 20000, 1);
    must_unlink("ut.a");
    must_unlink("ut.b");
}
