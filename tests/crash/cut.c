// Power cuts (tests/crash/cut.h).

#include "tests/crash/cut_priv.h"
#include "tests/crash/state.h"

#define SECTOR      512
#define SECTORS     (FS_BLOCK / SECTOR)
#define GENERATIONS 65536

static uint64 first_seen[GENERATIONS]; // a generation's digest, 0 if it was not seen yet
static const struct workload *work;
static uint64 round_number;

// How much is tried.
static uint64 all_sets_of; // writes between two flushes: every set of them is tried
static uint64 some_sets;   // of more writes
static uint64 some_tears;  // of each kind for each write
static uint64 one_mount;   // of so many is cut itself

enum kind { PREFIX, ORDER, TEAR, KINDS };
static const char *const kind_name[KINDS] = { "a prefix", "an order", "a tear" };
static unsigned long counted[KINDS], cuts; // cuts: of this round

// --- changing the disk, and back --------------------------------------------------------------

struct saved {
    uint64 block;
    unsigned char data[FS_BLOCK];
};
static struct saved *saved;
static size_t nsaved, saved_room;

static void save(struct mem_disk *d, uint64 block, const void *page)
{
    if (page == NULL)
        return;
    saved = grow(saved, nsaved, &saved_room, sizeof *saved);
    saved[nsaved].block = block;
    memcpy(saved[nsaved++].data, disk.data + block * FS_BLOCK, FS_BLOCK);
}

static void take_back(size_t to)
{
    while (nsaved > to) {
        nsaved--;
        memcpy(disk.data + saved[nsaved].block * FS_BLOCK, saved[nsaved].data, FS_BLOCK);
    }
}

// Writes those sectors whose bits are set.
static void apply(const struct entry *e, unsigned sectors)
{
    save(&disk, e->block, e->data);
    for (unsigned i = 0; i < SECTORS; i++)
        if (sectors >> i & 1)
            memcpy(disk.data + e->block * FS_BLOCK + i * SECTOR, e->data + i * SECTOR, SECTOR);
}

#define WHOLE ((1u << SECTORS) - 1)

// --- looking at what a cut left ---------------------------------------------------------------

static void bad(enum kind kind, const struct limits *l, const char *fmt, long a)
{
    char text[200];
    snprintf(text, sizeof text, fmt, a);
    test_fail(
        __FILE__, __LINE__,
        "round %lu, cut %lu (%s; states %lu to %lu, generation %lu): %s; repeat it alone with "
        "DEEP=%lu ROUNDS=%lu CUT=%lu before the command",
        round_number, cuts, kind_name[kind], l->oldest, l->newest, l->generation, text,
        test_number("DEEP", 0), test_number("ROUNDS", 1), cuts);
}

static void mount_and_compare(enum kind kind, const struct limits *l, uint64 generation)
{
    uint64 digest = 0;
    int err = volume_mount(&disk.dev, &vol);
    if (err)
        bad(kind, l, "the mount's result is %ld", err);
    root = volume_root(vol);
    err = state_digest(vol, root, &digest);
    if (err)
        bad(kind, l, "something cannot be read (%ld)", err);
    if (!record_allows(l, digest) && !record_midstep(generation))
        bad(kind, l, "generation %ld is no state that was committed", (long)generation);
    if (first_seen[generation] != 0 && first_seen[generation] != digest)
        bad(kind, l, "generation %ld has two contents", (long)generation);
    first_seen[generation] = digest;
    inode_put(root);
    err = volume_unmount(vol);
    if (err)
        bad(kind, l, "the unmount's result is %ld", err);
}

static void check_now(enum kind kind, const struct limits *l, struct check_result *result)
{
    check_volume(&disk.dev, result);
    if (result->errors > 0)
        bad(kind, l, "%ld errors in the image", (long)result->errors);
}

// What the mount wrote is left there: the caller takes it back.
static void look(enum kind kind, const struct limits *l)
{
    struct check_result result, after;
    size_t before = nsaved;
    check_now(kind, l, &result);
    if (result.generation < l->generation)
        bad(kind, l, "generation %ld is older than what was synced", (long)result.generation);
    EXPECT(result.generation < GENERATIONS);
    mount_and_compare(kind, l, result.generation);
    if (nsaved == before)
        return;
    check_now(kind, l, &after);
    if (after.orphans > 0)
        bad(kind, l, "%ld files without names are left", (long)after.orphans);
}

static void cut(enum kind kind, const struct entry *before)
{
    uint64 only = test_number("CUT", 0);
    size_t mark = nsaved;
    cuts++;
    if (only != 0 && only != cuts)
        return;
    counted[kind]++;
    look(kind, &before->before);
    size_t wrote = nsaved;
    if (wrote == mark || cuts % one_mount != 0) {
        take_back(mark);
        return;
    }
    // The power goes again during the mount: what it had written is less and less of it.
    while (wrote > mark) {
        take_back(--wrote);
        counted[PREFIX]++;
        look(kind, &before->before);
        take_back(wrote);
    }
}

// --- where to cut -----------------------------------------------------------------------------

// Writes from one flush to the next, which ends[0] is.
struct epoch {
    struct entry *writes, *end;
    size_t n;
};

static void cut_prefixes(const struct epoch *ep)
{
    size_t mark = nsaved;
    cut(PREFIX, &ep->writes[0]); // with all that came before; writes[n] is the flush
    for (size_t i = 1; i < ep->n; i++) {
        apply(&ep->writes[i - 1], WHOLE);
        cut(PREFIX, &ep->writes[i]);
    }
    take_back(mark);
}

static void cut_set(const struct epoch *ep, uint64 set)
{
    size_t mark = nsaved;
    if ((set & (set + 1)) == 0)
        return; // a prefix
    for (size_t i = 0; i < ep->n; i++)
        if (set >> i & 1)
            apply(&ep->writes[i], WHOLE);
    cut(ORDER, ep->end);
    take_back(mark);
}

// Applies each write with the probability of odds/8, but not `except`.
static void apply_some(const struct epoch *ep, uint64 odds, size_t except)
{
    for (size_t i = 0; i < ep->n; i++)
        if (i != except && cut_pick(8) < odds)
            apply(&ep->writes[i], WHOLE);
}

static void cut_random_sets(const struct epoch *ep)
{
    size_t mark = nsaved;
    for (size_t i = 0; i < some_sets; i++) {
        if (i % 2 == 0)
            apply_some(ep, 8, cut_pick(ep->n));
        else
            apply_some(ep, 1 + cut_pick(7), ep->n);
        cut(ORDER, ep->end);
        take_back(mark);
    }
}

static void cut_orders(const struct epoch *ep)
{
    if (ep->n > all_sets_of)
        cut_random_sets(ep);
    else
        for (uint64 set = 0; set < 1UL << ep->n; set++)
            cut_set(ep, set);
}

static void tear(const struct epoch *ep, size_t torn)
{
    apply(&ep->writes[torn], 1 + (unsigned)cut_pick(WHOLE - 1));
    cut(TEAR, ep->end);
}

static void cut_tears(const struct epoch *ep)
{
    size_t mark = nsaved;
    size_t often = ep->n > all_sets_of ? some_sets / 2 : ep->n * some_tears;
    for (size_t i = 0; i < often; i++) {
        size_t torn = ep->n > all_sets_of ? cut_pick(ep->n) : i % ep->n;
        for (size_t k = 0; k < torn; k++)
            apply(&ep->writes[k], WHOLE);
        tear(ep, torn);
        take_back(mark);
        apply_some(ep, 8, torn);
        tear(ep, torn);
        take_back(mark);
        apply_some(ep, 4, torn);
        tear(ep, torn);
        take_back(mark);
    }
}

// Goes through the log, with the disk as it was before it.
static void cut_everywhere(void)
{
    const struct recording *r = &recording;
    struct epoch ep = { .writes = r->entries };
    for (size_t i = 0; i < r->nentries; i++) {
        if (r->entries[i].data != NULL)
            continue;
        ep.end = &r->entries[i];
        ep.n = (size_t)(ep.end - ep.writes);
        cut_prefixes(&ep);
        if (ep.n > 0) {
            cut_orders(&ep);
            cut_tears(&ep);
        }
        for (size_t k = 0; k < ep.n; k++)
            apply(&ep.writes[k], WHOLE);
        nsaved = 0;
        ep.writes = ep.end + 1;
    }
}

// --- all of it --------------------------------------------------------------------------------

// Lets the workload run on a fresh volume, and leaves the disk as it was before.
static void record_workload(uint64 seed)
{
    static unsigned char *image; // static: a test that fails does not come to free it
    image = malloc(work->nblocks * FS_BLOCK);
    EXPECT(image != NULL);
    make_volume(work->nblocks, work->classic);
    model_begin(seed, work->classic);
    if (work->prepare != NULL)
        work->prepare();
    EXPECT_EQ(volume_sync(vol), 0);
    memcpy(image, disk.data, work->nblocks * FS_BLOCK);
    record_begin(work, seed);
    for (uint64 i = 0; i < work->steps; i++)
        work->step(i);
    record_end();
    if (work->end != NULL)
        work->end();
    model_end();
    unmount_volume();
    memcpy(disk.data, image, work->nblocks * FS_BLOCK);
    free(image);
}

void cut_workload(const struct workload *w)
{
    uint64 deep = test_number("DEEP", 0), rounds = test_number("ROUNDS", 1);
    work = w;
    all_sets_of = deep ? 7 + deep : 4;
    some_sets = deep ? 60 * deep : 12;
    some_tears = deep ? 4 * deep : 1;
    one_mount = deep ? 4 : 16;
    for (round_number = 0; round_number < rounds; round_number++) {
        cuts = nsaved = 0;
        memset(first_seen, 0, sizeof first_seen);
        record_workload(test_seed(w->seed + round_number) * 2 + 1);
        disk.log = save;
        cut_everywhere();
        mem_disk_free(&disk);
        record_forget();
    }
}

void cut_summary(void)
{
    printf(
        "crash: host: %lu prefixes, %lu orders, %lu tears: none lost a committed byte (seed %lu)\n",
        counted[PREFIX], counted[ORDER], counted[TEAR], test_number("SEED", 1));
}
