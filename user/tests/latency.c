// latency: calls whose length the caller chooses let others run, and end when they are killed.
//
// Each part is a process that prepares something large and then works on it in calls that are as
// long as it can make them.  Meanwhile its parent sleeps for 5 ms at a time, and says how much of
// the hart's time went to others in the longest of these sleeps.  Then the part runs once more and
// is killed soon after its work began.  On a machine of one hart, which gives to one what it takes
// from the other.
//
// With -icount QEMU's clock counts instructions, and the time in which the hart had nothing to do
// is not counted: so the gaps are those of the guest, whatever else the host does
// (tests/guest/test_latency.py).

#include "kernel/elf.h"
#include "user/tests/lib/test.h"

const char usage_text[] = "usage: latency   tests that long calls let others run\n";

#define SLEEP_US   5000
#define BOUND_US   50000  // the longest gap
#define DEATH_US   100000 // from the kill to the end of the process
#define START_US   12000  // from a part's being ready to the beginning of its work
#define KILL_US    30000  // from there to its death
#define MEGABYTES  192    // of memory that a part works on
#define FILE_MB    24
#define NAMES      6000
#define LINKS      38
#define SNAPSHOTS  400
#define CHILDREN   200
#define AUDITED    60 // children while all is counted, for which everybody waits
#define PATH_BYTES 4096
#define STACK_MB   64 // the most that a program gets

static uint64 now_us(void)
{
    struct timespec t;
    sys(SYS_clock_gettime, 1, &t);
    return (uint64)t.tv_sec * 1000000 + (uint64)t.tv_nsec / 1000;
}

// What the hart has worked since boot, in units of its counter of instructions.
static uint64 worked(void)
{
    uint64 n;
    struct kine_meminfo m;
    kine_meminfo(&m);
    __asm__ volatile("rdinstret %0" : "=r"(n)::"memory");
    return n - m.slept;
}

static uint64 units_in_a_ms;

static void measure_units(void)
{
    uint64 start = now_us(), first = worked();
    while (now_us() - start < 100000)
        ;
    units_in_a_ms = (worked() - first) / 100;
}

static uint64 worked_us(uint64 since)
{
    return (worked() - since) * 1000 / units_in_a_ms;
}

// --- memory -----------------------------------------------------------------------------------

static char *memory;
static const uint64 memory_size = (uint64)MEGABYTES << 20;

static void get_memory(void)
{
    memory = mmap(0, memory_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(memory != (char *)-1, "no memory");
}

static void fill_memory(void)
{
    get_memory();
    EXPECT(sys(SYS_madvise, memory, memory_size, MADV_POPULATE_WRITE), 0, "populate");
}

static void populate(void)
{
    EXPECT(sys(SYS_madvise, memory, memory_size, MADV_POPULATE_WRITE), 0, "populate");
}

static void do_fork(void)
{
    for (int i = 0; i < 3; i++)
        run(do_nothing, 0);
}

static void protect(void)
{
    for (int i = 0; i < 3; i++) {
        mprotect(memory, memory_size, PROT_READ);
        mprotect(memory, memory_size, PROT_READ | PROT_WRITE);
    }
}

static void unmap(void)
{
    EXPECT(munmap(memory, memory_size), 0, "munmap");
}

static void discard(void)
{
    EXPECT(sys(SYS_madvise, memory, memory_size, MADV_DONTNEED), 0, "madvise");
}

static void grow(void)
{
    char *heap = sbrk((int)memory_size);
    CHECK(heap != SBRK_ERROR, "no memory");
    EXPECT(sys(SYS_madvise, (uint64)(heap + PGSIZE - 1) & ~(PGSIZE - 1UL), memory_size - PGSIZE,
               MADV_POPULATE_WRITE),
           0, "populate");
}

static void shrink(void)
{
    CHECK(sbrk(-(int)memory_size) != SBRK_ERROR, "shrink");
}

static void nothing(void)
{
}

// --- transfers --------------------------------------------------------------------------------

static int zero;

static void open_zero(void)
{
    get_memory();
    mknod("latency.zero", 2, 1);
    zero = open("latency.zero", O_RDONLY);
    CHECK(zero >= 0, "no device of zeros");
}

static void read_much(void)
{
    EXPECT(read(zero, memory, (int)memory_size), memory_size, "read");
}

static void read_vector(void)
{
    static struct iovec v[1024];
    for (int i = 0; i < 1024; i++)
        v[i] = (struct iovec){ memory, 1 << 18 };
    EXPECT(sys(SYS_readv, zero, v, 1024), 1024L << 18, "readv");
}

// --- paths and directories --------------------------------------------------------------------

static char *number(char *to, int n)
{
    for (int unit = 100000; unit > 0; unit /= 10)
        *to++ = (char)('0' + n / unit % 10);
    *to = 0;
    return to;
}

// L0 is a path that is as long as a path can be; each other link ends in the link before it.
static void make_links(const char *folder, const char *piece)
{
    static char target[PATH_BYTES];
    char name[16] = "L", before[16] = "";
    size_t n = 0, len = strlen(piece);
    mkdir(folder);
    CHECK(chdir(folder) == 0, "no folder");
    mkdir("d");
    for (; n + len < sizeof target - 16; n += len)
        memmove(target + n, piece, len);
    for (int i = 0; i < LINKS; i++) {
        number(name + 1, i);
        strcpy(target + n, before);
        symlink(target, name);
        strcpy(before, name);
    }
}

static void make_dot_links(void)
{
    make_links("latency.dots", "./");
}

static void make_climbing_links(void)
{
    make_links("latency.links", "d/../");
}

static void walk(void)
{
    char name[16] = "L";
    struct linux_stat st;
    number(name + 1, LINKS - 1);
    for (int i = 0; i < 4; i++)
        EXPECT(status_of(name, &st, 0), 0, "stat");
}

static void make_names(void)
{
    char name[16] = "n";
    mkdir("latency.names");
    chdir("latency.names");
    close(open("x", O_CREATE | O_RDWR));
    for (int i = 0; i < NAMES; i++) {
        number(name + 1, i);
        link("x", name);
    }
    get_memory();
}

static void list(void)
{
    int fd = open(".", O_RDONLY);
    for (int i = 0; i < 3; i++) {
        lseek(fd, 0, SEEK_SET);
        CHECK(getdents(fd, memory, 1 << 24) > 0, "getdents");
    }
}

// --- files ------------------------------------------------------------------------------------

static int file;

static void make_long_file(void)
{
    get_memory();
    sys(SYS_madvise, memory, FILE_MB << 20, MADV_POPULATE_WRITE);
    file = open("latency.file", O_CREATE | O_RDWR | O_TRUNC);
    EXPECT(write(file, memory, FILE_MB << 20), FILE_MB << 20, "write");
}

static void make_written_file(void)
{
    make_long_file();
    EXPECT(fsync(file), 0, "fsync");
}

static void write_file(void)
{
    lseek(file, 0, SEEK_SET);
    write(file, memory, FILE_MB << 20);
}

static void sync_file(void)
{
    EXPECT(fsync(file), 0, "fsync");
}

static void cut_file(void)
{
    EXPECT(ftruncate(file, 1), 0, "ftruncate");
}

static void remove_file(void)
{
    close(file);
    EXPECT(unlink("latency.file"), 0, "unlink");
}

static void scrub(void)
{
    struct kine_scrub result;
    EXPECT(kine_scrub(&result), 0, "scrub");
}

static void recount(void)
{
    struct kine_audit result;
    EXPECT(kine_audit(&result), 0, "audit");
}

static void make_snapshots(void)
{
    char name[16] = "s";
    for (int i = 0; i < SNAPSHOTS; i++) {
        number(name + 1, i);
        kine_snapshot(KINE_SNAPSHOT_CREATE, name);
    }
}

// The last of many, over and over, in one path.
static void find_snapshot(void)
{
    static char path[PATH_BYTES] = "/.snapshots/";
    char name[32] = "s";
    struct linux_stat st;
    size_t n = strlen(path);
    strcpy(number(name + 1, SNAPSHOTS - 1), "/../");
    for (size_t len = strlen(name); n + len < sizeof path; n += len)
        strcpy(path + n, name);
    for (int i = 0; i < 10; i++)
        EXPECT(status_of(path, &st, 0), 0, "stat");
}

static void remove_snapshots(void)
{
    char name[16] = "s";
    for (int i = 0; i < SNAPSHOTS; i++) {
        number(name + 1, i);
        EXPECT(kine_snapshot(KINE_SNAPSHOT_DELETE, name), 0, "snapshot delete");
    }
}

// --- processes --------------------------------------------------------------------------------

static int crowd_ends[2];

static void make_crowd(int n)
{
    CHECK(pipe(crowd_ends) == 0, "pipe");
    for (int i = 0; i < n; i++)
        start(wait_until_closed, crowd_ends);
}

static void end_crowd(void)
{
    close(crowd_ends[1]);
    while (wait(0) > 0)
        ;
}

static void crowd(void)
{
    static struct kine_proc procs[NPROC];
    make_crowd(CHILDREN);
    for (int i = 0; i < 10; i++)
        CHECK(kine_procs(procs, NPROC) > CHILDREN, "kine_procs");
    end_crowd();
}

static void make_audited_crowd(void)
{
    make_crowd(AUDITED);
}

static void recount_crowd(void)
{
    recount();
    end_crowd();
}

static char *longest_argument;

static void make_argument(void)
{
    get_memory();
    longest_argument = memory;
    memset(memory, 'a', 1 << 20);
}

static void exec_much(void)
{
    char *argv[] = { "true", longest_argument, 0 };
    for (int i = 0; i < 10; i++)
        CHECK(exec("true", argv) < 0, "exec");
}

// The program `true`, but that it asks for the largest stack, so that most arguments are accepted.
static void make_roomy_program(void)
{
    static char image[65536] __attribute__((aligned(8)));
    struct elf_header *head = (struct elf_header *)image;
    int from = open("true", O_RDONLY), to = open("roomy", O_CREATE | O_TRUNC | O_WRONLY);
    int size = read(from, image, sizeof image);
    CHECK(size > 0 && size < (int)sizeof image, "read of a program gave %d", size);
    struct elf_segment *segment = (struct elf_segment *)(image + head->phoff);
    for (int i = 0; i < head->phnum; i++)
        if (segment[i].type == SEGMENT_STACK)
            segment[i].memsz = (uint64)STACK_MB << 20;
    EXPECT(write(to, image, size), size, "write of a program");
    close(from);
    close(to);
    get_memory();
    longest_argument = memory;
    memset(memory, 'a', (STACK_MB / 4 << 20) - 2 * PGSIZE);
}

// Arguments that fill the quarter of the stack that they may, and an environment that has one page.
static void exec_most(void)
{
    char *argv[] = { "roomy", longest_argument, 0 }, *env[] = { "A=B", 0 };
    execve("roomy", argv, env);
    FAIL("exec was refused: %s", strerror(errno));
}

// --- running them -----------------------------------------------------------------------------

typedef void step(void);

static const struct part {
    const char *name;
    step *prepare, *work;
    bool kill; // it can end in the middle
} parts[] = {
    { "recount", make_audited_crowd, recount_crowd, false }, // while most frames are fresh
    { "populate", get_memory, populate, true },
    { "fork", fill_memory, do_fork, false },
    { "mprotect", fill_memory, protect, false },
    { "munmap", fill_memory, unmap, false },
    { "discard", fill_memory, discard, false },
    { "shrink", grow, shrink, false },
    { "exit", fill_memory, nothing, false },
    { "read", open_zero, read_much, true },
    { "readv", open_zero, read_vector, true },
    { "dots", make_dot_links, walk, true },
    { "links", make_climbing_links, walk, true },
    { "getdents", make_names, list, true },
    { "write", make_written_file, write_file, true }, // no commit is due
    { "fsync", make_long_file, sync_file, false },
    { "truncate", make_written_file, cut_file, false },
    { "unlink", make_written_file, remove_file, false },
    { "scrub", make_written_file, scrub, true },
    { "audit", nothing, recount, false },
    { "snapshots", nothing, make_snapshots, true },
    { "snapshot", make_snapshots, find_snapshot, true },
    { "forget", make_snapshots, remove_snapshots, true },
    { "crowd", nothing, crowd, true },
    { "exec", make_argument, exec_much, true },
    { "roomy", make_roomy_program, exec_most, true },
};
#define PARTS ((int)(sizeof parts / sizeof parts[0]))

struct running {
    const struct part *part;
    int ready[2]; // a byte comes when the work begins
};

static void run_part(void *arg)
{
    struct running *r = arg;
    part_name = r->part->name;
    r->part->prepare();
    write(r->ready[1], "", 1);
    nanosleep(0, START_US * 1000); // who measures is at it by then
    r->part->work();
}

// => its pid, when it has prepared itself
static int begin(struct running *r)
{
    char byte;
    pipe(r->ready);
    int pid = start(run_part, r);
    close(r->ready[1]);
    EXPECT(read(r->ready[0], &byte, 1), 1, "%s does not begin", r->part->name);
    close(r->ready[0]);
    return pid;
}

static bool has_ended(int pid, int *word)
{
    return sys(SYS_wait4, pid, word, WNOHANG) != 0;
}

static void measure(const struct part *part)
{
    struct running r = { .part = part };
    int pid = begin(&r);
    uint64 start = now_us(), longest = 0;
    int word = 0;
    do {
        uint64 before = worked();
        nanosleep(0, SLEEP_US * 1000);
        uint64 gap = worked_us(before);
        longest = gap > longest ? gap : longest;
    } while (!has_ended(pid, &word));
    printf("latency: %s: %d ms, longest gap %d us\n", part->name, (int)((now_us() - start) / 1000),
           (int)longest);
    EXPECT(word, 0, "the status word of %s", part->name);
    CHECK(longest < BOUND_US, "%s holds the hart for %d us", part->name, (int)longest);
}

static void cut_short(const struct part *part)
{
    struct running r = { .part = part };
    int pid = begin(&r);
    nanosleep(0, KILL_US * 1000);
    uint64 before = worked();
    kill(pid);
    while (!has_ended(pid, NULL))
        nanosleep(0, 1000000);
    int took = (int)worked_us(before);
    printf("latency: %s: dies in %d us\n", part->name, took);
    CHECK(took < DEATH_US, "%s goes on for %d us after it is killed", part->name, took);
}

static bool wanted(int argc, char **argv, const char *name)
{
    bool found = argc < 2;
    for (int i = 1; i < argc; i++)
        found |= strcmp(argv[i], name) == 0;
    return found;
}

static void both(void *arg)
{
    const struct part *part = arg;
    measure(part);
    if (part->kill)
        cut_short(part);
}

int main(int argc, char **argv)
{
    int failed = 0;
    part_name = "latency";
    measure_units();
    for (int i = 0; i < PARTS; i++) {
        if (!wanted(argc, argv, parts[i].name))
            continue;
        struct ending end = run(both, (void *)&parts[i]);
        failed += end.status != 0 || end.signal != 0;
    }
    printf(failed ? "latency: %d parts failed\n" : "latency: ok\n", failed);
    return failed > 0;
}
