// Maps of files and of shared memory.

#include "user/tests/usertests/usertests.h"

#define RW      (PROT_READ | PROT_WRITE)
#define PAGES   8
#define SIZE    (PAGES * PGSIZE)
#define NOWHERE ((void *)-1)

static char *map(int fd, int prot, int flags, long pages, long offset)
{
    char *at = mmap(0, (unsigned long)pages * PGSIZE, prot, flags, fd, offset);
    CHECK(at != NOWHERE, "mmap failed: %s", strerror(errno));
    return at;
}

static void unmap(char *at, long pages)
{
    EXPECT(munmap(at, (unsigned long)pages * PGSIZE), 0, "munmap");
}

static int read_byte(int fd, long off)
{
    uchar byte;
    EXPECT(sys(SYS_pread64, fd, &byte, 1, off), 1, "pread at %ld", off);
    return byte;
}

static void write_byte(int fd, long off, uchar byte)
{
    EXPECT(sys(SYS_pwrite64, fd, &byte, 1, off), 1, "pwrite at %ld", off);
}

// Makes the file longer by zeros: a classic volume has no holes.
static void grow(int fd, long from, long to)
{
    static const char zeros[PGSIZE];
    for (long n; from < to; from += n) {
        n = to - from < PGSIZE ? to - from : PGSIZE;
        EXPECT(sys(SYS_pwrite64, fd, zeros, n, from), n, "pwrite at %ld", from);
    }
}

// As programs of courses do it: what is written through the map is the file's after munmap.
void map_file(void)
{
    make_file("ut.map", SIZE + 100, 1);
    int fd = must_open("ut.map", O_RDWR);
    char *own = map(fd, RW, MAP_PRIVATE, PAGES + 1, 0), *at = map(fd, RW, MAP_SHARED, PAGES, 0);
    EXPECT((uchar)at[5000], read_byte(fd, 5000), "a byte of the file");
    EXPECT(own[SIZE + 100] | own[SIZE + PGSIZE - 1], 0, "behind the end");
    at[5000] = 'm';
    own[5001] = 'p';
    close(fd);
    unmap(at + PGSIZE, 1); // the middle
    at[5000 + PGSIZE] = 'n';
    unmap(at, PAGES);
    fd = must_open("ut.map", O_RDWR);
    EXPECT(read_byte(fd, 5000), 'm', "a byte stored through the map");
    EXPECT(read_byte(fd, 5000 + PGSIZE), 'n', "another");
    CHECK(read_byte(fd, 5001) != 'p', "a private byte came to the file");
    unmap(own, PAGES + 1);
    write_byte(fd, 0, 'w');
    at = map(fd, PROT_READ, MAP_SHARED, 1, 0);
    EXPECT(at[0], 'w', "a byte written");
    write_byte(fd, 1, 'x');
    EXPECT(at[1], 'x', "a byte written while it is mapped");
    must_die("a store to what is mapped to be read", store_to, at, SIGSEGV);
    unmap(at, 1);
    close(fd);
    must_unlink("ut.map");
}

static void store_both(void *maps)
{
    char **m = maps;
    m[0][0] = 's';
    m[1][0] = 'p';
    m[0][SIZE - 1] = 't';
}

void map_over_fork(void)
{
    make_file("ut.map", SIZE, 2);
    int fd = must_open("ut.map", O_RDWR);
    char *maps[] = { map(fd, RW, MAP_SHARED, PAGES, 0), map(fd, RW, MAP_PRIVATE, PAGES, 0) };
    CHECK(maps[1][0] != 's', "a byte of the file"); // what shows it is there before fork
    must_unlink("ut.map");                          // the maps keep it
    must_pass("a child that stores", store_both, maps);
    EXPECT(maps[0][0], 's', "what the child stored");
    EXPECT(maps[0][SIZE - 1], 't', "to a page that nobody had touched");
    CHECK(maps[1][0] != 'p', "the child's private page is the parent's");
    EXPECT(read_byte(fd, 0), 's', "the file");
    close(fd);
    unmap(maps[0], PAGES);
    unmap(maps[1], PAGES);
}

void map_end(void)
{
    make_file("ut.map", PGSIZE + 1, 3);
    int fd = must_open("ut.map", O_RDWR);
    char *at = map(fd, RW, MAP_SHARED, 4, 0);
    must_pass("a load within the last page", load_from, at + 2 * PGSIZE - 1);
    must_die("a load behind the end", load_from, at + 2 * PGSIZE, SIGBUS);
    must_die("a store behind the end", store_to, at + 3 * PGSIZE, SIGBUS);
    grow(fd, PGSIZE + 1, 4 * PGSIZE);
    at[3 * PGSIZE] = 'x';
    EXPECT(at[2 * PGSIZE], 0, "a page that has come");
    EXPECT(ftruncate(fd, 1), 0, "ftruncate");
    must_die("a load of a page that is gone", load_from, at + 3 * PGSIZE, SIGBUS);
    grow(fd, 1, 4 * PGSIZE);
    EXPECT(at[3 * PGSIZE], 0, "a page that went and came");
    unmap(at, 4);
    close(fd);
    must_unlink("ut.map");
}

#define ADDERS 4
#define ADDS   2000

static void add(void *counter)
{
    for (int i = 0; i < ADDS; i++)
        __atomic_fetch_add((int *)counter, 1, __ATOMIC_RELAXED);
}

static void all_add(int *counter)
{
    int pid[ADDERS];
    for (int i = 0; i < ADDERS; i++)
        pid[i] = start(add, counter);
    for (int i = 0; i < ADDERS; i++)
        EXPECT(finish(pid[i]).status, 0, "status of a child");
    EXPECT(*counter, ADDERS * ADDS, "what %d children have added", ADDERS);
}

void map_shared_memory(void)
{
    char *at = map(-1, RW, MAP_SHARED | MAP_ANONYMOUS, PAGES, 0);
    all_add((int *)(at + 3 * PGSIZE));
    EXPECT(at[0], 0, "a page that nobody touched");
    unmap(at, PAGES);
    make_file("ut.map", PGSIZE, 0);
    int fd = must_open("ut.map", O_RDWR);
    at = map(fd, RW, MAP_SHARED, 1, 0);
    *(int *)at = 0;
    all_add((int *)at);
    unmap(at, 1);
    close(fd);
    must_unlink("ut.map");
}

// --- everybody at once ------------------------------------------------------------------------

#define LANES  4 // processes, each with its own bytes of each page
#define ROUNDS 60

static struct {
    int fd;
    char *at;
} race;

// Each page's bytes `lane`, by a store and by a write in turn, are the number of the round, whoever
// looks, however.
static void keep_lane(void *arg)
{
    long lane = (long)arg;
    for (int round = 1; round <= ROUNDS; round++)
        for (long page = 0; page < PAGES; page++) {
            long off = page * PGSIZE + lane * 512;
            if ((round + page) % 3 == 0)
                write_byte(race.fd, off, (uchar)round);
            else
                race.at[off] = (char)round;
            EXPECT(race.at[off], round, "lane %ld, page %ld: the map", lane, page);
            EXPECT(read_byte(race.fd, off), round, "lane %ld, page %ld: the file", lane, page);
        }
}

static void commit_always(void *unused)
{
    for (;;)
        fsync(race.fd);
}

void map_race(void)
{
    make_file("ut.map", SIZE, 4);
    race.fd = must_open("ut.map", O_RDWR);
    race.at = map(race.fd, RW, MAP_SHARED, PAGES, 0);
    int pid[LANES], committer = start(commit_always, NULL);
    for (long i = 0; i < LANES; i++)
        pid[i] = start(keep_lane, (void *)i);
    for (int i = 0; i < LANES; i++)
        EXPECT(finish(pid[i]).status, 0, "status of a lane");
    kill(committer);
    finish(committer);
    for (long lane = 0; lane < LANES; lane++)
        for (long page = 0; page < PAGES; page++)
            EXPECT(read_byte(race.fd, page * PGSIZE + lane * 512), ROUNDS, "at the end");
    unmap(race.at, PAGES);
    close(race.fd);
    must_unlink("ut.map");
}

static void store_always(void *arg)
{
    for (uint i = (uint)(long)arg;; i = i * 1103515245 + 12345)
        race.at[i / 65536 % SIZE] = 1;
}

// The file is cut and grows while others store: they die of that, and nothing else happens.
void map_cut(void)
{
    make_file("ut.map", SIZE, 5);
    race.fd = must_open("ut.map", O_RDWR);
    race.at = map(race.fd, RW, MAP_SHARED, PAGES, 0);
    for (int round = 0; round < 20; round++) {
        int pid[3];
        for (long i = 0; i < 3; i++)
            pid[i] = start(store_always, (void *)(i + round * 7));
        for (int i = 0; i < 5; i++) {
            EXPECT(ftruncate(race.fd, i * PGSIZE + 7), 0, "ftruncate");
            grow(race.fd, i * PGSIZE + 7, SIZE);
        }
        EXPECT(ftruncate(race.fd, 7), 0, "ftruncate");
        for (int i = 0; i < 3; i++)
            EXPECT(finish(pid[i]).signal, SIGBUS, "signal of who stored behind the end");
        grow(race.fd, 7, SIZE);
    }
    unmap(race.at, PAGES);
    close(race.fd);
    must_unlink("ut.map");
}

static int open_device(int minor)
{
    unlink("ut.dev");
    EXPECT(mknod("ut.dev", 2, (short)minor), 0, "mknod");
    return must_open("ut.dev", O_RDWR);
}

static void store_one(void *at)
{
    *(volatile char *)at = 1;
}

// A map of zero is memory; what else is no file has no pages.
void map_devices(void)
{
    int zero = open_device(1), null = open_device(0), dir = must_open(".", O_RDONLY), ends[2];
    char *own = map(zero, RW, MAP_PRIVATE, 2, PGSIZE), *at = map(zero, RW, MAP_SHARED, 2, 0);
    EXPECT(own[0] | own[PGSIZE + 9] | at[0] | at[PGSIZE + 9], 0, "zeros");
    run(store_one, own + 3);
    run(store_one, at + 3);
    EXPECT(own[3], 0, "what a child stored to its own");
    EXPECT(at[3], 1, "what a child stored to shared memory");
    unmap(own, 2);
    unmap(at, 2);
    EXPECT(pipe(ends), 0, "pipe");
    int others[] = { null, dir, ends[0], 0 };
    for (int i = 0; i < 4; i++)
        EXPECT(sys(SYS_mmap, 0, PGSIZE, PROT_READ, MAP_PRIVATE, others[i], 0), -ENODEV,
               "mmap of %d", i);
    close(zero);
    close(null);
    close(dir);
    close(ends[0]);
    close(ends[1]);
    must_unlink("ut.dev");
}

static long size_of(int fd)
{
    return lseek(fd, 0, SEEK_END);
}

// A file without a path is a file: written, read, mapped, cut, shared over fork and exec's rules.
void map_memory_file(void)
{
    int fd = memfd_create("ut", 0), copy = dup(fd);
    CHECK(fd >= 0 && copy >= 0, "memfd_create: %s", strerror(errno));
    EXPECT(write(fd, "hello", 5), 5, "write");
    EXPECT(size_of(copy), 5, "the size");
    EXPECT(ftruncate(fd, SIZE), 0, "ftruncate");
    char *at = map(fd, RW, MAP_SHARED, PAGES + 1, 0), *own = map(fd, RW, MAP_PRIVATE, PAGES, 0);
    CHECK(memcmp(at, "hello", 5) == 0, "the map shows other bytes");
    own[0] = 'x';
    int pid = fork();
    if (pid == 0) {
        at[SIZE - 1] = 'c';
        write_byte(fd, PGSIZE, 'w');
        exit(0);
    }
    EXPECT(waitpid(pid, NULL, 0), pid, "waitpid");
    EXPECT(at[SIZE - 1], 'c', "a byte that the child stored");
    EXPECT(at[PGSIZE], 'w', "a byte that the child wrote");
    EXPECT(read_byte(fd, 0), 'h', "a byte that was stored to a private map");
    EXPECT(ftruncate(fd, 2 * PGSIZE + 1), 0, "ftruncate");
    at[2 * PGSIZE + 1] = 'b'; // behind the end: not in the file
    EXPECT(ftruncate(fd, SIZE), 0, "ftruncate");
    EXPECT(at[2 * PGSIZE + 1] | at[SIZE - 1], 0, "behind where the end was");
    at[PGSIZE] = 'm';
    EXPECT(read_byte(copy, PGSIZE), 'm', "a byte stored through the map");
    unmap(own, PAGES);
    close(fd);
    close(copy);
    EXPECT(at[PGSIZE], 'm', "the map outlives the file");
    unmap(at, PAGES + 1);
}
