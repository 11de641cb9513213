// kernel/proc/pipe.c: order, ends, records, turns, and who wakes whom.
#include <string.h>
#include "abi.h"
#include "fcntl.h"
#include "mem/share.h"
#include "proc/file.h"
#include "riscv/hart.h"
#include "vm_space.h"

#define FULL   65536 // bytes that a pipe holds
#define WHOLE  4096  // bytes of a record that is never cut
#define REGION 0x100000UL

static struct file *reader, *writer;
static struct aspace *memory; // harts use it at their own stretches of REGION bytes

static void begin(void)
{
    static bool ready;
    vm_begin();
    if (!ready)
        file_init();
    ready = true;
    memory = space_new(HOST_HARTS * REGION / PGSIZE);
    CHECK_EQ(pipe_new(&reader, &writer), 0);
}

static void end(void)
{
    if (reader)
        file_put(reader);
    if (writer)
        file_put(writer);
    aspace_put(memory);
    vm_end();
}

static void close_file(struct file **f)
{
    file_put(*f);
    *f = NULL;
}

static uint64 mine(uint64 at)
{
    return BASE + (uint64)this_hart()->index * REGION + at;
}

// Transfers between the pipe and this hart's stretch, beginning at byte `at` of it.
static int64 write_at(uint64 at, size_t n)
{
    struct user_iter from = user_iter_one(memory, mine(at), n);
    return writer->ops->write(writer, &from, NULL);
}

static int64 read_at(uint64 at, size_t n)
{
    struct user_iter to = user_iter_one(memory, mine(at), n);
    return reader->ops->read(reader, &to, NULL);
}

static int64 write_text(const char *text)
{
    CHECK_EQ(copyout(memory, mine(0), text, strlen(text)), 0);
    return write_at(0, strlen(text));
}

static bool reads(const char *text)
{
    char got[64];
    int64 n = read_at(PGSIZE, sizeof(got));
    CHECK(n > 0 && copyin(memory, got, mine(PGSIZE), (size_t)n) == 0);
    return (size_t)n == strlen(text) && memcmp(got, text, (size_t)n) == 0;
}

// Bytes of this hart's stretch.
static void store(uint64 at, const void *bytes, size_t n)
{
    CHECK_EQ(copyout(memory, mine(at), bytes, n), 0);
}

static void load(void *bytes, uint64 at, size_t n)
{
    CHECK_EQ(copyin(memory, bytes, mine(at), n), 0);
}

static void no_waiting(void)
{
    reader->flags |= O_NONBLOCK;
    writer->flags |= O_NONBLOCK;
}

TEST(what_goes_in_comes_out)
{
    begin();
    CHECK_EQ(write_text("one"), 3);
    CHECK_EQ(write_text("two"), 3);
    CHECK(reads("onetwo"));
    CHECK_EQ(write_at(0, 0), 0);
    CHECK_EQ(read_at(0, 0), 0);
    uint64 pos = 0;
    struct user_iter it = user_iter_one(memory, mine(0), 1);
    CHECK_EQ(reader->ops->read(reader, &it, &pos), -ESPIPE);
    CHECK_EQ(writer->ops->write(writer, &it, &pos), -ESPIPE);
    CHECK_EQ(reader->ops->write(reader, &it, NULL), -EBADF);
    CHECK_EQ(writer->ops->read(writer, &it, NULL), -EBADF);
    end();
}

TEST(ends_that_close)
{
    begin();
    write_text("last");
    close_file(&writer);
    CHECK(reads("last"));
    CHECK_EQ(read_at(0, 1), 0);
    CHECK_EQ(read_at(0, 1), 0);
    end();
    begin();
    write_text("lost");
    close_file(&reader);
    CHECK_EQ(write_at(0, 1), -EPIPE);
    CHECK_EQ(write_at(0, 3 * FULL), -EPIPE);
    end();
}

TEST(full_and_empty_without_waiting)
{
    begin();
    no_waiting();
    CHECK_EQ(read_at(0, 1), -EAGAIN);
    CHECK_EQ(write_at(0, FULL - 10), FULL - 10);
    CHECK_EQ(write_at(0, 11), -EAGAIN); // a record is not cut
    CHECK_EQ(write_at(0, WHOLE), -EAGAIN);
    CHECK_EQ(write_at(0, WHOLE + 1), 10); // more than a record is
    CHECK_EQ(write_at(0, 1), -EAGAIN);
    CHECK_EQ(write_at(0, WHOLE + 1), -EAGAIN);
    CHECK_EQ(read_at(0, 1), 1);
    CHECK_EQ(write_at(0, 2), -EAGAIN);
    CHECK_EQ(write_at(0, 1), 1);
    CHECK_EQ(read_at(0, 2 * FULL), FULL);
    CHECK_EQ(read_at(0, 1), -EAGAIN);
    CHECK_EQ(write_at(0, FULL), FULL); // a whole one goes in at once
    CHECK_EQ(read_at(0, FULL), FULL);
    end();
}

// The memory ends within what is to be moved: what can be is, of a record nothing.
TEST(bad_buffers)
{
    begin();
    no_waiting();
    CHECK_EQ(aspace_munmap(memory, mine(PGSIZE), PGSIZE), 0);
    CHECK_EQ(write_at(PGSIZE, 1), -EFAULT);
    CHECK_EQ(write_at(PGSIZE - 4, 8), -EFAULT);
    CHECK_EQ(read_at(0, 1), -EAGAIN);
    CHECK_EQ(write_at(PGSIZE - 4, WHOLE + 1), 4);
    CHECK_EQ(read_at(PGSIZE, 4), -EFAULT);
    CHECK_EQ(read_at(PGSIZE - 2, 4), 2);
    CHECK_EQ(read_at(0, 4), 2);
    CHECK_EQ(read_at(0, 4), -EAGAIN);
    end();
}

TEST(pipes_fail_cleanly)
{
    begin();
    struct file *r, *w;
    int err = -ENOMEM, failures = 0;
    for (long n = 1; err; n++) {
        host_fail_kalloc(n);
        err = pipe_new(&r, &w);
        host_fail_kalloc(0);
        failures += err != 0;
        CHECK(err == 0 || err == -ENOMEM);
        CHECK_EQ(host_audit(), 0);
    }
    CHECK(failures > 0);
    file_put(w);
    file_put(r);
    end();
}

static void do_nothing(struct file *f)
{
}

// At the end of the system's files: with one left there is no pipe, and the one is left still.
TEST(half_a_pipe_is_none)
{
    static const struct file_ops plain = { .release = do_nothing };
    static struct file *file[NFILE];
    struct file *r, *w;
    int n = 0;
    begin();
    while (n < NFILE && file_alloc(&file[n]) == 0)
        file_begin(file[n++], &plain, 0, NULL);
    CHECK_EQ(n, NFILE - 2); // the pipe that is there
    size_t others = frames_in_use(FRAME_OTHER);
    for (int left = 0; left < 2; left++, file_put(file[--n]))
        for (int i = 0; i < 5; i++)
            CHECK_EQ(pipe_new(&r, &w), -ENFILE);
    CHECK_EQ(frames_in_use(FRAME_OTHER), others);
    CHECK_EQ(pipe_new(&r, &w), 0);
    file_put(r);
    file_put(w);
    while (n > 0)
        file_put(file[--n]);
    end();
}

// Everything that can be lent is.
static size_t lend_all(void)
{
    size_t n = 0;
    while (share_lend())
        n++;
    return n;
}

// Pages that nobody can have: the one that each pipe keeps does for all of them, a record at a
// time.
TEST(without_memory)
{
    begin();
    no_waiting();
    for (uint64 i = 0; i < 5; i++)
        store(i * PGSIZE, "", 1); // the writer's own pages are there already
    size_t others = frames_in_use(FRAME_OTHER);
    size_t lent = lend_all();
    CHECK_EQ(write_at(0, 5 * WHOLE), WHOLE);
    CHECK_EQ(write_at(0, 5 * WHOLE), -EAGAIN);
    CHECK_EQ(write_at(0, 1), -EAGAIN);
    CHECK_EQ(read_at(0, 100), 100);
    CHECK_EQ(write_at(0, 1), -EAGAIN); // what is free of the page is behind us
    CHECK_EQ(frames_in_use(FRAME_OTHER), others);
    CHECK_EQ(read_at(0, FULL), WHOLE - 100);
    CHECK_EQ(write_at(0, WHOLE), WHOLE);
    CHECK_EQ(read_at(0, FULL), WHOLE);
    share_lend_end(lent);
    end();
}

// A record for which there is room, but memory for a part only, leaves nothing of itself.
TEST(record_without_memory)
{
    begin();
    no_waiting();
    store(0, "", 1);
    CHECK_EQ(write_at(0, 100), 100);
    size_t lent = lend_all();
    CHECK_EQ(write_at(0, WHOLE), -EAGAIN);
    share_lend_end(lent);
    CHECK_EQ(read_at(0, FULL), 100);
    CHECK_EQ(read_at(0, FULL), -EAGAIN);
    CHECK_EQ(write_at(0, WHOLE), WHOLE);
    end();
}

// --- several harts ----------------------------------------------------------------------------

#define RECORD  700
#define RECORDS 40

// Each writer writes records of one letter; a large one goes in pieces but is not torn either.
static size_t record_size;

static void write_records(int hart)
{
    for (size_t i = 0; i < record_size; i++)
        store_byte(memory, mine(i), (uchar)('A' + hart));
    for (int i = 0; i < RECORDS; i++)
        CHECK_EQ(write_at(0, record_size), record_size);
}

static void read_records(int writers)
{
    size_t left = (size_t)writers * RECORDS * record_size, in_record = 0;
    static uchar seen[2 * FULL];
    uchar letter = 0;
    while (left > 0) {
        int64 got = read_at(0, 1 + test_random_below(sizeof(seen)));
        CHECK(got > 0);
        load(seen, 0, (size_t)got);
        for (int64 i = 0; i < got; i++, in_record = (in_record + 1) % record_size) {
            if (in_record == 0)
                letter = seen[i];
            CHECK_EQ(seen[i], letter);
        }
        left -= (size_t)got;
    }
    CHECK_EQ(in_record, 0);
}

static void many_write_one_reads(int hart)
{
    if (hart == 0)
        read_records(HOST_HARTS - 1);
    else
        write_records(hart);
}

TEST(records_of_many_writers_stay_whole)
{
    static const size_t sizes[] = { 1, RECORD, WHOLE, WHOLE + 1, FULL, 3 * FULL + 5 };
    for (size_t i = 0; i < 2 * sizeof(sizes) / sizeof(sizes[0]); i++) {
        begin();
        record_size = sizes[i / 2];
        size_t lent = i % 2 ? lend_all() : 0; // without memory nobody waits for ever
        host_run_harts(HOST_HARTS, many_write_one_reads);
        share_lend_end(lent);
        no_waiting();
        CHECK_EQ(read_at(0, 1), -EAGAIN);
        end();
    }
}

// Hart 1 has the writing turn and waits for room, hart 2 waits for the turn.  When hart 1 is done
// nobody reads any more: only the end of the turn can wake hart 2.
static uint32 second_is_done; // atomic

static void turn_passes(int hart)
{
    switch (hart) {
    case 0:
        while (host_asleep() < 2)
            ;
        CHECK_EQ(read_at(0, FULL), FULL);
        host_await(&second_is_done);
        break;
    case 1: CHECK_EQ(write_at(0, FULL + 100), FULL + 100); break;
    case 2:
        while (host_asleep() < 1)
            ;
        CHECK_EQ(write_at(0, 50), 50);
        __atomic_store_n(&second_is_done, 1, __ATOMIC_RELEASE);
        break;
    }
}

TEST(end_of_a_turn_wakes_the_next)
{
    for (int round = 0; round < 200; round++) {
        begin();
        second_is_done = 0;
        host_run_harts(3, turn_passes);
        no_waiting();
        CHECK_EQ(read_at(0, FULL), 150);
        end();
    }
}

// Hart 1 reads over two pages, with the turn, and is held up between them until hart 2 waits for
// the turn.  What is left in the pipe is hart 2's, as soon as hart 1 is done.
static struct aspace *other_memory;
static uint32 second_has_read; // atomic

static uint32 between; // atomic: hart 1 has come to its second page

// Called before a page of hart 1's is copied: the first before it has the turn.
static void until_one_sleeps(void *dst, const void *src)
{
    static int copies;
    if (copies++ == 0)
        return;
    __atomic_store_n(&between, 1, __ATOMIC_RELEASE);
    while (host_asleep() < 1)
        ;
}

static void reading_turn_passes(int hart)
{
    if (hart == 1) {
        host_before_copy = until_one_sleeps;
        CHECK_EQ(read_at(PGSIZE - 30, 60), 60);
        host_before_copy = NULL;
        host_await(&second_has_read);
    } else if (hart == 2) {
        struct user_iter to = user_iter_one(other_memory, BASE, 60);
        while (!__atomic_load_n(&between, __ATOMIC_ACQUIRE))
            ;
        CHECK_EQ(reader->ops->read(reader, &to, NULL), 40);
        __atomic_store_n(&second_has_read, 1, __ATOMIC_RELEASE);
    }
}

TEST(end_of_a_reading_turn_wakes_the_next)
{
    begin();
    other_memory = space_new(1);
    host_act_as(1);
    for (uint64 i = 0; i < 2; i++)
        store_byte(memory, mine(i * PGSIZE), 1);
    host_act_as(0);
    struct aspace *child = aspace_fork(memory); // so that hart 1's pages are copied when it reads
    CHECK_EQ(write_at(0, 100), 100);
    second_has_read = 0;
    host_run_harts(3, reading_turn_passes);
    aspace_put(child);
    aspace_put(other_memory);
    end();
}

// Readers that wait are all served, and all told of the end.
static uint32 bytes_read; // atomic

static void read_to_the_end(int hart)
{
    if (hart == 0) {
        for (int i = 0; i < 100; i++)
            CHECK_EQ(write_at(0, 10), 10);
        close_file(&writer);
        return;
    }
    for (int64 got; (got = read_at(0, 7)) != 0;) {
        CHECK(got > 0);
        __atomic_fetch_add(&bytes_read, (uint32)got, __ATOMIC_RELAXED);
    }
}

TEST(readers_see_the_end)
{
    for (int round = 0; round < 20; round++) {
        begin();
        bytes_read = 0;
        host_run_harts(HOST_HARTS, read_to_the_end);
        CHECK_EQ(bytes_read, 1000);
        end();
    }
}

// Writers that wait for room, and for the turn, are told that nobody will read.
static void write_until_broken(int hart)
{
    if (hart > 0) {
        int64 n = write_at(0, 10 * FULL);
        CHECK(n == -EPIPE || (n > 0 && n <= 2 * FULL));
        return;
    }
    while (host_asleep() < HOST_HARTS - 1)
        ;
    CHECK_EQ(read_at(0, 1), 1);
    close_file(&reader);
}

TEST(writers_see_the_end)
{
    for (int round = 0; round < 20; round++) {
        begin();
        host_run_harts(HOST_HARTS, write_until_broken);
        end();
    }
}

// A signal ends each kind of wait: for room, for the turn, for data.
static int64 result[HOST_HARTS];

static void write_until_interrupted(int hart)
{
    if (hart > 0) {
        result[hart] = write_at(0, 2 * FULL);
        return;
    }
    while (host_asleep() < 2)
        ;
    host_interrupt(1, true);
    host_interrupt(2, true);
}

static void read_until_interrupted(int hart)
{
    if (hart > 0) {
        result[hart] = read_at(0, 1);
        return;
    }
    while (host_asleep() < 2)
        ;
    host_interrupt(1, true);
    host_interrupt(2, true);
}

TEST(signals_end_waits)
{
    begin();
    host_run_harts(3, write_until_interrupted);
    CHECK((result[1] == FULL && result[2] == -EINTR) || (result[2] == FULL && result[1] == -EINTR));
    host_interrupt(1, false);
    host_interrupt(2, false);
    CHECK_EQ(read_at(0, 2 * FULL), FULL);
    host_run_harts(3, read_until_interrupted);
    CHECK(result[1] == -EINTR && result[2] == -EINTR);
    host_interrupt(1, false);
    host_interrupt(2, false);
    CHECK_EQ(write_text("goes on"), 7);
    CHECK(reads("goes on"));
    end();
}

// --- against a model --------------------------------------------------------------------------

static uchar queue[FULL];
static size_t in_queue;

static size_t some_length(void)
{
    static const uint64 below[] = { 300, 3 * WHOLE, 2 * FULL };
    return 1 + test_random_below(below[test_random_below(3)]);
}

static void random_write(void)
{
    size_t n = some_length(), room = FULL - in_queue;
    size_t fits = n <= room ? n : n <= WHOLE ? 0 : room;
    uint64 at = test_random_below(2 * PGSIZE);
    uchar first = (uchar)test_random();
    for (size_t i = 0; i < fits; i++)
        queue[in_queue + i] = (uchar)(first + i * 3);
    store(at, queue + in_queue, fits);
    in_queue += fits;
    CHECK_EQ(write_at(at, n), fits ? (int64)fits : -EAGAIN);
}

static void random_read(void)
{
    size_t n = some_length(), take = n < in_queue ? n : in_queue;
    uint64 at = test_random_below(2 * PGSIZE);
    static uchar seen[FULL];
    CHECK_EQ(read_at(at, n), take ? (int64)take : -EAGAIN);
    load(seen, at, take);
    CHECK_EQ(memcmp(seen, queue, take), 0);
    in_queue -= take;
    memmove(queue, queue + take, in_queue);
}

TEST(transfers_at_random)
{
    begin();
    no_waiting();
    in_queue = 0;
    for (int i = 0; i < 3000; i++) {
        if (test_random_below(2))
            random_write();
        else
            random_read();
    }
    end();
}
