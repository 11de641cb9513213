// kernel/vm: mremap (vm/mremap.c).
#include <pthread.h>
#include "fcntl.h"
#include "vm_space.h"

#define MIB   (1UL << 20)
#define AT    (1UL << 30) // a table of every level begins here
#define TO    (AT + 512 * MIB)
#define PAGES 1100 // three leaf tables, the last one in part

static const uint32 RW = PROT_READ | PROT_WRITE;

static int64 remap(struct aspace *as, uint64 from, uint64 old_pages, uint64 new_pages, uint64 flags,
                   uint64 to)
{
    return aspace_remap(as,
                        &(struct remap){ from, old_pages * PGSIZE, new_pages * PGSIZE, flags, to });
}

static void fill(struct aspace *as, uint64 at, uint64 pages, uchar mark)
{
    CHECK_EQ(mmap_zeros(as, at, pages * PGSIZE, RW, PLACE_FIXED), at);
    for (uint64 page = 0; page < pages; page += 10)
        CHECK_EQ(store_byte(as, at + page * PGSIZE, (uchar)(mark + page / 10)), 0);
}

static void expect(struct aspace *as, uint64 at, uint64 pages, uchar mark)
{
    for (uint64 page = 0; page < pages; page += 10)
        CHECK_EQ(load_byte(as, at + page * PGSIZE), (uchar)(mark + page / 10));
    if (pages > 1)
        CHECK_EQ(load_byte(as, at + PGSIZE), 0);
}

TEST(remap_in_place)
{
    vm_begin();
    struct aspace *as = space_new(1);
    fill(as, AT, PAGES, 1);
    CHECK_EQ(remap(as, AT, PAGES, 500, 0, 0), AT);
    expect(as, AT, 500, 1);
    CHECK_EQ(load_byte(as, AT + 500 * PGSIZE), -EFAULT);
    CHECK_EQ(remap(as, AT, 500, 600, 0, 0), AT);
    CHECK_EQ(remap(as, AT, 600, 700, 0, 0), AT); // it is one area
    expect(as, AT, 500, 1);
    CHECK_EQ(load_byte(as, AT + 699 * PGSIZE), 0);
    CHECK_EQ(mmap_zeros(as, AT + 701 * PGSIZE, PGSIZE, RW, PLACE_FIXED), AT + 701 * PGSIZE);
    CHECK_EQ(remap(as, AT, 700, 702, 0, 0), -ENOMEM);
    CHECK_EQ(remap(as, AT, 700, 701, 0, 0), AT);
    CHECK_EQ(host_audit(), 0);
    aspace_put(as);
    vm_end();
}

static void move_by(uint64 distance)
{
    vm_begin();
    struct aspace *as = space_new(1);
    as->root->active = 5;
    fill(as, AT, PAGES, 1);
    size_t user = frames_in_use(FRAME_USER);
    pte_t was = entry(as, AT);
    host_flushed = 0;
    CHECK_EQ(remap(as, AT, PAGES, PAGES, MREMAP_MAYMOVE | MREMAP_FIXED, AT + distance),
             AT + distance);
    CHECK_EQ(host_flushed & 5, 5);
    CHECK_EQ(host_audit(), 0);
    CHECK_EQ(entry(as, AT + distance), was); // no byte was moved
    CHECK_EQ(frames_in_use(FRAME_USER), user);
    CHECK_EQ(load_byte(as, AT), -EFAULT);
    expect(as, AT + distance, PAGES, 1);
    as->root->active = 0;
    aspace_put(as);
    vm_end();
}

TEST(entries_move_not_bytes)
{
    static const uint64 pages[] = { PAGES, PAGES + 1, 2048, 3 * 512, 262144, 262144 + 512, 300001 };
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++)
        move_by(pages[i] * PGSIZE);
}

TEST(what_lies_at_the_new_place_goes)
{
    static const uint64 places[] = { TO, TO + PGSIZE, TO + 2 * MIB - PGSIZE };
    for (int i = 0; i < 3; i++) {
        vm_begin();
        struct aspace *as = space_new(1);
        uint64 to = places[i];
        fill(as, AT, 600, 1);
        fill(as, to - 30 * PGSIZE, 2000, 100);
        size_t user = frames_in_use(FRAME_USER);
        CHECK_EQ(remap(as, AT, 600, 800, MREMAP_MAYMOVE | MREMAP_FIXED, to), to);
        CHECK_EQ(host_audit(), 0);
        CHECK_EQ(frames_in_use(FRAME_USER), user - 80);
        expect(as, to, 600, 1);
        for (uint64 page = 600; page < 800; page++)
            CHECK_EQ(load_byte(as, to + page * PGSIZE), 0);
        expect(as, to - 30 * PGSIZE, 30, 100);
        expect(as, to + 800 * PGSIZE, 1170, 100 + 83);
        CHECK_EQ(load_byte(as, AT), -EFAULT);
        aspace_put(as);
        vm_end();
    }
}

TEST(shrink_and_move)
{
    vm_begin();
    struct aspace *as = space_new(1);
    fill(as, AT, PAGES, 1);
    CHECK_EQ(remap(as, AT, PAGES, 20, MREMAP_MAYMOVE | MREMAP_FIXED, TO + PGSIZE), TO + PGSIZE);
    expect(as, TO + PGSIZE, 20, 1);
    CHECK_EQ(load_byte(as, TO + 21 * PGSIZE), -EFAULT);
    CHECK_EQ(load_byte(as, AT), -EFAULT);
    CHECK_EQ(load_byte(as, AT + 1000 * PGSIZE), -EFAULT);
    CHECK_EQ(host_audit(), 0);
    aspace_put(as);
    vm_end();
}

// A part of an area moves to another part of it, and to where there is room.
TEST(parts_move)
{
    vm_begin();
    struct aspace *as = space_new(1);
    fill(as, AT, 100, 1);
    uint32 active = as->root->active;
    as->root->active |= 4;
    host_flushed = 0;
    CHECK_EQ(remap(as, AT + 10 * PGSIZE, 10, 10, MREMAP_MAYMOVE | MREMAP_FIXED, AT + 30 * PGSIZE),
             AT + 30 * PGSIZE);
    CHECK_EQ(host_flushed & 4, 4); // though no table is freed
    as->root->active = active;
    CHECK_EQ(load_byte(as, AT + 10 * PGSIZE), -EFAULT);
    CHECK_EQ(load_byte(as, AT + 30 * PGSIZE), 2);
    CHECK_EQ(load_byte(as, AT + 40 * PGSIZE), 5);
    int64 to = remap(as, AT + 40 * PGSIZE, 10, 20, MREMAP_MAYMOVE, 0);
    CHECK(to > 0);
    CHECK_EQ(load_byte(as, (uint64)to), 5);
    CHECK_EQ(store_byte(as, (uint64)to + 19 * PGSIZE, 1), 0);
    CHECK_EQ(load_byte(as, AT + 40 * PGSIZE), -EFAULT);
    CHECK_EQ(host_audit(), 0);
    aspace_put(as);
    vm_end();
}

// Shared tables that lie in the range whole move as they are, and the rest of them is copied.
static void move_shared_tables(uint64 to)
{
    vm_begin();
    struct aspace *parent = space_new(1);
    fill(parent, AT, PAGES, 1);
    struct aspace *child = aspace_fork(parent);
    size_t tables_before = host_tables(), user = frames_in_use(FRAME_USER);
    CHECK_EQ(remap(child, AT, PAGES, PAGES, MREMAP_MAYMOVE | MREMAP_FIXED, to), to);
    CHECK_EQ(host_audit(), 0);
    CHECK_EQ(frames_in_use(FRAME_USER), user);
    if (to % (2 * MIB) == 0) {
        CHECK(host_tables() <= tables_before + 3);
        CHECK_EQ(tables(child, to), 2);
    }
    CHECK_EQ(load_byte(child, AT), -EFAULT);
    expect(child, to, PAGES, 1);
    expect(parent, AT, PAGES, 1);
    CHECK_EQ(store_byte(child, to, 77), 0);
    CHECK_EQ(store_byte(parent, AT + 10 * PGSIZE, 78), 0);
    CHECK_EQ(load_byte(parent, AT), 1);
    CHECK_EQ(load_byte(child, to + 10 * PGSIZE), 2);
    CHECK_EQ(host_audit(), 0);
    aspace_put(parent);
    expect(child, to + 20 * PGSIZE, PAGES - 20, 3);
    aspace_put(child);
    vm_end();
}

TEST(shared_tables_move)
{
    move_shared_tables(TO);
    move_shared_tables(TO + PGSIZE);
    move_shared_tables(2 * AT);
}

TEST(remap_fails_at_each_allocation)
{
    for (int aligned = 0; aligned < 2; aligned++) {
        vm_begin();
        struct aspace *as = space_new(1), *child;
        uint64 to = TO + (aligned ? 0 : 7 * PGSIZE);
        fill(as, AT, PAGES, 1);
        fill(as, to, 40, 200);
        child = aspace_fork(as);
        int64 err = -ENOMEM;
        long n = 1;
        for (; err < 0; n++) {
            host_fail_kalloc(n);
            err = remap(as, AT, PAGES, PAGES + 5, MREMAP_MAYMOVE | MREMAP_FIXED, to);
            host_fail_kalloc(0);
            CHECK_EQ(host_audit(), 0);
            if (err > 0)
                break;
            CHECK_EQ(err, -ENOMEM);
            expect(as, to, 40, 200);
            expect(as, AT, PAGES, 1);
            aspace_put(child); // so that there is something to own again
            child = aspace_fork(as);
        }
        CHECK(n > 1);
        expect(as, to, PAGES, 1);
        expect(child, to, 40, 200);
        expect(child, AT, PAGES, 1);
        aspace_put(child);
        aspace_put(as);
        vm_end();
    }
}

TEST(remap_refuses)
{
    vm_begin();
    struct aspace *as = space_new(1);
    fill(as, AT, 10, 1);
    CHECK_EQ(remap(as, AT + 1, 1, 2, 0, 0), -EINVAL);
    CHECK_EQ(remap(as, AT, 1, 0, 0, 0), -EINVAL);
    CHECK_EQ(remap(as, AT, 1, 1, 8, 0), -EINVAL);
    CHECK_EQ(remap(as, AT, 1, 1, MREMAP_FIXED, TO), -EINVAL);
    CHECK_EQ(remap(as, AT, 1, 1, MREMAP_FIXED | MREMAP_MAYMOVE, TO + 1), -EINVAL);
    CHECK_EQ(remap(as, AT, 2, 2, MREMAP_FIXED | MREMAP_MAYMOVE, AT + PGSIZE), -EINVAL);
    CHECK_EQ(remap(as, AT, 2, 2, MREMAP_FIXED | MREMAP_MAYMOVE, AT - PGSIZE), -EINVAL);
    CHECK_EQ(remap(as, AT, 1, 2, MREMAP_FIXED | MREMAP_MAYMOVE, USER_MAX - PGSIZE), -EINVAL);
    CHECK_EQ(remap(as, AT, 1, 2, MREMAP_FIXED | MREMAP_MAYMOVE, 0), -EINVAL);
    CHECK_EQ(remap(as, TO, 1, 2, MREMAP_MAYMOVE, 0), -EFAULT);
    CHECK_EQ(remap(as, TO, 2, 1, 0, 0), -EFAULT);
    CHECK_EQ(remap(as, AT, 11, 12, MREMAP_MAYMOVE, 0), -EFAULT);
    CHECK_EQ(remap(as, AT, 0, 1, MREMAP_MAYMOVE, 0), -EINVAL); // private
    CHECK_EQ(remap(as, AT, 10, USER_MAX / PGSIZE, MREMAP_MAYMOVE, 0), -ENOMEM);
    CHECK_EQ(remap(as, AT, ~0UL / PGSIZE, 1, 0, 0), -EINVAL);
    CHECK_EQ(remap(as, AT, 1, ~0UL / PGSIZE, MREMAP_MAYMOVE, 0), -ENOMEM);
    CHECK_EQ(remap(as, ~0UL << 13, 1, 1, 0, 0), -EFAULT);
    expect(as, AT, 10, 1);
    CHECK_EQ(host_audit(), 0);
    aspace_put(as);
    vm_end();
}

// --- maps of files ----------------------------------------------------------------------------

static struct object *file;
static struct aspace *space;

static void begin_mapped(bool shared)
{
    vm_begin();
    file = backing_new(8);
    space = space_new(1);
    backing_asked = 0;
    struct area what = { .prot = RW,
                         .object = file,
                         .live = true,
                         .offset = PGSIZE,
                         .mapping = { .shared = shared, .stores = shared } };
    CHECK_EQ(aspace_mmap(space, AT, 4 * PGSIZE, &what, PLACE_FIXED), AT);
}

static void end_mapped(void)
{
    CHECK_EQ(host_audit(), 0);
    aspace_put(space);
    backing_drop(file);
    vm_end();
}

TEST(maps_of_files_move_and_grow)
{
    for (int shared = 0; shared < 2; shared++) {
        begin_mapped(shared);
        CHECK_EQ(store_byte(space, AT + PGSIZE, 7), 0);
        CHECK_EQ(remap(space, AT + PGSIZE, 2, 8, MREMAP_MAYMOVE | MREMAP_FIXED, TO), TO);
        CHECK_EQ(load_byte(space, TO), 7);
        CHECK_EQ(load_byte(space, TO + PGSIZE + 5), backing_byte(3, 5));
        CHECK_EQ(load_byte(space, TO + 5 * PGSIZE + 5), backing_byte(7, 5));
        CHECK_EQ(load_byte(space, TO + 6 * PGSIZE), -ENXIO);
        CHECK_EQ(load_byte(space, AT + PGSIZE), -EFAULT);
        CHECK_EQ(load_byte(space, AT + 3 * PGSIZE + 5), backing_byte(4, 5));
        CHECK_EQ(remap(space, AT + 3 * PGSIZE, 1, 2, 0, 0), AT + 3 * PGSIZE);
        CHECK_EQ(load_byte(space, AT + 4 * PGSIZE + 5), backing_byte(5, 5));
        backing_clean(file); // comes by the new place too
        CHECK_EQ(entry(space, TO) & PTE_W, shared ? 0 : PTE_W);
        end_mapped();
    }
}

TEST(a_shared_area_shows_twice)
{
    begin_mapped(true);
    CHECK_EQ(store_byte(space, AT + PGSIZE, 7), 0);
    CHECK_EQ(remap(space, AT + PGSIZE, 0, 2, MREMAP_MAYMOVE | MREMAP_FIXED, TO), TO);
    CHECK_EQ(load_byte(space, TO), 7);
    CHECK_EQ(store_byte(space, TO + 1, 8), 0);
    CHECK_EQ(load_byte(space, AT + PGSIZE + 1), 8);
    CHECK_EQ(remap(space, AT, 0, 1, 0, 0), -ENOMEM); // it cannot be where it is
    end_mapped();
}

// --- while a walk comes by --------------------------------------------------------------------

// A commit, or a cut, has come by the first space and is on its way to the others, when something
// is done in the second one.
static struct aspace *second, *child;
static void (*do_meanwhile)(void);

static void *on_another_hart(void *arg)
{
    host_act_as(1);
    do_meanwhile();
    do_meanwhile = NULL;
    return NULL;
}

static void meanwhile(void)
{
    pthread_t other;
    if (do_meanwhile == NULL || !mutex_held(&space->lock))
        return;
    host_on_breath = NULL;
    pthread_create(&other, NULL, on_another_hart, NULL);
    pthread_join(other, NULL);
}

static void map_second(uint64 at, uint64 page, uint32 prot, bool shared)
{
    struct area what = { .prot = prot,
                         .object = file,
                         .live = true,
                         .offset = page * PGSIZE,
                         .mapping = { .shared = shared, .stores = shared } };
    CHECK_EQ(aspace_mmap(second, at, 2 * PGSIZE, &what, PLACE_FIXED), at);
}

static void begin_walk(void (*fn)(void))
{
    begin_mapped(true);
    second = space_new(1);
    CHECK_EQ(store_byte(space, AT, 1), 0);
    do_meanwhile = fn;
}

static void end_walk(void)
{
    host_on_breath = NULL;
    CHECK(do_meanwhile == NULL); // it was done
    aspace_put(second);
    end_mapped();
}

static void commit(void)
{
    host_on_breath = meanwhile;
    backing_clean(file);
    host_on_breath = NULL;
}

static void split(void)
{
    CHECK_EQ(aspace_protect(second, AT, PGSIZE, PROT_READ), 0);
}

TEST(an_area_is_split_before_a_walk_comes_by)
{
    begin_walk(split);
    map_second(AT, 1, RW, true);
    CHECK_EQ(store_byte(second, AT + PGSIZE, 2), 0);
    commit();
    CHECK_EQ(entry(second, AT + PGSIZE) & PTE_W, 0);
    end_walk();
}

static void join(void)
{
    CHECK_EQ(aspace_protect(second, AT, 2 * PGSIZE, RW), 0);
}

TEST(areas_are_joined_when_a_walk_has_come_by_one)
{
    vm_begin();
    file = backing_new(8);
    space = space_new(1);
    second = space_new(1);
    map_second(AT, 1, PROT_READ, true);
    struct area what = {
        .prot = RW, .object = file, .live = true, .mapping = { .shared = true, .stores = true }
    };
    CHECK_EQ(aspace_mmap(space, AT, PGSIZE, &what, PLACE_FIXED), AT);
    CHECK_EQ(store_byte(space, AT, 1), 0);
    map_second(AT + 2 * PGSIZE, 3, RW, true);
    CHECK_EQ(store_byte(second, AT + 3 * PGSIZE, 2), 0);
    do_meanwhile = join;
    commit();
    CHECK_EQ(entry(second, AT + 3 * PGSIZE) & PTE_W, 0);
    end_walk();
}

static void move_second(void)
{
    CHECK_EQ(remap(second, AT, 2, 2, MREMAP_MAYMOVE | MREMAP_FIXED, TO), TO);
}

TEST(an_area_is_moved_before_a_walk_comes_by)
{
    begin_walk(move_second);
    map_second(AT, 1, RW, true);
    CHECK_EQ(store_byte(second, AT + PGSIZE, 2), 0);
    commit();
    CHECK_EQ(entry(second, TO + PGSIZE) & PTE_W, 0);
    end_walk();
}

static void fork_second(void)
{
    child = aspace_fork(second);
}

TEST(a_space_is_forked_before_a_walk_comes_by)
{
    begin_walk(fork_second);
    map_second(AT, 3, RW, false);
    CHECK_EQ(load_byte(second, AT + PGSIZE), backing_byte(4, 0));
    host_on_breath = meanwhile;
    backing_cut(file, 1);
    host_on_breath = NULL;
    CHECK_EQ(load_byte(second, AT + PGSIZE), -ENXIO);
    CHECK_EQ(load_byte(child, AT + PGSIZE), -ENXIO);
    aspace_put(child);
    end_walk();
}

static unsigned free_to_come_by;

// Of all who show the file nobody can be held.
static void look_for_a_hold(void)
{
    list_for_each (item, &file->mappings) {
        struct area *a =
            container_of(container_of(item, struct mapping, link), struct area, mapping);
        struct mutex *lock = &container_of(a->home, struct aspace, areas)->lock;
        if (mutex_trylock(lock)) {
            mutex_unlock(lock);
            free_to_come_by++;
        }
    }
}

TEST(no_walk_comes_by_a_child_that_is_being_made)
{
    begin_mapped(false);
    CHECK_EQ(store_byte(space, AT, 1), 0);
    free_to_come_by = 0;
    host_on_breath = look_for_a_hold;
    child = aspace_fork(space);
    host_on_breath = NULL;
    CHECK_EQ(free_to_come_by, 0);
    aspace_put(child);
    end_mapped();
}
