// kernel/cache: swap space on a disk in memory.
#include <string.h>
#include "cache/cache.h"
#include "cache/memory_object.h"
#include "cache/slot_map.h"
#include "cache/swap.h"
#include "check.h"
#include "errno.h"
#include "host.h"
#include "mem/reclaim.h"
#include "mem/share.h"
#include "mkfs/host.h"

static struct mem_disk disk;

static void begin(uint32 slots)
{
    host_boot();
    CHECK_EQ(cache_init(), 0);
    memory_objects_init(); // as at boot: swap space is the last to be audited
    host_begin();
    mem_disk_make(&disk, slots + 1UL);
    const uint32 header[] = { 1, slots, 0 };
    memcpy(disk.data + 1024, header, sizeof header);
    memcpy(disk.data + BLK_SIZE - 10, "SWAPSPACE2", 10);
    CHECK_EQ(swap_on(&disk.dev), 0);
    CHECK_EQ(swap_total(), slots);
}

static void end(void)
{
    CHECK_EQ(swap_free(), swap_total());
    CHECK_EQ(swap_begin_off(&disk.dev), 0);
    CHECK_EQ(swap_end_off(), 0);
    mem_disk_free(&disk);
    host_end();
}

static struct frame *new_page(uchar byte)
{
    void *page = kalloc(FRAME_USER);
    CHECK(page != NULL);
    memset(page, byte, PGSIZE);
    return frame_of_page(page);
}

static uint64 take_out(uchar byte, struct swap_batch *batch)
{
    uint64 slot = swap_take_out(new_page(byte), batch);
    CHECK(slot != 0);
    return slot;
}

// => its first byte, or a negative errno
static int byte_in(uint64 slot)
{
    struct frame *f;
    int err = object_page(&swap_object, slot, &f);
    if (err)
        return err;
    int byte = *(uchar *)frame_page(f);
    frame_put(f);
    return byte;
}

static struct swap_batch batch;

TEST(neighbours_go_in_one_request)
{
    uint64 slot[20];
    begin(100);
    for (int i = 0; i < 20; i++)
        slot[i] = take_out((uchar)i, &batch);
    CHECK_EQ(byte_in(slot[7]), 7); // it is still in memory
    uint64 before = disk.requests;
    CHECK_EQ(swap_write(&batch), 20);
    CHECK_EQ(disk.requests - before, 2); // of 16 pages at the most
    CHECK_EQ(frames_in_use(FRAME_USER), 0);
    for (int i = 0; i < 20; i++) {
        CHECK_EQ(byte_in(slot[i]), i);
        swap_put(slot[i]);
    }
    CHECK_EQ(frames_in_use(FRAME_USER), 0);
    end();
}

// A page that somebody has taken back from the cache meanwhile stays where it is.
TEST(page_in_use_stays_in_memory)
{
    struct frame *f;
    begin(10);
    uint64 slot = take_out(5, &batch);
    CHECK_EQ(object_page(&swap_object, slot, &f), 0);
    CHECK_EQ(swap_slot_of(f), slot);
    swap_put(slot);
    CHECK_EQ(swap_write(&batch), 0);
    CHECK_EQ(frame_refs(f), 2);
    CHECK_EQ(frames_in_use(FRAME_USER), 1);
    CHECK(cache_let_go(f));
    CHECK_EQ(frames_in_use(FRAME_USER), 0);
    CHECK_EQ(byte_in(slot), 5);
    swap_put(slot);
    end();
}

// S3: nobody gets the slot before the write has ended.
TEST(slot_is_given_up_while_it_is_written)
{
    begin(10);
    uint64 slot = take_out(5, &batch);
    swap_put(slot); // the process has ended
    CHECK_EQ(swap_free(), 9);
    CHECK(take_out(6, &batch) != slot);
    uint64 other = batch.frame[1]->index;
    CHECK_EQ(swap_write(&batch), 2);
    CHECK_EQ(swap_free(), 9);
    CHECK_EQ(byte_in(other), 6);
    swap_put(other);
    end();
}

// The last who names a slot has the page as an ordinary one.
TEST(page_leaves_the_cache_with_its_last_name)
{
    struct frame *f;
    begin(10);
    uint64 slot = take_out(5, &batch);
    swap_write(&batch);
    CHECK_EQ(object_page(&swap_object, slot, &f), 0);
    CHECK_EQ(frame_refs(f), 2);
    swap_get(slot);
    swap_put(slot);
    CHECK_EQ(frame_refs(f), 2);
    swap_put(slot);
    CHECK_EQ(frame_refs(f), 1);
    CHECK_EQ(f->kind, FRAME_USER);
    CHECK_EQ(swap_slot_of(f), 0);
    frame_put(f);
    end();
}

TEST(all_slots_are_given_once)
{
    static uint64 slot[1300];
    begin(1300);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 1300; i++) {
            slot[i] = take_out((uchar)i, &batch);
            if (batch.n == SWAP_BATCH)
                swap_write(&batch);
        }
        swap_write(&batch);
        CHECK(!swap_has_room());
        struct frame *f = new_page(1);
        CHECK_EQ(swap_take_out(f, &batch), 0);
        frame_put(f);
        CHECK_EQ(host_audit(), 1300); // the names that the test has
        for (int i = 0; i < 1300; i++)
            CHECK_EQ(byte_in(slot[i]), (uchar)i);
        for (int i = 0; i < 1300; i++)
            swap_put(slot[(i * 7 + round) % 1300]);
    }
    end();
}

TEST(full_batch_takes_no_more)
{
    uint64 slot[SWAP_BATCH];
    begin(100);
    for (int i = 0; i < SWAP_BATCH; i++)
        slot[i] = take_out(1, &batch);
    struct frame *f = new_page(1);
    CHECK_EQ(swap_take_out(f, &batch), 0);
    frame_put(f);
    swap_write(&batch);
    for (int i = 0; i < SWAP_BATCH; i++)
        swap_put(slot[i]);
    end();
}

TEST(slot_that_cannot_be_read)
{
    begin(10);
    uint64 slot = take_out(5, &batch), other = take_out(6, &batch);
    swap_write(&batch);
    disk.fail_read = 1;
    CHECK_EQ(byte_in(slot), -EIO);
    CHECK_EQ(frames_in_use(FRAME_USER), 0);
    CHECK_EQ(byte_in(other), 6);
    CHECK_EQ(byte_in(slot), 5); // the disk has come to itself
    swap_put(slot);
    swap_put(other);
    end();
}

// What could not be written is not lost, and nothing more goes out.
TEST(slot_that_cannot_be_written)
{
    begin(10);
    uint64 slot = take_out(5, &batch);
    disk.fail_write = 1;
    CHECK_EQ(swap_write(&batch), 0);
    CHECK(!swap_has_room());
    CHECK_EQ(reclaim(), false); // not for want of memory either
    CHECK_EQ(byte_in(slot), 5);
    CHECK(!share_has_in_all(share_of_users() - share_charged() + 1, 0));
    struct frame *f = new_page(1);
    CHECK_EQ(swap_take_out(f, &batch), 0);
    frame_put(f);
    swap_put(slot);
    CHECK_EQ(frames_in_use(FRAME_USER), 0);
    end();
}

TEST(what_is_no_swap_space)
{
    static struct mem_disk other;
    begin(10);
    mem_disk_make(&other, 11);
    CHECK_EQ(swap_on(&other.dev), -EBUSY);
    CHECK_EQ(swap_begin_off(&other.dev), -EINVAL);
    end();
    CHECK_EQ(swap_on(&other.dev), -EINVAL); // no header
    uint32 header[] = { 1, 10, 0 };
    memcpy(other.data + BLK_SIZE - 10, "SWAPSPACE2", 10);
    for (int i = 0; i < 5; i++) {
        static const uint32 bad[5][3] = {
            { 0, 10, 0 }, { 2, 10, 0 }, { 1, 0, 0 }, { 1, 11, 0 }, { 1, 10, 1 }
        };
        memcpy(other.data + 1024, bad[i], sizeof header);
        CHECK_EQ(swap_on(&other.dev), -EINVAL);
    }
    memcpy(other.data + 1024, header, sizeof header);
    other.dev.read_only = true;
    CHECK_EQ(swap_on(&other.dev), -EROFS);
    other.dev.read_only = false;
    other.fail_read = 1;
    CHECK_EQ(swap_on(&other.dev), -EIO);
    host_fail_kalloc(1);
    CHECK_EQ(swap_on(&other.dev), -ENOMEM);
    host_fail_kalloc(2);
    CHECK_EQ(swap_on(&other.dev), -ENOMEM);
    host_fail_kalloc(0);
    CHECK_EQ(swap_begin_off(&other.dev), -EINVAL);
    CHECK_EQ(swap_total(), 0);
    CHECK_EQ(swap_on(&other.dev), 0);
    CHECK_EQ(swap_begin_off(&other.dev), 0);
    CHECK_EQ(swap_end_off(), 0);
    mem_disk_free(&other);
}

// Who still names a slot keeps the disk in use.
TEST(off_while_a_slot_is_named)
{
    begin(10);
    uint64 slot = take_out(5, &batch);
    swap_write(&batch);
    CHECK_EQ(swap_begin_off(&disk.dev), 0);
    CHECK(!swap_has_room());
    CHECK_EQ(swap_end_off(), -ENOMEM);
    CHECK(swap_has_room());
    CHECK_EQ(byte_in(slot), 5);
    swap_put(slot);
    end();
}

// --- shared memory ----------------------------------------------------------------------------

// The pager's part, until nothing moves any more.  => frames that are free
static uint64 take_all_out(void)
{
    uint64 freed = 0;
    for (int rounds = 0; rounds < 3;) {
        rounds += !memory_objects_step(&batch, &freed);
        freed += swap_write(&batch);
    }
    return freed;
}

static int object_byte(struct object *obj, uint64 index)
{
    struct frame *f;
    int err = object_page(obj, index, &f);
    if (err)
        return err;
    int byte = *(uchar *)frame_page(f);
    frame_put(f);
    return byte;
}

static struct object *shared_new(uint64 pages)
{
    struct object *obj = memory_object_new(pages * PGSIZE);
    for (uint64 i = 0; i < pages; i++) {
        uchar byte = (uchar)(i + 1);
        CHECK_EQ(memory_object_write(obj, &byte, i * PGSIZE, 1), 1);
    }
    return obj;
}

TEST(shared_memory_goes_and_comes)
{
    begin(200);
    struct object *obj = shared_new(100);
    size_t charged = share_charged();
    CHECK_EQ(take_all_out(), 100);
    CHECK_EQ(swap_free(), 100);
    CHECK(share_charged() <= charged - 100 + 1); // a page for the tree of slots
    CHECK_EQ(host_audit(), 0);
    for (uint64 i = 0; i < 100; i++)
        CHECK_EQ(object_byte(obj, i), (int)i + 1);
    CHECK_EQ(swap_free(), 100); // they were only read
    CHECK_EQ(memory_object_write(obj, "\xc8", 5 * PGSIZE + 1, 1), 1);
    CHECK_EQ(obj->ops->allow_store(obj, 6), 0);
    CHECK_EQ(swap_free(), 102);
    CHECK_EQ(take_all_out() > 0, true);
    CHECK_EQ(object_byte(obj, 5), 6);
    CHECK_EQ(object_byte(obj, 6), 7);
    CHECK_EQ(host_audit(), 0);
    object_put(obj);
    end();
}

// What is used between two looks stays; what somebody holds stays too.
TEST(shared_memory_in_use_stays)
{
    struct frame *held;
    uint64 freed = 0;
    begin(200);
    struct object *obj = shared_new(3);
    CHECK_EQ(object_page(obj, 1, &held), 0);
    CHECK(memory_objects_step(&batch, &freed)); // takes the marks of use
    CHECK_EQ(object_byte(obj, 0), 1);
    take_all_out();
    CHECK_EQ(swap_free(), 198);
    CHECK_EQ(frame_refs(held), 2);
    frame_put(held);
    object_put(obj);
    end();
}

TEST(shared_memory_is_cut_while_it_is_elsewhere)
{
    begin(200);
    struct object *obj = shared_new(20);
    take_all_out();
    CHECK_EQ(memory_object_resize(obj, 10 * PGSIZE + 1), 0);
    CHECK_EQ(swap_free(), 190);
    CHECK_EQ(memory_object_resize(obj, 20 * PGSIZE), 0);
    CHECK_EQ(object_byte(obj, 9), 10);
    CHECK_EQ(object_byte(obj, 10), 11);
    CHECK_EQ(object_byte(obj, 11), 0);
    CHECK_EQ(memory_objects_bring_all(), 0);
    CHECK_EQ(swap_free(), 200);
    object_put(obj);
    end();
}

TEST(shared_memory_that_cannot_be_read)
{
    begin(200);
    struct object *obj = shared_new(2);
    take_all_out();
    disk.fail_read = 1;
    disk.failing_on = true;
    CHECK_EQ(object_byte(obj, 0), -EIO);
    CHECK_EQ(obj->ops->allow_store(obj, 0), -EIO);
    CHECK_EQ(memory_objects_bring_all(), -EIO);
    disk.fail_read = 0;
    disk.failing_on = false;
    CHECK_EQ(object_byte(obj, 0), 1);
    CHECK_EQ(object_byte(obj, 1), 2);
    object_put(obj);
    end();
}

TEST(tree_of_slots)
{
    static const uint64 index[] = { 3, 511, 512, 600, 262143, 262144, 1UL << 27, 1UL << 31 };
    struct slot_map m = { 0 };
    begin(10);
    CHECK_EQ(slot_map_next(&m, 0), SLOT_MAP_END);
    for (uint64 i = 0; i < 8; i++) {
        CHECK_EQ(slot_map_get(&m, index[i]), 0);
        CHECK_EQ(slot_map_reserve(&m, index[i]), 0);
        slot_map_set(&m, index[i], i + 1);
        for (uint64 k = 0; k <= i; k++)
            CHECK_EQ(slot_map_get(&m, index[k]), k + 1);
    }
    uint64 at = 0;
    for (uint64 i = 0; i < 8; i++, at++) {
        CHECK_EQ(at = slot_map_next(&m, at), index[i]);
        slot_map_set(&m, at, 0);
    }
    CHECK_EQ(slot_map_next(&m, 0), SLOT_MAP_END);
    slot_map_free(&m);
    host_fail_kalloc(2);
    CHECK_EQ(slot_map_reserve(&m, 600), -ENOMEM);
    host_fail_kalloc(0);
    slot_map_free(&m);
    end();
}
