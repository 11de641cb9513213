// crashload [-w] FIRST STEPS SEED: changes files in /crash and says what it has made durable.
//
// Before step N it prints "step N KIND NAME", after it, once fsync or sync has returned, "synced
// N". So whoever cuts the power can tell what must be there.  With -w it then waits for a line.
// What is written in step N depends on N alone: tests/crash/promises.py knows it.
//
//     write     NAME is made anew, or overwritten in place
//     append    a piece is appended to NAME
//     replace   NAME is replaced by a new file, as editors do: by rename()
//     remove    NAME is removed
//     map       NAME is given its length, and its content by stores through a shared map
//     count     in each page of NAME there is a counter; they go on in turn, while somebody syncs
//     batch     ten files NAME0 to NAME9 are made anew, with one sync

#include "user/tests/lib/test.h"

const char usage_text[] =
    "usage: crashload [-w] FIRST STEPS SEED   changes files, and says what is durable\n";

#define FILES       12
#define LOGS        3
#define COUNT_PAGES 8
#define COUNT_TO    1000 // a step's counters go on from step * COUNT_TO, and end below the next step's
#define BATCH       10
#define PIECE       1000 // bytes of a piece that is appended
#define MOST        24000
#define NOWHERE     ((void *)-1)

static char data[MOST];
static uint64 chance;

static int pick(int n)
{
    return (int)(next_random(&chance) % (uint64)n);
}

// How much a step writes, and what.
static int length_of(int step)
{
    return 16 + step * 7919 % (step % 4 ? 3000 : MOST - 16);
}

static void fill_data(int step, int n)
{
    for (int i = 0; i < n; i++)
        data[i] = (char)(step + i * (2 * step + 1) + (i >> 8));
}

static void put_data(int fd, int step, int n)
{
    fill_data(step, n);
    EXPECT(write(fd, data, n), n, "write");
}

// sync() does not say whether it could; what it left behind shows in an fsync().
static void make_all_durable(void)
{
    sync();
    int fd = must_open(".", O_RDONLY);
    CHECK(fsync(fd) == 0, "fsync after sync: %s", strerror(errno));
    close(fd);
}

static void write_file(const char *name, int step, int flags)
{
    int n = length_of(step), fd = must_open(name, O_CREATE | O_RDWR | flags);
    put_data(fd, step, n);
    CHECK(ftruncate(fd, n) == 0, "ftruncate(%s): %s", name, strerror(errno));
    CHECK(fsync(fd) == 0, "fsync(%s): %s", name, strerror(errno));
    close(fd);
}

static void append(const char *name, int step)
{
    int fd = must_open(name, O_CREATE | O_RDWR);
    lseek(fd, 0, SEEK_END);
    put_data(fd, step, PIECE);
    CHECK(fsync(fd) == 0, "fsync(%s): %s", name, strerror(errno));
    close(fd);
}

static void replace(const char *name, int step)
{
    write_file("new", step, O_TRUNC);
    CHECK(rename("new", name) == 0, "rename to %s: %s", name, strerror(errno));
    make_all_durable();
}

static void batch(const char *prefix, int step)
{
    char name[32];
    for (int i = 0; i < BATCH; i++) {
        int fd = must_open(numbered(name, prefix, i), O_CREATE | O_RDWR | O_TRUNC);
        put_data(fd, step, length_of(step));
        close(fd);
    }
    make_all_durable();
}

static void remove(const char *name, int step)
{
    unlink(name);
    make_all_durable();
}

static void overwrite(const char *name, int step)
{
    write_file(name, step, pick(2) ? O_TRUNC : 0);
}

// => a shared map of the file, which gets that length
static char *map_file(int fd, size_t n)
{
    CHECK(ftruncate(fd, (long)n) == 0, "ftruncate: %s", strerror(errno));
    char *at = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    CHECK(at != NOWHERE, "mmap: %s", strerror(errno));
    return at;
}

static void make_durable(int fd, char *at, size_t n, int step)
{
    if (step % 2)
        CHECK(fsync(fd) == 0, "fsync: %s", strerror(errno));
    else
        CHECK(msync(at, n, MS_SYNC) == 0, "msync: %s", strerror(errno));
    munmap(at, n);
    close(fd);
}

static void store_file(const char *name, int step)
{
    int n = length_of(step), fd = must_open(name, O_CREATE | O_RDWR);
    char *at = map_file(fd, (size_t)n);
    fill_data(step, n);
    memmove(at, data, (uint)n);
    make_durable(fd, at, (size_t)n, step);
}

static void sync_a_few_times(void *done)
{
    for (int i = 0; i < 3; i++)
        sync();
    *(volatile int *)done = 1;
}

static void store_counters(char *at, uint64 value)
{
    for (int page = 0; page < COUNT_PAGES; page++)
        *(volatile uint64 *)(at + page * PGSIZE) = value;
}

static void count_on(const char *name, int step)
{
    size_t n = COUNT_PAGES * PGSIZE;
    int fd = must_open(name, O_CREATE | O_RDWR);
    char *at = map_file(fd, n);
    volatile int *done =
        mmap(NULL, PGSIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(done != NOWHERE, "mmap: %s", strerror(errno));
    int child = start(sync_a_few_times, (void *)done);
    uint64 value = (uint64)step * COUNT_TO, last = value + COUNT_TO - 1;
    while (!*done) {
        store_counters(at, value);
        value += value < last - 1;
    }
    finish(child);
    store_counters(at, last);
    munmap((void *)done, PGSIZE);
    make_durable(fd, at, n, step);
}

static const struct {
    const char *kind, *prefix;
    int names; // 0: the prefix is the name
    void (*fn)(const char *name, int step);
} steps[] = {
    { "write", "file", FILES, overwrite }, { "write", "file", FILES, overwrite },
    { "write", "file", FILES, overwrite }, { "append", "log", LOGS, append },
    { "append", "log", LOGS, append },     { "replace", "file", FILES, replace },
    { "replace", "file", FILES, replace }, { "remove", "file", FILES, remove },
    { "batch", "small", 0, batch },        { "map", "file", FILES, store_file },
    { "map", "file", FILES, store_file },  { "count", "count", 0, count_on },
};

static void do_step(int step)
{
    int i = pick(sizeof steps / sizeof steps[0]);
    char name[32];
    strcpy(name, steps[i].prefix);
    if (steps[i].names > 0)
        numbered(name, steps[i].prefix, pick(steps[i].names));
    printf("step %d %s %s\n", step, steps[i].kind, name);
    steps[i].fn(name, step);
    printf("synced %d\n", step);
}

// Somebody else, who writes all the time and never syncs, until crashload ends.
static void make_noise(void *arg)
{
    int parent = getppid();
    for (uint i = 0; getppid() == parent; i++) {
        make_file("/noise", 500 + i % 60 * 700, i);
        sleep_ms(3);
    }
}

int main(int argc, char **argv)
{
    char line[16];
    bool waits = argc > 1 && strcmp(argv[1], "-w") == 0;
    argv += waits;
    part_name = "crashload";
    if (argc - waits != 4)
        misused();
    int first = atoi(argv[1]), number = atoi(argv[2]);
    chance = (uint64)atoi(argv[3]) * 2 + 1;
    mkdir("/crash");
    EXPECT(chdir("/crash"), 0, "chdir");
    int noise = start(make_noise, NULL);
    for (int step = first; step < first + number; step++) {
        do_step(step);
        if (waits)
            gets(line, sizeof line);
    }
    kill(noise);
    finish(noise);
    printf("crashload: OK\n");
    exit(0);
}
