// Hostile images: errors, never a panic, a wild access or an endless loop (HAZARDS 28).
//
// Two kinds of damage.  *Flips*: bits of the image change; checksums must find that, and files that
// were not hit read as before.  *Lies*: a field of a structure changes and all checksums are made
// right again, so that only the checks of meaning stand between the lie and the kernel.
//
// The environment's ROUNDS makes the tests longer.

#include <unistd.h>

#include "fs_lie.h"

static uint64 state;

static uint64 pick(uint64 n)
{
    return random_next(&state) % n;
}

// --- using whatever there is ------------------------------------------------------------------

static unsigned long dirs_used, moves, links_read;
static int visited; // a damaged directory may contain itself

static void use_file(const char *path)
{
    static char buf[60000];
    struct inode *ino;
    struct inode_info info;
    links_read += path_readlink(root, path, buf, sizeof buf) > 0;
    if (path_lookup(root, path, &ino) != 0)
        return;
    inode_info(ino, &info);
    inode_read(ino, buf, 0, sizeof buf);
    inode_read(ino, buf, info.size - 5, 10);
    if (pick(2))
        inode_write(ino, buf, pick(60000), 5000);
    if (pick(4) == 0)
        inode_truncate(ino, pick(20000));
    inode_put(ino);
}

static void use_dir(const char *path, int depth);

// Moves it to a place that may be above it, below it, or where the image says it is not.
static void move_entry(const char *dir, const char *path)
{
    static const char *const places[] = { "/d/x", "/d/e/x", "/d/e", "/x", "/d/soft/x", "/small" };
    char back[PATH_LONGEST];
    const char *to = places[pick(sizeof places / sizeof places[0])];
    snprintf(back, sizeof back, "%s/back", dir);
    moves += path_rename(root, path, root, to, pick(4) ? 0 : PATH_EXCHANGE) == 0;
    if (pick(2))
        moves += path_rename(root, to, root, back, 0) == 0;
}

static void use_entry(const char *dir, const struct dir_entry *e, int depth)
{
    char path[PATH_LONGEST];
    if (strcmp(e->name, ".") == 0 || strcmp(e->name, "..") == 0)
        return;
    snprintf(path, sizeof path, "%s/%s", dir, e->name);
    use_file(path);
    if (depth < 6 && visited++ < 300)
        use_dir(path, depth + 1);
    if (pick(3) == 0)
        move_entry(dir, path);
    if (pick(3) == 0)
        unlink_path(path);
}

static void use_dir(const char *path, int depth)
{
    static char buf[4096];
    char name[PATH_LONGEST];
    struct inode *dir;
    struct dir_entry e;
    uint64 pos = 0;
    if (path_lookup(root, path[0] != '\0' ? path : "/", &dir) != 0)
        return;
    dirs_used++;
    path_of(dir, buf, sizeof buf);
    inode_read(dir, buf, 0, sizeof buf);
    for (int n = 0; n < 100 && dir_next(dir, &pos, &e) == 1; n++)
        use_entry(path, &e, depth);
    pos = pick(1 << 20);
    dir_next(dir, &pos, &e);
    inode_put(dir);
    snprintf(name, sizeof name, "%s/made", path);
    struct inode *ino;
    if (path_open(root, name, true, false, REGULAR, 0, &ino) == 0)
        inode_put(ino);
    snprintf(name, sizeof name, "%s/dir", path);
    path_mkdir(root, name, 0755);
    unlink_path(name);
}

// Mounts, uses, unmounts.  Memory must not be lost whatever happens.
static void use_volume(void)
{
    size_t frames = host_frames_in_use();
    alarm(30);
    if (volume_mount(&disk.dev, &vol) == 0) {
        root = volume_root(vol);
        visited = 0;
        use_dir("", 0);
        volume_sync(vol);
        host_reclaim_all();
        use_dir("", 0);
        EXPECT_EQ(host_audit(), 0);
        inode_put(root);
        volume_unmount(vol);
    }
    alarm(0);
    EXPECT(host_no_locks());
    EXPECT_EQ(host_objects_in_use(), 0);
    EXPECT(host_frames_in_use() <= frames || frames < 10);
}

// --- flips ------------------------------------------------------------------------------------

static void expect_unless_hit(const char *path, size_t n, uint64 seed)
{
    static unsigned char got[60000];
    struct inode *ino;
    if (path_lookup(root, path, &ino) != 0)
        return;
    int64 done = inode_read(ino, got, 0, sizeof got);
    inode_put(ino);
    if (done == (int64)n)
        expect_file(path, n, seed); // what is read is right
    else
        EXPECT(done < (int64)n);
}

static void flip_some(void)
{
    uint64 flips = 1 + pick(8);
    memcpy(disk.data, image, BLOCKS * FS_BLOCK);
    while (flips-- > 0)
        disk.data[pick(140) * FS_BLOCK + pick(FS_BLOCK)] ^= (unsigned char)(1 << pick(8));
}

static void test_flips(void)
{
    uint64 rounds = test_number("ROUNDS", 300);
    state = test_seed(1) * 2 + 1;
    make_image(false);
    host_quiet = check_quiet = true;
    for (uint64 i = 0; i < rounds; i++) {
        struct check_result result;
        flip_some();
        check_volume(&disk.dev, &result);
        if (volume_mount(&disk.dev, &vol) == 0) {
            root = volume_root(vol);
            expect_unless_hit("/d/middle", 50000, 2);
            expect_unless_hit("/d/e/deep", 9000, 3);
            inode_put(root);
            volume_unmount(vol);
        }
        flip_some();
        use_volume();
    }
    host_quiet = check_quiet = false;
    forget_image();
}

// A page of reference counts is damaged: which of its 1,024 blocks are free nobody knows, and all
// others can be used.
static void test_lost_counts(void)
{
    make_volume(4096, false);
    fill_file("/large", 14 << 20, 1);
    fill_file("/before", 100000, 1);
    EXPECT_EQ(unlink_path("/large"), 0);
    unmount_volume();
    struct superblock *sb = newest_slot();
    EXPECT_EQ(sb->counts.height, 1);
    struct blkptr *pages = block_at(sb->counts.root.block);
    *(unsigned char *)block_at(pages[1].block) ^= 1;
    host_quiet = true;
    mount_volume();
    for (int i = 0; i < 20; i++)
        fill_file("/after", 9 << 20, (uint64)i);
    expect_file("/after", 9 << 20, 19);
    EXPECT_EQ(volume_sync(vol), 0);
    EXPECT_EQ(unlink_path("/before"), 0);
    EXPECT_EQ(volume_sync(vol), 0);
    host_quiet = false;
    drop_volume();
}

// --- lies -------------------------------------------------------------------------------------

// A value that is likely to do harm.
static uint64 bad_value(void)
{
    static const uint64 values[] = { 0,         1,         2,         3,          5,      255,
                                     256,       4096,      65535,     BLOCKS - 1, BLOCKS, 1UL << 31,
                                     1UL << 32, 1UL << 47, 1UL << 48, 1UL << 63,  ~0UL };
    return pick(2) ? values[pick(sizeof values / sizeof values[0])] : pick(BLOCKS);
}

// Where a lie is told: the superblock, or one of the blocks with structures, more often near their
// beginning.
static unsigned char *place_of_lie(void)
{
    if (pick(20) == 0)
        return (unsigned char *)newest_slot() + 12 + pick(140);
    uint64 offset = pick(pick(4) ? 700 : FS_BLOCK - 8);
    return (unsigned char *)block_at(targets[pick(ntargets)]) + (pick(4) ? offset & ~7UL : offset);
}

static void tell_lies(void)
{
    static uint64 good[BLOCKS];
    size_t ngood = ntargets;
    uint64 lies = 1 + pick(4);
    memcpy(good, targets, sizeof good);
    memcpy(disk.data, image, BLOCKS * FS_BLOCK);
    while (lies-- > 0) {
        uint64 value = bad_value();
        memcpy(place_of_lie(), &value, (size_t)1 << pick(4));
    }
    seal_volume();
    memcpy(targets, good, sizeof good); // as in the good image
    ntargets = ngood;
}

static void lie_and_use(bool classic)
{
    uint64 rounds = test_number("ROUNDS", 300);
    state = test_seed(2) * 2 + 1;
    make_image(classic);
    seal_volume();
    EXPECT(memcmp(disk.data, image, BLOCKS * FS_BLOCK) == 0); // the test's own sums are right
    host_quiet = check_quiet = true;
    for (uint64 i = 0; i < rounds; i++) {
        struct check_result result;
        tell_lies();
        check_volume(&disk.dev, &result);
        use_volume();
    }
    host_quiet = check_quiet = false;
    EXPECT(dirs_used > 2 * rounds); // most lies leave something to use
    EXPECT(moves > rounds && links_read > rounds / 4);
    forget_image();
}

static void test_lies(void)
{
    lie_and_use(false);
}

static void test_classic_lies(void)
{
    lie_and_use(true);
}

static const struct test tests[] = {
    { "flips", test_flips },
    { "lost-counts", test_lost_counts },
    { "lies", test_lies },
    { "classic-lies", test_classic_lies },
};

int main(int argc, char **argv)
{
    return run_tests(argc, argv, 4096, tests, sizeof tests / sizeof tests[0]);
}
