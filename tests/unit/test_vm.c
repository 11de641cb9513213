// kernel/vm: the fault decision, case by case (the drawing in vm/fault.c), and what mappings and
// rights may become.  vm_cow.c, vm_no_memory.c and vm_copies.c go on.
#include <stdlib.h>
#include <string.h>
#include "vm_space.h"

TEST(no_area_kills)
{
    vm_begin();
    struct aspace *as = space_new(2);
    static const uint64 wild[] = { 0,          8,          BASE - 1,  BASE + 2 * PGSIZE,
                                   0x80000000, 0x87fffff8, TRAPFRAME, TRAMPOLINE,
                                   MAXVA - 1,  MAXVA,      1UL << 39, 1UL << 47,
                                   1UL << 63,  -PGSIZE,    -1UL,      0xffffffc080200000 };
    for (size_t i = 0; i < sizeof(wild) / sizeof(wild[0]); i++) {
        CHECK_EQ(vm_fault(as, wild[i], ACCESS_READ), -EFAULT);
        CHECK_EQ(vm_fault(as, wild[i], ACCESS_WRITE), -EFAULT);
        CHECK_EQ(vm_fault(as, wild[i], ACCESS_EXEC), -EFAULT);
    }
    CHECK_EQ(frames_in_use(FRAME_ROOT), 1);
    aspace_put(as);
    vm_end();
}

// Where the kernel's half begins no entry is a user's, whatever its tables hold.
TEST(addresses_beyond_user_space)
{
    vm_begin();
    struct aspace *as = space_new(1);
    store_byte(as, BASE, 1);
    CHECK(entry(as, BASE) != 0);
    CHECK_EQ(entry(as, MAXVA + BASE), 0);
    CHECK_EQ(entry(as, (1UL << 39) + BASE), 0);
    CHECK_EQ(refs(as, (1UL << 63) + BASE), 0);
    aspace_put(as);
    vm_end();
}

// An array of areas that has grown to a whole page is accounted for like everything else.
TEST(many_areas)
{
    vm_begin();
    struct aspace *as = space_new(1);
    for (uint64 i = 1; i < 40; i++)
        CHECK_EQ(space_map(as, BASE + 2 * i * PGSIZE, 1, PROT_READ, NULL, 0), 0);
    CHECK_EQ(load_byte(as, BASE + 78 * PGSIZE), 0);
    CHECK_EQ(host_audit(), 0);
    aspace_put(as);
    vm_end();
}

TEST(load_of_an_empty_page_shares_the_zero_frame)
{
    vm_begin();
    struct aspace *as = space_new(2);
    CHECK_EQ(load_byte(as, BASE + 5), 0);
    CHECK(pte_frame(entry(as, BASE)) == zero_frame);
    CHECK(entry(as, BASE) & PTE_COW);
    CHECK_EQ(frames_in_use(FRAME_USER), 0);
    CHECK_EQ(store_byte(as, BASE + 5, 9), 0);
    CHECK(pte_frame(entry(as, BASE)) != zero_frame);
    CHECK_EQ(load_byte(as, BASE + 5), 9);
    CHECK_EQ(load_byte(as, BASE + 6), 0);
    aspace_put(as);
    vm_end();
}

TEST(store_to_an_empty_page_makes_one)
{
    vm_begin();
    struct aspace *as = space_new(2);
    CHECK_EQ(store_byte(as, BASE + PGSIZE, 7), 0);
    CHECK_EQ(refs(as, BASE + PGSIZE), 1);
    CHECK_EQ(entry(as, BASE + PGSIZE) & (PTE_W | PTE_A | PTE_D | PTE_X | PTE_COW),
             PTE_W | PTE_A | PTE_D);
    CHECK_EQ(entry(as, BASE), 0);
    CHECK_EQ(load_byte(as, BASE + PGSIZE + 1), 0);
    aspace_put(as);
    vm_end();
}

TEST(second_fault_on_a_good_entry_changes_nothing)
{
    vm_begin();
    struct aspace *as = space_new(1);
    store_byte(as, BASE, 1);
    pte_t before = entry(as, BASE);
    CHECK_EQ(vm_fault(as, BASE, ACCESS_WRITE), 0);
    CHECK_EQ(vm_fault(as, BASE, ACCESS_READ), 0);
    CHECK_EQ(entry(as, BASE), before);
    aspace_put(as);
    vm_end();
}

// Hazards 1 and 2: the page's own rights are kept, and text is never written.
TEST(text_stays_text)
{
    vm_begin();
    struct object *file = backing_new(2);
    struct aspace *as = space_new(0);
    CHECK_EQ(space_map(as, BASE, 2, PROT_READ | PROT_EXEC, file, 2 * PGSIZE), 0);
    CHECK_EQ(load_byte(as, BASE + 100), backing_byte(0, 100));
    CHECK_EQ(entry(as, BASE) & (PTE_R | PTE_W | PTE_X | PTE_COW), PTE_R | PTE_X);
    CHECK_EQ(store_byte(as, BASE, 1), -EFAULT);
    CHECK_EQ(store_byte(as, BASE + PGSIZE, 1), -EFAULT); // not yet loaded
    struct aspace *child = aspace_fork(as);
    CHECK_EQ(store_byte(child, BASE, 1), -EFAULT);
    CHECK_EQ(store_byte(as, BASE, 1), -EFAULT);
    CHECK_EQ(copyout(child, BASE, "x", 1), -EFAULT);
    CHECK_EQ(entry(child, BASE) & (PTE_R | PTE_W | PTE_X | PTE_COW), PTE_R | PTE_X);
    CHECK_EQ(load_byte(child, BASE + 100), backing_byte(0, 100));
    aspace_put(child);
    aspace_put(as);
    backing_drop(file);
    vm_end();
}

TEST(data_is_never_executable)
{
    vm_begin();
    struct aspace *as = space_new(1);
    CHECK_EQ(vm_fault(as, BASE, ACCESS_EXEC), -EFAULT);
    store_byte(as, BASE, 1);
    struct aspace *child = aspace_fork(as);
    CHECK_EQ(vm_fault(child, BASE, ACCESS_EXEC), -EFAULT);
    store_byte(child, BASE, 2);
    CHECK(!(entry(child, BASE) & PTE_X) && !(entry(as, BASE) & PTE_X));
    CHECK_EQ(space_map(as, BASE + PGSIZE, 1, PROT_WRITE | PROT_EXEC, NULL, 0), -EACCES);
    aspace_put(child);
    aspace_put(as);
    vm_end();
}

// Hazard 6: a load of a private file page does not let anybody write to the file's frame.
TEST(private_file_page)
{
    vm_begin();
    struct object *file = backing_new(1);
    struct aspace *as = space_new(0);
    CHECK_EQ(space_map(as, BASE, 1, PROT_READ | PROT_WRITE, file, PGSIZE), 0);
    CHECK_EQ(load_byte(as, BASE + 3), backing_byte(0, 3));
    CHECK_EQ(entry(as, BASE) & (PTE_W | PTE_COW), PTE_COW);
    CHECK_EQ(store_byte(as, BASE + 3, 99), 0);
    CHECK_EQ(load_byte(as, BASE + 3), 99);
    CHECK_EQ(load_byte(as, BASE + 4), backing_byte(0, 4));
    aspace_put(as);
    backing_drop(file); // sees whether the file's page was changed
    vm_end();
}

TEST(file_that_ends_within_a_page)
{
    vm_begin();
    struct object *file = backing_new(2);
    struct aspace *as = space_new(0);
    CHECK_EQ(space_map(as, BASE, 3, PROT_READ | PROT_WRITE, file, PGSIZE + 10), 0);
    CHECK_EQ(load_byte(as, BASE + PGSIZE + 9), backing_byte(1, 9));
    CHECK_EQ(load_byte(as, BASE + PGSIZE + 10), 0);
    CHECK_EQ(load_byte(as, BASE + 2 * PGSIZE), 0);
    CHECK_EQ(store_byte(as, BASE + PGSIZE - 1, 1), 0);
    aspace_put(as);
    backing_drop(file);
    vm_end();
}

// --- rights and shapes ------------------------------------------------------------------------

// Hazard 6: mprotect(+W) gives no W to a page that others have.
TEST(protect_does_not_break_sharing)
{
    vm_begin();
    struct aspace *as = space_new(2);
    store_byte(as, BASE, 1);
    struct aspace *child = aspace_fork(as);
    CHECK_EQ(aspace_protect(child, BASE, PGSIZE, PROT_READ), 0);
    CHECK_EQ(store_byte(child, BASE, 9), -EFAULT);
    CHECK_EQ(copyout(child, BASE, "x", 1), -EFAULT);
    CHECK_EQ(aspace_protect(child, BASE, PGSIZE, PROT_READ | PROT_WRITE), 0);
    CHECK(!(entry(child, BASE) & PTE_W));
    CHECK_EQ(store_byte(child, BASE, 2), 0);
    CHECK_EQ(load_byte(as, BASE), 1);
    CHECK_EQ(aspace_protect(as, BASE, 4 * PGSIZE, PROT_READ), -ENOMEM); // a part is not mapped
    CHECK_EQ(aspace_protect(as, BASE, PGSIZE, PROT_WRITE | PROT_EXEC), -EACCES);
    CHECK_EQ(aspace_protect(as, BASE + 1, PGSIZE, PROT_READ), -EINVAL);
    aspace_put(child);
    aspace_put(as);
    vm_end();
}

// Hazard 14: the heap shrinks over shared pages and grows again: zeros, and the child keeps its
// own.
TEST(heap_shrinks_and_regrows)
{
    vm_begin();
    struct aspace *as = space_new(0);
    aspace_set_heap(as, BASE);
    CHECK_EQ(aspace_brk(as, BASE + 3 * PGSIZE + 100), BASE + 3 * PGSIZE + 100);
    for (uint64 page = 0; page < 4; page++)
        CHECK_EQ(store_byte(as, BASE + page * PGSIZE, 5), 0);
    CHECK_EQ(store_byte(as, BASE + 4 * PGSIZE, 5), -EFAULT);
    struct aspace *child = aspace_fork(as);
    CHECK_EQ(aspace_brk(as, BASE + PGSIZE), BASE + PGSIZE);
    CHECK_EQ(store_byte(as, BASE + PGSIZE, 5), -EFAULT);
    CHECK_EQ(aspace_brk(as, BASE + 4 * PGSIZE), BASE + 4 * PGSIZE);
    CHECK_EQ(load_byte(as, BASE), 5);
    CHECK_EQ(load_byte(as, BASE + PGSIZE), 0);
    CHECK_EQ(load_byte(child, BASE + PGSIZE), 5);
    CHECK_EQ(aspace_brk(as, BASE - 1), BASE + 4 * PGSIZE); // below the heap: nothing happens
    CHECK_EQ(aspace_brk(as, 1UL << 40), BASE + 4 * PGSIZE);
    CHECK_EQ(aspace_brk(as, -PGSIZE), BASE + 4 * PGSIZE);
    CHECK_EQ(space_map(as, BASE + 6 * PGSIZE, 1, PROT_READ, NULL, 0), 0);
    CHECK_EQ(aspace_brk(as, BASE + 7 * PGSIZE), BASE + 4 * PGSIZE); // runs into another area
    CHECK_EQ(aspace_brk(as, BASE), BASE);
    CHECK_EQ(load_byte(as, BASE), -EFAULT);
    aspace_put(child);
    aspace_put(as);
    vm_end();
}

TEST(heap_grows_writable)
{
    vm_begin();
    struct aspace *as = space_new(0);
    aspace_set_heap(as, BASE);
    CHECK_EQ(aspace_brk(as, BASE + PGSIZE), BASE + PGSIZE);
    CHECK_EQ(aspace_protect(as, BASE, PGSIZE, PROT_READ), 0);
    CHECK_EQ(aspace_brk(as, BASE + 2 * PGSIZE), BASE + 2 * PGSIZE);
    CHECK_EQ(store_byte(as, BASE, 1), -EFAULT);
    CHECK_EQ(store_byte(as, BASE + PGSIZE, 1), 0);
    CHECK_EQ(aspace_brk(as, BASE), BASE);
    CHECK_EQ(as->areas.n, 0);
    aspace_put(as);
    vm_end();
}

// However often a program asks, what touches and is alike is one area.
TEST(neighbours_become_one)
{
    enum { PIECES = 300 };
    vm_begin();
    struct aspace *as = space_new(0);
    uint64 at = 0;
    for (int i = 0; i < PIECES; i++) {
        at = (uint64)mmap_zeros(as, 0, PGSIZE, PROT_READ | PROT_WRITE, PLACE_HINT);
        CHECK_EQ(store_byte(as, at, (uchar)i), 0);
    }
    CHECK_EQ(as->areas.n, 1);
    CHECK_EQ(aspace_protect(as, at + PGSIZE, PGSIZE, PROT_READ), 0);
    CHECK_EQ(as->areas.n, 3);
    CHECK_EQ(store_byte(as, at + PGSIZE, 1), -EFAULT);
    CHECK_EQ(aspace_protect(as, at + PGSIZE, PGSIZE, PROT_READ | PROT_WRITE), 0);
    CHECK_EQ(as->areas.n, 1);
    for (int i = 0; i < PIECES; i++)
        CHECK_EQ(load_byte(as, at + (uint64)(PIECES - 1 - i) * PGSIZE), (uchar)i);
    aspace_put(as);
    vm_end();
}

TEST(map_refuses_nonsense)
{
    vm_begin();
    struct aspace *as = space_new(2);
    CHECK_EQ(space_map(as, BASE + PGSIZE, 2, PROT_READ, NULL, 0), -EINVAL); // overlap
    CHECK_EQ(space_map(as, 0, 1, PROT_READ, NULL, 0), -EINVAL);             // page 0
    CHECK_EQ(space_map(as, TRAPFRAME, 1, PROT_READ, NULL, 0), -EINVAL);
    CHECK_EQ(space_map(as, 0x3000000000, 1UL << 28, PROT_READ, NULL, 0), -EINVAL);
    CHECK_EQ(mmap_zeros(as, 0, 0, PROT_READ, PLACE_HINT), -EINVAL);
    CHECK_EQ(mmap_zeros(as, 0, 1UL << 40, PROT_READ, PLACE_HINT), -ENOMEM);
    CHECK_EQ(mmap_zeros(as, 0, -1UL, PROT_READ, PLACE_HINT), -ENOMEM);
    CHECK_EQ(mmap_zeros(as, 123, PGSIZE, PROT_READ, PLACE_FIXED), -EINVAL);
    CHECK_EQ(aspace_munmap(as, 0, -1UL), -EINVAL);
    int64 at = mmap_zeros(as, 0, 3 * PGSIZE, PROT_READ | PROT_WRITE, PLACE_HINT);
    uint64 before = (uint64)at - PGSIZE;
    CHECK_EQ(mmap_zeros(as, before, 2 * PGSIZE, PROT_READ, PLACE_EMPTY), -EEXIST);
    CHECK_EQ(mmap_zeros(as, before, PGSIZE, PROT_NONE, PLACE_EMPTY), before);
    CHECK_EQ(aspace_munmap(as, before, PGSIZE), 0);
    CHECK(at > 0 && at % PGSIZE == 0);
    CHECK_EQ(store_byte(as, (uint64)at + 2 * PGSIZE, 1), 0);
    CHECK_EQ(aspace_munmap(as, (uint64)at, 3 * PGSIZE), 0);
    CHECK_EQ(load_byte(as, (uint64)at), -EFAULT);
    aspace_put(as);
    vm_end();
}

// --- areas against a map of bytes -------------------------------------------------------------

#define SLOTS 64

static void check_areas(const struct areas *as, const uchar *taken)
{
    uint64 end = 0;

    unsigned n = 0;

    for (struct area *a = areas_first(as); a; a = areas_next(as, a), n++) {
        CHECK(a->start < a->end && a->start >= end);
        end = a->end;
        CHECK(a->bytes <= end - a->start);
        CHECK(areas_find(as, a->start) == a &&
              areas_find(as, a->end - 1) == a); // tree and list agree
        CHECK(!a->left || a->left->rank <= a->rank);
        CHECK(!a->right || a->right->rank <= a->rank);
    }
    CHECK_EQ(n, as->n);
    for (uint64 s = 0; s < SLOTS; s++) {
        struct area *a = areas_find(as, (s + 1) * PGSIZE + 5);
        CHECK_EQ(a != NULL, taken[s] != 0);
        CHECK(!a || a->prot == taken[s]);
        // What belongs to a page of the object never moves within it.
        CHECK(!a || !a->object || a->offset - a->start == 100 * PGSIZE);
    }
}

static unsigned with_object(const struct areas *as)
{
    unsigned n = 0;

    for (struct area *a = areas_first(as); a; a = areas_next(as, a))
        n += a->object != NULL;
    return n;
}

// => where the highest n free slots in a row begin, as an address; 0: nowhere
static uint64 highest_room(const uchar *taken, uint64 n)
{
    for (uint64 s = SLOTS, free = 0; s-- > 0;) {
        free = taken[s] ? 0 : free + 1;
        if (free == n)
            return (s + 1) * PGSIZE;
    }
    return 0;
}

TEST(areas_at_random)
{
    vm_begin();
    struct object *file = backing_new(1);
    struct areas as;
    areas_init(&as);
    uchar taken[SLOTS] = { 0 };
    for (int step = 0; step < 20000; step++) {
        uint64 from = test_random_below(SLOTS), n = 1 + test_random_below(8);
        if (from + n > SLOTS)
            continue;
        uint64 start = (from + 1) * PGSIZE, end = start + n * PGSIZE;
        bool free = true;
        for (uint64 s = from; s < from + n; s++)
            free &= !taken[s];
        CHECK_EQ(areas_free(&as, start, end), free);
        CHECK_EQ(areas_reserve(&as, 2), 0);
        uchar kind = (uchar)(1 + test_random_below(3));
        if (free) {
            struct object *object = test_random_below(2) ? file : NULL;
            if (object)
                object_map(object);
            areas_insert(&as, &(struct area){ .start = start,
                                              .end = end,
                                              .prot = kind,
                                              .object = object,
                                              .offset = start + 100 * PGSIZE,
                                              .bytes = object ? end - start : 0 });
            memset(taken + from, kind, n);
        } else if (test_random_below(4) == 0) {
            areas_split(&as, start);
        } else {
            areas_cut(&as, start, end);
            areas_bury(areas_take_gone(&as));
            memset(taken + from, 0, n);
        }
        if (test_random_below(2))
            areas_join(&as, start, end);
        check_areas(&as, taken);
        CHECK_EQ(file->refs, 1 + with_object(&as));
        uint64 room = areas_find_room(&as, n * PGSIZE, PGSIZE, (SLOTS + 1) * PGSIZE);
        CHECK_EQ(room, highest_room(taken, n));
    }
    areas_clear(&as);
    areas_bury(areas_take_gone(&as));
    backing_drop(file);
    vm_end();
}

// What was cut out before anybody looked for room does not say where to look.
TEST(the_highest_room_after_a_cut)
{
    vm_begin();
    struct aspace *as = space_new(0);
    CHECK_EQ(space_map(as, BASE, 2, PROT_READ, NULL, 0), 0);
    CHECK_EQ(aspace_munmap(as, BASE + PGSIZE, PGSIZE), 0);
    CHECK_EQ(aspace_find_room(as, PGSIZE), USER_MAX - PGSIZE);
    aspace_put(as);
    as = space_new(0);
    aspace_set_top(as, USER_MAX / 2);
    CHECK_EQ(space_map(as, USER_MAX / 2 + PGSIZE, 2, PROT_READ, NULL, 0), 0);
    CHECK_EQ(aspace_find_room(as, PGSIZE), USER_MAX / 2 - PGSIZE);
    aspace_put(as);
    vm_end();
}

// --- breath -----------------------------------------------------------------------------------

static unsigned breaths;

static void count_breath(void)
{
    breaths++;
}

TEST(giving_tables_back_breathes_at_each)
{
    vm_begin();
    struct aspace *as = space_new(0);
    CHECK_EQ(space_map(as, BASE, 40 * 512, PROT_READ | PROT_WRITE, NULL, 0), 0);
    for (uint64 i = 0; i < 40; i++)
        CHECK_EQ(store_byte(as, BASE + i * 512 * PGSIZE, 1), 0);
    breaths = 0;
    host_on_breath = count_breath;
    aspace_put(as);
    host_on_breath = NULL;
    CHECK(breaths >= 40);
    vm_end();
}
