// What the tests of the file system share (fs_test.h).

#include <setjmp.h>
#include <stdarg.h>

#include "fs/tree.h"
#include "fs_held.h"
#include "fs_test.h"

struct mem_disk disk;
struct volume *vol;
struct inode *root;

bool test_fatal;
static jmp_buf on_failure;
static char why[512];

void test_fail(const char *file, int line, const char *fmt, ...)
{
    va_list ap;
    int n = snprintf(why, sizeof why, "%s:%d: ", file, line);
    va_start(ap, fmt);
    vsnprintf(why + n, sizeof why - (size_t)n, fmt, ap);
    va_end(ap);
    if (test_fatal) {
        fprintf(stderr, "%s\n", why);
        abort();
    }
    longjmp(on_failure, 1);
}

static const char *running, *program;

uint64 test_number(const char *name, uint64 otherwise)
{
    const char *text = getenv(name);
    return text != NULL ? strtoull(text, NULL, 10) : otherwise;
}

uint64 test_seed(uint64 n)
{
    uint64 base = test_number("SEED", 1);
    printf("# seed %lu; to repeat: SEED=%lu %s %s\n", base * 1000 + n, base, program, running);
    return base * 1000 + n;
}

static bool run_one(const struct test *t)
{
    running = t->name;
    bool ok = setjmp(on_failure) == 0;
    if (ok)
        t->run();
    if (ok)
        printf("ok %s\n", t->name);
    else
        printf("FAIL %s: %s\n", t->name, why);
    fflush(stdout);
    return ok;
}

int run_tests(int argc, char **argv, size_t frames, const struct test *tests, size_t n)
{
    int passed = 0, failed = 0;
    program = argv[0];
    if (argc > 1 && strcmp(argv[1], "--list") == 0) {
        for (size_t i = 0; i < n; i++)
            puts(tests[i].name);
        return 0;
    }
    host_memory(frames);
    for (size_t i = 0; i < n && failed == 0; i++) {
        if (argc > 1 && strstr(tests[i].name, argv[1]) == NULL)
            continue;
        // What a failed test leaves behind would spoil the next: it is the last one.
        if (run_one(&tests[i]))
            passed++;
        else
            failed++;
    }
    printf("%d passed, %d failed\n", passed, failed);
    return failed > 0;
}

void make_volume(uint64 nblocks, bool classic)
{
    mem_disk_make(&disk, nblocks);
    EXPECT_EQ(volume_format(&disk.dev, nblocks, classic), 0);
    mount_volume();
}

// Removing takes many transactions, or one: each mount has another step.
static void next_step(void)
{
    static const uint64 steps[] = { 3, 4096, 1, 20 };
    static size_t mounts;
    tree_drops_at_once = steps[mounts++ % 4];
}

void mount_volume(void)
{
    next_step();
    EXPECT_EQ(volume_mount(&disk.dev, &vol), 0);
    root = volume_root(vol);
}

static uint64 orphans;        // that the last check found
static size_t frames_at_rest; // the cache's own table

void unmount_volume(void)
{
    check_audit();
    inode_put(root);
    EXPECT_EQ(inodes_held(vol), 0);
    EXPECT_EQ(volume_unmount(vol), 0);
    vol = NULL;
    EXPECT(host_no_locks());
    if (frames_at_rest == 0)
        frames_at_rest = host_frames_in_use();
    EXPECT_EQ(host_frames_in_use(), frames_at_rest);
    EXPECT_EQ(host_objects_in_use(), 0);
    check_image();
    EXPECT_EQ(orphans, 0);
}

void drop_volume(void)
{
    inode_put(root);
    volume_unmount(vol);
    mem_disk_free(&disk);
}

void check_image(void)
{
    struct check_result result;
    check_volume(&disk.dev, &result);
    EXPECT_EQ(result.errors, 0);
    orphans = result.orphans;
}

void check_audit(void)
{
    EXPECT_EQ(host_audit(), 0);
}

struct inode *open_file(const char *path)
{
    struct inode *ino;
    EXPECT_EQ(path_lookup(root, path, &ino), 0);
    return ino;
}

struct inode *create_file(const char *path)
{
    struct inode *ino;
    EXPECT_EQ(path_open(root, path, true, false, REGULAR, 0, &ino), 0);
    return ino;
}

void write_file(const char *path, const void *data, size_t n)
{
    struct inode *ino = create_file(path);
    EXPECT_EQ(inode_write(ino, data, 0, n), n);
    inode_put(ino);
}

static void pattern(unsigned char *buf, size_t n, uint64 seed)
{
    for (size_t i = 0; i < n; i++)
        buf[i] = (unsigned char)((i + seed) * 0x9e3779b97f4a7c15UL >> 40);
}

void fill_file(const char *path, size_t n, uint64 seed)
{
    unsigned char *buf = malloc(n + 1);
    pattern(buf, n, seed);
    write_file(path, buf, n);
    free(buf);
}

void expect_file(const char *path, size_t n, uint64 seed)
{
    unsigned char *wanted = malloc(n + 1), *got = malloc(n + 1);
    struct inode *ino = open_file(path);
    pattern(wanted, n, seed);
    EXPECT_EQ(inode_read(ino, got, 0, n + 1), n);
    EXPECT(memcmp(got, wanted, n) == 0);
    inode_put(ino);
    free(wanted);
    free(got);
}

int unlink_path(const char *path)
{
    return path_unlink(root, path, UNLINK_ANY);
}

bool exists(const char *path)
{
    struct inode *ino;
    if (path_lookup(root, path, &ino) != 0)
        return false;
    inode_put(ino);
    return true;
}

void sync_volume(void)
{
    EXPECT_EQ(volume_sync(vol), 0);
}

void make_tree(int files, size_t bytes)
{
    char path[64];
    EXPECT_EQ(path_mkdir(root, "/d", 0755), 0);
    for (int i = 0; i < files; i++) {
        snprintf(path, sizeof path, "/d/file%d", i);
        fill_file(path, bytes, (uint64)i);
    }
}

void expect_tree(const char *below, int files, size_t bytes)
{
    char path[96];
    for (int i = 0; i < files; i++) {
        snprintf(path, sizeof path, "%s/d/file%d", below, i);
        expect_file(path, bytes, (uint64)i);
    }
}

void remove_tree(int files)
{
    char path[64];
    for (int i = 0; i < files; i++) {
        snprintf(path, sizeof path, "/d/file%d", i);
        EXPECT_EQ(unlink_path(path), 0);
    }
    EXPECT_EQ(unlink_path("/d"), 0);
}

void remount(void)
{
    unmount_volume();
    mount_volume();
}

void clone_path(const char *to, const char *from)
{
    struct inode *dst = create_file(to), *src = open_file(from);
    EXPECT_EQ(inode_clone(dst, src), 0);
    inode_put(dst);
    inode_put(src);
}

void take_snapshots(int from, int to)
{
    char name[16];
    for (int i = from; i < to; i++) {
        snprintf(name, sizeof name, "s%d", i);
        EXPECT_EQ(snapshot_create(vol, name), 0);
    }
}

uint64 free_blocks(void)
{
    struct volume_info info;
    volume_info(vol, &info);
    return info.free_blocks;
}

uint64 random_next(uint64 *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state * 0x2545f4914f6cdd1dUL;
}
