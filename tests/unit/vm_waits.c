// kernel/vm: what waits for a page of a file waits without the address space's lock, and finds
// whatever others have made of the space meanwhile.  (That nothing is locked is checked by
// object_page().)
#include "vm_space.h"

static struct aspace *space;
static unsigned brought;

static void begin(struct object **file, uint64 pages, void (*meanwhile)(uint64 index))
{
    vm_begin();
    *file = backing_new(pages);
    space = space_new(0);
    CHECK_EQ(space_map(space, BASE, pages, PROT_READ | PROT_WRITE, *file, pages * PGSIZE), 0);
    brought = 0;
    backing_brings = meanwhile;
}

static void end(struct object *file)
{
    backing_brings = NULL;
    aspace_put(space);
    backing_drop(file); // nobody has a reference left
    vm_end();
}

static void count(uint64 index)
{
    brought++;
}

TEST(each_access_brings_a_page_once)
{
    struct object *file;
    begin(&file, 6, count);
    uchar byte = 7;
    char text[8];
    struct user_pin pin;
    struct user_span span;
    CHECK_EQ(load_byte(space, BASE), backing_byte(0, 0));
    CHECK_EQ(store_byte(space, BASE + PGSIZE, 3), 0);
    CHECK_EQ(copyin(space, &byte, BASE + 2 * PGSIZE + 5, 1), 0);
    CHECK_EQ(byte, backing_byte(2, 5));
    CHECK_EQ(copyout(space, BASE + 3 * PGSIZE, &byte, 1), 0);
    CHECK_EQ(user_pin(space, BASE + 4 * PGSIZE + 9, 4, &pin), 0);
    CHECK_EQ(*(uchar *)pin.kva, backing_byte(4, 9));
    user_unpin(&pin);
    CHECK_EQ(user_hold(space, BASE + 5 * PGSIZE, 4, true, &span), 0);
    CHECK_EQ(host_mutexes_held(), 1);
    user_release(&span);
    CHECK_EQ(brought, 6);
    copyinstr(space, text, BASE, sizeof text);
    CHECK_EQ(load_byte(space, BASE + PGSIZE), 3);
    CHECK_EQ(load_byte(space, BASE + 3 * PGSIZE), byte);
    CHECK_EQ(brought, 6); // they are in the cache
    CHECK_EQ(host_mutexes_held(), 0);
    end(file);
}

TEST(populate_brings_pages)
{
    struct object *file;
    begin(&file, 10, count);
    CHECK_EQ(aspace_populate(space, BASE, 10 * PGSIZE, false), 0);
    CHECK_EQ(brought, 10);
    CHECK_EQ(aspace_populate(space, BASE, 10 * PGSIZE, true), 0);
    CHECK_EQ(brought, 10);
    CHECK_EQ(load_byte(space, BASE + 9 * PGSIZE + 1), backing_byte(9, 1));
    end(file);
}

static void unmap(uint64 index)
{
    CHECK_EQ(aspace_munmap(space, BASE, PGSIZE), 0);
}

TEST(unmapped_meanwhile)
{
    struct object *file;
    uchar byte = 1;
    begin(&file, 1, unmap);
    CHECK_EQ(vm_fault(space, BASE, ACCESS_WRITE), -EFAULT);
    CHECK_EQ(entry(space, BASE), 0);
    end(file);
    begin(&file, 1, unmap);
    CHECK_EQ(copyin(space, &byte, BASE, 1), -EFAULT);
    CHECK_EQ(copyout(space, BASE, &byte, 1), -EFAULT);
    end(file);
}

static void replace(uint64 index)
{
    CHECK_EQ(mmap_zeros(space, BASE, PGSIZE, PROT_READ, PLACE_FIXED), (int64)BASE);
}

TEST(replaced_meanwhile)
{
    struct object *file;
    begin(&file, 1, replace);
    CHECK_EQ(load_byte(space, BASE), 0); // what is there is not the file any more
    CHECK_EQ(store_byte(space, BASE, 1), -EFAULT);
    end(file);
}

static void protect(uint64 index)
{
    CHECK_EQ(aspace_protect(space, BASE, PGSIZE, PROT_READ), 0);
}

TEST(protected_meanwhile)
{
    struct object *file;
    begin(&file, 1, protect);
    CHECK_EQ(vm_fault(space, BASE, ACCESS_WRITE), -EFAULT);
    CHECK_EQ(load_byte(space, BASE), backing_byte(0, 0));
    end(file);
}

// Another thread has the same page, and is faster.
static void store_first(uint64 index)
{
    if (brought++ == 0)
        CHECK_EQ(store_byte(space, BASE, 77), 0);
}

TEST(stored_to_meanwhile)
{
    struct object *file;
    begin(&file, 1, store_first);
    CHECK_EQ(vm_fault(space, BASE, ACCESS_READ), 0);
    CHECK_EQ(load_byte(space, BASE), 77); // the page that came late did not replace it
    end(file);
}

static struct aspace *child;

static void fork_once(uint64 index)
{
    if (brought++ == 0)
        child = aspace_fork(space);
}

TEST(forked_meanwhile)
{
    struct object *file;
    begin(&file, 2, fork_once);
    CHECK_EQ(store_byte(space, BASE, 5), 0);
    CHECK_EQ(load_byte(child, BASE), backing_byte(0, 0));
    CHECK_EQ(store_byte(child, BASE + PGSIZE, 6), 0);
    CHECK_EQ(load_byte(space, BASE + PGSIZE), backing_byte(1, 0));
    aspace_put(child);
    end(file);
}

// A pin outlives what the space does with the page.
TEST(pinned_page_stays)
{
    struct object *file;
    struct user_pin pin;
    begin(&file, 1, NULL);
    CHECK_EQ(store_byte(space, BASE + 8, 42), 0);
    CHECK_EQ(user_pin(space, BASE + 8, 100000, &pin), 0);
    CHECK_EQ(pin.len, PGSIZE - 8);
    CHECK_EQ(aspace_munmap(space, BASE, PGSIZE), 0);
    CHECK_EQ(*(uchar *)pin.kva, 42);
    user_unpin(&pin);
    CHECK_EQ(user_pin(space, BASE + 8, 1, &pin), -EFAULT);
    end(file);
}
