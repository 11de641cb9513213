// kernel/vm: maps of files that change meanwhile, shared and private.
#include "vm_space.h"

#define PAGES 6
#define FIRST (2UL * PGSIZE) // of the file, at BASE

static struct object *file;
static struct aspace *as;

static const struct mapping shared = { .shared = true, .stores = true }, reads = { .shared = true },
                            private = { 0 };

static int64 map(struct aspace *space, uint64 at, uint64 pages, uint64 offset, uint32 prot,
                 const struct mapping *kind)
{
    return aspace_mmap(
        space, at, pages * PGSIZE,
        &(struct area){
            .prot = prot, .object = file, .live = true, .offset = offset, .mapping = *kind },
        PLACE_FIXED);
}

static void begin(const struct mapping *kind, uint32 prot)
{
    vm_begin();
    file = backing_new(PAGES);
    as = space_new(0);
    backing_asked = 0;
    CHECK_EQ(map(as, BASE, PAGES - 2, FIRST, prot, kind), BASE);
}

static void end(void)
{
    CHECK_EQ(host_audit(), 0);
    aspace_put(as);
    backing_drop(file);
    vm_end();
}

static const uint32 RW = PROT_READ | PROT_WRITE;

TEST(first_store_asks)
{
    begin(&shared, RW);
    CHECK_EQ(load_byte(as, BASE + 5), backing_byte(2, 5));
    CHECK_EQ(backing_asked, 0);
    CHECK_EQ(entry(as, BASE) & (PTE_W | PTE_COW | PTE_SHARED), PTE_SHARED);
    CHECK_EQ(store_byte(as, BASE + 5, 99), 0);
    CHECK_EQ(store_byte(as, BASE + 6, 98), 0);
    CHECK_EQ(backing_asked, 1);
    CHECK_EQ(store_byte(as, BASE + PGSIZE, 97), 0); // without a load before
    CHECK_EQ(backing_asked, 2);
    CHECK_EQ(load_byte(as, BASE + 5), 99);
    CHECK_EQ(host_audit(), 0);
    end();
}

TEST(commit_makes_stores_ask_again)
{
    begin(&shared, RW);
    CHECK_EQ(store_byte(as, BASE, 1), 0);
    backing_clean(file);
    CHECK_EQ(load_byte(as, BASE), 1);
    CHECK_EQ(backing_asked, 1);
    CHECK_EQ(store_byte(as, BASE, 2), 0);
    CHECK_EQ(backing_asked, 2);
    uchar byte = 3;
    backing_clean(file);
    CHECK_EQ(copyout(as, BASE, &byte, 1), 0);
    CHECK_EQ(backing_asked, 3);
    CHECK_EQ(aspace_sync(as, BASE, PGSIZE, false), 0);
    CHECK_EQ(store_byte(as, BASE, 4), 0);
    CHECK_EQ(backing_asked, 3);
    CHECK_EQ(aspace_sync(as, BASE, PGSIZE, true), 0);
    CHECK_EQ(store_byte(as, BASE, 5), 0);
    CHECK_EQ(backing_asked, 4);
    CHECK_EQ(aspace_sync(as, BASE, 100 * PGSIZE, true), -ENOMEM);
    CHECK_EQ(aspace_sync(as, BASE + 1, PGSIZE, true), -EINVAL);
    unsigned fences = host_flushes;
    backing_clean(file);
    CHECK_EQ(host_flushes, fences); // there was no right to take away
    end();
}

// What is mapped before and behind a hole is written all the same.
TEST(sync_passes_over_holes)
{
    begin(&shared, RW);
    CHECK_EQ(map(as, BASE + 8 * PGSIZE, 1, 0, RW, &private), BASE + 8 * PGSIZE);
    for (uint64 hole = 0; hole < 4; hole += 3) {
        uint64 other = BASE + (3 - hole) * PGSIZE;
        CHECK_EQ(aspace_munmap(as, BASE + hole * PGSIZE, PGSIZE), 0);
        CHECK_EQ(store_byte(as, other, 1), 0);
        backing_asked = 0;
        CHECK_EQ(aspace_sync(as, BASE, 4 * PGSIZE, true), -ENOMEM);
        CHECK_EQ(store_byte(as, other, 2), 0);
        CHECK_EQ(backing_asked, 1);
        CHECK_EQ(map(as, BASE + hole * PGSIZE, 1, FIRST + hole * PGSIZE, RW, &shared),
                 (int64)(BASE + hole * PGSIZE));
    }
    CHECK_EQ(aspace_sync(as, BASE + 5 * PGSIZE, 4 * PGSIZE, true), -ENOMEM); // nothing to write
    CHECK_EQ(aspace_sync(as, BASE + 8 * PGSIZE, PGSIZE, true), 0);
    CHECK_EQ(store_byte(as, BASE, 3), 0);
    CHECK_EQ(store_byte(as, BASE, 4), 0);
    backing_asked = 0;
    CHECK_EQ(aspace_sync(as, BASE - PGSIZE, PGSIZE, true), -ENOMEM); // the area behind the range
    CHECK_EQ(store_byte(as, BASE, 5), 0);
    CHECK_EQ(backing_asked, 0);
    end();
}

TEST(two_spaces_see_one_page)
{
    begin(&shared, RW);
    struct aspace *other = space_new(0);
    CHECK_EQ(map(other, 0x40000000, PAGES, 0, RW, &shared), 0x40000000);
    CHECK_EQ(store_byte(as, BASE, 11), 0);
    CHECK_EQ(load_byte(other, 0x40000000 + FIRST), 11);
    CHECK_EQ(store_byte(other, 0x40000000 + FIRST, 12), 0);
    CHECK_EQ(load_byte(as, BASE), 12);
    backing_clean(file); // in both
    backing_asked = 0;
    CHECK_EQ(store_byte(as, BASE, 13), 0);
    CHECK_EQ(store_byte(other, 0x40000000 + FIRST, 14), 0);
    CHECK_EQ(backing_asked, 1); // the page was dirty for the second
    CHECK_EQ(load_byte(as, BASE), 14);
    CHECK_EQ(host_audit(), 0);
    aspace_put(other);
    end();
}

TEST(child_shares)
{
    begin(&shared, RW);
    CHECK_EQ(store_byte(as, BASE, 21), 0);
    struct aspace *child = aspace_fork(as);
    CHECK_EQ(entry(child, BASE), 0); // it finds it when it looks
    CHECK_EQ(load_byte(child, BASE), 21);
    CHECK_EQ(store_byte(child, BASE, 22), 0);
    CHECK_EQ(load_byte(as, BASE), 22);
    CHECK_EQ(store_byte(as, BASE, 23), 0);
    CHECK_EQ(load_byte(child, BASE), 23);
    CHECK_EQ(backing_asked, 1);
    CHECK_EQ(host_audit(), 0);
    aspace_put(child);
    end();
}

// Whole leaf tables of private memory are shared at fork, with nothing of a file in them.
TEST(no_page_of_a_file_in_a_shared_table)
{
    begin(&shared, RW);
    uint64 heap = 0x40000000, in_between = heap + (3UL << 21) - 4 * PGSIZE;
    CHECK_EQ(space_map(as, heap, (in_between - heap) / PGSIZE, RW, NULL, 0), 0);
    CHECK_EQ(map(as, in_between, 4, 0, RW, &private), (int64)in_between);
    for (uint64 va = heap; va < in_between; va += PGSIZE)
        CHECK_EQ(store_byte(as, va, 1), 0);
    CHECK_EQ(load_byte(as, in_between), backing_byte(0, 0));
    CHECK_EQ(store_byte(as, in_between + PGSIZE, 31), 0);
    struct aspace *child = aspace_fork(as);
    CHECK(tables(child, heap) > 1);
    CHECK_EQ(host_audit(), 0); // looks for it
    CHECK_EQ(load_byte(child, in_between + PGSIZE), 31);
    CHECK_EQ(load_byte(child, in_between), backing_byte(0, 0));
    backing_cut(file, 0);
    CHECK_EQ(vm_fault(child, in_between + PGSIZE, ACCESS_READ), -ENXIO);
    CHECK_EQ(host_audit(), 0);
    aspace_put(child);
    end();
}

// What a shared map has in the parent's tables is nothing that the child needs a table for.
TEST(fork_makes_no_empty_table)
{
    begin(&shared, RW);
    uint64 far = 0x40000000, beyond = 0x80000000 - (1UL << 21);
    CHECK_EQ(map(as, far, 2, 0, RW, &shared), (int64)far);
    CHECK_EQ(space_map(as, far + 2 * PGSIZE, 2, RW, NULL, 0), 0);
    CHECK_EQ(map(as, far + 4 * PGSIZE, 1, 0, RW, &private), (int64)(far + 4 * PGSIZE));
    CHECK_EQ(space_map(as, beyond, 512, RW, NULL, 0), 0);
    CHECK_EQ(store_byte(as, far, 1), 0);
    struct aspace *child = aspace_fork(as);
    CHECK_EQ(host_audit(), 0);
    CHECK_EQ(pte_total(child->root), 0);
    CHECK_EQ(store_byte(child, far + 2 * PGSIZE, 1), 0);
    CHECK_EQ(store_byte(child, beyond, 1), 0);
    CHECK_EQ(host_audit(), 0);
    aspace_put(child);
    end();
}

TEST(behind_the_end_there_is_nothing)
{
    begin(&shared, RW);
    CHECK_EQ(store_byte(as, BASE + 3 * PGSIZE, 41), 0);
    CHECK_EQ(load_byte(as, BASE + PGSIZE), backing_byte(3, 0));
    backing_cut(file, 4);
    CHECK_EQ(vm_fault(as, BASE + 3 * PGSIZE, ACCESS_READ), -ENXIO);
    CHECK_EQ(vm_fault(as, BASE + 2 * PGSIZE, ACCESS_WRITE), -ENXIO);
    uchar byte;
    CHECK_EQ(copyin(as, &byte, BASE + 2 * PGSIZE, 1), -EFAULT);
    CHECK_EQ(load_byte(as, BASE + PGSIZE), backing_byte(3, 0));
    backing_cut(file, PAGES);
    CHECK_EQ(load_byte(as, BASE + 3 * PGSIZE), 41);
    end();
}

TEST(private_pages_are_ones_own)
{
    begin(&private, RW);
    CHECK_EQ(load_byte(as, BASE), backing_byte(2, 0));
    CHECK_EQ(entry(as, BASE) & (PTE_W | PTE_COW | PTE_SHARED), PTE_COW);
    CHECK_EQ(store_byte(as, BASE, 51), 0);
    CHECK_EQ(backing_asked, 0);
    struct aspace *child = aspace_fork(as);
    CHECK_EQ(load_byte(child, BASE), 51);
    CHECK_EQ(store_byte(child, BASE, 52), 0);
    CHECK_EQ(load_byte(as, BASE), 51);
    aspace_put(child);
    CHECK_EQ(aspace_discard(as, BASE, PGSIZE), 0);
    CHECK_EQ(load_byte(as, BASE), backing_byte(2, 0)); // the file's again
    end();
}

// mprotect gives no right that the descriptor had not, and W only through the object.
TEST(rights_of_shared_maps)
{
    begin(&shared, PROT_READ);
    CHECK_EQ(map(as, BASE + 8 * PGSIZE, 1, 0, PROT_READ, &reads), BASE + 8 * PGSIZE);
    CHECK_EQ(aspace_protect(as, BASE + 8 * PGSIZE, PGSIZE, RW), -EACCES);
    CHECK_EQ(load_byte(as, BASE), backing_byte(2, 0));
    CHECK_EQ(vm_fault(as, BASE, ACCESS_WRITE), -EFAULT);
    CHECK_EQ(aspace_protect(as, BASE, PGSIZE, RW), 0);
    CHECK_EQ(entry(as, BASE) & (PTE_W | PTE_COW | PTE_SHARED), PTE_SHARED);
    CHECK_EQ(store_byte(as, BASE, 61), 0);
    CHECK_EQ(backing_asked, 1);
    CHECK_EQ(aspace_protect(as, BASE, PGSIZE, PROT_NONE), 0);
    CHECK_EQ(vm_fault(as, BASE, ACCESS_READ), -EFAULT);
    CHECK_EQ(aspace_protect(as, BASE, PGSIZE, RW), 0);
    CHECK_EQ(load_byte(as, BASE), 61);
    CHECK_EQ(store_byte(as, BASE, 62), 0);
    CHECK_EQ(host_audit(), 0);
    end();
}

static unsigned areas_of(struct aspace *space)
{
    unsigned n = 0;
    for (struct area *a = areas_first(&space->areas); a; a = areas_next(&space->areas, a))
        n++;
    return n;
}

TEST(split_and_joined)
{
    begin(&shared, RW);
    CHECK_EQ(aspace_protect(as, BASE + PGSIZE, PGSIZE, PROT_READ), 0);
    CHECK_EQ(areas_of(as), 3);
    CHECK_EQ(file->nstores, 3);
    CHECK_EQ(aspace_protect(as, BASE + PGSIZE, PGSIZE, RW), 0);
    CHECK_EQ(areas_of(as), 1);
    CHECK_EQ(file->nstores, 1);
    CHECK_EQ(file->refs, 2);
    CHECK_EQ(aspace_munmap(as, BASE + PGSIZE, PGSIZE), 0);
    CHECK_EQ(areas_of(as), 2);
    CHECK_EQ(load_byte(as, BASE + 2 * PGSIZE), backing_byte(4, 0)); // where it was
    CHECK_EQ(map(as, BASE + PGSIZE, 1, 0, RW, &shared), BASE + PGSIZE);
    CHECK_EQ(areas_of(as), 3); // another place of the file
    CHECK_EQ(map(as, BASE + PGSIZE, 1, FIRST + PGSIZE, RW, &shared), BASE + PGSIZE);
    CHECK_EQ(areas_of(as), 1);
    CHECK_EQ(load_byte(as, BASE + 3 * PGSIZE), backing_byte(5, 0));
    end();
}

// Whoever shows a page that the cache has gone on from loses it; others keep theirs.
TEST(forgotten_pages)
{
    begin(&shared, RW);
    struct frame *f = NULL;
    CHECK_EQ(map(as, BASE + 8 * PGSIZE, PAGES, 0, RW, &private), BASE + 8 * PGSIZE);
    for (uint64 page = 0; page < 3; page++)
        CHECK_EQ(load_byte(as, BASE + page * PGSIZE), backing_byte(2 + page, 0));
    CHECK_EQ(load_byte(as, BASE + 10 * PGSIZE), backing_byte(2, 0));
    CHECK_EQ(store_byte(as, BASE + 11 * PGSIZE, 71), 0); // a page of its own
    f = frame_of(PTE2PA(entry(as, BASE)));
    mappings_forget(file, 2, 3, &f);
    CHECK_EQ(entry(as, BASE), 0);
    CHECK_EQ(entry(as, BASE + 10 * PGSIZE), 0);
    CHECK(entry(as, BASE + PGSIZE) != 0);
    f = frame_of(PTE2PA(entry(as, BASE + PGSIZE)));
    mappings_forget(file, 3, 4, &f);
    CHECK_EQ(entry(as, BASE + PGSIZE), 0);
    CHECK_EQ(load_byte(as, BASE + 11 * PGSIZE), 71);
    mappings_forget(file, 4, ~0UL, NULL);
    CHECK_EQ(entry(as, BASE + 2 * PGSIZE), 0);
    CHECK_EQ(load_byte(as, BASE), backing_byte(2, 0));
    end();
}

// Of the area's pages exactly those go that are said, and with `only` of these the ones that show what
// is listed for them; the neighbours' stay.
TEST(exactly_these_are_forgotten)
{
    begin(&shared, RW);
    CHECK_EQ(space_map(as, BASE - PGSIZE, 1, RW, NULL, 0), 0);
    CHECK_EQ(space_map(as, BASE + 4 * PGSIZE, 4, RW, NULL, 0), 0);
    CHECK_EQ(store_byte(as, BASE - PGSIZE, 81), 0);
    for (uint64 i = 4; i < 8; i++)
        CHECK_EQ(store_byte(as, BASE + i * PGSIZE, 82), 0);
    for (uint64 first = 0; first < 8; first++)
        for (uint64 behind = first; behind < 9; behind++)
            for (uint64 one = 0; one < 5; one++) { // the last: whichever it is
                for (uint64 i = 0; i < 4; i++)
                    CHECK_EQ(load_byte(as, BASE + i * PGSIZE), backing_byte(2 + i, 0));
                // Listed for every page: all of them for their own, or none but this one for its.
                struct frame *only[9] = { NULL };
                for (uint64 i = 0; i < 4; i++)
                    if (2 + i >= first && (one == 0 || one == i))
                        only[2 + i - first] = frame_of(PTE2PA(entry(as, BASE + i * PGSIZE)));
                mappings_forget(file, first, behind, one == 4 ? NULL : only);
                for (uint64 i = 0; i < 4; i++) {
                    bool listed = one == 4 || one == 0 || one == i;
                    bool goes = first <= 2 + i && 2 + i < behind && listed;
                    CHECK_EQ(entry(as, BASE + i * PGSIZE) == 0, goes);
                }
            }
    CHECK_EQ(load_byte(as, BASE - PGSIZE), 81);
    for (uint64 i = 4; i < 8; i++)
        CHECK_EQ(load_byte(as, BASE + i * PGSIZE), 82);
    end();
}

// What is executed is what the instruction cache must not remember otherwise.
TEST(shared_programs_are_fetched_anew)
{
    begin(&reads, PROT_READ);
    host_icache_flushed = 0;
    CHECK_EQ(load_byte(as, BASE), backing_byte(2, 0));
    CHECK_EQ(host_icache_flushed, 0);
    CHECK_EQ(map(as, BASE + 8 * PGSIZE, PAGES, 0, PROT_READ | PROT_EXEC, &reads),
             BASE + 8 * PGSIZE);
    CHECK_EQ(vm_fault(as, BASE + 8 * PGSIZE, ACCESS_EXEC), 0);
    CHECK(host_icache_flushed != 0);
    CHECK(entry(as, BASE + 8 * PGSIZE) & PTE_X);
    CHECK(!(entry(as, BASE) & PTE_X));
    end();
}
