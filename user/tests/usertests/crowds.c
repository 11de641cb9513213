// Several processes at the same files and names.

#include "user/tests/usertests/usertests.h"

static void finish_all(const int *pid, int n)
{
    for (int i = 0; i < n; i++) {
        struct ending end = finish(pid[i]);
        EXPECT(end.signal, 0, "signal of process %d", i);
        EXPECT(end.status, 0, "exit of process %d", i);
    }
}

// --- files ------------------------------------------------------------------------------------

#define WRITERS 4

static void write_own_file(void *arg)
{
    char name[16];
    int id = *(int *)arg;
    for (int i = 0; i < 3; i++)
        make_file(numbered(name, "ut.w", id), 12000, (uint)(id * 10 + i));
}

void four_writers(void)
{
    char name[16];
    int pid[WRITERS];
    for (int i = 0; i < WRITERS; i++)
        pid[i] = start(write_own_file, &i);
    finish_all(pid, WRITERS);
    for (int i = 0; i < WRITERS; i++) {
        check_file(numbered(name, "ut.w", i), 12000, (uint)(i * 10 + 2));
        must_unlink(name);
    }
}

#define LETTERS 200
#define CHUNK   10

static void write_letters(void *arg)
{
    char chunk[CHUNK];
    int *fd_and_letter = arg;
    memset(chunk, fd_and_letter[1], CHUNK);
    for (int i = 0; i < LETTERS; i++)
        EXPECT(write(fd_and_letter[0], chunk, CHUNK), CHUNK, "write %d", i);
}

// An open file has one offset, shared by fork: no write goes over another, none is torn.
void shared_offset(void)
{
    int arg[2] = { must_open("ut.s", O_CREATE | O_TRUNC | O_RDWR), 0 }, pid[2], count[2] = { 0 };
    char chunk[CHUNK];
    for (int i = 0; i < 2; i++) {
        arg[1] = 'p' + i;
        pid[i] = start(write_letters, arg);
    }
    finish_all(pid, 2);
    close(arg[0]);
    int fd = must_open("ut.s", O_RDONLY);
    while (read(fd, chunk, CHUNK) == CHUNK) {
        for (int i = 1; i < CHUNK; i++)
            EXPECT(chunk[i], chunk[0], "byte %d of a chunk", i);
        CHECK(chunk[0] == 'p' || chunk[0] == 'q', "a byte nobody wrote: %d", chunk[0]);
        count[chunk[0] - 'p']++;
    }
    EXPECT(count[0], LETTERS, "chunks of p");
    EXPECT(count[1], LETTERS, "chunks of q");
    must_unlink("ut.s");
}

static void read_alone(void *arg)
{
    for (int i = 0; i < 5; i++)
        check_file("ut.o", 9000, 3);
}

// Each open() has an offset of its own.
void own_offsets(void)
{
    int pid[3];
    make_file("ut.o", 9000, 3);
    for (int i = 0; i < 3; i++)
        pid[i] = start(read_alone, NULL);
    finish_all(pid, 3);
    must_unlink("ut.o");
}

// --- names ------------------------------------------------------------------------------------

#define ROUNDS 60

// Open, create, remove one name: whatever the others do, each call fails or succeeds as a whole.
static void fight_for_name(void *arg)
{
    uint64 chance = (uint64)getpid() * 7919 + 1;
    for (int i = 0; i < ROUNDS; i++) {
        int fd = open("ut.name", next_random(&chance) % 3 ? O_CREATE | O_RDWR : O_RDONLY);
        if (fd >= 0 && next_random(&chance) % 2)
            write(fd, "content", 7);
        if (fd >= 0)
            close(fd);
        if (next_random(&chance) % 2)
            unlink("ut.name");
    }
}

void same_name(void)
{
    int pid[4];
    for (int i = 0; i < 4; i++)
        pid[i] = start(fight_for_name, NULL);
    finish_all(pid, 4);
    unlink("ut.name");
    EXPECT(open("ut.name", O_RDONLY), -1, "open of the removed name");
}

#define OWN_NAMES 20

static void create_and_delete(void *arg)
{
    char name[16], prefix[] = "ut.?-";
    prefix[3] = (char)('a' + *(int *)arg);
    for (int i = 0; i < OWN_NAMES; i++) {
        close(must_open(numbered(name, prefix, i), O_CREATE | O_RDWR));
        if (i > 0 && i % 2 == 0)
            must_unlink(numbered(name, prefix, i / 2));
    }
}

// Names in one directory, each process's own: none gets lost, none stays.
void create_delete(void)
{
    int pid[4];
    char name[16], prefix[] = "ut.?-";
    for (int i = 0; i < 4; i++)
        pid[i] = start(create_and_delete, &i);
    finish_all(pid, 4);
    for (int n = 0; n < OWN_NAMES; n++)
        for (int i = 0; i < 4; i++) {
            prefix[3] = (char)('a' + i);
            bool removed = n >= 1 && n < OWN_NAMES / 2;
            int fd = open(numbered(name, prefix, n), O_RDONLY);
            EXPECT(fd < 0, removed, "%s is gone", name);
            if (fd >= 0) {
                close(fd);
                must_unlink(name);
            }
        }
}

static void link_and_unlink(void *arg)
{
    uint64 chance = (uint64)getpid() * 104729 + 5;
    for (int i = 0; i < ROUNDS * 2; i++)
        switch (next_random(&chance) % 3) {
        case 0: close(open("ut.x", O_CREATE | O_RDWR)); break;
        case 1: link("README", "ut.x"); break;
        case 2: unlink("ut.x"); break;
        }
}

void link_unlink(void)
{
    int pid[3];
    struct stat before, after;
    EXPECT(stat("README", &before), 0, "stat");
    for (int i = 0; i < 3; i++)
        pid[i] = start(link_and_unlink, NULL);
    finish_all(pid, 3);
    unlink("ut.x");
    EXPECT(stat("README", &after), 0, "stat");
    EXPECT(after.nlink, before.nlink, "names of README");
    EXPECT(after.size, before.size, "its size");
}

#define COMMON_NAMES 30

static void create_common(void *arg)
{
    char name[16];
    for (int i = 0; i < COMMON_NAMES; i++) {
        if (*(int *)arg == i % 3)
            link("ut.c0", numbered(name, "ut.c", i));
        else
            close(must_open(numbered(name, "ut.c", i), O_CREATE | O_RDWR));
    }
}

// => records whose name begins with ut.c; each name must stand there once
static int count_common(void)
{
    struct dirent d;
    bool seen[COMMON_NAMES] = { false };
    int n = 0, fd = must_open(".", O_RDONLY);
    while (read(fd, &d, sizeof d) == sizeof d) {
        if (d.inum == 0 || memcmp(d.name, "ut.c", 4) != 0)
            continue;
        int i = atoi(d.name + 4);
        CHECK(i >= 0 && i < COMMON_NAMES && !seen[i], "record of file %d stands there twice", i);
        seen[i] = true;
        n++;
    }
    close(fd);
    return n;
}

// The same names made by three at once, by open or by link: each name is there once.
void concurrent_create(void)
{
    char name[16];
    int pid[3];
    for (int round = 0; round < 3; round++) {
        close(must_open("ut.c0", O_CREATE | O_RDWR));
        for (int i = 0; i < 3; i++)
            pid[i] = start(create_common, &i);
        finish_all(pid, 3);
        EXPECT(count_common(), COMMON_NAMES, "names in the directory");
        for (int i = 0; i < COMMON_NAMES; i++)
            must_unlink(numbered(name, "ut.c", i));
    }
}

static void race_to_mkdir(void *arg)
{
    uint64 *when = arg;
    spin_until(*when);
    exit(mkdir("ut.race") == 0 ? 1 : 0);
}

// One of several makes the directory, the others are told that it is there.
void concurrent_mkdir(void)
{
    for (int round = 0; round < 15; round++) {
        int pid[3], made = 0;
        uint64 when = now_ns() + 3000000;
        for (int i = 0; i < 3; i++)
            pid[i] = start(race_to_mkdir, &when);
        for (int i = 0; i < 3; i++)
            made += finish(pid[i]).status;
        EXPECT(made, 1, "processes that made the directory");
        must_unlink("ut.race");
    }
}
