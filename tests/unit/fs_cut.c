// Power cuts: whatever was written when the power went, the next mount gives a committed state,
// whole (F3).
//
// A random workload runs on a disk that logs each block write and each flush.  Each commit's state
// is kept as a number over all names and contents.  Then the log is cut at every write; and between
// two flushes, where a disk may write in any order, random choices of the writes are dropped and
// one is torn.
//
// The environment's STEPS makes the tests longer.

#include "fs_model.h"
#include "lib/crc.h"

struct entry {
    uint64 block; // ~0: a flush
    unsigned char *data;
};

static struct entry *entries;
static size_t nentries, room;
static bool logging;

static void log_write(struct mem_disk *d, uint64 block, const void *page)
{
    if (!logging)
        return;
    if (nentries == room) {
        room = room * 2 + 1024;
        entries = realloc(entries, room * sizeof *entries);
    }
    struct entry *e = &entries[nentries++];
    e->block = page != NULL ? block : ~0UL;
    e->data = NULL;
    if (page != NULL) {
        e->data = malloc(FS_BLOCK);
        memcpy(e->data, page, FS_BLOCK);
    }
}

static void log_clear(void)
{
    for (size_t i = 0; i < nentries; i++)
        free(entries[i].data);
    free(entries);
    entries = NULL;
    nentries = room = 0;
}

// --- the state as a number ---------------------------------------------------------------------

static uint64 digest_content(struct inode *ino)
{
    static unsigned char buf[800000];
    struct inode_info info;
    inode_info(ino, &info);
    uint64 d = info.size * 31 + info.nlink;
    if ((info.mode & 0170000) != 0040000) {
        int64 n = inode_read(ino, buf, 0, sizeof buf);
        EXPECT_EQ(n, info.size);
        d = d * 31 + crc32c(0, buf, (size_t)n);
    }
    return d * 31 + info.mode;
}

static uint64 digest_dir(const char *path)
{
    struct dir_entry e;
    uint64 pos = 0, sum = 0;
    struct inode *dir = open_file(path);
    while (dir_next(dir, &pos, &e) == 1) {
        char below[2048];
        if (strcmp(e.name, ".") == 0 || strcmp(e.name, "..") == 0)
            continue;
        snprintf(below, sizeof below, "%s%s%s", path, path[1] ? "/" : "", e.name);
        struct inode *ino;
        EXPECT_EQ(path_lookup_link(root, below, &ino), 0);
        uint64 d = crc32c(0, below, strlen(below)) * 0x9e3779b97f4a7c15UL + digest_content(ino);
        inode_put(ino);
        if (e.mode == 0040000)
            d += digest_dir(below);
        sum += d * 0x2545f4914f6cdd1dUL;
    }
    inode_put(dir);
    return sum;
}

#define GENERATIONS 4096
static uint64 digests[GENERATIONS]; // of generation n
static bool
    known[GENERATIONS]; // false: a commit that was not ours, perhaps in the middle of a step

static uint64 generation(void)
{
    struct volume_info info;
    volume_info(vol, &info);
    return info.generation;
}

static void note(void)
{
    EXPECT(generation() < GENERATIONS);
    digests[generation()] = digest_dir("/");
    known[generation()] = true;
}

static void sync_and_note(void)
{
    EXPECT_EQ(volume_sync(vol), 0);
    note();
}

// --- cutting -----------------------------------------------------------------------------------

static unsigned long cuts;

// The disk holds what a cut left: is it a committed state, from generation `oldest` on?
static void expect_committed(uint64 oldest, uint64 newest)
{
    check_image();
    mount_volume();
    uint64 g = generation();
    EXPECT(g >= oldest && g <= newest);
    if (known[g])
        EXPECT(digest_dir("/") == digests[g]);
    unmount_volume(); // orphans have been given back; the image is checked again
    cuts++;
}

// Generation of the superblock in the entry; 0 if it is none.
static uint64 superblock_of(const struct entry *e)
{
    return e->block < FS_FIRST_BLOCK ? ((const struct superblock *)e->data)->generation : 0;
}

static void apply(unsigned char *image, const struct entry *e)
{
    if (e->data != NULL)
        memcpy(image + e->block * FS_BLOCK, e->data, FS_BLOCK);
}

// Some of the writes since the last flush are missing, and one is torn in the middle.
static void cut_out_of_order(unsigned char *image, size_t from, size_t to, uint64 durable,
                             uint64 *state)
{
    uint64 newest = durable;
    size_t torn = from + random_next(state) % (to - from);
    memcpy(disk.data, image, disk.dev.nblocks * FS_BLOCK);
    for (size_t i = from; i < to; i++) {
        const struct entry *e = &entries[i];
        if (random_next(state) % 3 == 0 || e->data == NULL)
            continue;
        size_t n = i == torn ? 512 * (random_next(state) % 8) : FS_BLOCK;
        memcpy(disk.data + e->block * FS_BLOCK, e->data, n);
        if (superblock_of(e) > newest)
            newest = superblock_of(e);
    }
    expect_committed(durable, newest);
}

// Goes through the log.  `image`: the disk before it.
static void cut_everywhere(unsigned char *image, uint64 first_generation, uint64 seed)
{
    unsigned char *flushed = malloc(disk.dev.nblocks * FS_BLOCK); // as of the last flush
    uint64 now = first_generation, durable = first_generation;
    size_t last_flush = 0;
    memcpy(flushed, image, disk.dev.nblocks * FS_BLOCK);
    for (size_t i = 0; i < nentries; i++) {
        const struct entry *e = &entries[i];
        apply(image, e);
        if (superblock_of(e) != 0)
            now = superblock_of(e);
        memcpy(disk.data, image, disk.dev.nblocks * FS_BLOCK);
        expect_committed(now, now);
        if (i > last_flush && random_next(&seed) % 4 == 0)
            cut_out_of_order(flushed, last_flush, i + 1, durable, &seed);
        if (e->data == NULL) {
            memcpy(flushed, image, disk.dev.nblocks * FS_BLOCK);
            last_flush = i;
            durable = now;
        }
    }
    free(flushed);
}

// `ballast`: bytes in a file that only takes room.
static void run(uint64 seed, uint64 steps, uint64 nblocks, bool classic, uint64 per_sync,
                size_t ballast)
{
    steps = test_number("STEPS", steps);
    make_volume(nblocks, classic);
    model_begin(seed, classic);
    fill_file("/ballast", ballast, seed);
    EXPECT_EQ(volume_sync(vol), 0);
    memset(known, 0, sizeof known);
    uint64 first = generation();
    note();
    unsigned char *image = malloc(nblocks * FS_BLOCK);
    memcpy(image, disk.data, nblocks * FS_BLOCK);
    disk.log = log_write;
    logging = true;
    for (uint64 i = 1; i <= steps; i++) {
        model_step();
        if (i % per_sync == 0)
            sync_and_note();
    }
    logging = false;
    model_end();
    unmount_volume();
    cut_everywhere(image, first, seed);
    free(image);
    log_clear();
    mem_disk_free(&disk);
    printf("# %lu cuts\n", cuts);
}

static void test_ordinary(void)
{
    for (uint64 i = 1; i <= 3; i++)
        run(test_seed(i), 150, 1024, false, 7, 0);
}

static void test_each_step(void)
{
    run(test_seed(5), 150, 1024, true, 1, 0);
}

// So full, and so long from one commit to the next, that blocks are used again as soon as they are
// free.
static void test_full_disk(void)
{
    model_file_max = 9000;
    for (uint64 i = 31; i <= 32; i++)
        run(test_seed(i), 1200, 160, false, 300, 20 * FS_BLOCK);
    model_file_max = 150000;
}

static const struct test tests[] = {
    { "ordinary", test_ordinary },
    { "a-commit-after-each-step", test_each_step },
    { "full-disk", test_full_disk },
};

int main(int argc, char **argv)
{
    return run_tests(argc, argv, 16384, tests, sizeof tests / sizeof tests[0]);
}
