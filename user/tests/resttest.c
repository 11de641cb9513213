// resttest [-t ms]: a recount of all memory comes soon, whatever others call meanwhile.
//
// Each part is a call that is as long as its caller likes, seconds of one hart's time.  Some
// processes make it over and over, and the parent has the kernel recount all memory beside them:
// for that they must come to rest (docs/scheduling.md), all at one moment.  For files beyond the
// classic sizes.

#include "user/tests/lib/test.h"

const char usage_text[] = "usage: resttest [-t MS]   tests that a recount comes soon\n";

#define WORKERS    3
#define RECOUNTS   3
#define BOUND_MS   1000 // for one, if nothing else is said
#define COMMITS    6    // times as much beside commits
#define PAUSE_MS   20
#define BUFFERS    1024
#define BUFFER     (1 << 20)
#define RANGE      (2L << 30) // bytes that are populated
#define WRITTEN    (48 << 20)
#define READ_WRITE (PROT_READ | PROT_WRITE)

static int bound_ms = BOUND_MS;
static char *memory; // WRITTEN bytes
static struct iovec buffers[BUFFERS];
static int fd, ends[2];

static void open_device(const char *name, int minor)
{
    mknod(name, 2, minor);
    fd = must_open(name, O_RDWR);
    must_unlink(name);
}

static void open_null(void)
{
    open_device("rest.null", 0);
}

static void open_zero(void)
{
    open_device("rest.zero", 1);
}

static void write_vector(void)
{
    EXPECT(sys(SYS_writev, fd, buffers, BUFFERS), (long)BUFFERS * BUFFER, "writev");
}

static void read_vector(void)
{
    EXPECT(sys(SYS_readv, fd, buffers, BUFFERS), (long)BUFFERS * BUFFER, "readv");
}

static void populate(void)
{
    long flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    long at = sys(SYS_mmap, 0, RANGE, READ_WRITE, flags, -1, 0);
    CHECK(at > 0, "mmap gave %ld", at);
    EXPECT(sys(SYS_madvise, at, RANGE, MADV_POPULATE_READ), 0, "populate");
    EXPECT(sys(SYS_munmap, at, RANGE), 0, "munmap");
}

static void open_holes(void)
{
    fd = must_open("rest.file", O_CREATE | O_RDWR);
    EXPECT(ftruncate(fd, (long)BUFFERS * BUFFER), 0, "ftruncate");
}

// All of them at one offset, in turn.
static void read_holes(void)
{
    lseek(fd, 0, SEEK_SET);
    CHECK(sys(SYS_readv, fd, buffers, BUFFERS) >= 0, "readv of a file");
}

static void open_file(void)
{
    fd = must_open("rest.file", O_CREATE | O_RDWR);
    EXPECT(sys(SYS_pwrite64, fd, memory, WRITTEN, 0), WRITTEN, "write");
}

// One file, in turn.
static void write_file(void)
{
    EXPECT(sys(SYS_pwrite64, fd, memory, WRITTEN, 0), WRITTEN, "write");
}

static void open_pipe(void)
{
    must_pipe(ends);
}

static void write_pipe(void)
{
    EXPECT(write(ends[1], memory, WRITTEN), WRITTEN, "write to a pipe");
}

static void scrub(void)
{
    struct kine_scrub result;
    EXPECT(kine_scrub(&result), 0, "scrub");
}

// --- running them -----------------------------------------------------------------------------

typedef void step(void);

static const struct part {
    const char *name;
    step *prepare, *work;
    bool commits;
} parts[] = {
    { "writev", open_null, write_vector, false }, { "readv", open_zero, read_vector, false },
    { "populate", NULL, populate, false },        { "read", open_holes, read_holes, false },
    { "write", open_file, write_file, true },     { "pipe", open_pipe, write_pipe, false },
    { "scrub", open_file, scrub, true },
};
#define PARTS (int)(sizeof parts / sizeof parts[0])

static void work_on(void *part)
{
    for (;;)
        ((const struct part *)part)->work();
}

static void drain(void *arg)
{
    for (;;)
        read(ends[0], memory, WRITTEN);
}

// => milliseconds that the longest of some recounts took
static int recount(void)
{
    uint64 longest = 0;
    for (int i = 0; i < RECOUNTS; i++) {
        sleep_ms(PAUSE_MS);
        uint64 begin = now_ns();
        EXPECT(audit_faults(), 0, "faults that a recount found");
        uint64 took = now_ns() - begin;
        longest = took > longest ? took : longest;
    }
    return (int)(longest / 1000000);
}

static void run_part(void *arg)
{
    const struct part *part = arg;
    int pid[WORKERS + 1], n = 0;
    part_name = part->name;
    if (part->prepare)
        part->prepare();
    if (ends[0])
        pid[n++] = start(drain, NULL);
    for (int i = 0; i < WORKERS; i++)
        pid[n++] = start(work_on, arg);
    int took = recount();
    for (int i = 0; i < n; i++)
        kill(pid[i]);
    for (int i = 0; i < n; i++)
        EXPECT(finish(pid[i]).signal, SIGKILL, "the end of process %d", i);
    printf("resttest: %s: a recount took %d ms\n", part->name, took);
    CHECK(took < bound_ms * (part->commits ? COMMITS : 1), "a recount took %d ms", took);
    if (part->prepare == open_holes || part->prepare == open_file)
        must_unlink("rest.file");
}

// --- as init ----------------------------------------------------------------------------------
// Init cannot be refused a page: it waits for one, for as long as others have all there are.

#define SPARE (64 << 20) // more than is left to init

static int hoarder, taken[2];

static void hoard(void *arg)
{
    take_everything();
    EXPECT(write(taken[1], "tt", 2), 2, "write to the pipe");
    sleep_ms(1000 * 1000);
}

static void await_hoarder(void)
{
    char byte;
    EXPECT(read(taken[0], &byte, 1), 1, "the word to go");
}

// What it stores to when there is no memory it has stored to before.
static void recount_beside_init(void *arg)
{
    printf("resttest: a recount took %d ms with memory\n", recount());
    await_hoarder();
    sleep_ms(200); // init waits by then
    int took = recount();
    printf("resttest: a recount took %d ms while init waits\n", took);
    CHECK(took < bound_ms, "a recount took %d ms", took);
    kill(hoarder);
}

static void be_init(void)
{
    mknod("console", 1, 0);
    while (open("console", O_RDWR) < 2)
        ;
    part_name = "init";
    must_pipe(taken);
    char *spare = mmap(0, SPARE, READ_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    hoarder = start(hoard, NULL);
    int auditor = start(recount_beside_init, NULL);
    await_hoarder();
    for (int at = 0; at < SPARE; at += PGSIZE)
        spare[at] = 1;
    printf("resttest: init goes on\n");
    EXPECT(finish(auditor).status, 0, "exit of the process that recounts");
    exit(0);
}

int main(int argc, char **argv)
{
    int failed = 0;
    if (getpid() == 1)
        be_init();
    part_name = "resttest";
    take_options(argc, argv, "t", &bound_ms);
    memory = mmap(0, WRITTEN, READ_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(memory != (char *)-1, "no memory");
    for (int i = 0; i < BUFFERS; i++)
        buffers[i] = (struct iovec){ memory, BUFFER };
    for (int i = 0; i < PARTS; i++)
        failed += run(run_part, (void *)&parts[i]).status != 0;
    printf(failed ? "resttest: %d parts failed\n" : "resttest: OK\n", failed);
    return failed > 0;
}
