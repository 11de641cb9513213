// The workloads whose power is cut (tests/crash/cut.h).  Each step ends with cut_note() or a sync.

#include "errno.h"
#include "tests/crash/mapped.h"
#include "tests/crash/steps.h"

// --- one file ---------------------------------------------------------------------------------

#define PAGES 300 // so that there is a pointer block of the second level

static void prepare_file(void)
{
    fill_file("/data", PAGES * FS_BLOCK / 10, 1);
    fill_file("/other", 3 * FS_BLOCK, 2);
}

static void overwrite(uint64 i)
{
    write_at("/data", cut_pick(size_of("/data")), 1 + cut_pick(FS_BLOCK));
    sometimes_sync(3);
}

static void overwrite_other(void)
{
    write_at(cut_pick(2) ? "/other" : "/data", cut_pick(3 * FS_BLOCK), 1 + cut_pick(FS_BLOCK));
}

static void prepare_logs(void)
{
    for (uint64 i = 0; i < 3; i++)
        inode_put(create_file(numbered("/log", i)));
}

static void append_and_fsync(uint64 i)
{
    const char *log = numbered("/log", cut_pick(3));
    write_at(log, size_of(log), 1 + cut_pick(2000));
    fsync_path(log);
}

static void prepare_sparse(void)
{
    struct inode *ino = create_file("/data");
    EXPECT_EQ(inode_write(ino, "far", (PAGES - 1) * FS_BLOCK, 3), 3);
    inode_put(ino);
    fill_file("/data", 20 * FS_BLOCK, 3);
}

static void cut_and_grow(uint64 i)
{
    if (i % 2 == 0)
        truncate_to("/data", cut_pick(cut_pick(2) ? PAGES * FS_BLOCK : 20 * FS_BLOCK));
    else
        write_at("/data", cut_pick(PAGES) * FS_BLOCK, FS_BLOCK);
    sometimes_sync(3);
}

// --- names ------------------------------------------------------------------------------------

static void prepare_document(void)
{
    fill_file("/doc", 9000, 4);
}

// As an editor saves: the document is there at every moment, old or new.
static void save_document(uint64 i)
{
    make("/new");
    write_at("/new", 0, 3000);
    write_at("/new", FS_BLOCK, 1 + cut_pick(FS_BLOCK));
    fsync_path("/new");
    EXPECT_EQ(path_rename(root, "/new", root, "/doc", 0), 0);
    cut_note();
    sometimes_sync(2);
}

static void move(const char *from, const char *to, uint32 flags)
{
    int err = path_rename(root, from, root, to, flags);
    EXPECT(err == 0 || err == -EISDIR || err == -ENOTDIR || err == -ENOTEMPTY || err == -EINVAL ||
           err == -ENOENT);
    cut_note();
}

static void prepare_moves(void)
{
    for (uint64 i = 0; i < 3; i++) {
        EXPECT_EQ(path_mkdir(root, numbered("/d", i), 0755), 0);
        fill_file(numbered("/d0/file", i), 3000, i);
    }
    EXPECT_EQ(path_mkdir(root, "/d1/e", 0755), 0);
    EXPECT_EQ(path_symlink(root, "file1", "/d1/link"), 0);
}

// Between directories, over what is there, into directories below, and two that change places.
static void move_about(uint64 i)
{
    static const char *const names[] = { "/d0/file0", "/d0/file1", "/d2/file1", "/d1/link", "/d1/e",
                                         "/d2/e",     "/d1/e/f",   "/d0",       "/d2/below" };
    const size_t n = sizeof names / sizeof names[0];
    const char *from = names[cut_pick(n)], *to = names[cut_pick(n)];
    move(from, to, cut_pick(3) ? 0 : PATH_EXCHANGE);
    if (cut_pick(6) == 0) {
        int err = path_mkdir(root, "/d0", 0755);
        EXPECT(err == 0 || err == -EEXIST); // perhaps a link to nothing stands there
    }
    cut_note();
    sometimes_sync(2);
}

static void many_small_files(uint64 i)
{
    for (uint64 n = 0; n < 40; n++) {
        const char *name = numbered("/small", n);
        if (i % 2 == 1) {
            take_away(name);
            continue;
        }
        make(name);
        write_at(name, 0, 1 + cut_pick(3000));
    }
    cut_sync();
}

static void make_small_file(void)
{
    static uint64 made;
    make(numbered("/meanwhile", made++));
}

static void directories(uint64 i)
{
    uint64 which = cut_pick(4);
    const char *dir = numbered("/d", which), *below = numbered("/file", which);
    char inner[64], name[64];
    snprintf(inner, sizeof inner, "%s/in", dir);
    snprintf(name, sizeof name, "%s/in/name", dir);
    if (exists(name)) {
        take_away(name);
        take_away(inner);
    } else if (exists(dir)) {
        take_away(dir);
        take_away(below);
    } else {
        EXPECT_EQ(path_mkdir(root, dir, 0755), 0);
        cut_note();
        EXPECT_EQ(path_mkdir(root, inner, 0755), 0);
        cut_note();
        make(below);
        EXPECT_EQ(path_link(root, below, root, name), 0);
        cut_note();
    }
    sometimes_sync(3);
}

// --- files without names ----------------------------------------------------------------------

#define NAMELESS 4
static struct inode *nameless[NAMELESS];

static void unlink_while_open(uint64 i)
{
    struct inode **slot = &nameless[cut_pick(NAMELESS)];
    if (*slot == NULL) {
        make("/gone");
        write_at("/gone", 0, FS_BLOCK);
        *slot = open_file("/gone");
        take_away("/gone");
    } else if (cut_pick(3) > 0) {
        write_inode(*slot, cut_pick(6 * FS_BLOCK), 1 + cut_pick(FS_BLOCK));
    } else {
        inode_put(*slot);
        *slot = NULL;
        cut_note();
    }
    sometimes_sync(2);
}

static void close_nameless(void)
{
    for (int i = 0; i < NAMELESS; i++)
        if (nameless[i] != NULL)
            inode_put(nameless[i]);
    memset(nameless, 0, sizeof nameless);
}

// --- a full disk ------------------------------------------------------------------------------

static void prepare_full(void)
{
    static unsigned char page[FS_BLOCK];
    for (uint64 i = 0; i < 6; i++)
        fill_file(numbered("/full", i), 2 * FS_BLOCK, i);
    struct inode *ino = create_file("/ballast");
    for (uint64 off = 0; inode_write(ino, page, off, FS_BLOCK) == FS_BLOCK; off += FS_BLOCK)
        page[0]++;
    inode_put(ino);
}

// A file that comes and goes leaves nothing but the place at which the search for free blocks goes
// on.
static void churn(void)
{
    make("/churn");
    for (uint64 page = 0; exists("/churn") && page < 4; page++)
        write_at("/churn", page * FS_BLOCK, FS_BLOCK);
    if (exists("/churn"))
        take_away("/churn");
}

// Blocks are scarce, and the search for them goes round the disk between two commits: those that
// were freed and may not be used yet are come by.
static void work_when_full(uint64 i)
{
    const char *name = numbered("/full", cut_pick(6));
    uint64 what = cut_pick(8);
    if (!exists(name))
        make(name);
    else if (what == 0)
        take_away(name);
    else if (what == 1)
        truncate_to(name, cut_pick(3 * FS_BLOCK));
    else
        write_at(name, cut_pick(3 * FS_BLOCK), FS_BLOCK);
    churn();
    sometimes_sync(12);
}

// --- stores through a map ---------------------------------------------------------------------

// The end is in the last page: what is stored behind it is nobody's.
static void prepare_mapped(void)
{
    fill_file("/data", (MAPPED_PAGES - 1) * FS_BLOCK + 1000, 7);
    fill_file("/other", 3 * FS_BLOCK, 2);
}

// Counters, one in each page, go on in turn: in no picture is a page ahead of the one before it.
static void store_counters(uint64 i)
{
    if (!mapped())
        mapped_begin("/data");
    for (uint64 page = 0; page < MAPPED_PAGES; page++)
        mapped_store(page * FS_BLOCK + 8, &i, sizeof i);
    sometimes_sync(2);
}

static void store_and_write(void)
{
    uint64 number = cut_pick(1000);
    if (!mapped())
        mapped_begin("/data");
    mapped_store(cut_pick(MAPPED_PAGES) * FS_BLOCK + cut_pick(FS_BLOCK - 8), &number, 8);
    if (cut_pick(3) == 0)
        write_at("/data", cut_pick(7 * FS_BLOCK), 1 + cut_pick(FS_BLOCK));
}

static void store_and_fsync(uint64 i)
{
    store_and_write();
    if (cut_pick(3) == 0)
        fsync_path("/data");
}

// Blocks are scarce: a store to a hole may find none.
static void prepare_holes(void)
{
    inode_put(create_file("/data"));
    prepare_full();
}

static void store_to_holes(uint64 i)
{
    if (!mapped())
        mapped_begin("/data");
    if (i % 8 == 0) {
        truncate_to("/data", 100);
        truncate_to("/data", MAPPED_PAGES * FS_BLOCK);
    }
    mapped_store(cut_pick(MAPPED_PAGES) * FS_BLOCK + cut_pick(FS_BLOCK - 8), &i, sizeof i);
    work_when_full(i);
}

// --- commits that come by themselves ----------------------------------------------------------

static void grow_older(uint64 i)
{
    overwrite_other();
    if (cut_pick(3) == 0) {
        host_clock_ahead += 10;
        volume_tick(vol);
    }
}

// --- snapshots and clones ---------------------------------------------------------------------

// Files without names have no life after a rollback.
static int roll_back(const char *name)
{
    close_nameless();
    cut_note();
    int err = snapshot_rollback(vol, name);
    inode_put(root);
    root = volume_root(vol);
    return err;
}

static void snapshots(uint64 i)
{
    const char *name = numbered("snap", cut_pick(3));
    if (cut_pick(2))
        overwrite_other();
    else
        unlink_while_open(i);
    if (cut_pick(3) > 0)
        return;
    int err = snapshot_create(vol, name);
    if (err == -EEXIST)
        err = cut_pick(3) ? snapshot_delete(vol, name) : roll_back(name);
    EXPECT_EQ(err, 0);
    cut_note();
    cut_sync();
    volume_tick(vol);
}

static void clones(uint64 i)
{
    uint64 from = cut_pick(3), to = cut_pick(3);
    const char *a = numbered("/copy", from), *b = numbered("/copy", to);
    if (!exists(a)) {
        make(a);
        for (uint64 page = 0; page < 3; page++)
            write_at(a, page * FS_BLOCK, FS_BLOCK);
    } else if (!exists(b)) {
        make(b);
    } else if (from != to) {
        struct inode *src = open_file(a), *dst = open_file(b);
        EXPECT_EQ(inode_clone(dst, src), 0);
        inode_put(src);
        inode_put(dst);
        cut_note();
    } else {
        write_at(a, cut_pick(3 * FS_BLOCK), FS_BLOCK);
    }
    sometimes_sync(3);
}

// --- anything ---------------------------------------------------------------------------------

static void anything(uint64 i)
{
    model_step();
    cut_note();
    sometimes_sync(7);
}

static void prepare_ballast(void)
{
    model_file_max = 9000;
    fill_file("/ballast", 20 * FS_BLOCK, 5);
}

static void anything_when_full(uint64 i)
{
    model_step();
    cut_note();
    sometimes_sync(100);
}

static void large_files_again(void)
{
    model_file_max = 150000;
}

#define WORKLOAD(name, ...)                                                                        \
    static void test_##name(void)                                                                  \
    {                                                                                              \
        static const struct workload w = { __VA_ARGS__ };                                          \
        cut_workload(&w);                                                                          \
    }

WORKLOAD(overwrite, .seed = 100, .nblocks = 256, .steps = 40, .prepare = prepare_file,
         .step = overwrite)
WORKLOAD(overwrite_meanwhile, .seed = 110, .nblocks = 256, .steps = 40, .prepare = prepare_file,
         .step = overwrite, .meanwhile = overwrite_other)
WORKLOAD(append, .seed = 120, .nblocks = 192, .steps = 20, .prepare = prepare_logs,
         .step = append_and_fsync)
WORKLOAD(truncate, .seed = 130, .nblocks = 256, .steps = 40, .prepare = prepare_sparse,
         .step = cut_and_grow)
WORKLOAD(save, .seed = 140, .nblocks = 192, .steps = 10, .prepare = prepare_document,
         .step = save_document)
WORKLOAD(moves, .seed = 145, .nblocks = 192, .steps = 150, .prepare = prepare_moves,
         .step = move_about)
WORKLOAD(small_files, .seed = 150, .nblocks = 256, .steps = 2, .step = many_small_files,
         .meanwhile = make_small_file)
WORKLOAD(directories, .seed = 160, .nblocks = 192, .steps = 24, .step = directories)
WORKLOAD(unlink_while_open, .seed = 170, .nblocks = 192, .steps = 40, .step = unlink_while_open,
         .end = close_nameless)
WORKLOAD(full_disk, .seed = 180, .nblocks = 128, .steps = 100, .prepare = prepare_full,
         .step = work_when_full)
WORKLOAD(mapped_counters, .seed = 182, .nblocks = 192, .steps = 12, .prepare = prepare_mapped,
         .step = store_counters, .end = mapped_end)
WORKLOAD(mapped, .seed = 184, .nblocks = 192, .steps = 40, .prepare = prepare_mapped,
         .step = store_and_fsync, .meanwhile = store_and_write, .end = mapped_end)
WORKLOAD(mapped_holes, .seed = 186, .nblocks = 128, .steps = 60, .prepare = prepare_holes,
         .step = store_to_holes, .end = mapped_end)
WORKLOAD(by_age, .seed = 190, .nblocks = 192, .steps = 30, .prepare = prepare_file,
         .step = grow_older)
WORKLOAD(snapshots, .seed = 200, .nblocks = 512, .steps = 40, .prepare = prepare_file,
         .step = snapshots, .end = close_nameless)
WORKLOAD(clones, .seed = 210, .nblocks = 256, .steps = 40, .step = clones)
WORKLOAD(anything, .seed = 220, .nblocks = 1024, .steps = 150, .loose = true, .step = anything)
WORKLOAD(anything_classic, .seed = 230, .nblocks = 1024, .steps = 100, .loose = true,
         .classic = true, .step = anything)
WORKLOAD(anything_when_full, .seed = 240, .nblocks = 160, .steps = 1000, .loose = true,
         .prepare = prepare_ballast, .step = anything_when_full, .end = large_files_again)

static const struct test tests[] = {
    { "overwrite", test_overwrite },
    { "overwrite-meanwhile", test_overwrite_meanwhile },
    { "append", test_append },
    { "truncate", test_truncate },
    { "save", test_save },
    { "moves", test_moves },
    { "small-files", test_small_files },
    { "directories", test_directories },
    { "unlink-while-open", test_unlink_while_open },
    { "full-disk", test_full_disk },
    { "mapped-counters", test_mapped_counters },
    { "mapped", test_mapped },
    { "mapped-holes", test_mapped_holes },
    { "by-age", test_by_age },
    { "snapshots", test_snapshots },
    { "clones", test_clones },
    { "anything", test_anything },
    { "anything-classic", test_anything_classic },
    { "anything-when-full", test_anything_when_full },
};

int main(int argc, char **argv)
{
    int status = run_tests(argc, argv, 4096, tests, sizeof tests / sizeof tests[0]);
    bool listed = argc > 1 && strcmp(argv[1], "--list") == 0;
    if (status == 0 && !listed)
        cut_summary();
    return status;
}
