// kernel/mem: frames, their counts, the pool, small objects, and the audit itself.
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "check.h"
#include "host.h"
#include "mem/audit.h"
#include "mem/reclaim.h"
#include "mem/share.h"
#include "mem/slab.h"
#include "riscv/hart.h"

#define ALL (HOST_RAM / PGSIZE)

static void *pages[ALL];

// Takes every frame there is.  => how many
static size_t take_all(void)
{
    size_t n = 0;

    while ((pages[n] = kalloc(FRAME_OTHER)) != NULL)
        n++;
    return n;
}

static void give_all(size_t n)
{
    while (n > 0)
        kfree(pages[--n]);
}

TEST(a_page_has_one_reference)
{
    host_begin();
    void *page = kalloc_zeroed(FRAME_OTHER);
    struct frame *f = frame_of_page(page);
    CHECK_EQ((uint64)page % PGSIZE, 0);
    CHECK_EQ(frame_refs(f), 1);
    CHECK(frame_page(f) == page);
    CHECK(frame_of(frame_phys(f)) == f);
    CHECK_EQ(frames_in_use(FRAME_OTHER), 1);
    for (int i = 0; i < PGSIZE; i++)
        CHECK_EQ(((char *)page)[i], 0);
    kfree(page);
    CHECK_EQ(frames_in_use(FRAME_OTHER), 0);
    host_end();
}

// Every frame can be had, none twice, none that is reserved; and the same number again.
TEST(all_of_ram_again_and_again)
{
    host_begin();
    size_t expected = frames_free(), first = take_all();
    CHECK_EQ(first, expected);
    CHECK_EQ(frames_free(), 0);
    for (size_t i = 0; i < first; i++)
        memset(pages[i], (int)i, PGSIZE);
    for (size_t i = 0; i < first; i++)
        CHECK_EQ(((uchar *)pages[i])[PGSIZE - 1], (uchar)i);
    give_all(first);
    for (int round = 0; round < 3; round++) {
        size_t n = take_all();
        CHECK_EQ(n, first);
        give_all(n);
    }
    CHECK_EQ(frames_free(), first);
    host_end();
}

TEST(counts_go_up_and_down)
{
    host_begin();
    void *page = kalloc(FRAME_OTHER);
    struct frame *f = frame_of_page(page);
    size_t before = frames_free();
    frame_get(f);
    frame_put(f);
    CHECK_EQ(frame_refs(f), 1);
    // More than a byte and more than 16 bits can count: hazard 10.
    for (int i = 0; i < 300; i++)
        frame_get(f);
    CHECK_EQ(frame_refs(f), 301);
    frame_get_many(f, 100000);
    CHECK_EQ(frame_refs(f), 100301);
    for (int i = 0; i < 100300; i++)
        frame_put(f);
    CHECK_EQ(frame_refs(f), 1);
    CHECK_EQ(frames_free(), before);
    frame_put(f);
    CHECK_EQ(frames_free(), before + 1);
    host_end();
}

TEST(misuse_is_caught)
{
    host_begin();
    void *page = kalloc(FRAME_OTHER);
    struct frame *f = frame_of_page(page);
    CHECK_PANICS(frame_get_many(f, 0xffffffff));
    // Undo what the wrapped addition did.
    f->refs = 1;
    kfree(page);
    CHECK_PANICS(kfree(page));
    f->refs = 0;
    CHECK_PANICS(frame_get(f));
    f->refs = 0;
    host_end();
}

TEST(injected_failure_comes_once)
{
    host_begin();
    for (long n = 1; n < 5; n++) {
        host_fail_kalloc(n);
        for (long i = 1; i < 8; i++) {
            void *page = kalloc(FRAME_OTHER);
            CHECK((page == NULL) == (i == n));
            if (page)
                kfree(page);
        }
    }
    host_fail_kalloc(1);
    host_fail_kalloc(0);
    void *page = kalloc(FRAME_OTHER);
    CHECK(page != NULL);
    kfree(page);
    host_end();
}

static void *hoard[8];
static int hoarded;

static size_t give_hoard(size_t want)
{
    size_t n = (size_t)hoarded;

    while (hoarded > 0)
        kfree(hoard[--hoarded]);
    return n;
}

static int waited;

static size_t wait_and_give(void)
{
    waited++;
    return give_hoard(1);
}

// Makes the hoard something that is reclaimed; once, whichever test comes first.
static void register_hoard(void)
{
    static bool registered;
    if (registered)
        return;
    reclaim_register(give_hoard);
    reclaim_wait_register(wait_and_give);
    registered = true;
}

TEST(short_memory_is_reclaimed)
{
    host_begin();
    register_hoard();
    for (hoarded = 0; hoarded < 8; hoarded++)
        hoard[hoarded] = kalloc(FRAME_OTHER);
    size_t n = take_all();
    CHECK_EQ(hoarded, 0);
    CHECK_EQ(frames_free(), 0);
    give_all(n);
    CHECK_EQ(frames_free(), n);
    host_end();
}

// Only who may use them gets the frames that are kept, and they are the first to come back.
TEST(a_few_frames_are_kept)
{
    static const size_t left[] = { FRAMES_KEPT, FRAMES_KEPT / 2, 0 };
    host_begin();
    size_t all = 0;
    for (int use = KEPT_NOT; use <= KEPT_ALL; use++) {
        this_hart()->kept_use = use;
        for (void *page; (page = kalloc(FRAME_OTHER)) != NULL;)
            pages[all++] = page;
        CHECK_EQ(frames_free(), left[use]);
        CHECK(frames_kept_used() == (use > KEPT_NOT));
    }
    this_hart()->kept_use = KEPT_NOT;
    for (size_t i = 0; i < FRAMES_KEPT; i++) {
        CHECK(kalloc(FRAME_OTHER) == NULL);
        kfree(pages[--all]);
    }
    CHECK(!frames_kept_used());
    kfree(pages[--all]);
    void *page = kalloc(FRAME_OTHER);
    CHECK(page != NULL);
    kfree(page);
    give_all(all);
    this_hart()->kept_use = KEPT_ALL;
    host_end();
}

// What users are granted does not depend on what the kernel keeps, as long as that fits its share.
TEST(shares_of_memory)
{
    host_begin();
    size_t mine = share_of_users() - share_charged(), n = 0;
    CHECK(share_has(mine, 0));
    CHECK(!share_has(mine, 1));
    for (; n < 200; n++) // the kernel's: nothing changes
        pages[n] = kalloc(FRAME_CACHE);
    CHECK(share_has(mine, 0));
    CHECK(!share_has(mine + 1, 0));
    share_promise(10);
    CHECK(!share_has(mine, 0));
    void *image = kalloc(FRAME_IMAGE), *root = kalloc(FRAME_ROOT); // promised; not charged
    CHECK(share_has(mine - 10, 0));
    share_promise(-10);
    static const enum frame_kind charged[] = { FRAME_USER, FRAME_TABLE, FRAME_STACK, FRAME_OTHER };
    for (int i = 0; i < 4; i++) {
        pages[n++] = kalloc(charged[i]);
        CHECK(!share_has(mine - (size_t)i, 0));
        CHECK(share_has(mine - (size_t)i - 1, 0));
    }
    kfree(image);
    kfree(root);
    give_all(n);
    CHECK(share_has(mine, 0));
    host_end();
}

// Nobody is asked to wait while there are frames, and then it is said whether it was of use.
TEST(reclaimers_that_wait)
{
    host_begin();
    register_hoard();
    hoard[hoarded++] = kalloc(FRAME_OTHER);
    waited = 0;
    CHECK(!reclaim_wait());
    CHECK_EQ(waited, 0);
    size_t n = take_all(); // the hoard goes first
    CHECK_EQ(hoarded, 0);
    CHECK(!reclaim_wait());
    CHECK_EQ(waited, 1);
    hoard[hoarded++] = pages[--n];
    CHECK(reclaim_wait());
    CHECK_EQ(waited, 2);
    give_all(n);
    host_end();
}

// Caches of objects keep no page when memory is short.
TEST(spare_slabs_are_given_up)
{
    host_begin();
    for (size_t size = 16; size <= KMALLOC_OBJ; size *= 2)
        kmfree(kmalloc(size));
    CHECK(frames_in_use(FRAME_SLAB) > 0);
    give_all(take_all());
    CHECK_EQ(frames_in_use(FRAME_SLAB), 0);
    host_end();
}

// Harts take and give pages, some of which others free: nothing is lost or had twice.
static void *swap[HOST_HARTS * 16];

static void trade(int hart)
{
    uint64 state = (uint64)hart * 77 + 1;

    for (int i = 0; i < 40000; i++) {
        state = state * 6364136223846793005UL + 1442695040888963407UL;
        void **slot = &swap[(state >> 33) % (HOST_HARTS * 16)];
        void *page = kalloc(FRAME_OTHER);
        CHECK(page != NULL);
        *(uint64 *)page = state;
        CHECK_EQ(*(volatile uint64 *)page, state);
        void *old = __atomic_exchange_n(slot, page, __ATOMIC_ACQ_REL);
        if (old)
            kfree(old);
    }
}

TEST(harts_trade_pages)
{
    host_begin();
    host_run_harts(HOST_HARTS, trade);
    for (int i = 0; i < HOST_HARTS * 16; i++)
        if (swap[i])
            kfree(swap[i]);
    memset(swap, 0, sizeof(swap));
    CHECK_EQ(frames_in_use(FRAME_OTHER), 0);
    host_end();
}

// Harts count one frame up and down at the same time: not one step is lost.  On a busy host they
// take turns, which proves nothing.  So they go on until they have seen often enough that others
// went on while one made a few steps itself, or until the host has had a long time for that.
#define FEW_STEPS   64
#define MEETINGS    20000
#define MEET_TIME_S 20

static struct frame *shared;
static uint64 progress[HOST_HARTS]; // atomic: steps in units of FEW_STEPS
static uint64 met;                  // atomic

static uint64 progress_of_others(int hart)
{
    uint64 sum = 0;
    for (int i = 0; i < HOST_HARTS; i++)
        if (i != hart)
            sum += __atomic_load_n(&progress[i], __ATOMIC_RELAXED);
    return sum;
}

static void count_shared(int hart)
{
    time_t end = time(NULL) + MEET_TIME_S;
    while (__atomic_load_n(&met, __ATOMIC_RELAXED) < MEETINGS && time(NULL) < end) {
        uint64 before = progress_of_others(hart);
        for (int i = 0; i < FEW_STEPS; i++) {
            frame_get(shared);
            frame_put(shared);
        }
        __atomic_fetch_add(&progress[hart], 1, __ATOMIC_RELAXED);
        if (progress_of_others(hart) != before)
            __atomic_fetch_add(&met, 1, __ATOMIC_RELAXED);
    }
}

TEST(counts_are_atomic)
{
    host_begin();
    shared = frame_of_page(kalloc(FRAME_OTHER));
    met = 0;
    host_run_harts(HOST_HARTS, count_shared);
    CHECK_EQ(frame_refs(shared), 1);
    frame_put(shared);
    host_end();
}

// All holders drop at the same moment: the frame is freed once.
static struct frame *dropped[4000];

static void drop_all(int hart)
{
    for (int i = 0; i < 4000; i++)
        frame_put(dropped[i]);
}

TEST(last_holders_drop_together)
{
    host_begin();
    size_t before = frames_free();
    int n = 0;
    for (void *page; n < 2000 && (page = kalloc(FRAME_OTHER)) != NULL; n++)
        dropped[n] = frame_of_page(page);
    for (int i = 0; i < n; i++)
        frame_get_many(dropped[i], HOST_HARTS - 1);
    for (int i = n; i < 4000; i++) {
        dropped[i] = dropped[i % n];
        frame_get_many(dropped[i], HOST_HARTS);
    }
    host_run_harts(HOST_HARTS, drop_all);
    CHECK_EQ(frames_free(), before);
    host_end();
}

// --- small objects ----------------------------------------------------------------------------

TEST(small_objects_of_every_size)
{
    host_begin();
    for (size_t size = 1; size <= PGSIZE; size += 1 + size / 7) {
        char *a = kmalloc(size), *b = kmalloc_zeroed(size);
        CHECK(a && b && a != b);
        CHECK_EQ((uint64)a % 8, 0);
        for (size_t i = 0; i < size; i++)
            CHECK_EQ(b[i], 0);
        memset(a, 1, size);
        memset(b, 2, size);
        for (size_t i = 0; i < size; i++)
            CHECK(a[i] == 1 && b[i] == 2);
        kmfree(a);
        kmfree(b);
    }
    kmfree(NULL);
    CHECK(kmalloc(PGSIZE + 1) == NULL);
    host_end();
}

#define OBJECTS 3000

TEST(small_objects_at_random)
{
    static uchar *object[OBJECTS];
    static size_t length[OBJECTS];

    host_begin();
    for (int i = 0; i < 60000; i++) {
        int k = (int)test_random_below(OBJECTS);
        if (object[k]) {
            for (size_t b = 0; b < length[k]; b++)
                CHECK_EQ(object[k][b], (uchar)k);
            kmfree(object[k]);
            object[k] = NULL;
            continue;
        }
        length[k] = 1 + test_random_below(test_random_below(10) ? 100 : 2000);
        object[k] = kmalloc(length[k]);
        CHECK(object[k] != NULL);
        memset(object[k], k, length[k]);
    }
    CHECK_EQ(host_audit(), 0);
    for (int k = 0; k < OBJECTS; k++)
        kmfree(object[k]);
    host_end();
}

static struct obj_cache apples = OBJ_CACHE_INIT(apples, "apples", 100);
static struct obj_cache pears = OBJ_CACHE_INIT(pears, "pears", 100);

TEST(objects_go_back_where_they_came_from)
{
    host_begin();
    void *apple = obj_alloc(&apples);
    CHECK_PANICS(obj_free(&pears, apple));
    obj_free(&apples, apple);
    host_end();
}

TEST(object_pages_are_given_back)
{
    static void *object[2000];

    host_begin();
    size_t before = frames_in_use(FRAME_SLAB);
    for (int i = 0; i < 2000; i++)
        CHECK((object[i] = obj_alloc_zeroed(&apples)) != NULL);
    CHECK(frames_in_use(FRAME_SLAB) >= before + 2000 / 41);
    for (int i = 0; i < 2000; i++)
        obj_free(&apples, object[i]);
    CHECK(frames_in_use(FRAME_SLAB) <= before + 2); // the spare, and that of the one that is kept
    give_all(take_all());
    CHECK_EQ(frames_in_use(FRAME_SLAB), 0);
    host_end();
}

// One a hart.  It is the next that the hart gets, nobody else's, and nobody's when memory is short.
TEST(a_hart_keeps_what_it_freed_last)
{
    host_begin();
    void *first = obj_alloc(&apples), *second = obj_alloc(&apples);
    obj_free(&apples, first);
    obj_free(&apples, second);
    host_act_as(1);
    void *others = obj_alloc(&apples);
    CHECK(others == first);
    host_act_as(0);
    void *own = obj_alloc(&apples);
    CHECK(own == second);
    obj_free(&apples, own);
    host_act_as(1);
    obj_free(&apples, others);
    host_act_as(2);
    give_all(take_all());
    CHECK_EQ(frames_in_use(FRAME_SLAB), 0);
    host_act_as(0);
    host_end();
}

// The last object of a full machine may be kept by another hart.
TEST(what_another_hart_keeps_is_had_in_the_end)
{
    static void *object[2000];
    host_begin();
    size_t n = take_all(), m = 0;
    kfree(pages[--n]);
    while ((object[m] = obj_alloc(&apples)) != NULL)
        m++;
    CHECK(m > 1);
    host_act_as(1);
    obj_free(&apples, object[--m]);
    host_act_as(0);
    CHECK((object[m] = obj_alloc(&apples)) != NULL);
    for (size_t i = 0; i <= m; i++)
        obj_free(&apples, object[i]);
    give_all(n);
    host_end();
}

TEST(objects_fail_cleanly_without_memory)
{
    host_begin();
    size_t n = take_all();
    void *apple, *last = NULL;
    while ((apple = obj_alloc(&apples)) != NULL) { // what is left in open slabs
        *(void **)apple = last;
        last = apple;
    }
    give_all(n);
    for (; last; last = apple) {
        apple = *(void **)last;
        obj_free(&apples, last);
    }
    host_end();
}

// --- the audit sees what is wrong -------------------------------------------------------------

TEST(audit_sees_a_lost_frame)
{
    host_begin();
    void *page = kalloc(FRAME_OTHER);
    CHECK(host_audit() > 0);
    host_hold(frame_of_page(page));
    CHECK_EQ(host_audit(), 0);
    host_drop(frame_of_page(page));
    kfree(page);
    host_end();
}

TEST(audit_sees_a_wrong_count)
{
    host_begin();
    struct frame *f = frame_of_page(kalloc(FRAME_OTHER));
    host_hold(f);
    frame_get(f);
    CHECK(host_audit() > 0); // one too many
    host_hold(f);
    CHECK_EQ(host_audit(), 0);
    host_hold(f);
    CHECK(host_audit() > 0); // one too few
    host_drop(f);
    host_drop(f);
    host_drop(f);
    frame_put(f);
    frame_put(f);
    host_end();
}

TEST(audit_sees_a_held_frame_that_is_free)
{
    host_begin();
    struct frame *f = frame_of_page(kalloc(FRAME_OTHER));
    frame_put(f);
    host_hold(f);
    CHECK(host_audit() > 0);
    host_drop(f);
    host_end();
}
