// Futexes, call by call and in crowds.

#include "user/tests/threadtest/threadtest.h"

#define PRIVATE FUTEX_PRIVATE_FLAG
#define ALL     1000000

static volatile uint word, other, awake;

static void wait_once(void *bits)
{
    long err = futex(&word, FUTEX_WAIT_BITSET | PRIVATE, 7, NULL, NULL, (uint)(long)bits);
    if (err == 0)
        __atomic_add_fetch(&awake, 1, __ATOMIC_RELAXED);
}

// Threads that sleep at `word`, as 7, by the bits given.
static void lay_to_sleep(struct uthread *t, int n, uint bits)
{
    word = 7;
    awake = 0;
    for (int i = 0; i < n; i++)
        begin(&t[i], wait_once, (void *)(long)bits);
    sleep_ms(20);
}

static void join_all(struct uthread *t, int n)
{
    for (int i = 0; i < n; i++)
        join(&t[i]);
}

void futex_values(void)
{
    static struct uthread t[5];
    word = 7;
    EXPECT(futex(&word, FUTEX_WAIT, 6, NULL, NULL, 0), -EAGAIN, "another value");
    EXPECT(futex(&word, FUTEX_WAKE, 1, NULL, NULL, 0), 0, "nobody to wake");
    lay_to_sleep(t, 5, ~0U);
    EXPECT(futex(&word, FUTEX_WAKE | PRIVATE, 2, NULL, NULL, 0), 2, "wake two");
    EXPECT(futex(&word, FUTEX_WAKE, 0, NULL, NULL, 0), 1, "wake none, which is one");
    EXPECT(futex(&other, FUTEX_WAKE, 9, NULL, NULL, 0), 0, "wake at another word");
    EXPECT(futex(&word, FUTEX_WAKE, ALL, NULL, NULL, 0), 2, "wake the others");
    join_all(t, 5);
    EXPECT(awake, 5, "who was woken");
}

static long wait_until(int op, long sec, long nsec)
{
    struct timespec ts = { sec, nsec };
    return futex(&word, op, 7, &ts, NULL, ~0U);
}

void futex_limits(void)
{
    struct timespec ts;
    uint64 begin = now_ns();
    word = 7;
    EXPECT(wait_until(FUTEX_WAIT, 0, 30000000), -ETIMEDOUT, "30 ms");
    CHECK(now_ns() - begin >= 30000000, "it took %ld ns", (long)(now_ns() - begin));
    EXPECT(wait_until(FUTEX_WAIT, 0, 0), -ETIMEDOUT, "no time at all");
    EXPECT(wait_until(FUTEX_WAIT | FUTEX_CLOCK_REALTIME, 0, 1000), -ETIMEDOUT, "of day, relative");
    sys(SYS_clock_gettime, CLOCK_MONOTONIC, &ts);
    EXPECT(wait_until(FUTEX_WAIT_BITSET, ts.tv_sec, ts.tv_nsec), -ETIMEDOUT, "a time that is past");
    begin = now_ns();
    sys(SYS_clock_gettime, CLOCK_REALTIME, &ts);
    ts.tv_nsec += 20000000;
    ts.tv_sec += ts.tv_nsec / 1000000000;
    ts.tv_nsec %= 1000000000;
    EXPECT(wait_until(FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, ts.tv_sec, ts.tv_nsec), -ETIMEDOUT,
           "20 ms from now by the day");
    CHECK(now_ns() - begin >= 19000000, "it took %ld ns", (long)(now_ns() - begin));
    EXPECT(wait_until(FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 1, 0), -ETIMEDOUT, "in 1970");
    EXPECT(wait_until(FUTEX_WAIT, -1, 0), -EINVAL, "seconds below 0");
    EXPECT(wait_until(FUTEX_WAIT, 0, 1000000000), -EINVAL, "too many nanoseconds");
    EXPECT(futex(&word, FUTEX_WAIT, 7, (void *)8, NULL, 0), -EFAULT, "a limit that is nowhere");
    word = 6;
    EXPECT(wait_until(FUTEX_WAIT, 1L << 60, 0), -EAGAIN, "another value, for ever");
}

void futex_bits(void)
{
    static struct uthread a[2], b[2];
    lay_to_sleep(a, 2, 1);
    for (int i = 0; i < 2; i++)
        begin(&b[i], wait_once, (void *)6);
    sleep_ms(20);
    EXPECT(futex(&word, FUTEX_WAKE_BITSET, ALL, NULL, NULL, 8), 0, "bits of nobody");
    EXPECT(futex(&word, FUTEX_WAKE_BITSET, ALL, NULL, NULL, 2), 2, "bits of two");
    join_all(b, 2);
    EXPECT(futex(&word, FUTEX_WAKE, ALL, NULL, NULL, 0), 2, "whatever bits");
    join_all(a, 2);
    EXPECT(futex(&word, FUTEX_WAKE_BITSET, 1, NULL, NULL, 0), -EINVAL, "wake with no bits");
    EXPECT(futex(&word, FUTEX_WAIT_BITSET, 7, NULL, NULL, 0), -EINVAL, "wait with no bits");
}

void futex_requeue(void)
{
    static struct uthread t[6];
    lay_to_sleep(t, 6, ~0U);
    EXPECT(futex(&word, FUTEX_CMP_REQUEUE, 1, (void *)2, &other, 6), -EAGAIN, "another value");
    EXPECT(futex(&word, FUTEX_CMP_REQUEUE, 1, (void *)2, &other, 7), 3, "one woken, two moved");
    EXPECT(futex(&other, FUTEX_WAKE, ALL, NULL, NULL, 0), 2, "those who were moved");
    EXPECT(futex(&word, FUTEX_REQUEUE, 0, (void *)(long)ALL, &other, 0), 3, "all others moved");
    EXPECT(futex(&word, FUTEX_WAKE, ALL, NULL, NULL, 0), 0, "nobody is left");
    EXPECT(futex(&other, FUTEX_REQUEUE, 1, (void *)(long)ALL, &other, 0), 3,
           "moved to where they are");
    EXPECT(futex(&other, FUTEX_WAKE, ALL, NULL, NULL, 0), 2, "they are still there");
    join_all(t, 6);
    EXPECT(awake, 6, "who was woken");
}

// Operation, operand, comparison, what is compared with.
static uint encode(uint op, int operand, uint cmp, int with)
{
    return op << 28 | cmp << 24 | ((uint)operand & 0xfff) << 12 | ((uint)with & 0xfff);
}

static void operate(uint op, int operand, uint before, uint after)
{
    other = before;
    EXPECT(futex(&word, FUTEX_WAKE_OP, 1, (void *)1, &other, encode(op, operand, 0, 0)), 0,
           "operation %u", op);
    EXPECT(other, after, "what operation %u makes", op);
}

static void compare(uint cmp, int with, uint before, long woken)
{
    static struct uthread t[1];
    lay_to_sleep(t, 1, ~0U);
    other = before;
    EXPECT(futex(&other, FUTEX_WAKE_OP, 1, (void *)1, &word, encode(FUTEX_OP_ADD, 0, cmp, with)),
           before == 7 ? woken : 0, "comparison %u", cmp);
    futex(&word, FUTEX_WAKE, ALL, NULL, NULL, 0);
    join_all(t, 1);
}

void futex_ops(void)
{
    operate(FUTEX_OP_SET, 5, 1, 5);
    operate(FUTEX_OP_SET, -1, 1, ~0U);
    operate(FUTEX_OP_ADD, -3, 10, 7);
    operate(FUTEX_OP_OR, 6, 1, 7);
    operate(FUTEX_OP_ANDN, 6, 7, 1);
    operate(FUTEX_OP_XOR, 3, 5, 6);
    operate(FUTEX_OP_OR | 8, 31, 1, 0x80000001);
    compare(FUTEX_OP_CMP_EQ, 7, 7, 1);
    compare(FUTEX_OP_CMP_NE, 7, 7, 0);
    compare(FUTEX_OP_CMP_LT, 8, 7, 1);
    compare(FUTEX_OP_CMP_LE, 6, 7, 0);
    compare(FUTEX_OP_CMP_GT, -1, 7, 1);
    compare(FUTEX_OP_CMP_GE, 8, 7, 0);
    EXPECT(futex(&word, FUTEX_WAKE_OP, 1, NULL, &other, 7U << 28), -ENOSYS, "no such operation");
    EXPECT(futex(&word, FUTEX_WAKE_OP, 1, NULL, &other, 9U << 24), -ENOSYS, "no such comparison");
}

// --- between processes ------------------------------------------------------------------------

static volatile uint *shared;

static void wait_shared(void *op)
{
    while (*shared == 0)
        futex(shared, (int)(long)op, 0, NULL, NULL, 0);
}

static void wait_elsewhere(void *arg)
{
    char *page = (char *)PGROUNDDOWN((uint64)shared);
    char *twin = (char *)sys(SYS_mremap, page, 0, PGSIZE, MREMAP_MAYMOVE); // shows it a second time
    volatile uint *there = (volatile uint *)(twin + ((char *)shared - page));
    while (*there == 0)
        futex(there, FUTEX_WAIT, 0, NULL, NULL, 0);
}

// One word for all who map it, wherever; a private one is only one's own.
void futex_between_processes(void)
{
    char *map = (char *)sys(SYS_mmap, 0, 2 * PGSIZE, PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    shared = (volatile uint *)(map + PGSIZE + 8);
    int pid = start(wait_shared, (void *)FUTEX_WAIT);
    int pid2 = start(wait_elsewhere, NULL);
    sleep_ms(30);
    EXPECT(futex(shared, FUTEX_WAKE | PRIVATE, ALL, NULL, NULL, 0), 0, "a private wakeup");
    *shared = 1;
    EXPECT(futex(shared, FUTEX_WAKE, ALL, NULL, NULL, 0), 2, "a shared one");
    EXPECT(finish(pid).status, 0, "the first");
    EXPECT(finish(pid2).status, 0, "the second");

    *shared = 0;
    pid = start(wait_shared, (void *)FUTEX_WAIT);
    sleep_ms(30);
    EXPECT(futex(shared, FUTEX_REQUEUE, 0, (void *)1, map, 0), 1, "moved to another word");
    *shared = 1;
    EXPECT(futex(shared, FUTEX_WAKE, ALL, NULL, NULL, 0), 0, "nobody is left");
    EXPECT(futex(map, FUTEX_WAKE, ALL, NULL, NULL, 0), 1, "he is there");
    EXPECT(finish(pid).status, 0, "the one who was moved");

    *shared = 0; // fork makes two of a private word
    word = 0;
    shared = &word;
    pid = start(wait_shared, (void *)FUTEX_WAIT);
    sleep_ms(20);
    EXPECT(futex(&word, FUTEX_WAKE, ALL, NULL, NULL, 0), 0, "another process's private word");
    kill(pid);
    finish(pid);
}

// --- crowds -----------------------------------------------------------------------------------

#define LOCKERS 8
#define ROUNDS  2000

static struct lock guard;
static volatile long sum;

static void adds(void *arg)
{
    for (int i = 0; i < ROUNDS; i++) {
        lock(&guard);
        long was = sum;
        if (i % 64 == 0)
            sched_yield();
        sum = was + 1;
        unlock(&guard);
    }
}

// A lock that loses no wakeup lets all come to their end, and one at a time.
void futex_lock(void)
{
    static struct uthread t[LOCKERS];
    sum = 0;
    for (int i = 0; i < LOCKERS; i++)
        begin(&t[i], adds, NULL);
    join_all(t, LOCKERS);
    EXPECT(sum, (long)LOCKERS * ROUNDS, "the sum");
}

#define CROWD 12
#define MEETS 300

static struct barrier place;
static volatile uint turn[CROWD];

static void meets(void *n)
{
    long me = (long)n;
    for (uint i = 1; i <= MEETS; i++) {
        turn[me] = i;
        meet(&place);
        for (int k = 0; k < CROWD; k++)
            CHECK(turn[k] >= i, "thread %d is at %u, not at %u", k, turn[k], i);
    }
}

// The last of a crowd wakes all others, again and again.
void futex_crowd(void)
{
    static struct uthread t[CROWD];
    place = (struct barrier){ .n = CROWD };
    for (long i = 0; i < CROWD; i++)
        begin(&t[i], meets, (void *)i);
    join_all(t, CROWD);
}

void futex_refused(void)
{
    char *page = (char *)sys(SYS_mmap, 0, PGSIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    volatile uint *odd = (volatile uint *)((char *)&word + 2);
    EXPECT(futex(odd, FUTEX_WAIT, 7, NULL, NULL, 0), -EINVAL, "wait at an odd place");
    EXPECT(futex(odd, FUTEX_WAKE, 7, NULL, NULL, 0), -EINVAL, "wake at an odd place");
    EXPECT(futex(&word, FUTEX_REQUEUE, 1, (void *)1, odd, 0), -EINVAL, "move to an odd place");
    EXPECT(futex(NULL, FUTEX_WAIT, 7, NULL, NULL, 0), -EFAULT, "wait nowhere");
    EXPECT(futex(NULL, FUTEX_WAKE, 7, NULL, NULL, 0), -EFAULT, "wake nowhere");
    EXPECT(futex(page, FUTEX_WAIT, 0, NULL, NULL, 0), -EFAULT, "wait at what cannot be read");
    EXPECT(futex((void *)(1UL << 63), FUTEX_WAKE | PRIVATE, 1, NULL, NULL, 0), -EFAULT,
           "wake beyond user space");
    EXPECT(futex(&word, FUTEX_REQUEUE, -1, (void *)1, &other, 0), -EINVAL, "wake fewer than none");
    EXPECT(futex(&word, FUTEX_REQUEUE, 1, (void *)-1, &other, 0), -EINVAL, "move fewer than none");
    EXPECT(futex(&word, FUTEX_WAKE | FUTEX_CLOCK_REALTIME, 1, NULL, NULL, 0), -ENOSYS,
           "a wakeup by the clock");
    for (int op = 0; op < 32; op++)
        if (op != FUTEX_WAIT && op != FUTEX_WAKE && op != FUTEX_REQUEUE &&
            op != FUTEX_CMP_REQUEUE && op != FUTEX_WAKE_OP && op != FUTEX_WAIT_BITSET &&
            op != FUTEX_WAKE_BITSET)
            EXPECT(futex(&word, op, 7, NULL, NULL, 0), -ENOSYS, "operation %d", op);
    sys(SYS_munmap, page, PGSIZE);
}
