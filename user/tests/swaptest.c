// swaptest: memory larger than RAM.  Every byte is looked at again, after it was elsewhere.
//
// Each part takes disk1 into use as swap space, and gives it up when its process has ended: what it
// had is gone from there, and memory is as it was.

#include "user/tests/lib/runner.h"
#include "user/tests/lib/test.h"

const char usage_text[] = "usage: swaptest [-q] [-l] [PART...]   tests memory larger than RAM\n";

#define WORDS (PGSIZE / sizeof(uint64))
#define MIB   (1UL << 20 >> 12) // pages

// Pages, and of each the version that was written last.  Both are memory that can be elsewhere.
struct pages {
    uint64 (*page)[WORDS];
    uint16 *version;
    uint64 n;
};

static uint64 seed;

static uint64 draw(uint64 below)
{
    seed = seed * 6364136223846793005UL + 1442695040888963407UL;
    return (seed >> 33) % below;
}

static uint64 word_of(const struct pages *p, uint64 i, uint64 w)
{
    return (i * WORDS + w) * 0x9e3779b97f4a7c15UL + p->version[i];
}

static void write_page(const struct pages *p, uint64 i)
{
    p->version[i]++;
    for (uint64 w = 0; w < WORDS; w++)
        p->page[i][w] = word_of(p, i, w);
}

static void check_page(const struct pages *p, uint64 i)
{
    for (uint64 w = 0; w < WORDS; w++)
        CHECK(p->page[i][w] == word_of(p, i, w), "page %lu, version %u: word %lu is %lx, not %lx",
              i, p->version[i], w, p->page[i][w], word_of(p, i, w));
}

static void *map(uint64 bytes, int flags)
{
    long at = sys(SYS_mmap, 0, bytes, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | flags, -1, 0);
    CHECK(at > 0, "mmap of %lu bytes gave %ld", bytes, at);
    return (void *)at;
}

static struct pages make_pages(uint64 n, int flags)
{
    struct pages p = { map(n * PGSIZE, flags), map(n * sizeof(uint16), flags), n };
    for (uint64 i = 0; i < n; i++)
        write_page(&p, i);
    return p;
}

static void check_all(const struct pages *p)
{
    for (uint64 i = 0; i < p->n; i++)
        check_page(p, i);
}

// Some pages get another version, some are looked at; a few again and again.
static void use(const struct pages *p, uint64 times)
{
    for (uint64 k = 0; k < times; k++) {
        uint64 i = draw(draw(4) ? p->n : p->n / 50 + 1);
        check_page(p, i);
        if (draw(3) == 0)
            write_page(p, i);
    }
}

// So many pages as a part may fill: a share of all there is, in RAM and swap space.
static uint64 room(uint64 most_mib, uint64 percent)
{
    struct kine_meminfo m = meminfo();
    uint64 all = (m.free + m.swap_free) * percent / 100;
    return all < most_mib * MIB ? all : most_mib * MIB;
}

// --- parts ------------------------------------------------------------------------------------

struct child {
    const struct pages *p;
    uint64 seed;
};

static void be_child(void *arg)
{
    const struct child *c = arg;
    seed = c->seed;
    use(c->p, c->p->n / 60);
}

// What parent and child do at the same time neither sees of the other.
static void large(void *arg)
{
    struct pages p = make_pages(room(300, 55), MAP_PRIVATE);
    CHECK(meminfo().swap_free < meminfo().swap, "nothing went to swap space");
    for (uint64 round = 0; round < 3; round++) {
        struct child c = { &p, round + 7 };
        seed = round;
        int pid = start(be_child, &c);
        use(&p, p.n / 60);
        struct ending end = finish(pid);
        CHECK(end.signal == 0 && end.status == 0, "the child of round %lu: signal %d, exit %d",
              round, end.signal, end.status);
    }
    check_all(&p);
}

static void check_in_child(void *arg)
{
    const struct pages *p = arg;
    check_all(p);
    write_page(p, draw(p->n));
    check_all(p);
}

// Slots that several have: each looks at all of them, and they come to an end one after the other.
static void family(void *arg)
{
    struct pages p = make_pages(room(50, 20), MAP_PRIVATE);
    struct pages more = make_pages(room(90, 25), MAP_PRIVATE); // what came before it goes out
    int pid[3];
    for (int i = 0; i < 3; i++) {
        seed = (uint64)i;
        pid[i] = start(check_in_child, &p);
    }
    check_all(&more);
    for (int i = 0; i < 3; i++)
        EXPECT(finish(pid[i]).status, 0, "child %d", i);
    check_all(&p);
}

// Rights change, places change, parts go, while the pages are elsewhere.
static void elsewhere(void *arg)
{
    struct pages p = make_pages(room(80, 25), MAP_PRIVATE);
    struct pages more = make_pages(room(80, 25), MAP_PRIVATE);
    uint64 half = p.n / 2, len = half * PGSIZE;
    EXPECT(sys(SYS_mprotect, p.page, len, PROT_NONE), 0, "mprotect to nothing");
    check_all(&more);
    EXPECT(sys(SYS_mprotect, p.page, len, PROT_READ | PROT_WRITE), 0, "mprotect back");
    use(&p, p.n / 10);
    long at = sys(SYS_mremap, p.page, p.n * PGSIZE, (p.n + 1) * PGSIZE, MREMAP_MAYMOVE);
    CHECK(at > 0, "mremap gave %ld", at);
    p.page = (void *)at;
    check_all(&more);
    EXPECT(sys(SYS_munmap, more.page, more.n / 2 * PGSIZE), 0, "munmap");
    EXPECT(sys(SYS_madvise, p.page, PGSIZE, MADV_DONTNEED), 0, "madvise");
    EXPECT(p.page[0][WORDS - 1], 0, "a page that was given back");
    write_page(&p, 0);
    check_all(&p);
}

static void change_in_child(void *arg)
{
    const struct pages *p = arg;
    check_all(p);
    for (uint64 i = 0; i < p->n; i += 3)
        write_page(p, i);
}

// Memory that a family shares: what one stores the others see, wherever the page is.
static void shared(void *arg)
{
    struct pages p = make_pages(room(130, 25), MAP_SHARED);
    CHECK(meminfo().swap_free < meminfo().swap, "nothing went to swap space");
    EXPECT(run(change_in_child, &p).status, 0, "the child");
    check_all(&p);
    use(&p, p.n / 40);
}

// A file in memory: written, cut, made longer, read while its pages are elsewhere.
static void file_in_memory(void *arg)
{
    static char page[PGSIZE];
    uint64 n = room(140, 30);
    long fd = sys(SYS_memfd_create, "swap", 0);
    CHECK(fd >= 0, "memfd_create gave %ld", fd);
    for (uint64 i = 0; i < n; i++) {
        fill(page, PGSIZE, (uint)i);
        EXPECT(sys(SYS_pwrite64, fd, page, PGSIZE, i * PGSIZE), PGSIZE, "write of page %lu", i);
    }
    CHECK(meminfo().swap_free < meminfo().swap, "nothing went to swap space");
    uint64 half = n / 2 * PGSIZE;
    EXPECT(sys(SYS_ftruncate, fd, half - PGSIZE / 2), 0, "cut");
    EXPECT(sys(SYS_ftruncate, fd, half + PGSIZE), 0, "made longer");
    EXPECT(sys(SYS_pwrite64, fd, "x", 1, 100), 1, "write into a page");
    for (uint64 i = 0; i <= n / 2; i++) {
        EXPECT(sys(SYS_pread64, fd, page, PGSIZE, i * PGSIZE), PGSIZE, "read of page %lu", i);
        if (i == 0)
            EXPECT(page[100], 'x', "the byte that was written");
        if (i > 0 && i + 1 < n / 2)
            check_filled(page, PGSIZE, (uint)i);
    }
    EXPECT(page[0] | page[PGSIZE - 1], 0, "what was behind the end");
    close((int)fd);
}

// The kernel's own copies find what is elsewhere.
static void copies(void *arg)
{
    struct pages p = make_pages(room(80, 25), MAP_PRIVATE);
    struct pages more = make_pages(room(80, 25), MAP_PRIVATE);
    char name[] = "swap.file";
    int fd = open(name, O_CREATE | O_RDWR | O_TRUNC);
    CHECK(fd >= 0, "open");
    for (int i = 0; i < 100; i++) {
        uint64 from = draw(p.n), to = draw(more.n);
        EXPECT(sys(SYS_pwrite64, fd, p.page[from], PGSIZE, 0), PGSIZE, "write");
        EXPECT(sys(SYS_pread64, fd, more.page[to], PGSIZE, 0), PGSIZE, "read");
        EXPECT(memcmp(p.page[from], more.page[to], PGSIZE), 0, "what was read");
        write_page(&more, to);
    }
    close(fd);
    unlink(name);
    check_all(&p);
    check_all(&more);
}

static void become_another(void *arg)
{
    char *argv[] = { "true", NULL };
    exec("/true", argv);
    FAIL("exec: %d", errno);
}

// One page in each of n leaf tables, for whose sake a fork makes as many.
static void scatter(uint64 n)
{
    const uint64 span = PGSIZE * PGSIZE / sizeof(uint64), at = 4UL << 30;
    for (uint64 i = 0; i < n; i++) {
        uint64 va = at + i * span + span / 2;
        EXPECT(sys(SYS_mmap, va, PGSIZE, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0),
               va, "map %lu", i);
        *(uint64 *)va = i;
    }
}

#define AT_ONCE 10

// RAM is full, and others have their memory elsewhere: a fork and an exec find room all the same.
static void forks(void *arg)
{
    struct pages p = make_pages(room(300, 55), MAP_PRIVATE);
    int pid[AT_ONCE];
    scatter(meminfo().ram / 20);
    for (int i = 0; i < 50; i += AT_ONCE) {
        for (int k = 0; k < AT_ONCE; k++)
            pid[k] = start(become_another, NULL);
        use(&p, p.n / 100);
        for (int k = 0; k < AT_ONCE; k++)
            EXPECT(finish(pid[k]).status, 0, "child %d", i + k);
    }
    check_all(&p);
}

static long swap_off(void)
{
    return sys(SYS_swapoff, "/disk1");
}

// Swap space is given up while pages are in use: if there is not room for all, it goes on and nothing is
// lost; nobody ends for it.
static void given_up(void *arg)
{
    struct pages p = make_pages(room(300, 60), MAP_PRIVATE);
    struct pages some = make_pages(room(24, 5), MAP_PRIVATE),
                 shared = make_pages(room(24, 5), MAP_SHARED);
    struct child c = { &p, 1 };
    for (int i = 0; i < 3; i++) {
        int pid = start(be_child, &c);
        EXPECT(swap_off(), -ENOMEM, "swapoff without room");
        EXPECT(finish(pid).status, 0, "who used his pages meanwhile");
    }
    check_all(&p);
    EXPECT(sys(SYS_munmap, p.page, p.n * PGSIZE), 0, "munmap");
    c.p = &some;
    int pid = start(be_child, &c);
    long err = swap_off();
    EXPECT(finish(pid).status, 0, "who used some pages meanwhile");
    CHECK(err == 0 || err == -ENOMEM, "swapoff with room gave %ld", err);
    if (err)
        EXPECT(swap_off(), 0, "swapoff, alone");
    check_all(&some);
    check_all(&shared);
    EXPECT(meminfo().swap, 0, "what there is of swap space");
    EXPECT(sys(SYS_swapon, "/disk1", 0), 0, "swapon");
}

// One of two that take the disk into use and give it up, as fast as they can.
static void turn_on_and_off(void *arg)
{
    const bool *stop = arg;
    while (!__atomic_load_n(stop, __ATOMIC_ACQUIRE)) {
        long err = sys(SYS_swapon, "/disk1", 0);
        CHECK(err == 0 || err == -EBUSY || err == -ENOMEM, "swapon gave %ld", err);
        err = swap_off();
        CHECK(err == 0 || err == -EINVAL || err == -ENOMEM, "swapoff gave %ld", err);
    }
}

// All of it has room in RAM: there are moments without any swap space.
static void raced(void *arg)
{
    bool *stop = map(PGSIZE, MAP_SHARED);
    struct pages p = make_pages(room(60, 12), MAP_PRIVATE);
    int pid[2];
    for (int i = 0; i < 2; i++)
        pid[i] = start(turn_on_and_off, stop);
    use(&p, p.n / 4);
    struct pages more = make_pages(room(10, 5), MAP_PRIVATE);
    check_all(&p);
    __atomic_store_n(stop, true, __ATOMIC_RELEASE);
    for (int i = 0; i < 2; i++)
        EXPECT(finish(pid[i]).status, 0, "one that turns it on and off");
    check_all(&more);
    sys(SYS_swapon, "/disk1", 0); // unless it is in use
}

static void use_for_ever(void *arg)
{
    for (;;)
        use(arg, 1000);
}

// Whoever waits for a page, or for room, can be killed, and leaves nothing behind.
static void killed(void *arg)
{
    struct pages p = make_pages(room(200, 40), MAP_PRIVATE);
    for (int i = 0; i < 20; i++) {
        seed = (uint64)i;
        int pid[2] = { start(use_for_ever, &p), start(use_for_ever, &p) };
        sleep_ms((int)draw(40));
        for (int k = 0; k < 2; k++) {
            EXPECT(sys(SYS_kill, pid[k], SIGKILL), 0, "kill");
            EXPECT(finish(pid[k]).signal, SIGKILL, "the signal");
        }
    }
    check_all(&p);
}

// More than RAM and swap space together is refused, or ends the process; nothing is lost.
static void take_too_much(void *arg)
{
    uint64 n = meminfo().ram + meminfo().swap;
    EXPECT(sys(SYS_mmap, 0, (n + 1) * PGSIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
               -1, 0),
           -ENOMEM, "mmap of more than there is");
    make_pages(n, MAP_PRIVATE);
}

static void too_much(void *arg)
{
    must_die("one that fills more than there is", take_too_much, NULL, SIGKILL);
}

// On a disk that fails (tests/guest/test_swap.py): who touches a page that cannot be read is killed
// by SIGBUS, or gets EIO from a call, and everybody else goes on.
static void touch_all(void *arg)
{
    const struct pages *p = arg;
    volatile uint64 sum = 0;
    for (uint64 i = 0; i < p->n; i++)
        sum += p->page[i][0];
}

static void errors(void *arg)
{
    struct pages p = make_pages(room(160, 30), MAP_PRIVATE);
    struct ending end = run(touch_all, &p);
    EXPECT(end.signal, SIGBUS, "the signal of a child that touches all pages");
    int fd = open("/null.swap", O_CREATE | O_RDWR | O_TRUNC);
    long err = 0;
    for (uint64 i = 0; i < p.n && err >= 0; i++)
        err = sys(SYS_pwrite64, fd, p.page[i], PGSIZE, 0);
    EXPECT(err, -EIO, "write from pages that cannot be read");
    close(fd);
    unlink("/null.swap");
}

// The disk takes no write: nothing is lost, and more than RAM is refused.
static void unwritten(void *arg)
{
    uint64 ram = meminfo().ram;
    struct pages p = { (void *)sbrk(0), map(ram * sizeof(uint16), MAP_PRIVATE), 0 };
    take_everything();
    sbrk(-256 * PGSIZE); // room for what had gone out before the disk failed
    p.n = (uint64)((char *)sbrk(0) - (char *)p.page) / PGSIZE;
    CHECK(p.n > ram / 2 && p.n < ram, "%lu pages of %lu were granted", p.n, ram);
    for (uint64 i = 0; i < p.n; i++)
        write_page(&p, i);
    check_all(&p);
}

static void with_swap(const char *what, job *fn)
{
    EXPECT(sys(SYS_swapon, "/disk1", 0), 0, "swapon");
    must_pass(what, fn, NULL);
    EXPECT(sys(SYS_swapoff, "/disk1"), 0, "swapoff");
}

#define PART(name)                                                                                 \
    static void part_##name(void)                                                                  \
    {                                                                                              \
        with_swap(#name, name);                                                                    \
    }
PART(large)
PART(family)
PART(elsewhere)
PART(copies)
PART(shared)
PART(file_in_memory)
PART(too_much)
PART(forks)
PART(given_up)
PART(raced)
PART(killed)
PART(errors)
PART(unwritten)

static const struct part parts[] = {
    { "large", part_large, false },         { "family", part_family, false },
    { "elsewhere", part_elsewhere, false }, { "copies", part_copies, false },
    { "shared", part_shared, false },       { "memoryfile", part_file_in_memory, false },
    { "forks", part_forks, false },         { "givenup", part_given_up, false },
    { "raced", part_raced, false },         { "killed", part_killed, false },
    { "toomuch", part_too_much, true },
};

// Parts for a disk that fails, each named by who has such a disk.
static const struct part failing_parts[] = {
    { "errors", part_errors, false },
    { "unwritten", part_unwritten, false },
};

#define COUNT(parts) (sizeof parts / sizeof parts[0])

int main(int argc, char **argv)
{
    bool fails = argc > 1 && strcmp(argv[1], "-f") == 0;
    struct suite suite = {
        .prefix = "",
        .ok = "ok",
        .failed = "FAILED",
        .parts = fails ? failing_parts : parts,
        .count = fails ? COUNT(failing_parts) : COUNT(parts),
        .all_passed = "ALL SWAP TESTS PASSED",
        .some_failed = "SOME SWAP TESTS FAILED",
    };
    exit(run_suite(&suite, argc - fails, argv + fails));
}
