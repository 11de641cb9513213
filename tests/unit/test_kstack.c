// kernel/mem/kstack.c: slots, guards, what a failure leaves behind, and harts that remember.
#include <string.h>
#include "check.h"
#include "host.h"
#include "mem/audit.h"
#include "mem/kmap.h"
#include "mem/kstack_priv.h"
#include "mem/reclaim.h"
#include "param.h"
#include "riscv/hart.h"

#define PAGES   (KSTACK_SIZE / PGSIZE)
#define SLOTS   4096 // the most stacks there can be
#define ENTRIES (SLOTS * 2 * PAGES)
#define MANY    200 // more than are kept mapped when they are free

static pte_t entries[ENTRIES]; // of the kernel's table, from KSTACK_BASE on
static uint64 known = 0;       // entries whose tables are there
static bool no_tables;         // and no more can be made

struct hart harts[NCPU] = { [0].online = true, [2].online = true };
int nharts = 3;
#define ONLINE 5 // harts 0 and 2

pte_t *kmap_entry(uint64 va, int level)
{
    uint64 n = (va - KSTACK_BASE) / PGSIZE;
    CHECK(level == 0 && va >= KSTACK_BASE && n < ENTRIES);
    if (no_tables && n >= known)
        return NULL;
    known = n >= known ? n + 1 : known;
    return &entries[n];
}

static uint64 entry_of(uint64 va)
{
    return entries[(va - KSTACK_BASE) / PGSIZE];
}

// A stack in use: whole pages of its own that the kernel may read and write, above a guard.
static void check_stack(void *stack)
{
    uint64 va = (uint64)stack;
    CHECK(va % KSTACK_SIZE == 0 && (va >> 13 & 1)); // the vector tells an overflow by this bit
    for (uint64 i = 0; i < PAGES; i++) {
        pte_t e = entry_of(va + i * PGSIZE);
        CHECK_EQ(PTE_FLAGS(e), PTE_V | PTE_R | PTE_W | PTE_A | PTE_D | PTE_G);
        struct frame *f = frame_of(PTE2PA(e));
        CHECK_EQ(f->kind, FRAME_STACK);
        CHECK_EQ(frame_refs(f), 1);
        CHECK_EQ(entry_of(va - KSTACK_SIZE + i * PGSIZE), 0);
    }
}

static void *take(void)
{
    void *stack = kstack_alloc();
    CHECK(stack != NULL);
    check_stack(stack);
    return stack;
}

static void begin(void)
{
    static bool ready;
    host_begin();
    if (!ready) {
        kstack_init();
        audit_register("kernel stacks", kstack_audit);
    }
    ready = true;
}

static void end(void)
{
    CHECK(frames_in_use(FRAME_STACK) <= 32 * PAGES); // those that wait for the next threads
    while (reclaim())
        ;
    CHECK_EQ(frames_in_use(FRAME_STACK), 0);
    host_end();
}

TEST(stacks_are_apart)
{
    void *stack[MANY];
    begin();
    for (int i = 0; i < MANY; i++)
        stack[i] = take();
    for (int i = 0; i < MANY; i++)
        for (int k = 0; k < i; k++)
            CHECK(stack[i] != stack[k]);
    CHECK_EQ(frames_in_use(FRAME_STACK), MANY * PAGES);
    for (int i = 0; i < MANY; i++)
        kstack_free(stack[i]);
    end();
}

// What is free and stays mapped is used again; what is not is given back, and its slot too.
TEST(freed_stacks_are_used_again)
{
    void *stack[MANY];
    begin();
    for (int round = 0; round < SLOTS / MANY + 5; round++) {
        for (int i = 0; i < MANY; i++)
            stack[i] = take();
        for (int i = 0; i < MANY; i++)
            kstack_free(stack[(i * 7 + round) % MANY]);
        size_t kept = frames_in_use(FRAME_STACK);
        CHECK(kept > 0 && kept <= 32 * PAGES);
        void *again = take();
        CHECK_EQ(frames_in_use(FRAME_STACK), kept);
        kstack_free(again);
    }
    end();
}

static size_t mapped_entries(void)
{
    size_t n = 0;
    for (size_t i = 0; i < ENTRIES; i++)
        n += entries[i] != 0;
    return n;
}

// A failure at each allocation, more often than there are slots: none is lost, and no page.
TEST(failure_costs_no_slot)
{
    begin();
    void *first[40];
    for (int i = 0; i < 40; i++)
        first[i] = take(); // nothing is left that waits for use
    size_t used = frames_in_use(FRAME_STACK), mapped = mapped_entries();
    for (int i = 0; i < SLOTS + 100; i++) {
        host_fail_kalloc(1 + i % (long)PAGES);
        CHECK(kstack_alloc() == NULL);
        host_fail_kalloc(0);
    }
    CHECK_EQ(frames_in_use(FRAME_STACK), used);
    CHECK_EQ(mapped_entries(), mapped);
    void *stack = take();
    kstack_free(stack);
    for (int i = 0; i < 40; i++)
        kstack_free(first[i]);
    end();
}

// A slot that was never used may want a table of the kernel's, for which there is no memory.
TEST(no_table_is_a_failure_too)
{
    static void *stack[SLOTS];
    int n = 0;
    begin();
    no_tables = true;
    while ((stack[n] = kstack_alloc()) != NULL)
        check_stack(stack[n++]);
    for (int i = 0; i < 10; i++)
        CHECK(kstack_alloc() == NULL);
    no_tables = false;
    stack[n++] = take();
    while (n > 0)
        kstack_free(stack[--n]);
    end();
}

// Every hart forgets what it knew of a slot that is mapped, before anybody has the stack: others
// reach what lies on it.  A stack that was mapped all the time is news to nobody.
TEST(new_stacks_are_fenced)
{
    void *stack[MANY];
    begin();
    for (int round = 0; round < 2; round++) { // slots never used, then slots used before
        for (int i = 0; i < MANY; i++) {
            size_t used = frames_in_use(FRAME_STACK);
            host_flushed = 0;
            stack[i] = take();
            CHECK_EQ(host_flushed, frames_in_use(FRAME_STACK) > used ? ONLINE : 0);
        }
        for (int i = 0; i < MANY; i++)
            kstack_free(stack[i]);
    }
    end();
}

// When memory is short the stacks that wait for use are given up.
TEST(waiting_stacks_are_reclaimed)
{
    static void *page[HOST_RAM / PGSIZE];
    void *stack[32];
    begin();
    for (int i = 0; i < 32; i++)
        stack[i] = take();
    for (int i = 0; i < 32; i++)
        kstack_free(stack[i]);
    CHECK_EQ(frames_in_use(FRAME_STACK), 32 * PAGES);
    size_t n = 0, mapped = mapped_entries();
    while ((page[n] = kalloc(FRAME_OTHER)) != NULL)
        n++;
    CHECK_EQ(frames_free(), 0);
    CHECK_EQ(frames_in_use(FRAME_STACK), 0);
    CHECK_EQ(mapped_entries(), mapped - 32 * PAGES);
    CHECK(kstack_alloc() == NULL);
    while (n > 0)
        kfree(page[--n]);
    for (int i = 0; i < 32; i++)
        stack[i] = take();
    for (int i = 0; i < 32; i++)
        kstack_free(stack[i]);
    end();
}

// Again and again, and then all slots are still there.
TEST(reclaim_costs_no_slot)
{
    void *stack[32];
    begin();
    for (int round = 0; round < SLOTS / 32 + 5; round++) {
        for (int i = 0; i < 32; i++)
            stack[i] = take();
        for (int i = 0; i < 32; i++)
            kstack_free(stack[i]);
        while (reclaim())
            ;
    }
    end();
}

static void make_and_end(int hart)
{
    void *stack[50];
    for (int round = 0; round < 100; round++) {
        for (int i = 0; i < 50; i++)
            stack[i] = kstack_alloc();
        for (int i = 0; i < 50; i++) {
            check_stack(stack[i]);
            kstack_free(stack[i]);
        }
    }
}

TEST(harts_make_stacks_together)
{
    begin();
    host_run_harts(HOST_HARTS, make_and_end);
    end();
}
