// Hostile images: errors, never a panic, a wild access or an endless loop (HAZARDS 28).
//
// Two kinds of damage.  *Flips*: bits of the image change; checksums must find that, and files that
// were not hit read as before.  *Lies*: a field of a structure changes and all checksums are made
// right again, so that only the checks of meaning stand between the lie and the kernel.
//
//     SEED=n ROUNDS=n fs_hostile [NAME]

#include <unistd.h>

#include "fs_test.h"
#include "lib/crc.h"

#define BLOCKS 400

static unsigned char *image; // the good one
static uint64 state;

static uint64 pick(uint64 n)
{
    return random_next(&state) % n;
}

static uint64 from_environment(const char *name, uint64 otherwise)
{
    const char *text = getenv(name);
    return text != NULL ? strtoull(text, NULL, 10) : otherwise;
}

static void make_image(bool classic)
{
    char name[64];
    make_volume(BLOCKS, classic);
    EXPECT_EQ(path_mkdir(root, "/d", 0755), 0);
    EXPECT_EQ(path_mkdir(root, "/d/e", 0755), 0);
    fill_file("/small", 100, 1);
    fill_file("/d/middle", 50000, 2);
    fill_file("/d/e/deep", 9000, 3);
    EXPECT_EQ(path_link(root, "/small", root, "/d/link"), 0);
    for (int i = 0; i < 40; i++) {
        snprintf(name, sizeof name, "/d/e/n%d", i);
        write_file(name, name, 10);
    }
    struct inode *orphan = create_file("/orphan");
    EXPECT_EQ(unlink_path("/orphan"), 0);
    EXPECT_EQ(volume_sync(vol), 0);
    image = malloc(BLOCKS * FS_BLOCK);
    memcpy(image, disk.data, BLOCKS * FS_BLOCK);
    inode_put(orphan);
    unmount_volume();
    memcpy(disk.data, image, BLOCKS * FS_BLOCK);
}

static void forget_image(void)
{
    free(image);
    mem_disk_free(&disk);
}

// --- using whatever there is
// --------------------------------------------------------------------------

static int visited; // a damaged directory may contain itself

static void use_file(const char *path)
{
    static char buf[60000];
    struct inode *ino;
    struct inode_info info;
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
        unlink_path(path);
}

static void use_dir(const char *path, int depth)
{
    static char buf[4096];
    char name[PATH_LONGEST];
    struct inode *dir;
    struct dir_entry e;
    uint64 pos = 0;
    if (path_lookup(root, path, &dir) != 0)
        return;
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

// --- flips
// --------------------------------------------------------------------------------------------

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
    uint64 rounds = from_environment("ROUNDS", 300);
    state = from_environment("SEED", 1) * 2 + 1;
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

// --- lies
// ---------------------------------------------------------------------------------------------

static unsigned char sealed[BLOCKS];

static void *block_at(uint64 block)
{
    return disk.data + block * FS_BLOCK;
}

// Computes the checksums below *p again, and its own.
static void seal(struct blkptr *p, uint32 level)
{
    if (p->block < FS_FIRST_BLOCK || p->block >= BLOCKS)
        return;
    struct blkptr *ptrs = block_at(p->block);
    if (level > 0 && level <= TREE_HEIGHT_MAX && !sealed[p->block]++)
        for (int i = 0; i < PTRS_PER_BLOCK; i++)
            seal(&ptrs[i], level - 1);
    p->crc = crc32c(0, ptrs, FS_BLOCK);
}

static void seal_inodes(struct blkptr *p, uint32 level)
{
    if (p->block < FS_FIRST_BLOCK || p->block >= BLOCKS || level > TREE_HEIGHT_MAX ||
        sealed[p->block]++)
        return;
    struct blkptr *ptrs = block_at(p->block);
    struct disk_inode *inodes = block_at(p->block);
    for (int i = 0; level > 0 && i < PTRS_PER_BLOCK; i++)
        seal_inodes(&ptrs[i], level - 1);
    for (int i = 0; level == 0 && i < INODES_PER_BLOCK; i++)
        seal(&inodes[i].data.root, inodes[i].data.height);
}

static struct superblock *newest_slot(void)
{
    struct superblock *a = block_at(0), *b = block_at(1);
    return a->generation > b->generation ? a : b;
}

static void seal_volume(void)
{
    struct superblock *sb = newest_slot();
    memset(sealed, 0, sizeof sealed);
    seal_inodes(&sb->inodes.root, sb->inodes.height);
    memset(sealed, 0, sizeof sealed);
    seal(&sb->inodes.root, sb->inodes.height);
    seal(&sb->counts.root, sb->counts.height);
    sb->crc = crc32c(0, sb, offsetof(struct superblock, crc));
}

// A value that is likely to do harm.
static uint64 bad_value(void)
{
    static const uint64 values[] = { 0,         1,         2,         3,          5,      255,
                                     256,       4096,      65535,     BLOCKS - 1, BLOCKS, 1UL << 31,
                                     1UL << 32, 1UL << 47, 1UL << 48, 1UL << 63,  ~0UL };
    return pick(2) ? values[pick(sizeof values / sizeof values[0])] : pick(BLOCKS);
}

// Changes some bytes of the structures in use: the superblock, or any block with a low number.
static void tell_lies(void)
{
    uint64 lies = 1 + pick(4);
    memcpy(disk.data, image, BLOCKS * FS_BLOCK);
    while (lies-- > 0) {
        uint64 value = bad_value();
        unsigned char *at = pick(5) == 0
                                ? (unsigned char *)newest_slot() + 12 + pick(120)
                                : disk.data + (2 + pick(138)) * FS_BLOCK + pick(FS_BLOCK - 8);
        size_t width = (size_t)1 << pick(4);
        if (pick(4))
            at -= (uint64)at % 8;
        memcpy(at, &value, width);
    }
    seal_volume();
}

static void lie_and_use(bool classic)
{
    uint64 rounds = from_environment("ROUNDS", 300);
    state = from_environment("SEED", 2) * 2 + 1;
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
    { "lies", test_lies },
    { "classic lies", test_classic_lies },
};

int main(int argc, char **argv)
{
    return run_tests(argc, argv, 4096, tests, sizeof tests / sizeof tests[0]);
}
