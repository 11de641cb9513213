// Pages to play with, patterns in them, and the accounts of frames.

#include "user/tests/lib/test.h"

#define SETTLE_MS 4000 // how long orphans and the like may take to be gone

static char *grow_aligned(long pages, char *(*more)(int))
{
    long odd = (long)sbrk(0) % PGSIZE;
    if (odd && sbrk((int)(PGSIZE - odd)) == SBRK_ERROR)
        FAIL("sbrk(%ld) failed", PGSIZE - odd);
    char *at = more((int)(pages * PGSIZE));
    if (at == SBRK_ERROR)
        FAIL("%ld pages of heap were not to be had", pages);
    return at;
}

char *heap_pages(long pages)
{
    return grow_aligned(pages, sbrk);
}

char *lazy_pages(long pages)
{
    return grow_aligned(pages, sbrklazy);
}

void take_everything(void)
{
    for (int step = 256; step > 0; step /= 2)
        while (sbrk(step * PGSIZE) != SBRK_ERROR)
            ;
}

static uchar pattern(size_t i, uint seed)
{
    uint x = (uint)(i / 8) * 2654435761u + seed * 40503u;
    return (uchar)(x >> 24 ^ x >> 11 ^ i);
}

void fill(void *at, size_t n, uint seed)
{
    uchar *p = at;
    for (size_t i = 0; i < n; i++)
        p[i] = pattern(i, seed);
}

// => the first place that differs, n if there is none
static size_t first_wrong(const void *at, size_t n, uint seed)
{
    const uchar *p = at;
    size_t i = 0;
    while (i < n && p[i] == pattern(i, seed))
        i++;
    return i;
}

bool is_filled(const void *at, size_t n, uint seed)
{
    return first_wrong(at, n, seed) == n;
}

void check_filled(const void *at, size_t n, uint seed)
{
    size_t i = first_wrong(at, n, seed);
    if (i < n)
        FAIL("byte %ld at %p: expected %x, got %x", (long)i, (const char *)at + i, pattern(i, seed),
             ((const uchar *)at)[i]);
}

struct kine_pte pte_of(const volatile void *at)
{
    struct kine_pte out = { 0 };
    long err = sys(SYS_kine_pte, at, &out);
    if (err)
        FAIL("kine_pte(%p) gave %ld", at, err);
    return out;
}

struct kine_meminfo meminfo(void)
{
    struct kine_meminfo m = { 0 };
    sys(SYS_kine_meminfo, &m);
    return m;
}

long free_frames(void)
{
    struct kine_meminfo m = meminfo();
    return m.ram ? (long)m.free : (PHYSTOP - KERNBASE) / PGSIZE;
}

static long grow_until_refused(int pages)
{
    long got = 0;
    while (sbrk(pages * PGSIZE) != SBRK_ERROR)
        got += pages;
    return got;
}

struct counting {
    int fd, step;
};

static void count_in_child(void *arg)
{
    struct counting *c = arg;
    errno = (int)write(c->fd, &c, 0); // what is used without memory is there before
    long n = grow_until_refused(c->step);
    if (c->step > 1)
        n += grow_until_refused(1);
    if (write(c->fd, &n, sizeof n) != sizeof n)
        FAIL("the count did not go through the pipe");
}

long count_sbrk(int step)
{
    int fd[2];
    long n = 0;
    must_pipe(fd);
    struct counting c = { fd[1], step };
    must_pass("counting pages", count_in_child, &c);
    if (read(fd[0], &n, sizeof n) != sizeof n)
        FAIL("no count came through the pipe");
    close(fd[0]);
    close(fd[1]);
    return n;
}

struct tally tally_now(void)
{
    errno = 0; // its page must be our own before the count, not first at a later failure
    struct kine_meminfo m = meminfo();
    return (struct tally){ (long)m.user, (long)m.tables, (long)m.other, m.ram != 0 };
}

// An idle hart keeps the root table that it has loaded, even if its process is dead.
static bool same_tally(const struct tally *a, const struct tally *b)
{
    return a->user == b->user && a->other == b->other && a->tables - b->tables <= NCPU &&
           b->tables - a->tables <= NCPU;
}

bool tally_returns(const struct tally *was, struct tally *now)
{
    for (int ms = 1, waited = 0;; waited += ms, ms += ms < 32 ? ms : 0) {
        *now = tally_now();
        if (!was->known || same_tally(now, was))
            return true;
        if (waited > SETTLE_MS)
            return false;
        sleep_ms(ms);
    }
}

void check_tally(const struct tally *was, const char *what)
{
    struct tally now;
    if (!tally_returns(was, &now))
        FAIL("%s: frames for users, tables, others: expected %ld %ld %ld, got %ld %ld %ld", what,
             was->user, was->tables, was->other, now.user, now.tables, now.other);
    EXPECT(audit_faults(), 0, "%s: faults that the audit found", what);
}

long audit_faults(void)
{
    struct kine_audit a = { 0 };
    long err = sys(SYS_kine_audit, &a);
    EXPECT(err == 0 || err == -ENOSYS, 1, "the audit works, where there is one; it returned %ld",
           err);
    return (long)(a.lost + a.errors);
}
