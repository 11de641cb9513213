// Moving names, and symbolic links.

#include "user/tests/usertests/usertests.h"

static long move(const char *old, const char *fresh, uint flags)
{
    return sys(SYS_renameat2, AT_FDCWD, old, AT_FDCWD, fresh, flags);
}

static bool there(const char *name)
{
    struct linux_stat st;
    return status_of(name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static uint links_of(const char *name)
{
    struct linux_stat st;
    EXPECT(status_of(name, &st, AT_SYMLINK_NOFOLLOW), 0, "status of %s", name);
    return st.st_nlink;
}

void rename_files(void)
{
    make_file("ut.a", 100, 1);
    make_file("ut.b", 200, 2);
    EXPECT(rename("ut.a", "ut.c"), 0, "rename");
    CHECK(!there("ut.a"), "the old name is there");
    check_file("ut.c", 100, 1);
    EXPECT(rename("ut.c", "ut.b"), 0, "rename over a file");
    check_file("ut.b", 100, 1);
    CHECK(!there("ut.c"), "the old name is there");
    EXPECT(move("ut.none", "ut.b", 0), -ENOENT, "rename of nothing");
    make_file("ut.c", 300, 3);
    EXPECT(move("ut.b", "ut.c", RENAME_NOREPLACE), -EEXIST, "NOREPLACE");
    EXPECT(move("ut.b", "ut.c", RENAME_EXCHANGE), 0, "EXCHANGE");
    check_file("ut.b", 300, 3);
    check_file("ut.c", 100, 1);
    EXPECT(move("ut.b", "ut.c", 8), -EINVAL, "unknown flag");
    must_unlink("ut.b");
    must_unlink("ut.c");
}

void rename_directories(void)
{
    struct stat up, here;
    EXPECT(mkdir("ut.a"), 0, "mkdir");
    EXPECT(mkdir("ut.b"), 0, "mkdir");
    EXPECT(mkdir("ut.a/sub"), 0, "mkdir");
    make_file("ut.a/sub/f", 10, 1);
    EXPECT(links_of("ut.a"), 3, "links before");
    EXPECT(rename("ut.a/sub", "ut.b/moved"), 0, "rename");
    EXPECT(links_of("ut.a"), 2, "links of the old directory");
    EXPECT(links_of("ut.b"), 3, "links of the new directory");
    EXPECT(stat("ut.b/moved/..", &up), 0, "stat of ..");
    EXPECT(stat("ut.b", &here), 0, "stat");
    EXPECT(up.ino, here.ino, "where .. leads");
    check_file("ut.b/moved/f", 10, 1);
    EXPECT(move("ut.b", "ut.b/moved/x", 0), -EINVAL, "a directory below itself");
    EXPECT(move("ut.a", "ut.b", 0), -ENOTEMPTY, "over what is not empty");
    EXPECT(move("ut.b/moved", "ut.b", 0), -ENOTEMPTY, "over what it is in");
    EXPECT(move("ut.a", "ut.b/moved/f", 0), -ENOTDIR, "a directory over a file");
    EXPECT(move("ut.b/moved/f", "ut.a", 0), -EISDIR, "a file over a directory");
    EXPECT(move("ut.b/moved/f", "ut.x/", 0), -ENOTDIR, "a file to name/");
    EXPECT(move("/", "ut.x", 0), -EBUSY, "the root");
    EXPECT(move("ut.b/.", "ut.x", 0), -EBUSY, ".");
    EXPECT(move("ut.b", "ut.a/..", 0), -EBUSY, "..");
    EXPECT(rename("ut.b", "ut.a"), 0, "over an empty directory");
    check_file("ut.a/moved/f", 10, 1);
    must_unlink("ut.a/moved/f");
    must_unlink("ut.a/moved");
    must_unlink("ut.a");
}

// A file that is replaced stays with whom it is open.
void rename_open(void)
{
    char c;
    make_file("ut.a", 1, 1);
    make_file("ut.b", 5000, 2);
    int fd = must_open("ut.b", O_RDONLY);
    EXPECT(rename("ut.a", "ut.b"), 0, "rename");
    EXPECT(lseek(fd, 4999, SEEK_SET), 4999, "seek");
    EXPECT(read(fd, &c, 1), 1, "read of what was replaced");
    EXPECT(links_of("ut.b"), 1, "names");
    close(fd);
    must_unlink("ut.b");
}

// A file that is replaced again and again is there at every moment, the old one or the new one.
#define VERSION 512
static void replace_again(void *arg)
{
    for (uint i = 0; i < 200; i++) {
        make_file("ut.new", VERSION, i % 2);
        EXPECT(rename("ut.new", "ut.t"), 0, "rename %d", (int)i);
    }
}

void rename_atomic(void)
{
    static char buf[VERSION];
    make_file("ut.t", VERSION, 0);
    int pid = start(replace_again, 0);
    for (int i = 0; i < 1000; i++) {
        int fd = must_open("ut.t", O_RDONLY);
        EXPECT(read(fd, buf, VERSION), VERSION, "read");
        CHECK(is_filled(buf, VERSION, 0) || is_filled(buf, VERSION, 1), "neither old nor new");
        close(fd);
    }
    struct ending e = finish(pid);
    EXPECT(e.signal + e.status, 0, "the end of who replaces");
    must_unlink("ut.t");
}

// Children move directories to and fro, into each other where that may be, and one file from name
// to name: nobody waits for ever, and each is there once at the end.
static void move_about(void *arg)
{
    char mine[8], here[24], there_[24];
    int me = (int)(long)arg;
    numbered(mine, "d", me);
    for (int i = 0; i < 60; i++) {
        strcpy(here, i % 2 ? "ut.b/" : "ut.a/");
        strcpy(there_, i % 2 ? "ut.a/" : "ut.b/");
        strcpy(here + 5, mine);
        strcpy(there_ + 5, mine);
        EXPECT(rename(here, there_), 0, "rename %d of %s", i, here);
        rename("ut.a/d0", "ut.a/d1/x"); // whether it may depends on the others
        rename("ut.a/d1/x", "ut.a/d0");
    }
}

static void move_shared(void *arg)
{
    char name[8];
    for (int i = 0; i < 200; i++) {
        numbered(name, "ut.m", (i + (int)(long)arg) % 3);
        rename("ut.m0", name);
        rename(name, "ut.m1");
        rename("ut.m1", "ut.m0");
    }
}

void rename_crowd(void)
{
    char name[24];
    int pid[4];
    EXPECT(mkdir("ut.a"), 0, "mkdir");
    EXPECT(mkdir("ut.b"), 0, "mkdir");
    for (int i = 0; i < 5; i++) {
        numbered(name, "ut.a/d", i);
        EXPECT(mkdir(name), 0, "mkdir of %s", name);
    }
    make_file("ut.m0", 10, 7);
    for (int i = 0; i < 2; i++)
        pid[i] = start(move_about, (void *)(long)(i + 2));
    for (int i = 2; i < 4; i++)
        pid[i] = start(move_shared, (void *)(long)i);
    for (int i = 0; i < 4; i++) {
        struct ending e = finish(pid[i]);
        EXPECT(e.signal, 0, "signal of child %d", i);
        EXPECT(e.status, 0, "status of child %d", i);
    }
    // The one file is there once.
    EXPECT(there("ut.m0") + there("ut.m1") + there("ut.m2"), 1, "names of the file that moved");
    for (int i = 0; i < 3; i++)
        if (there(numbered(name, "ut.m", i))) {
            check_file(name, 10, 7);
            must_unlink(name);
        }
    unlink("ut.a/d1/x");
    for (int i = 0; i < 5; i++)
        unlink(numbered(name, "ut.a/d", i));
    must_unlink("ut.a");
    must_unlink("ut.b");
}

static void expect_target(const char *link, const char *target)
{
    char buf[64];
    int n = readlink(link, buf, sizeof buf - 1);
    EXPECT(n, strlen(target), "length of the target of %s", link);
    CHECK(memcmp(buf, target, (uint)n) == 0, "the target of %s is another", link);
}

void symlinks(void)
{
    struct linux_stat st;
    struct stat classic;
    make_file("ut.f", 100, 1);
    EXPECT(mkdir("ut.d"), 0, "mkdir");
    make_file("ut.d/g", 50, 2);
    EXPECT(symlink("ut.f", "ut.l"), 0, "symlink");
    EXPECT(symlink("/ut.d", "ut.ld"), 0, "symlink to a directory");
    EXPECT(symlink("../ut.f", "ut.d/up"), 0, "symlink upwards");
    expect_target("ut.l", "ut.f");
    expect_target("ut.ld", "/ut.d");
    check_file("ut.l", 100, 1);
    check_file("ut.ld/g", 50, 2);
    check_file("ut.ld/up", 100, 1);
    EXPECT(status_of("ut.l", &st, AT_SYMLINK_NOFOLLOW), 0, "lstat");
    EXPECT(st.st_mode & S_IFMT, S_IFLNK, "type of the link");
    EXPECT(st.st_size, 4, "size of the link");
    EXPECT(stat("ut.l", &classic), 0, "stat");
    EXPECT(classic.type, T_FILE, "type behind the link");
    EXPECT(status_of("ut.ld/", &st, AT_SYMLINK_NOFOLLOW), 0, "lstat of link/");
    EXPECT(st.st_mode & S_IFMT, S_IFDIR, "type behind link/");
    char small[3];
    EXPECT(readlink("ut.l", small, 2), 2, "readlink into little room");
    EXPECT(sys(SYS_readlinkat, AT_FDCWD, "ut.f", small, 2), -EINVAL, "readlink of a file");
    EXPECT(sys(SYS_readlinkat, AT_FDCWD, "ut.l", small, 0), -EINVAL, "readlink into nothing");
    EXPECT(sys(SYS_openat, AT_FDCWD, "ut.l", O_NOFOLLOW), -ELOOP, "O_NOFOLLOW");
    EXPECT(sys(SYS_openat, AT_FDCWD, "ut.f", O_NOFOLLOW | O_EXCL | O_CREAT), -EEXIST, "O_EXCL");
    // These are about the link itself.
    EXPECT(rename("ut.l", "ut.m"), 0, "rename");
    expect_target("ut.m", "ut.f");
    EXPECT(link("ut.m", "ut.n"), 0, "link");
    expect_target("ut.n", "ut.f");
    EXPECT(sys(SYS_linkat, AT_FDCWD, "ut.m", AT_FDCWD, "ut.o", AT_SYMLINK_FOLLOW), 0, "linkat");
    EXPECT(links_of("ut.f"), 2, "names of the file");
    EXPECT(sys(SYS_unlinkat, AT_FDCWD, "ut.ld", AT_REMOVEDIR), -ENOTDIR, "rmdir of a link");
    EXPECT(sys(SYS_unlinkat, AT_FDCWD, "ut.d/", 0), -EISDIR, "unlink of directory/");
    static const char *const all[] = { "ut.m",    "ut.n",   "ut.o", "ut.ld",
                                       "ut.d/up", "ut.d/g", "ut.d", "ut.f" };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        must_unlink(all[i]);
}

void symlink_ends(void)
{
    static char target[4097];
    // A link to nothing: a file can be made through it, but not with O_EXCL.
    EXPECT(symlink("ut.t", "ut.l"), 0, "symlink");
    EXPECT(open("ut.l", O_RDONLY), -1, "open of a link to nothing");
    EXPECT(sys(SYS_openat, AT_FDCWD, "ut.l", O_CREAT | O_EXCL | O_RDWR, 0644), -EEXIST, "O_EXCL");
    EXPECT(sys(SYS_openat, AT_FDCWD, "ut.l", O_CREAT | O_NOFOLLOW | O_RDWR, 0644), -ELOOP,
           "O_NOFOLLOW");
    EXPECT(sys(SYS_mkdirat, AT_FDCWD, "ut.l", 0755), -EEXIST, "mkdir");
    EXPECT(sys(SYS_symlinkat, "x", AT_FDCWD, "ut.l"), -EEXIST, "symlink over a link");
    make_file("ut.l", 10, 1);
    check_file("ut.t", 10, 1);
    must_unlink("ut.l");
    must_unlink("ut.t");
    // Circles end.
    EXPECT(symlink("ut.y", "ut.x"), 0, "symlink");
    EXPECT(symlink("ut.x", "ut.y"), 0, "symlink");
    EXPECT(sys(SYS_openat, AT_FDCWD, "ut.x", O_RDONLY), -ELOOP, "open of a circle");
    EXPECT(sys(SYS_openat, AT_FDCWD, "ut.x", O_RDWR | O_CREAT, 0644), -ELOOP, "create in a circle");
    EXPECT(sys(SYS_chdir, "ut.x/a"), -ELOOP, "chdir through a circle");
    must_unlink("ut.x");
    must_unlink("ut.y");
    // How long a target may be.
    memset(target, 't', sizeof target - 1);
    EXPECT(sys(SYS_symlinkat, target, AT_FDCWD, "ut.l"), -ENAMETOOLONG, "4096 bytes of target");
    target[4095] = '\0';
    EXPECT(symlink(target, "ut.l"), 0, "4095 bytes of target");
    EXPECT(sys(SYS_readlinkat, AT_FDCWD, "ut.l", target, sizeof target), 4095, "readlink");
    must_unlink("ut.l");
    EXPECT(sys(SYS_symlinkat, "", AT_FDCWD, "ut.l"), -ENOENT, "an empty target");
}
