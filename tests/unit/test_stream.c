// kernel/proc/stream.c: bytes in order, and the pages that they lie in.
#include <string.h>
#include "check.h"
#include "errno.h"
#include "host.h"
#include "mem/audit.h"
#include "mem/share.h"
#include "proc/stream.h"

#define MANY 30

static struct stream s;

static void walk(void)
{
    stream_audit(&s);
}

static void begin(void)
{
    static bool ready;
    host_boot();
    if (!ready)
        audit_register("the stream", walk);
    ready = true;
    host_begin();
    s = (struct stream){ 0 };
    CHECK_EQ(stream_init(&s), 0);
}

static void end(void)
{
    stream_free(&s);
    s = (struct stream){ 0 };
    host_end();
}

static size_t pages(void)
{
    return frames_in_use(FRAME_OTHER);
}

// S1 to S3, for a stream in which nothing is reserved.
static void check_invariants(void)
{
    bool has[STREAM_PAGES] = { 0 };
    size_t wanted = 0;
    CHECK_EQ(s.end, s.head);
    CHECK(stream_bytes(&s) <= STREAM_SIZE);
    for (size_t pos = s.tail; pos != s.head; pos++)
        has[pos / PGSIZE % STREAM_PAGES] = true;
    if (s.tail == s.head) {
        CHECK_EQ(s.tail % PGSIZE, 0);
        has[s.tail / PGSIZE % STREAM_PAGES] = s.spare == NULL;
    }
    for (int i = 0; i < STREAM_PAGES; i++) {
        CHECK_EQ(s.slot[i] != NULL, has[i]);
        wanted += has[i];
    }
    CHECK_EQ(pages(), wanted + (s.spare != NULL));
    CHECK(pages() >= 1);
    CHECK_EQ(host_audit(), 0);
}

static uint32 put_so_far, taken_so_far;
static char bytes[STREAM_SIZE];

static char byte_at(uint32 n)
{
    return (char)(n * 7 + n / 256);
}

static void begin_counting(void)
{
    put_so_far = taken_so_far = 0;
}

static const char *next_bytes(size_t n)
{
    for (size_t i = 0; i < n; i++)
        bytes[i] = byte_at(put_so_far + (uint32)i);
    return bytes;
}

static bool append(size_t n)
{
    bool done = stream_append(&s, next_bytes(n), n);
    put_so_far += done ? (uint32)n : 0;
    return done;
}

// In pieces, of which the first `keep` bytes are committed.
static void put(size_t n, size_t keep)
{
    const char *from = next_bytes(n);
    for (size_t done = 0, len; done < n; done += len) {
        len = 1 + test_random_below(n - done);
        stream_put(&s, done, from + done, len);
    }
    stream_commit(&s, keep);
    put_so_far += (uint32)keep;
}

static void take(size_t n)
{
    static char got[STREAM_SIZE];
    stream_take(&s, got, n);
    for (size_t i = 0; i < n; i++)
        CHECK_EQ(got[i], byte_at(taken_so_far + (uint32)i));
    taken_so_far += (uint32)n;
}

// What is small and read soon stays in one page, for ever.
TEST(small_ones_cost_no_page)
{
    begin();
    begin_counting();
    for (int i = 0; i < 3 * STREAM_SIZE / 1000; i++) {
        CHECK(append(1000));
        CHECK_EQ(pages(), 1);
        take(300);
        take(700);
        check_invariants();
    }
    for (int i = 0; i < 5; i++) { // a whole page
        CHECK(append(PGSIZE));
        take(PGSIZE);
        check_invariants();
        CHECK_EQ(pages(), 1);
    }
    end();
}

// Full to the last byte; the page that both ends lie in stays until both have left it.
TEST(full_and_round)
{
    begin();
    begin_counting();
    CHECK(append(100));
    CHECK(!append(STREAM_SIZE - 99));
    CHECK_EQ(stream_reserve(&s, STREAM_SIZE), STREAM_SIZE - 100);
    put(STREAM_SIZE - 100, STREAM_SIZE - 100);
    CHECK_EQ(pages(), STREAM_PAGES);
    CHECK(!append(1));
    take(10);
    CHECK(append(10));
    CHECK_EQ(pages(), STREAM_PAGES);
    check_invariants();
    take(PGSIZE - 10);
    check_invariants();
    CHECK_EQ(pages(), STREAM_PAGES); // head is in the page that tail has left
    take(STREAM_SIZE - PGSIZE);
    check_invariants();
    take(10);
    check_invariants();
    CHECK_EQ(pages(), 1);
    end();
}

// What is given up leaves no page, wherever it ends.
TEST(reserved_and_given_up)
{
    begin();
    begin_counting();
    for (size_t before = 0; before <= 2 * PGSIZE; before += PGSIZE / 2)
        for (size_t read = 0; read <= before; read += PGSIZE / 2) {
            CHECK(append(before));
            size_t most = before ? STREAM_SIZE - before : STREAM_SIZE;
            CHECK_EQ(stream_reserve(&s, STREAM_SIZE), most);
            take(read); // meanwhile
            put(most, 0);
            check_invariants();
            take(before - read);
            check_invariants();
            CHECK_EQ(pages(), 1);
        }
    end();
}

TEST(no_memory_for_it)
{
    begin();
    host_fail_kalloc(1);
    struct stream none = { 0 };
    CHECK_EQ(stream_init(&none), -ENOMEM);
    begin_counting();
    CHECK_EQ(stream_reserve(&s, 3 * PGSIZE), 3 * PGSIZE);
    put(3 * PGSIZE, 3 * PGSIZE);
    static const size_t got[] = { 0, PGSIZE, 3 * PGSIZE }; // the last with the page given up before
    for (int i = 0; i < 3; i++) {
        host_fail_kalloc(i + 1);
        CHECK_EQ(stream_reserve(&s, 4 * PGSIZE), got[i]);
        stream_commit(&s, 0);
        check_invariants();
        CHECK_EQ(pages(), i == 0 ? 3 : 4);
        host_fail_kalloc(0);
    }
    end();
}

// What is on its way is charged to nobody, and there is an end of it; a page for each stream
// remains.
TEST(many_full_ones)
{
    static struct stream other[MANY];
    begin();
    for (int i = 0; i < MANY; i++) {
        other[i] = (struct stream){ 0 };
        CHECK_EQ(stream_init(&other[i]), 0);
    }
    size_t charged = share_charged(), sum = 0, lent;
    for (int i = 0; i < MANY; i++) {
        size_t got = stream_reserve(&other[i], STREAM_SIZE);
        CHECK(got >= PGSIZE && (got == STREAM_SIZE || sum > 0));
        stream_commit(&other[i], got);
        sum += got / PGSIZE;
    }
    lent = sum - MANY;
    CHECK(lent > 3 * (STREAM_PAGES - 1) && lent < (MANY - 1) * (STREAM_PAGES - 1));
    CHECK(!share_lend());
    CHECK_EQ(share_charged(), charged);
    CHECK_EQ(stream_reserve(&s, STREAM_SIZE), PGSIZE);
    stream_commit(&s, 0);
    for (int i = 0; i < MANY; i++)
        stream_free(&other[i]);
    CHECK_EQ(stream_reserve(&s, STREAM_SIZE), STREAM_SIZE);
    stream_commit(&s, 0);
    size_t again = 0;
    while (share_lend())
        again++;
    CHECK_EQ(again, lent);
    share_lend_end(again);
    end();
}

static void step(void)
{
    static const uint64 below[] = { 50, 3 * PGSIZE, STREAM_SIZE };
    size_t n = 1 + test_random_below(below[test_random_below(3)]);
    size_t have = stream_bytes(&s), room = stream_room(&s), got;
    switch (test_random_below(4)) {
    case 0: CHECK_EQ(append(n), n <= room); break;
    case 1:
        got = stream_reserve(&s, n);
        CHECK_EQ(got, n < room ? n : room);
        if (test_random_below(2))
            take(test_random_below(have + 1));
        put(got, test_random_below(2) ? got : test_random_below(got + 1));
        break;
    default: take(n < have ? n : have); break;
    }
}

TEST(steps_at_random)
{
    begin();
    begin_counting();
    for (int i = 0; i < 4000; i++) {
        step();
        check_invariants();
    }
    take(stream_bytes(&s));
    CHECK_EQ(put_so_far, taken_so_far);
    CHECK_EQ(pages(), 1);
    end();
}
