// swapon and swapoff: what may be named, and what lies in swap space while a process goes on.
#include <string.h>
#include "cache/swap.h"
#include "calls.h"
#include "dev/chardev.h"
#include "mem/reclaim.h"
#include "vm/aspace.h"
#include "vm/pager.h"

#define AT    0x40000000UL
#define PAGES 200
#define SLOTS 500

static void begin(void)
{
    static const uint32 header[] = { 1, SLOTS, 0 };
    calls_begin(false);
    mem_disk_make(&calls_second_disk, SLOTS + 1);
    memcpy(calls_second_disk.data + 1024, header, sizeof header);
    memcpy(calls_second_disk.data + BLK_SIZE - 10, "SWAPSPACE2", 10);
    for (uint64 n = 0; n < 3; n++) {
        char name[] = "disk0";
        name[4] = (char)('0' + n);
        CHECK_EQ(call(SYS_mknodat, (uint64)AT_FDCWD, text(name), S_IFCHR, MAKEDEV(DEV_DISK, n)), 0);
    }
    CHECK_EQ(call(SYS_mmap, AT, PAGES * PGSIZE, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1UL, 0),
             AT);
}

static void end(void)
{
    CHECK_EQ(call(SYS_munmap, AT, PAGES * PGSIZE), 0);
    mem_disk_free(&calls_second_disk);
    calls_second_disk.data = NULL;
    calls_end();
}

static int64 on(const char *path)
{
    return call(SYS_swapon, text(path), 0);
}

static int64 off(const char *path)
{
    return call(SYS_swapoff, text(path));
}

TEST(what_may_be_named)
{
    struct sysinfo info;
    begin();
    call(SYS_close, (uint64)make_file("f", "x", 1));
    CHECK_EQ(on("nothing"), -ENOENT);
    CHECK_EQ(on("f"), -EINVAL);
    CHECK_EQ(on("."), -EINVAL);
    CHECK_EQ(on("disk2"), -ENXIO);
    CHECK_EQ(on("disk0"), -EINVAL); // the volume
    CHECK_EQ(call(SYS_swapon, NOWHERE, 0), -EFAULT);
    CHECK_EQ(call(SYS_swapon, text("disk1"), 0x80000000), -EINVAL);
    CHECK_EQ(off("disk1"), -EINVAL);
    CHECK_EQ(call(SYS_openat, (uint64)AT_FDCWD, text("disk1"), O_RDWR, 0), -ENXIO);
    CHECK_EQ(call(SYS_swapon, text("disk1"), SWAP_FLAG_PREFER | 5), 0);
    CHECK_EQ(on("disk1"), -EBUSY);
    CHECK_EQ(off("disk0"), -EINVAL);
    CHECK_EQ(call(SYS_sysinfo, DATA), 0);
    get(&info, DATA, sizeof info);
    CHECK_EQ(info.totalswap, SLOTS);
    CHECK_EQ(info.freeswap, SLOTS);
    CHECK_EQ(off("disk1"), 0);
    end();
}

TEST(off_brings_everything_back)
{
    static char page[PGSIZE];
    begin();
    CHECK_EQ(on("disk1"), 0);
    for (int i = 0; i < PAGES; i++) {
        memset(page, i, sizeof page);
        put(AT + (uint64)i * PGSIZE, page, sizeof page);
    }
    CHECK(pager_pass() > 0);
    CHECK(swap_free() < SLOTS);
    CHECK_EQ(host_audit(), 0);
    uint64 path = text("disk1"); // in memory again
    calls_second_disk.fail_read = 1;
    calls_second_disk.failing_on = true;
    CHECK_EQ(call(SYS_swapoff, path), -EIO); // it is in use as before
    calls_second_disk.fail_read = 0;
    CHECK(swap_has_room());
    CHECK_EQ(off("disk1"), 0);
    for (int i = 0; i < PAGES; i++) {
        get(page, AT + (uint64)i * PGSIZE, sizeof page);
        CHECK(page[0] == (char)i && memcmp(page, page + 1, sizeof page - 1) == 0);
    }
    end();
}

TEST(a_mapping_may_be_as_large_as_ram_and_swap_space)
{
    uint64 prot = PROT_READ | PROT_WRITE, flags = MAP_PRIVATE | MAP_ANONYMOUS;
    begin();
    uint64 len = frames_total() * PGSIZE;
    CHECK_EQ(call(SYS_mmap, 0, len + PGSIZE, prot, flags, -1UL, 0), -ENOMEM);
    CHECK_EQ(on("disk1"), 0);
    int64 at = call(SYS_mmap, 0, len + SLOTS * PGSIZE, prot, flags, -1UL, 0);
    CHECK(at > 0);
    CHECK_EQ(call(SYS_munmap, (uint64)at, len + SLOTS * PGSIZE), 0);
    CHECK_EQ(call(SYS_mmap, 0, len + (SLOTS + 1) * PGSIZE, prot, flags, -1UL, 0), -ENOMEM);
    CHECK_EQ(off("disk1"), 0);
    end();
}

// => what the end of the process gives back, but for tables
static uint64 own_pages(void)
{
    return aspace_own(calls_proc.aspace) - host_tables();
}

// What its end gives back is the same, wherever it lies.
TEST(shared_memory_counts_in_swap_space_too)
{
    char byte = 1;
    begin();
    CHECK_EQ(on("disk1"), 0);
    int64 shared = call(SYS_mmap, 0, PAGES * PGSIZE, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1UL, 0);
    CHECK(shared > 0);
    for (uint64 i = 0; i < PAGES; i++)
        put((uint64)shared + i * PGSIZE, &byte, 1);
    uint64 own = own_pages();
    for (int i = 0; i < 3; i++)
        pager_pass();
    CHECK(swap_free() <= SLOTS - PAGES);
    CHECK_EQ(own_pages(), own);
    put((uint64)shared, &byte, 1); // its slot is given up
    CHECK_EQ(own_pages(), own);
    CHECK_EQ(call(SYS_munmap, (uint64)shared, PAGES * PGSIZE), 0);
    CHECK_EQ(off("disk1"), 0);
    end();
}

// --- a call without a frame -------------------------------------------------------------------

static void *taken; // the frames that there were, as the kernel keeps some: each leads to the next
static int64 result;
static uint32 made; // atomic: there is one

static void take_all_frames(void)
{
    do
        for (void **page; (page = kalloc(FRAME_CACHE)) != NULL; taken = page)
            *page = taken;
    while (reclaim_wait());
    calls_thread.in_call.refused = false;
}

static void give_all_back(void)
{
    for (void *page; (page = taken) != NULL; kfree(page))
        taken = *(void **)page;
}

static void fill_memory(void)
{
    char byte = 1;
    for (uint64 i = 0; i < PAGES; i++)
        put(AT + i * PGSIZE, &byte, 1);
    put(DATA, &byte, 1);
}

// Hart 0 makes the call, hart 1 is the pager until there is a result.
static void call_or_serve(int hart)
{
    if (hart == 0) {
        calls_go_on();
        result = call(SYS_pipe2, DATA, 0);
        __atomic_store_n(&made, 1, __ATOMIC_RELEASE);
        pager_wake();
    } else {
        do
            pager_serve();
        while (!__atomic_load_n(&made, __ATOMIC_ACQUIRE));
    }
}

TEST(a_call_that_finds_no_frame_is_made_again_after_a_pass)
{
    begin();
    CHECK_EQ(on("disk1"), 0);
    fill_memory();
    take_all_frames();
    host_run_harts(2, call_or_serve);
    give_all_back();
    CHECK_EQ(result, 0);
    CHECK(swap_free() < SLOTS);
    CHECK_EQ(off("disk1"), 0);
    end();
}

TEST(a_call_says_that_there_is_no_memory_if_nothing_can_go_out)
{
    begin();
    fill_memory();
    take_all_frames();
    CHECK_EQ(call(SYS_pipe2, DATA, 0), -ENOMEM);
    CHECK(!calls_thread.in_call.refused);
    give_all_back();
    end();
}

// Nobody waits for the pager but for want of frames: here there would be nobody to wake him.
TEST(a_call_that_asks_for_too_much_waits_for_no_frame)
{
    begin();
    CHECK_EQ(on("disk1"), 0);
    CHECK_EQ(
        call(SYS_mmap, 0, 1UL << 37, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1UL, 0),
        -ENOMEM);
    host_fail_kalloc(1);
    CHECK_EQ(call(SYS_pipe2, DATA, 0), -ENOMEM);
    host_fail_kalloc(0);
    CHECK_EQ(off("disk1"), 0);
    end();
}

static void call_and_be_killed(int hart)
{
    if (hart == 0) {
        calls_go_on();
        result = call(SYS_pipe2, DATA, 0);
    } else {
        while (host_asleep() == 0)
            thread_yield();
        host_interrupt(0, true);
    }
}

TEST(a_call_that_waits_for_frames_can_be_killed)
{
    begin();
    CHECK_EQ(on("disk1"), 0);
    fill_memory();
    take_all_frames();
    host_run_harts(2, call_and_be_killed);
    host_interrupt(0, false);
    give_all_back();
    CHECK_EQ(result, -EINTR);
    CHECK_EQ(off("disk1"), 0);
    end();
}
