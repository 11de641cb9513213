// Page tables that fork shares: parked on both sides, sealed for loads, copied for stores, and
// taken back by the last one.  (Hazards 3, 15, 16, 19.)

#include "user/tests/cowtest/cowtest.h"

#define TABLE  (512 * PGSIZE) // what a leaf table covers
#define TABLES 3
#define PAGES  (TABLES * 512L)
#define STRIDE 32 // pages from one that is used to the next

// A map that fills whole tables, with a long on every STRIDE-th page.
static char *large_map(long first)
{
    char *at = mmap(0, TABLES * TABLE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(at != (char *)-1, "mmap of %ld pages failed", PAGES);
    EXPECT((uint64)at % TABLE, 0, "the place of a large map within a table");
    for (long i = 0; i < PAGES; i += STRIDE)
        *(long *)(at + i * PGSIZE) = first + i;
    return at;
}

static void check_map(const char *at, long first)
{
    for (long i = 0; i < PAGES; i += STRIDE)
        EXPECT(*(const volatile long *)(at + i * PGSIZE), first + i, "what page %ld holds", i);
}

// A fork takes no frame and no table for what lies under whole tables, and no count of a page.
void tables_shared(void)
{
    int fd[2];
    char *at = large_map(1);
    must_pipe(fd);
    struct kine_meminfo before = meminfo();
    int child = start(wait_until_closed, fd);
    struct kine_meminfo forked = meminfo();
    CHECK(forked.tables - before.tables <= 4, "a fork took %ld tables",
          (long)(forked.tables - before.tables));
    EXPECT(pte_of(at).tables, 2, "processes that have the table");
    EXPECT(pte_of(at).refs, 1, "references to a page of a shared table");
    CHECK(!(pte_of(at).pte & PTE_W), "a page of a shared table may be stored to");
    *(long *)at = 7;
    EXPECT(pte_of(at).tables, 1, "processes that have the table after a store");
    EXPECT(pte_of(at + TABLE).tables, 2, "processes that have the table beside it");
    EXPECT(pte_of(at + STRIDE * PGSIZE).refs, 2, "references to a page beside it");
    close(fd[1]);
    EXPECT(finish(child).status, 0, "the child's exit");
    struct kine_meminfo gone = meminfo();
    *(long *)(at + TABLE) += 0;
    CHECK(meminfo().tables <= gone.tables, "the last one copied its table");
    EXPECT(pte_of(at + TABLE).tables, 1, "processes that have the table at the end");
}

static void load_all(void *at)
{
    struct kine_meminfo before = meminfo();
    check_map(at, 5);
    struct kine_meminfo after = meminfo();
    CHECK(after.page_faults - before.page_faults < 20, "loads took %ld faults",
          (long)(after.page_faults - before.page_faults));
    EXPECT(pte_of(at).tables, 2, "processes that have the table after loads");
}

void tables_loaded(void)
{
    char *at = large_map(5);
    must_pass("a child", load_all, at);
    check_map(at, 5);
    for (long i = 0; i < PAGES; i += STRIDE)
        *(long *)(at + i * PGSIZE) += 100;
    check_map(at, 105);
}

struct line {
    char *at;
    int depth;
};

static void descend(void *arg)
{
    struct line *l = arg;
    check_map(l->at, l->depth);
    if (l->depth == 5)
        return;
    for (long i = 0; i < PAGES; i += STRIDE)
        ++*(long *)(l->at + i * PGSIZE);
    struct line next = { l->at, l->depth + 1 };
    must_pass("a descendant", descend, &next);
    must_pass("another", descend, &next);
    check_map(l->at, l->depth + 1);
}

void tables_inherited(void)
{
    struct line l = { large_map(0), 0 };
    must_pass("the first", descend, &l);
    must_pass("the second", descend, &l);
    check_map(l.at, 0);
}

// --- rights and pages are changed in part -------------------------------------------------------

static void unmap_part(void *arg)
{
    char *at = arg, *part = at + TABLE / 2;
    EXPECT(sys(SYS_munmap, part, TABLE), 0, "munmap");
    must_die("a load from it", load_from, part, SIGSEGV);
    EXPECT(*(long *)at, 9, "a page before it");
    must_die("a store at its end", store_to, part + TABLE - PGSIZE, SIGSEGV);
    *(part + TABLE) = 3;
}

static void discard_part(void *arg)
{
    char *at = arg;
    EXPECT(sys(SYS_madvise, at + PGSIZE, TABLE + PGSIZE, MADV_DONTNEED), 0, "madvise");
    EXPECT(*(long *)(at + STRIDE * PGSIZE), 0, "a page that was given back");
    EXPECT(*(long *)at, 9, "a page before it");
}

static void protect_part(void *arg)
{
    char *at = arg;
    EXPECT(sys(SYS_mprotect, at + PGSIZE, TABLE, PROT_READ), 0, "mprotect");
    must_die("a store there", store_to, at + STRIDE * PGSIZE, SIGSEGV);
    *(long *)at = 1;
    EXPECT(sys(SYS_mprotect, at + PGSIZE, TABLE, PROT_READ | PROT_WRITE), 0, "mprotect");
    for (long i = 0; i < PAGES; i += STRIDE)
        *(long *)(at + i * PGSIZE) = 1;
}

void tables_changed(void)
{
    char *at = large_map(9);
    must_pass("unmapping", unmap_part, at);
    check_map(at, 9);
    must_pass("discarding", discard_part, at);
    check_map(at, 9);
    must_pass("protecting", protect_part, at);
    check_map(at, 9);
    EXPECT(sys(SYS_munmap, at + PGSIZE, PGSIZE), 0, "munmap");
}

// The kernel's own stores and loads take the same way.
static void read_into(void *arg)
{
    char *at = arg;
    int fd[2];
    must_pipe(fd);
    EXPECT(write(fd[1], at, 8), 8, "write from a shared table");
    EXPECT(read(fd[0], at + 8, 8), 8, "read into a shared table");
    EXPECT(*(long *)(at + 8), 11, "what was read");
}

void tables_copied_to(void)
{
    char *at = large_map(11);
    must_pass("a child", read_into, at);
    EXPECT(*(long *)(at + 8), 0, "what the parent has there");
}

// --- all at the same moment ----------------------------------------------------------------------

#define RACERS 4

struct race {
    char *at;
    uint64 when;
    long mine;
};

static void store_all(void *arg)
{
    struct race *r = arg;
    spin_until(r->when);
    for (long i = 0; i < PAGES; i += STRIDE) {
        EXPECT(*(long *)(r->at + i * PGSIZE), 20 + i, "page %ld of racer %ld", i, r->mine);
        *(long *)(r->at + i * PGSIZE) = r->mine + i;
    }
    check_map(r->at, r->mine);
}

void tables_raced_for(void)
{
    char *at = large_map(20);
    for (int round = 0; round < 8; round++) {
        struct race r = { at, now_ns() + 20000000, 0 };
        int child[RACERS];
        for (int i = 0; i < RACERS; i++) {
            r.mine = 1000 * (i + 1);
            child[i] = start(store_all, &r);
        }
        r.mine = 20; // the parent stores what is there already
        store_all(&r);
        for (int i = 0; i < RACERS; i++)
            EXPECT(finish(child[i]).status, 0, "exit of racer %d", i);
        check_map(at, 20);
    }
}

// One process of a memory stores without end while another forks: each child's picture is of one
// moment, and stays so.
struct writer {
    volatile long *first, *second; // in two tables; the first is stored to first
    volatile int stop;
};

static void count_up(void *arg)
{
    struct writer *w = arg;
    for (long n = 1; !w->stop; n++) {
        *w->first = n;
        *w->second = n;
    }
}

static void see_one_moment(void *arg)
{
    struct writer *w = arg;
    long second = *w->second, first = *w->first;
    CHECK(first == second || first == second + 1, "%ld in one table, %ld in the other", first,
          second);
    spin_until(now_ns() + 1000000);
    EXPECT(*w->first, first, "the first a moment later");
    EXPECT(*w->second, second, "the second a moment later");
}

void tables_torn(void)
{
    static struct writer w;
    char *at = large_map(0);
    w = (struct writer){ .first = (long *)at, .second = (long *)(at + TABLE) };
    *w.second = 0;
    int other = start_sharing(count_up, &w);
    for (int i = 0; i < 40; i++)
        must_pass("a picture", see_one_moment, &w);
    w.stop = 1;
    EXPECT(finish(other).status, 0, "exit of the writer");
}

// Each allocation fails in turn while tables are owned: the call fails, or the process dies;
// nothing else changes.
static void change_short_of_memory(void *arg)
{
    char *at = arg;
    for (long n = 1;; n++) {
        sys(SYS_kine_inject, KINE_FAIL_KALLOC, n);
        long err = sys(SYS_munmap, at + TABLE / 2, TABLE);
        sys(SYS_kine_inject, KINE_FAIL_KALLOC, 0);
        if (err == 0)
            break;
        EXPECT(err, -ENOMEM, "munmap");
        check_map(at, 30);
    }
    EXPECT(*(long *)at, 30, "a page before what was unmapped");
}

void tables_fail(void)
{
    char *at = large_map(30);
    must_pass("a child", change_short_of_memory, at);
    check_map(at, 30);
}
