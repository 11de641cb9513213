// kernel/vm: pages that lie in swap space (swap_world.h): how they go, how they come back, and what
// becomes of them when areas change, spaces fork and slots are damaged.
#include <string.h>
#include "cache/swap.h"
#include "mem/share.h"
#include "swap_world.h"
#include "task/thread.h"
#include "tlb.h"
#include "vm/pager.h"
#include "vm/table.h"
#include "vm_space.h"

#define PAGES 8

static struct aspace *space;

static void begin(uint64 slots)
{
    vm_begin();
    swap_world_begin(slots);
    space = space_new(PAGES);
}

static void end(void)
{
    CHECK_EQ(host_audit(), 0);
    aspace_put(space);
    CHECK_EQ(swap_free(), swap_total());
    swap_world_begin(0);
    vm_end();
}

static uint64 at(uint64 page)
{
    return BASE + page * PGSIZE;
}

static void store_all(uchar first)
{
    for (uint64 i = 0; i < PAGES; i++)
        CHECK_EQ(store_byte(space, at(i) + i, (uchar)(first + i)), 0);
}

static void expect_all(struct aspace *as, uchar first)
{
    for (uint64 i = 0; i < PAGES; i++)
        CHECK_EQ(load_byte(as, at(i) + i), first + i);
}

static bool is_out(struct aspace *as, uint64 page)
{
    return pte_kind(entry(as, at(page))) == ENTRY_SWAPPED;
}

static unsigned count_out(struct aspace *as)
{
    unsigned n = 0;
    for (uint64 i = 0; i < PAGES; i++)
        n += is_out(as, i);
    return n;
}

TEST(a_pass_takes_out_what_is_not_used)
{
    begin(100);
    store_all(10);
    CHECK_EQ(frames_in_use(FRAME_USER), PAGES);
    CHECK_EQ(pager_pass(), PAGES);
    CHECK_EQ(count_out(space), PAGES);
    CHECK_EQ(frames_in_use(FRAME_USER), 0);
    CHECK_EQ(swap_free(), 100 - PAGES);
    CHECK_EQ(host_audit(), 0);
    expect_all(space, 10);
    CHECK_EQ(swap_world_nreads, PAGES);
    CHECK_EQ(count_out(space), 0);
    CHECK_EQ(swap_free(), 100);
    CHECK_EQ(frames_in_use(FRAME_USER), PAGES);
    end();
}

// What comes back belongs to who has it alone: the first store takes it, without a copy.
TEST(a_store_brings_a_page_back_and_takes_it)
{
    begin(100);
    store_all(10);
    pager_pass();
    uint64 copies = fault_counts.cow_copies;
    CHECK_EQ(store_byte(space, at(0) + 1, 99), 0);
    CHECK_EQ(load_byte(space, at(0)), 10);
    CHECK_EQ(load_byte(space, at(0) + 1), 99);
    CHECK_EQ(fault_counts.cow_copies, copies);
    CHECK(entry(space, at(0)) & PTE_W);
    CHECK_EQ(refs(space, at(0)), 1);
    end();
}

// The hand goes by once to take A, and takes the page if A has not come back until the next time.
static void use_first_page(void)
{
    CHECK_EQ(load_byte(space, at(0)), 10);
}

TEST(a_page_in_use_stays)
{
    begin(100);
    store_all(10);
    host_on_breath = use_first_page; // between two steps
    pager_pass();
    host_on_breath = NULL;
    CHECK_EQ(swap_world_nreads, 0);
    CHECK(!is_out(space, 0));
    CHECK_EQ(count_out(space), PAGES - 1);
    end();
}

// A hart that does not set A by itself faults (Svade), and is not asked again.
TEST(a_fault_sets_a)
{
    begin(0);
    store_all(10);
    CHECK_EQ(pager_pass(), 0); // A is taken from all, and there is no slot
    CHECK(!(entry(space, at(3)) & PTE_A));
    CHECK_EQ(load_byte(space, at(3) + 3), 13);
    CHECK(entry(space, at(3)) & PTE_A);
    CHECK_EQ(store_byte(space, at(4), 1), 0);
    CHECK(entry(space, at(4)) & PTE_A);
    CHECK(!(entry(space, at(5)) & PTE_A));
    end();
}

// A copy by the kernel is a use like any other.
TEST(a_copy_sets_a)
{
    struct user_pin pin;
    uchar byte = 9;
    begin(0);
    store_all(10);
    CHECK_EQ(pager_pass(), 0);
    CHECK_EQ(copyin(space, &byte, at(3), 1), 0);
    CHECK_EQ(copyout(space, at(4), &byte, 1), 0);
    CHECK_EQ(user_pin(space, at(5), 1, &pin), 0);
    user_unpin(&pin);
    for (uint64 i = 0; i < PAGES; i++)
        CHECK_EQ(!(entry(space, at(i)) & PTE_A), i < 3 || i > 5);
    end();
}

// A hart that remembers the page stores to it no more once it is being written.
static void store_by_another(uint64 slot)
{
    uchar byte = 200;
    host_act_as(1);
    CHECK(!tlb_access(space, at(2), ACCESS_WRITE, &byte));
    host_act_as(0);
}

TEST(harts_forget_before_a_page_is_written)
{
    begin(100);
    store_all(10);
    host_act_as(1);
    CHECK_EQ(store_byte(space, at(2), 7), 0);
    host_act_as(0);
    swap_world_writes = store_by_another;
    CHECK_EQ(pager_pass(), PAGES);
    CHECK_EQ(load_byte(space, at(2)), 7);
    end();
}

// A store while the page is on its way: the bytes of before are in the slot, and nobody sees them.
static void store_once(uint64 slot)
{
    swap_world_writes = NULL;
    CHECK_EQ(store_byte(space, at(0), 77), 0);
}

TEST(a_page_is_stored_to_while_it_is_written)
{
    begin(100);
    store_all(10);
    swap_world_writes = store_once;
    pager_pass();
    CHECK_EQ(host_audit(), 0);
    CHECK_EQ(load_byte(space, at(0)), 77);
    end();
}

TEST(a_fork_shares_slots)
{
    begin(100);
    store_all(10);
    pager_pass();
    struct aspace *child = aspace_fork(space);
    CHECK_EQ(refs(space, at(0)), 2);
    CHECK_EQ(host_audit(), 0);
    expect_all(child, 10);
    CHECK_EQ(store_byte(child, at(1) + 1, 99), 0);
    CHECK_EQ(swap_world_nreads, PAGES);
    expect_all(space, 10);
    CHECK_EQ(swap_world_nreads, PAGES); // they were in memory
    CHECK_EQ(load_byte(child, at(1) + 1), 99);
    aspace_put(child);
    end();
}

// Who has the page by the cache, and who by its slot: neither sees the other's stores.
TEST(the_last_to_come_back_does_not_take_it_from_others)
{
    begin(100);
    store_all(10);
    pager_pass();
    struct aspace *child = aspace_fork(space);
    CHECK_EQ(load_byte(child, at(0)), 10);
    CHECK_EQ(store_byte(space, at(0), 50), 0);
    CHECK_EQ(load_byte(child, at(0)), 10);
    CHECK_EQ(store_byte(child, at(0), 60), 0);
    CHECK_EQ(load_byte(space, at(0)), 50);
    aspace_put(child);
    end();
}

TEST(pages_shared_by_a_fork_go_with_one_slot)
{
    begin(100);
    store_all(10);
    struct aspace *child = aspace_fork(space);
    CHECK_EQ(pager_pass(), PAGES);
    CHECK_EQ(count_out(space) + count_out(child), 2 * PAGES);
    CHECK_EQ(swap_free(), 100 - PAGES);
    CHECK_EQ(frames_in_use(FRAME_USER), 0);
    aspace_put(child);
    expect_all(space, 10);
    end();
}

// Tables that spaces share are owned first.
TEST(shared_tables_are_owned)
{
    begin(1000);
    uint64 big = 1UL << 30;
    CHECK_EQ(mmap_zeros(space, big, 2 * LEAF_SPAN, PROT_READ | PROT_WRITE, PLACE_FIXED),
             (int64)big);
    for (uint64 i = 0; i < 100; i++)
        CHECK_EQ(store_byte(space, big + i * PGSIZE, (uchar)i), 0);
    struct aspace *other = aspace_fork(space), *child = aspace_fork(space);
    host_act_as(1);
    for (uint64 i = 0; i < 100; i++) // a hart of the child's remembers them
        CHECK_EQ(load_byte(child, big + i * PGSIZE), (int)i);
    host_act_as(0);
    CHECK_EQ(tables(child, big), 3);
    CHECK(pager_pass() > 0);
    CHECK_EQ(host_audit(), 0);
    aspace_put(other);
    for (uint64 i = 0; i < 100; i++) {
        CHECK_EQ(load_byte(child, big + i * PGSIZE), (int)i);
        CHECK_EQ(store_byte(space, big + i * PGSIZE, (uchar)(i + 1)), 0);
        CHECK_EQ(load_byte(child, big + i * PGSIZE), (int)i);
    }
    aspace_put(child);
    end();
}

// A table that is shared with slots in it: a load owns it.
TEST(a_load_of_a_slot_in_a_shared_table)
{
    begin(1000);
    uint64 big = 1UL << 30;
    CHECK_EQ(mmap_zeros(space, big, LEAF_SPAN, PROT_READ | PROT_WRITE, PLACE_FIXED), (int64)big);
    for (uint64 i = 0; i < 100; i++)
        CHECK_EQ(store_byte(space, big + i * PGSIZE, (uchar)i), 0);
    pager_pass();
    struct aspace *child = aspace_fork(space);
    CHECK_EQ(tables(child, big), 2);
    CHECK_EQ(load_byte(child, big + 5 * PGSIZE), 5);
    CHECK_EQ(tables(child, big), 1);
    CHECK_EQ(host_audit(), 0);
    CHECK_EQ(load_byte(space, big + 5 * PGSIZE), 5);
    aspace_put(child);
    end();
}

TEST(rights_change_while_pages_are_elsewhere)
{
    begin(100);
    store_all(10);
    pager_pass();
    CHECK_EQ(aspace_protect(space, at(0), 2 * PGSIZE, PROT_NONE), 0);
    CHECK_EQ(aspace_protect(space, at(2), PGSIZE, PROT_READ), 0);
    CHECK_EQ(load_byte(space, at(0)), -EFAULT);
    CHECK_EQ(load_byte(space, at(2) + 2), 12);
    CHECK_EQ(store_byte(space, at(2), 1), -EFAULT);
    CHECK_EQ(pager_bring_all(), 0); // what may not be read comes back too
    CHECK_EQ(swap_free(), swap_total());
    CHECK_EQ(pte_kind(entry(space, at(0))), ENTRY_WITHHELD);
    CHECK_EQ(host_audit(), 0);
    CHECK_EQ(aspace_protect(space, at(0), 3 * PGSIZE, PROT_READ | PROT_WRITE), 0);
    expect_all(space, 10);
    end();
}

// A page that nobody may touch is used by nobody.
TEST(withheld_pages_go)
{
    begin(100);
    store_all(10);
    CHECK_EQ(aspace_protect(space, at(0), PAGES * PGSIZE, PROT_NONE), 0);
    CHECK_EQ(pager_pass(), PAGES);
    CHECK_EQ(aspace_protect(space, at(0), PAGES * PGSIZE, PROT_READ | PROT_WRITE), 0);
    expect_all(space, 10);
    end();
}

TEST(slots_go_with_their_pages)
{
    uchar in_memory[PAGES];
    begin(100);
    store_all(10);
    pager_pass();
    CHECK_EQ(aspace_munmap(space, at(0), 2 * PGSIZE), 0);
    CHECK_EQ(swap_free(), 100 - PAGES + 2);
    CHECK_EQ(aspace_discard(space, at(2), PGSIZE), 0);
    CHECK_EQ(load_byte(space, at(2) + 2), 0);
    CHECK_EQ(aspace_resident(space, at(2), PAGES - 2, in_memory), 0);
    CHECK_EQ(in_memory[0], 1);
    CHECK_EQ(in_memory[1], 0);
    int64 to = aspace_remap(space, &(struct remap){ .from = at(3),
                                                    .old_len = 5 * PGSIZE,
                                                    .new_len = 9 * PGSIZE,
                                                    .flags = MREMAP_MAYMOVE });
    CHECK(to > 0);
    for (uint64 i = 3; i < PAGES; i++)
        CHECK_EQ(load_byte(space, (uint64)to + (i - 3) * PGSIZE + i), (int)(10 + i));
    end();
}

// A slot that cannot be read is an error to whoever wants it, each time, and nothing else is lost.
TEST(a_damaged_slot)
{
    uchar byte;
    begin(100);
    store_all(10);
    pager_pass();
    uint64 slot = pte_slot(entry(space, at(1)));
    swap_world_damage(slot, true);
    CHECK_EQ(load_byte(space, at(1)), -EIO);
    CHECK_EQ(store_byte(space, at(1), 1), -EIO);
    CHECK_EQ(copyin(space, &byte, at(1), 1), -EIO);
    CHECK_EQ(pager_bring_all(), -EIO);
    CHECK_EQ(load_byte(space, at(2) + 2), 12);
    swap_world_damage(slot, false);
    expect_all(space, 10);
    end();
}

// While a page is read, its slot stays its own.
static void unmap(uint64 slot)
{
    CHECK_EQ(aspace_munmap(space, at(0), PGSIZE), 0);
}

TEST(unmapped_while_it_is_read)
{
    begin(100);
    store_all(10);
    pager_pass();
    swap_world_reads = unmap;
    CHECK_EQ(load_byte(space, at(0)), -EFAULT);
    CHECK_EQ(swap_free(), 100 - PAGES + 1);
    swap_world_reads = NULL;
    end();
}

static struct aspace *born;

static void fork_meanwhile(uint64 slot)
{
    swap_world_reads = NULL;
    born = aspace_fork(space);
}

TEST(forked_while_it_is_read)
{
    begin(100);
    store_all(10);
    pager_pass();
    swap_world_reads = fork_meanwhile;
    CHECK_EQ(store_byte(space, at(0), 99), 0);
    CHECK_EQ(load_byte(born, at(0)), 10);
    CHECK_EQ(host_audit(), 0);
    aspace_put(born);
    end();
}

// The kernel's copies meet it too; a page that is pinned keeps its bytes.
TEST(copies_and_pins)
{
    uchar byte = 0;
    struct user_pin pin;
    begin(100);
    store_all(10);
    CHECK_EQ(user_pin(space, at(3) + 3, 1, &pin), 0);
    pager_pass();
    CHECK_EQ(*(uchar *)pin.kva, 13);
    CHECK_EQ(store_byte(space, at(3) + 3, 55), 0);
    CHECK_EQ(*(uchar *)pin.kva, 13);
    user_unpin(&pin);
    CHECK_EQ(copyin(space, &byte, at(1) + 1, 1), 0);
    CHECK_EQ(byte, 11);
    CHECK_EQ(copyout(space, at(2), &byte, 1), 0);
    CHECK_EQ(load_byte(space, at(2)), 11);
    CHECK_EQ(load_byte(space, at(2) + 2), 12);
    end();
}

TEST(what_is_elsewhere_counts_as_its_own)
{
    begin(100);
    store_all(10);
    uint64 own = aspace_own(space), pages, shared, size;
    pager_pass();
    CHECK_EQ(aspace_own(space), own);
    aspace_usage(space, &pages, &shared, &size);
    CHECK_EQ(pages, 0);
    CHECK_EQ(size, PAGES * PGSIZE);
    end();
}

TEST(slots_join_what_is_granted)
{
    begin(0);
    uint64 room = share_of_users() - share_charged();
    CHECK(share_has_in_all(room, 0));
    CHECK(!share_has_in_all(room + 1, 0));
    swap_world_begin(100);
    CHECK(share_has_in_all(room + 100, 0));
    CHECK(!share_has_in_all(room + 101, 0));
    CHECK(!share_has(room + 1, 0));
    store_all(1); // a page in memory or in a slot is one page of what is granted
    pager_pass();
    CHECK(share_has_in_all(room + 100 - PAGES - 2, 0)); // two tables
    CHECK(!share_has_in_all(room + 100 - PAGES + 1, 0));
    end();
}

// --- swap space is given up -------------------------------------------------------------------

static uint32 begun; // atomic: pages come back
static int off, room;

static void until_somebody_waits(uint64 slot)
{
    __atomic_store_n(&begun, 1, __ATOMIC_RELEASE);
    while (host_asleep() == 0)
        thread_yield();
}

static void give_up_or_want(int hart)
{
    static struct thread threads[2];
    this_hart()->thread = &threads[hart];
    if (hart == 0) {
        off = pager_swap_off(NULL);
        pager_serve();
    } else {
        while (!__atomic_load_n(&begun, __ATOMIC_ACQUIRE))
            thread_yield();
        room = pager_make_room();
    }
    this_hart()->thread = NULL;
}

// Otherwise somebody would be killed, though nothing but the one who gives it up keeps pages from going.
TEST(who_is_in_want_goes_before_who_gives_swap_space_up)
{
    begin(100);
    store_all(10);
    CHECK_EQ(pager_pass(), PAGES);
    swap_world_reads = until_somebody_waits;
    host_run_harts(2, give_up_or_want);
    swap_world_reads = NULL;
    CHECK_EQ(off, -ENOMEM);
    CHECK_EQ(room, 0);
    CHECK_EQ(swap_world_nreads, 1);
    CHECK_EQ(pager_swap_off(NULL), 0);
    CHECK_EQ(count_out(space), 0);
    expect_all(space, 10);
    end();
}
