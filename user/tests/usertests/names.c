// Names and directories: making, finding, removing them, and what they may be called.

#include "user/tests/usertests/usertests.h"

void directories(void)
{
    char name[] = "ut.d/sub/file";
    struct stat st;
    EXPECT(mkdir("ut.d"), 0, "mkdir");
    EXPECT(sys(SYS_mkdirat, AT_FDCWD, "ut.d", 0755), -EEXIST, "mkdir of what exists");
    EXPECT(sys(SYS_mkdirat, AT_FDCWD, "ut.none/x", 0755), -ENOENT, "mkdir in nothing");
    EXPECT(mkdir("ut.d/sub"), 0, "mkdir below it");
    make_file(name, 100, 1);
    EXPECT(sys(SYS_mkdirat, AT_FDCWD, "ut.d/sub/file/x", 0755), -ENOTDIR, "mkdir below a file");
    EXPECT(sys(SYS_chdir, name), -ENOTDIR, "chdir to a file");
    EXPECT(chdir("ut.d"), 0, "chdir");
    EXPECT(chdir("sub"), 0, "chdir further");
    check_file("file", 100, 1);
    check_file("../sub/./file", 100, 1);
    check_file("/ut.d/sub/file", 100, 1);
    EXPECT(chdir("../.."), 0, "chdir up");
    check_file(name, 100, 1);
    EXPECT(stat("ut.d/sub", &st), 0, "stat");
    EXPECT(st.type, T_DIR, "type");
    must_unlink(name);
    must_unlink("ut.d/sub");
    must_unlink("ut.d");
    EXPECT(sys(SYS_chdir, "ut.d"), -ENOENT, "chdir to what is removed");
}

void dot_names(void)
{
    struct stat here, above, root;
    EXPECT(mkdir("ut.d"), 0, "mkdir");
    EXPECT(chdir("ut.d"), 0, "chdir");
    EXPECT(stat(".", &here), 0, "stat of .");
    EXPECT(stat("..", &above), 0, "stat of ..");
    EXPECT(stat("/", &root), 0, "stat of /");
    EXPECT(above.ino, root.ino, "inode of ..");
    CHECK(here.ino != root.ino, ". and .. are the same");
    EXPECT(stat("../../../..", &above), 0, "stat above the root");
    EXPECT(above.ino, root.ino, "inode above the root");
    static const char *const dotted[] = { ".", "..", "./.", "../ut.d/.", "../ut.d/..", "/", "//" };
    for (size_t i = 0; i < sizeof dotted / sizeof dotted[0]; i++) {
        EXPECT(unlink(dotted[i]), -1, "unlink of %s", dotted[i]);
        EXPECT(mkdir(dotted[i]), -1, "mkdir of %s", dotted[i]);
    }
    EXPECT(chdir(".."), 0, "chdir");
    must_unlink("ut.d");
}

// Names are cut at 14 bytes, in every call and in every place of a path.
void names_cut(void)
{
    static const char fourteen[] = "ut345678901234", fifteen[] = "ut3456789012345";
    struct stat a, b;
    make_file(fifteen, 10, 4);
    check_file(fourteen, 10, 4);
    check_file("ut345678901234-and-much-more", 10, 4);
    EXPECT(stat(fourteen, &a), 0, "stat of 14");
    EXPECT(stat(fifteen, &b), 0, "stat of 15");
    EXPECT(a.ino, b.ino, "inodes of the two names");
    EXPECT(mkdir("ut3456789012349999"), -1, "mkdir of a name that is there once cut");
    EXPECT(link(fourteen, "utabcdefghijklmn"), 0, "link to a long name");
    check_file("utabcdefghijkl", 10, 4);
    must_unlink("utabcdefghijkl-");
    must_unlink(fifteen);
    EXPECT(open(fourteen, O_RDONLY), -1, "open of what is removed");
    EXPECT(mkdir("ut.dir-longer-than-that"), 0, "mkdir of a long name");
    make_file("ut.dir-longer-than/file", 10, 5);
    check_file("ut.dir-longer-/file", 10, 5);
    must_unlink("ut.dir-longer-/file");
    must_unlink("ut.dir-longer-than-that");
}

void link_count(void)
{
    struct stat st;
    make_file("ut.a", 50, 1);
    EXPECT(link("ut.a", "ut.b"), 0, "link");
    EXPECT(link("ut.b", "ut.c"), 0, "link of a link");
    EXPECT(stat("ut.a", &st), 0, "stat");
    EXPECT(st.nlink, 3, "names");
    must_unlink("ut.a");
    check_file("ut.b", 50, 1);
    must_unlink("ut.b");
    check_file("ut.c", 50, 1);
    EXPECT(stat("ut.c", &st), 0, "stat");
    EXPECT(st.nlink, 1, "names");
    must_unlink("ut.c");
}

void link_refused(void)
{
    make_file("ut.a", 1, 1);
    make_file("ut.b", 1, 1);
    EXPECT(mkdir("ut.d"), 0, "mkdir");
    EXPECT(sys(SYS_linkat, AT_FDCWD, "ut.a", AT_FDCWD, "ut.b", 0), -EEXIST, "link over a name");
    EXPECT(sys(SYS_linkat, AT_FDCWD, "ut.a", AT_FDCWD, "ut.a", 0), -EEXIST, "link to itself");
    EXPECT(sys(SYS_linkat, AT_FDCWD, "ut.x", AT_FDCWD, "ut.y", 0), -ENOENT, "link of nothing");
    EXPECT(sys(SYS_linkat, AT_FDCWD, "ut.d", AT_FDCWD, "ut.e", 0), -EPERM, "link of a directory");
    EXPECT(link(".", "ut.e"), -1, "link of .");
    EXPECT(link("/", "ut.e"), -1, "link of /");
    EXPECT(sys(SYS_linkat, AT_FDCWD, "ut.a", AT_FDCWD, "ut.no/x", 0), -ENOENT, "link into nothing");
    struct stat st;
    EXPECT(stat("ut.a", &st), 0, "stat");
    EXPECT(st.nlink, 1, "names after links that failed");
    must_unlink("ut.a");
    must_unlink("ut.b");
    must_unlink("ut.d");
}

void remove_refused(void)
{
    EXPECT(mkdir("ut.d"), 0, "mkdir");
    make_file("ut.d/x", 1, 1);
    EXPECT(unlink("ut.d"), -1, "unlink of a directory with a file");
    EXPECT(sys(SYS_unlinkat, AT_FDCWD, "ut.d", AT_REMOVEDIR), -ENOTEMPTY, "rmdir of it");
    EXPECT(sys(SYS_unlinkat, AT_FDCWD, "ut.d", 0), -EISDIR, "unlinkat of a directory");
    EXPECT(sys(SYS_unlinkat, AT_FDCWD, "ut.d/x", AT_REMOVEDIR), -ENOTDIR, "rmdir of a file");
    EXPECT(sys(SYS_unlinkat, AT_FDCWD, "ut.d/y", 0), -ENOENT, "unlink of nothing");
    EXPECT(sys(SYS_unlinkat, AT_FDCWD, "ut.d/x/y", 0), -ENOTDIR, "unlink below a file");
    must_unlink("ut.d/x");
    EXPECT(mkdir("ut.d/sub"), 0, "mkdir");
    EXPECT(unlink("ut.d"), -1, "unlink of a directory with a directory");
    must_unlink("ut.d/sub");
    must_unlink("ut.d");
    EXPECT(unlink("ut.d"), -1, "unlink of what is gone");
}

#define LINKS 500

static bool is_there(const char *name)
{
    int fd = open(name, O_RDONLY);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

// A directory of many blocks, filled, searched, and emptied from both ends.
void big_directory(void)
{
    char name[16];
    EXPECT(mkdir("ut.big"), 0, "mkdir");
    EXPECT(chdir("ut.big"), 0, "chdir");
    make_file("one", 1, 1);
    for (int i = 0; i < LINKS; i++)
        EXPECT(link("one", numbered(name, "x", i)), 0, "link %d", i);
    for (int i = 0; i < LINKS; i += 2)
        must_unlink(numbered(name, "x", i));
    for (int i = 0; i < LINKS; i++)
        EXPECT(is_there(numbered(name, "x", i)), i % 2, "link %d is there", i);
    for (int i = LINKS - 1; i > 0; i -= 2)
        must_unlink(numbered(name, "x", i));
    struct stat st;
    EXPECT(stat("one", &st), 0, "stat");
    EXPECT(st.nlink, 1, "names at the end");
    must_unlink("one");
    EXPECT(chdir(".."), 0, "chdir");
    must_unlink("ut.big");
}

#define DEPTH (NINODE + 10)

// One directory in another, deeper than classic kernels have inodes; a failed call on the way
// must not keep one of them.
void deep_directories(void)
{
    for (int i = 0; i < DEPTH; i++) {
        EXPECT(mkdir("ut.deep"), 0, "mkdir at depth %d", i);
        EXPECT(chdir("ut.deep"), 0, "chdir at depth %d", i);
        EXPECT(mkdir(""), -1, "mkdir of nothing");
        EXPECT(link("README", ""), -1, "link to nothing");
        EXPECT(open("", O_CREATE), -1, "open of nothing");
        close(must_open("ut.x", O_CREATE));
        must_unlink("ut.x");
    }
    for (int i = 0; i < DEPTH; i++) {
        EXPECT(chdir(".."), 0, "chdir up at depth %d", DEPTH - i);
        must_unlink("ut.deep");
    }
    struct stat here, root;
    EXPECT(stat(".", &here), 0, "stat");
    EXPECT(stat("/", &root), 0, "stat");
    EXPECT(here.ino, root.ino, "where we end");
}

// => how often the name stands in the directory that fd reads, and what inode it has
static int find_record(const char *path, const char *name, uint *inum)
{
    struct dirent d;
    int n = 0, fd = must_open(path, O_RDONLY);
    for (;;) {
        int got = read(fd, &d, sizeof d);
        if (got == 0)
            break;
        EXPECT(got, sizeof d, "read of a record of %s", path);
        char text[DIRSIZ + 1] = { 0 };
        memmove(text, d.name, DIRSIZ);
        if (d.inum && strcmp(text, name) == 0) {
            *inum = d.inum;
            n++;
        }
    }
    close(fd);
    return n;
}

static void expect_record(const char *path, const char *name, const char *is)
{
    uint inum = 0;
    struct stat st;
    EXPECT(find_record(path, name, &inum), 1, "records of %s in %s", name, path);
    EXPECT(stat(is, &st), 0, "stat of %s", is);
    EXPECT(inum, st.ino, "the inode in the record of %s", name);
}

// read() on a directory yields the records that classic programs look for.
void records(void)
{
    uint inum;
    EXPECT(mkdir("ut.r"), 0, "mkdir");
    make_file("ut.r/a", 1, 1);
    make_file("ut.r/fourteen-bytes", 1, 1);
    expect_record("ut.r", ".", "ut.r");
    expect_record("ut.r", "..", "/");
    expect_record("ut.r", "a", "ut.r/a");
    expect_record("ut.r", "fourteen-bytes", "ut.r/fourteen-bytes");
    must_unlink("ut.r/a");
    EXPECT(find_record("ut.r", "a", &inum), 0, "records of what is removed");
    must_unlink("ut.r/fourteen-bytes");
    must_unlink("ut.r");
    static const char *const always[] = { "README", "echo", "cat", "init", "sh" };
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++)
        EXPECT(find_record("/", always[i], &inum), 1, "records of %s in the root", always[i]);
}

// The same through getdents64, with a buffer that holds few records at a time.
void dir_entries(void)
{
    char buf[100], name[16];
    int seen[20] = { 0 }, others = 0;
    long n;
    EXPECT(mkdir("ut.g"), 0, "mkdir");
    for (int i = 0; i < 20; i++)
        make_file(numbered(name, "ut.g/f", i), 0, 0);
    int fd = must_open("ut.g", O_RDONLY);
    EXPECT(sys(SYS_getdents64, fd, buf, 8), -EINVAL, "getdents64 without room for one");
    while ((n = sys(SYS_getdents64, fd, buf, sizeof buf)) > 0)
        for (long at = 0; at < n;) {
            struct linux_dirent64 *d = (struct linux_dirent64 *)(buf + at);
            bool ours = d->d_name[0] == 'f';
            if (ours)
                seen[atoi(d->d_name + 1)]++;
            else
                others++;
            EXPECT(d->d_type, ours ? DT_REG : DT_DIR, "type of %s", d->d_name);
            at += d->d_reclen;
        }
    EXPECT(n, 0, "the last getdents64");
    EXPECT(others, 2, "records of . and ..");
    for (int i = 0; i < 20; i++) {
        EXPECT(seen[i], 1, "records of file %d", i);
        must_unlink(numbered(name, "ut.g/f", i));
    }
    must_unlink("ut.g");
}

void working_directory(void)
{
    char buf[64];
    EXPECT(sys(SYS_getcwd, buf, sizeof buf), 2, "getcwd in the root");
    EXPECT(strcmp(buf, "/"), 0, "its name");
    EXPECT(mkdir("ut.w"), 0, "mkdir");
    EXPECT(mkdir("ut.w/in"), 0, "mkdir");
    EXPECT(chdir("ut.w/in"), 0, "chdir");
    EXPECT(sys(SYS_getcwd, buf, sizeof buf), 9, "getcwd further down");
    EXPECT(strcmp(buf, "/ut.w/in"), 0, "its name");
    EXPECT(sys(SYS_getcwd, buf, 8), -ERANGE, "getcwd without room");
    int pid = fork();
    if (pid == 0)
        exit(chdir("..")); // the child's own directory, not ours
    EXPECT(finish(pid).status, 0, "the child's exit");
    EXPECT(sys(SYS_getcwd, buf, sizeof buf), 9, "getcwd after a child's chdir");
    EXPECT(chdir("/"), 0, "chdir");
    must_unlink("ut.w/in");
    must_unlink("ut.w");
}

// A directory that is removed while somebody is in it: nothing can be made there any more.
void lost_directory(void)
{
    EXPECT(mkdir("ut.lost"), 0, "mkdir");
    EXPECT(chdir("ut.lost"), 0, "chdir");
    must_unlink("../ut.lost");
    EXPECT(open("x", O_CREATE | O_RDWR), -1, "create in a removed directory");
    EXPECT(mkdir("x"), -1, "mkdir in a removed directory");
    EXPECT(link("/README", "x"), -1, "link into a removed directory");
    EXPECT(open("x", O_RDONLY), -1, "open in a removed directory");
    EXPECT(chdir("/"), 0, "chdir out of it");
    EXPECT(open("ut.lost", O_RDONLY), -1, "open of it");
}

void odd_paths(void)
{
    make_file("ut.o", 5, 1);
    check_file("//ut.o", 5, 1);
    check_file("/./././ut.o", 5, 1);
    check_file("/../../ut.o", 5, 1);
    EXPECT(sys(SYS_openat, AT_FDCWD, "", O_RDONLY), -ENOENT, "open of nothing");
    EXPECT(sys(SYS_openat, AT_FDCWD, "ut.o/.", O_RDONLY), -ENOTDIR, "open below a file");
    EXPECT(mkdir("ut.q/"), 0, "mkdir with a slash at the end");
    struct stat st;
    EXPECT(stat("ut.q///", &st), 0, "stat with slashes at the end");
    EXPECT(st.type, T_DIR, "type");
    must_unlink("ut.q");
    must_unlink("ut.o");
}

// Inode numbers are handed out lowest first, and those of removed files again.
void inode_numbers(void)
{
    char name[16];
    uint first[8];
    struct stat st;
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 8; i++) {
            make_file(numbered(name, "ut.i", i), 1, 1);
            EXPECT(stat(name, &st), 0, "stat");
            if (round == 0)
                first[i] = st.ino;
            EXPECT(st.ino, first[i], "inode of file %d in round %d", i, round);
            CHECK(i == 0 || first[i] > first[i - 1], "inode %d follows %d", first[i], first[i - 1]);
        }
        for (int i = 0; i < 8; i++)
            must_unlink(numbered(name, "ut.i", i));
    }
}
