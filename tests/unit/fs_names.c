// Moving names, symbolic links, modes and times; and what many names cost.

#include "errno.h"
#include "fs_test.h"

static int move(const char *old, const char *new)
{
    return path_rename(root, old, root, new, 0);
}

static void begin(bool classic)
{
    make_volume(1024, classic);
}

static void end(void)
{
    unmount_volume();
    mem_disk_free(&disk);
}

static void make_dir(const char *path)
{
    EXPECT_EQ(path_mkdir(root, path, 0755), 0);
}

static struct inode_info info_of(const char *path)
{
    struct inode_info info;
    struct inode *ino;
    EXPECT_EQ(path_lookup_link(root, path, &ino), 0);
    inode_info(ino, &info);
    inode_put(ino);
    return info;
}

// Where a path of directories leads, by its inode number.
static uint64 number_of(const char *path)
{
    return info_of(path).ino;
}

// Only `.` and `..` are more than names; what merely begins like them is a file like any other.
static void test_dot_names(void)
{
    static const char *const names[] = { ".a",  "a.",  "..a",   "...", "....",
                                         ".b.", "a..", ".\x01", ". " };
    const size_t n = sizeof names / sizeof names[0];
    char path[32];
    for (int classic = 0; classic < 2; classic++) {
        begin(classic);
        make_dir("/d");
        for (size_t i = 0; i < 2 * n; i++) {
            snprintf(path, sizeof path, "%s/%s", i < n ? "" : "/d", names[i % n]);
            EXPECT(!exists(path));
            fill_file(path, 10 + i, i);
        }
        for (size_t i = 0; i < 2 * n; i++) {
            snprintf(path, sizeof path, "%s/%s", i < n ? "/d/.." : "/./d/.", names[i % n]);
            expect_file(path, 10 + i, i);
        }
        for (size_t i = 0; i < n; i++) {
            snprintf(path, sizeof path, "/d/%s", names[i]);
            EXPECT_EQ(unlink_path(path), 0);
            make_dir(path);
            EXPECT(number_of(path) != number_of("/d") && number_of(path) != number_of("/"));
            EXPECT_EQ(unlink_path(path), 0);
        }
        for (size_t i = 0; i < n; i++) { // each by itself keeps a directory from being empty
            snprintf(path, sizeof path, "/d/%s", names[i]);
            fill_file(path, 1, i);
            EXPECT_EQ(unlink_path("/d"), -ENOTEMPTY);
            EXPECT_EQ(unlink_path(path), 0);
        }
        EXPECT_EQ(unlink_path("/d"), 0);
        end();
    }
}

static void test_rename_files(void)
{
    begin(false);
    make_dir("/d");
    fill_file("/a", 5000, 1);
    fill_file("/b", 100, 2);
    EXPECT_EQ(move("/a", "/c"), 0);
    EXPECT(!exists("/a"));
    expect_file("/c", 5000, 1);
    EXPECT_EQ(move("/c", "/d/c"), 0);
    expect_file("/d/c", 5000, 1);
    EXPECT_EQ(move("/b", "/d/c"), 0);
    expect_file("/d/c", 100, 2);
    EXPECT(!exists("/b") && !exists("/c"));
    EXPECT_EQ(info_of("/d/c").nlink, 1);
    EXPECT_EQ(path_link(root, "/d/c", root, "/e"), 0);
    EXPECT_EQ(move("/e", "/d/c"), 0); // two names of one file: both stay
    EXPECT_EQ(info_of("/e").nlink, 2);
    end();
}

static void test_rename_directories(void)
{
    begin(false);
    make_dir("/a");
    make_dir("/a/b");
    make_dir("/a/b/c");
    make_dir("/x");
    fill_file("/a/b/f", 10, 1);
    EXPECT_EQ(move("/a/b", "/x/y"), 0);
    EXPECT_EQ(number_of("/x/y/.."), number_of("/x"));
    EXPECT_EQ(info_of("/a").nlink, 2);
    EXPECT_EQ(info_of("/x").nlink, 3);
    expect_file("/x/y/c/../f", 10, 1);
    make_dir("/a/e");
    EXPECT_EQ(move("/x/y", "/a/e"), 0); // over an empty one
    EXPECT_EQ(info_of("/a").nlink, 3);
    EXPECT_EQ(info_of("/x").nlink, 2);
    EXPECT_EQ(number_of("/a/e/.."), number_of("/a"));
    EXPECT_EQ(move("/a/e/c/", "/a/e/longer-name/"), 0); // in the same directory
    EXPECT_EQ(move("/a/e/longer-name", "/q"), 0);
    EXPECT_EQ(number_of("/q/.."), number_of("/"));
    unmount_volume();
    mount_volume();
    expect_file("/a/e/f", 10, 1);
    end();
}

static void test_rename_refused(void)
{
    begin(false);
    make_dir("/d");
    make_dir("/d/sub");
    make_dir("/d/sub/deep");
    make_dir("/e");
    fill_file("/f", 1, 1);
    fill_file("/g", 1, 2);
    fill_file("/e/f", 1, 3);
    static const struct {
        const char *old, *new;
        int err;
    } cases[] = {
        { "/none", "/x", -ENOENT },
        { "/none", "/f", -ENOENT },
        { "/f", "/none/x", -ENOENT },
        { "/f/x", "/y", -ENOTDIR },
        { "/f", "/f/x", -ENOTDIR },
        { "/f", "/d", -EISDIR },
        { "/d", "/f", -ENOTDIR },
        { "/d", "/e", -ENOTEMPTY },
        { "/d/sub/deep", "/d", -ENOTEMPTY },
        { "/d/sub/deep", "/d/sub", -ENOTEMPTY },
        { "/d", "/d/x", -EINVAL },
        { "/d", "/d/sub", -EINVAL },
        { "/d", "/d/sub/deep/x", -EINVAL },
        { "/d", "/d/sub/deep/../x", -EINVAL },
        { "/f/", "/x", -ENOTDIR },
        { "/f", "/x/", -ENOTDIR },
        { "/f", "/g/", -ENOTDIR },
        { "/", "/x", -EBUSY },
        { "/d", "/", -EBUSY },
        { "/d/.", "/x", -EBUSY },
        { "/d/..", "/x", -EBUSY },
        { "/d", "/e/.", -EBUSY },
        { "/d", "/e/..", -EBUSY },
        { "", "/x", -ENOENT },
        { "/f", "", -ENOENT },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int err = move(cases[i].old, cases[i].new);
        if (err != cases[i].err)
            test_fail(__FILE__, __LINE__, "rename %s %s is %d, not %d", cases[i].old, cases[i].new,
                      err, cases[i].err);
    }
    EXPECT_EQ(path_rename(root, "/f", root, "/g", PATH_NOREPLACE), -EEXIST);
    EXPECT_EQ(path_rename(root, "/f", root, "/d/..", PATH_NOREPLACE), -EEXIST);
    EXPECT_EQ(path_rename(root, "/f", root, "/none", PATH_EXCHANGE), -ENOENT);
    EXPECT_EQ(path_rename(root, "/d", root, "/d/sub/deep", PATH_EXCHANGE), -EINVAL);
    EXPECT_EQ(path_rename(root, "/d/sub/deep", root, "/d", PATH_EXCHANGE), -EINVAL);
    EXPECT_EQ(path_rename(root, "/f", root, "/x", 3), -EINVAL);
    EXPECT_EQ(path_rename(root, "/f", root, "/x", 4), -EINVAL);
    EXPECT_EQ(move("/d", "/d"), 0);
    EXPECT_EQ(move("/f", "//f"), 0);
    expect_file("/f", 1, 1);
    expect_file("/g", 1, 2);
    expect_file("/e/f", 1, 3);
    EXPECT_EQ(path_rename(root, "/f", root, "/h", PATH_NOREPLACE), 0);
    expect_file("/h", 1, 1);
    end();
}

static void test_rename_exchange(void)
{
    begin(false);
    make_dir("/d");
    make_dir("/d/sub");
    fill_file("/d/sub/x", 10, 1);
    fill_file("/f", 20, 2);
    EXPECT_EQ(path_rename(root, "/f", root, "/d/sub", PATH_EXCHANGE), 0);
    expect_file("/f/x", 10, 1);
    expect_file("/d/sub", 20, 2);
    EXPECT_EQ(number_of("/f/.."), number_of("/"));
    EXPECT_EQ(info_of("/d").nlink, 2);
    EXPECT_EQ(info_of("/").nlink, 4);
    make_dir("/d/other");
    EXPECT_EQ(path_rename(root, "/f", root, "/d/other", PATH_EXCHANGE), 0);
    EXPECT_EQ(number_of("/d/other/.."), number_of("/d"));
    EXPECT_EQ(number_of("/f/.."), number_of("/"));
    expect_file("/d/other/x", 10, 1);
    EXPECT_EQ(path_rename(root, "/d/sub", root, "/d/other", PATH_EXCHANGE), 0);
    expect_file("/d/sub/x", 10, 1);
    end();
}

// What is replaced while open goes with its last user, after a cut too.
static void test_rename_over_open(void)
{
    begin(false);
    fill_file("/old", 100, 1);
    EXPECT_EQ(volume_sync(vol), 0);
    uint64 empty = free_blocks();
    fill_file("/big", 200000, 2);
    struct inode *open = open_file("/big");
    EXPECT_EQ(move("/old", "/big"), 0);
    char c;
    EXPECT_EQ(inode_read(open, &c, 199999, 1), 1);
    EXPECT_EQ(volume_sync(vol), 0);
    EXPECT(free_blocks() < empty - 40);
    expect_file("/big", 100, 1);
    inode_put(open);
    EXPECT_EQ(volume_sync(vol), 0);
    EXPECT_EQ(free_blocks(), empty);
    make_dir("/d");
    make_dir("/e");
    open = open_file("/e");
    EXPECT_EQ(move("/d", "/e"), 0);
    struct inode *x;
    EXPECT_EQ(path_open(open, "x", true, false, REGULAR, 0, &x), -ENOENT);
    EXPECT_EQ(path_rename(root, "/big", open, "x", 0), -ENOENT);
    EXPECT_EQ(path_rename(open, "x", root, "/x", 0), -ENOENT);
    inode_put(open);
    end();
}

// Fills the disk to the last block.
static void fill_disk(void)
{
    static char buf[20000];
    uint64 n = 0;
    struct inode *ino = create_file("/filler");
    int64 done;
    while ((done = inode_write(ino, buf, n, sizeof buf)) > 0)
        n += (uint64)done;
    EXPECT_EQ(done, -ENOSPC);
    inode_put(ino);
}

// On a full disk names move, as long as no directory needs another page.
static void test_rename_on_full_disk(void)
{
    char old[256] = "", new[256], last[256];
    begin(false);
    make_dir("/d");
    make_dir("/e");
    for (int i = 0; i < 20; i++) {
        snprintf(old, sizeof old, "/d/%d", i);
        fill_file(old, 10, (uint64)i);
    }
    fill_disk();
    for (int round = 0; round < 30; round++) {
        for (int i = 0; i < 20; i++) {
            snprintf(old, sizeof old, "/%c/%d", round % 2 ? 'e' : 'd', i);
            snprintf(new, sizeof new, "/%c/%d", round % 2 ? 'd' : 'e', i);
            EXPECT_EQ(move(old, new), 0);
        }
    }
    int err = 0, n = 0;
    for (; n < 20 && !err; n++) { // longer names: one page does not hold them all
        snprintf(old, sizeof old, "/d/%d", n);
        snprintf(new, sizeof new, "/e/%0240d", n);
        err = move(old, new);
        if (!err)
            strcpy(last, new);
    }
    EXPECT_EQ(err, -ENOSPC);
    EXPECT(n > 10);
    for (int i = n; i < 18; i += 2) {
        snprintf(old, sizeof old, "/d/%d", i);
        snprintf(new, sizeof new, "/d/%d", i + 1);
        EXPECT_EQ(move(old, new), 0);
        expect_file(new, 10, (uint64)i);
    }
    snprintf(old, sizeof old, "/e/%0240d", 99); // a name that is as long takes its place
    EXPECT_EQ(move(last, old), 0);
    EXPECT_EQ(move("/e", "/d/e"), 0);
    end();
}

// --- symbolic links ---------------------------------------------------------------------------

static void soft(const char *target, const char *path)
{
    EXPECT_EQ(path_symlink(root, target, path), 0);
}

static void expect_target(const char *path, const char *target)
{
    char buf[64];
    EXPECT_EQ(path_readlink(root, path, buf, sizeof buf), strlen(target));
    EXPECT(memcmp(buf, target, strlen(target)) == 0);
}

static int lookup(const char *path)
{
    struct inode *ino;
    int err = path_lookup(root, path, &ino);
    if (!err)
        inode_put(ino);
    return err;
}

static void links_on(bool classic)
{
    struct inode *ino;
    begin(classic);
    make_dir("/d");
    make_dir("/d/e");
    fill_file("/d/e/f", 100, 1);
    soft("d/e", "/down");
    soft("../..", "/d/e/up");
    soft("/d//e/", "/d/abs");
    soft("f", "/d/e/same");
    soft("none", "/dangling");
    soft("dangling/", "/slashed");
    expect_target("/down", "d/e");
    EXPECT_EQ(number_of("/down/."), number_of("/d/e"));
    EXPECT_EQ(number_of("/down/"), number_of("/d/e"));
    EXPECT(number_of("/down") != number_of("/d/e"));
    expect_file("/down/f", 100, 1);
    expect_file("/down/up/d/abs/up/down/same", 100, 1);
    EXPECT_EQ(lookup("/dangling"), -ENOENT);
    EXPECT_EQ(lookup("/dangling/x"), -ENOENT);
    EXPECT_EQ(lookup("/d/e/same/"), -ENOTDIR);
    EXPECT_EQ(lookup("/d/e/same/x"), -ENOTDIR);
    EXPECT_EQ(path_readlink(root, "/down/", (char[4]){ 0 }, 4), -EINVAL);
    // Making through a link: what it stands for, or nothing.
    EXPECT_EQ(path_open(root, "/dangling", true, true, REGULAR, 0, &ino), -EEXIST);
    EXPECT_EQ(path_open(root, "/slashed", true, false, REGULAR, 0, &ino), -EISDIR);
    EXPECT_EQ(path_mkdir(root, "/dangling", 0755), -EEXIST);
    EXPECT_EQ(path_mkdir(root, "/dangling/", 0755), -EEXIST);
    EXPECT_EQ(path_symlink(root, "x", "/dangling"), -EEXIST);
    EXPECT_EQ(path_symlink(root, "x", "/new/"), -ENOENT);
    EXPECT_EQ(path_symlink(root, "", "/new"), -ENOENT);
    fill_file("/dangling", 20, 2);
    expect_file("/none", 20, 2);
    // These are about the link.
    struct path_opening how = { .create = true, .mode = REGULAR };
    EXPECT_EQ(path_open_file(root, "/down", &how, &ino), 0);
    EXPECT_EQ(inode_mode(ino), 0120777);
    inode_put(ino);
    EXPECT_EQ(move("/down", "/d/moved"), 0);
    expect_target("/d/moved", "d/e");
    EXPECT_EQ(move("/d/e/", "/dangling"), -ENOTDIR);
    EXPECT_EQ(move("/dangling/", "/x"), -ENOTDIR);
    EXPECT_EQ(path_link(root, "/dangling", root, "/hard"), 0);
    EXPECT_EQ(info_of("/hard").nlink, 2);
    EXPECT_EQ(path_unlink(root, "/d/abs/", UNLINK_FILE), -ENOTDIR);
    EXPECT_EQ(path_unlink(root, "/d/abs", UNLINK_DIR), -ENOTDIR);
    EXPECT_EQ(path_unlink(root, "/d/e/", UNLINK_FILE), -EISDIR);
    EXPECT_EQ(unlink_path("/d/abs"), 0);
    expect_file("/d/e/f", 100, 1);
    unmount_volume();
    mount_volume();
    expect_target("/hard", "none");
    end();
}

static void test_links(void)
{
    links_on(false);
    links_on(true);
}

// 40 links are followed, in one row or spread over a path; not one more.
static void test_link_chains(void)
{
    char name[16], target[16], path[400] = "";
    begin(false);
    fill_file("/0", 10, 1);
    for (int i = 1; i <= 41; i++) {
        snprintf(name, sizeof name, "/%d", i);
        snprintf(target, sizeof target, "%d", i - 1);
        soft(target, name);
    }
    expect_file("/40", 10, 1);
    EXPECT_EQ(lookup("/41"), -ELOOP);
    soft(".", "/here");
    for (int i = 0; i < 40; i++)
        strcat(path, "/here");
    EXPECT_EQ(lookup(path), 0);
    strcat(path, "/here");
    EXPECT_EQ(lookup(path), -ELOOP);
    soft("loop/x", "/loop");
    EXPECT_EQ(lookup("/loop"), -ELOOP);
    struct inode *ino;
    EXPECT_EQ(path_open(root, "/loop", true, false, REGULAR, 0, &ino), -ELOOP);
    end();
}

// Targets as long as a path may be; and a path that becomes too long on the way.
static void test_long_targets(void)
{
    static char target[PATH_LONGEST + 1], back[PATH_LONGEST];
    begin(false);
    fill_file("/f", 10, 1);
    memset(target, '/', PATH_LONGEST);
    EXPECT_EQ(path_symlink(root, target, "/long"), -ENAMETOOLONG);
    target[PATH_LONGEST - 1] = '\0';
    target[PATH_LONGEST - 2] = 'f';
    soft(target, "/long");
    expect_file("/long", 10, 1);
    target[PATH_LONGEST - 2] = '.';
    soft(target, "/longdir");
    EXPECT_EQ(lookup("/longdir"), 0);
    EXPECT_EQ(lookup("/longdir/f"), -ENAMETOOLONG);
    EXPECT_EQ(path_readlink(root, "/longdir", back, sizeof back), PATH_LONGEST - 1);
    EXPECT(memcmp(target, back, PATH_LONGEST - 1) == 0);
    uint64 left = free_blocks();
    fill_disk();
    EXPECT_EQ(path_symlink(root, target, "/full"), -ENOSPC);
    EXPECT_EQ(unlink_path("/filler"), 0);
    EXPECT_EQ(unlink_path("/long"), 0);
    EXPECT_EQ(volume_sync(vol), 0);
    EXPECT(free_blocks() >= left + 1);
    end();
}

// --- modes and times --------------------------------------------------------------------------

static void test_attributes(void)
{
    begin(false);
    struct inode *ino = create_file("/f");
    EXPECT_EQ(inode_set_mode(ino, 04751), 0);
    EXPECT_EQ(inode_mode(ino), 0104751);
    EXPECT_EQ(inode_set_mtime(ino, 12345678901UL), 0);
    EXPECT_EQ(info_of("/f").mtime_ns, 12345678901UL);
    uint64 ctime = info_of("/f").ctime_ns;
    EXPECT_EQ(inode_set_mtime(ino, MTIME_KEEP), 0);
    EXPECT_EQ(info_of("/f").mtime_ns, 12345678901UL);
    EXPECT(info_of("/f").ctime_ns > ctime);
    inode_put(ino);
    unmount_volume();
    mount_volume();
    EXPECT_EQ(info_of("/f").mode, 0104751);
    EXPECT_EQ(info_of("/f").mtime_ns, 12345678901UL);
    ino = open_file("/f");
    EXPECT_EQ(inode_set_mtime(ino, MTIME_NOW), 0);
    EXPECT_EQ(info_of("/f").mtime_ns, info_of("/f").ctime_ns);
    fill_disk();
    EXPECT_EQ(inode_set_mode(ino, 0600), 0);
    inode_put(ino);
    end();
}

// --- many names -------------------------------------------------------------------------------

static const char *nth_name(int i)
{
    static char name[32];
    snprintf(name, sizeof name, "/d/name-%d", i);
    return name;
}

// => pages of /d that have been looked at
static uint64 pages_of(struct inode *dir)
{
    return dir_pages_searched(dir);
}

// 100,000 names: making one costs a page or two, and so does finding one.
static void test_very_large_directory(void)
{
    enum { N = 100000 };
    make_volume(16384, false);
    make_dir("/d");
    struct inode *dir = open_file("/d");
    fill_file("/a", 1, 1);
    fill_file("/b", 1, 2);
    for (int i = 0; i < N; i++)
        EXPECT_EQ(path_link(root, i % 2 ? "/a" : "/b", root, nth_name(i)), 0);
    EXPECT(pages_of(dir) < 3 * N);
    uint64 before = pages_of(dir);
    for (int i = 0; i < N; i += 10)
        EXPECT(exists(nth_name(i)) && !exists(nth_name(N + i)));
    EXPECT(pages_of(dir) - before < 2 * N / 10);
    inode_put(dir);
    end();
}

// Makes 100,000 names from number `from` on.  => pages of the directory that were looked at
static uint64 make_names(struct inode *dir, int from)
{
    uint64 before = pages_of(dir);
    char file[16];
    for (int i = from; i < from + 100000; i++) {
        snprintf(file, sizeof file, "/f%d", i / 50000);
        if (i % 50000 == 0)
            fill_file(file, 1, 1);
        EXPECT_EQ(path_link(root, file, root, nth_name(i)), 0);
    }
    return pages_of(dir) - before;
}

// Names of 500,000 cost at most twice what the first 100,000 do, each.
static void test_largest_directory(void)
{
    make_volume(16384, false);
    make_dir("/d");
    struct inode *dir = open_file("/d");
    uint64 first = make_names(dir, 0), last = 0;
    for (int i = 100000; i < 500000; i += 100000)
        last = make_names(dir, i);
    if (last > 2 * first)
        test_fail(__FILE__, __LINE__, "%lu pages for the first names, %lu for the last", first,
                  last);
    inode_put(dir);
    end();
}

#define PIECE 8 // letters

static uint32 hash_on(uint32 h, const char *s)
{
    for (; *s; s++)
        h = (h ^ (uchar)*s) * 16777619u;
    return h;
}

// Two pieces of a name that take the hash from h on to the same.  => where to
static uint32 colliding_pieces(uint32 h, char a[PIECE + 1], char b[PIECE + 1])
{
    static char seen[1 << 20][PIECE + 1];
    memset(seen, 0, sizeof seen);
    for (uint32 i = 0;; i++) {
        uint64 rest = (i + 1) * 0x9e3779b97f4a7c15UL >> 24;
        for (int k = 0; k < PIECE; k++, rest /= 26)
            a[k] = (char)('a' + rest % 26);
        uint32 to = hash_on(h, a);
        char *other = seen[to >> 12];
        if (other[0] != 0 && hash_on(h, other) == to) {
            strcpy(b, other);
            return to;
        }
        strcpy(other, a);
    }
}

// 4,096 names whose hashes on the disk are one: to find one, or none, costs a page all the same.
static void test_names_with_one_hash(void)
{
    enum { PIECES = 12 };
    static char piece[PIECES][2][PIECE + 1];
    char path[PIECE * PIECES + 8] = "/d/";
    uint32 h = 2166136261u; // the hash of no bytes
    for (int i = 0; i < PIECES; i++)
        h = colliding_pieces(h, piece[i][0], piece[i][1]);
    make_volume(8192, false);
    make_dir("/d");
    struct inode *dir = open_file("/d");
    fill_file("/a", 1, 1);
    for (int n = 0; n < 1 << PIECES; n++) {
        for (int i = 0; i < PIECES; i++)
            strcpy(path + 3 + PIECE * i, piece[i][n >> i & 1]);
        EXPECT_EQ(path_link(root, "/a", root, path), 0);
    }
    EXPECT(pages_of(dir) < 4 << PIECES);
    uint64 before = pages_of(dir);
    EXPECT(exists(path));
    EXPECT(pages_of(dir) - before < 4);
    inode_put(dir);
    end();
}

// In a large directory a name is removed and a longer one made in its stead, again and again; then
// a shorter one, and one more than was removed.
static void test_names_that_come_and_go(void)
{
    enum { N = 20000, ROUNDS = 1000 };
    char longer[256];
    make_volume(8192, false);
    make_dir("/d");
    struct inode *dir = open_file("/d");
    fill_file("/a", 1, 1);
    for (int i = 0; i < N; i++)
        EXPECT_EQ(path_link(root, "/a", root, nth_name(i)), 0);
    uint64 before = pages_of(dir);
    for (int i = 0; i < ROUNDS; i++) {
        EXPECT_EQ(unlink_path(nth_name(i)), 0);
        snprintf(longer, sizeof longer, "/d/%0150d", i);
        EXPECT_EQ(path_link(root, "/a", root, longer), 0);
        if (i % 2 == 0)
            EXPECT_EQ(path_link(root, "/a", root, nth_name(i)), 0);
        EXPECT_EQ(unlink_path(longer), 0);
    }
    EXPECT(pages_of(dir) - before < 12 * ROUNDS);
    EXPECT_EQ(info_of("/a").nlink, 1 + N - ROUNDS / 2);
    inode_put(dir);
    end();
}

// 65,000 names of one inode.
static void test_most_links(void)
{
    enum { MOST = 65000 };
    make_volume(8192, false);
    make_dir("/d");
    fill_file("/a", 1, 1);
    for (int i = 1; i < MOST; i++)
        EXPECT_EQ(path_link(root, "/a", root, nth_name(i)), 0);
    EXPECT_EQ(path_link(root, "/a", root, "/d/x"), -EMLINK);
    EXPECT_EQ(move("/d/name-1", "/d/x"), 0); // no more than before
    EXPECT_EQ(unlink_path("/d/x"), 0);
    EXPECT_EQ(path_link(root, "/a", root, "/d/x"), 0);
    EXPECT_EQ(info_of("/a").nlink, MOST);
    end();
}

static const struct test tests[] = {
    { "dot-names", test_dot_names },
    { "rename-files", test_rename_files },
    { "rename-directories", test_rename_directories },
    { "rename-refused", test_rename_refused },
    { "rename-exchange", test_rename_exchange },
    { "rename-over-what-is-open", test_rename_over_open },
    { "rename-on-a-full-disk", test_rename_on_full_disk },
    { "links", test_links },
    { "chains-of-links", test_link_chains },
    { "long-targets", test_long_targets },
    { "modes-and-times", test_attributes },
    { "very-large-directory", test_very_large_directory },
    { "largest-directory", test_largest_directory },
    { "names-with-one-hash", test_names_with_one_hash },
    { "names-that-come-and-go", test_names_that_come_and_go },
    { "most-links", test_most_links },
};

int main(int argc, char **argv)
{
    return run_tests(argc, argv, 16384, tests, sizeof tests / sizeof tests[0]);
}
