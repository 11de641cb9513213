// growtest [count]: what a process can grow by is the same after any work as before.
//
// Pages are counted as courses count them: a child grows by a page, touches it and writes a byte
// to a pipe, until sbrk says no.  `growtest count` prints that number and does no work.

#include "user/tests/lib/test.h"

const char usage_text[] = "usage: growtest [count]   tests that memory comes back after any work\n";

#define CROWD 40
#define NAMES 100
#define PIPES 20

static char block[4 * PGSIZE];

static void grow(void *arg)
{
    const int *fd = arg;
    char *page;
    close(fd[0]);
    while ((page = sbrk(PGSIZE)) != SBRK_ERROR) {
        *page = 1;
        EXPECT(write(fd[1], "p", 1), 1, "write to the pipe");
    }
}

static long count_pages(void)
{
    int fd[2];
    char buf[512];
    long n = 0, got;
    must_pipe(fd);
    int child = start(grow, fd);
    close(fd[1]);
    while ((got = read(fd[0], buf, sizeof buf)) > 0)
        n += got;
    close(fd[0]);
    EXPECT(finish(child).status, 0, "the exit of the one that grows");
    return n;
}

// --- work -------------------------------------------------------------------------------------

static void one_file(void)
{
    int fd = must_open("grow.file", O_CREAT | O_RDWR);
    EXPECT(write(fd, block, sizeof block), sizeof block, "write");
    close(fd);
    must_unlink("grow.file");
}

static void open_readme(void)
{
    close(must_open("/README", O_RDONLY));
}

static void read_much(void)
{
    static const char *const files[] = { "/README", "/cowtest", "/usertests", "/sh", "/grind" };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        int fd = open(files[i], O_RDONLY);
        while (fd >= 0 && read(fd, block, sizeof block) > 0)
            ;
        close(fd);
    }
}

// Dirty pages, a good part of the kernel's share of a small machine.
static void big_file(void)
{
    int fd = must_open("grow.big", O_CREAT | O_RDWR);
    for (int i = 0; i < 200; i++)
        EXPECT(write(fd, block, sizeof block), sizeof block, "write");
    close(fd);
}

static void many_names(void)
{
    char name[32];
    EXPECT(mkdir("growdir"), 0, "mkdir");
    for (int i = 0; i < NAMES; i++)
        close(must_open(numbered(name, "growdir/n", i), O_CREAT | O_RDWR));
    for (int i = 0; i < NAMES; i++)
        close(must_open(numbered(name, "growdir/n", i), O_RDONLY));
    for (int i = 0; i < NAMES; i += 2)
        must_unlink(numbered(name, "growdir/n", i));
}

// Names in the root, whose inode and index stay for ever.
static void names_in_root(void)
{
    char name[32];
    for (int i = 0; i < NAMES; i++)
        close(must_open(numbered(name, "/grow", i), O_CREAT | O_RDWR));
    for (int i = 0; i < NAMES; i++)
        must_unlink(numbered(name, "/grow", i));
}

static void forks(void)
{
    int fd[2], pid[CROWD];
    must_pipe(fd);
    for (int i = 0; i < CROWD; i++)
        pid[i] = start(wait_until_closed, fd);
    close(fd[0]);
    close(fd[1]);
    for (int i = 0; i < CROWD; i++)
        EXPECT(finish(pid[i]).status, 0, "exit of child %d", i);
}

static void execute(void *program)
{
    char *argv[] = { program, NULL };
    exec(program, argv);
}

static void execs(void)
{
    static char *const programs[] = { "/true", "/uname", "/uptime", "/pwd", "/true" };
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++)
        EXPECT(run(execute, programs[i]).status, 0, "exit of %s", programs[i]);
}

static void pipes(void)
{
    int fd[PIPES][2];
    for (int i = 0; i < PIPES; i++) {
        must_pipe(fd[i]);
        EXPECT(write(fd[i][1], block, PGSIZE), PGSIZE, "write to pipe %d", i);
    }
    for (int i = 0; i < PIPES; i++) {
        close(fd[i][0]);
        close(fd[i][1]);
    }
}

static void take(void *arg)
{
    take_everything();
}

static void hunger(void)
{
    EXPECT(run(take, NULL).status, 0, "the exit of one that takes everything");
}

static void touch_too_much(void *arg)
{
    long pages = (long)meminfo().ram;
    char *at = lazy_pages(pages);
    for (long i = 0; i < pages; i++)
        at[i * PGSIZE] = 1;
}

static void death(void)
{
    EXPECT(run(touch_too_much, NULL).signal, SIGKILL, "the signal of one that touches too much");
}

static void snapshot(void)
{
    EXPECT(kine_snapshot(KINE_SNAPSHOT_CREATE, "grow"), 0, "making a snapshot");
    one_file();
    many_names();
    EXPECT(kine_snapshot(KINE_SNAPSHOT_DELETE, "grow"), 0, "deleting it");
}

static void deep_stack(void)
{
    volatile char room[2 * PGSIZE];
    for (size_t i = 0; i < sizeof room; i += PGSIZE / 2)
        room[i] = 1;
}

static void clean_up(void)
{
    char name[32];
    for (int i = 0; i < NAMES; i++)
        unlink(numbered(name, "growdir/n", i));
    unlink("growdir");
    unlink("grow.big");
}

static const struct work {
    const char *name;
    void (*fn)(void);
} works[] = {
    { "nothing", clean_up },
    { "one file", one_file },
    { "README", open_readme },
    { "reading", read_much },
    { "a big file", big_file },
    { "100 names", many_names },
    { "removing them", clean_up },
    { "names in the root", names_in_root },
    { "forks", forks },
    { "execs", execs },
    { "pipes", pipes },
    { "hunger", hunger },
    { "death by hunger", death },
    { "a snapshot", snapshot },
    { "stack", deep_stack },
    { "the rest", clean_up },
};

int main(int argc, char **argv)
{
    part_name = "growtest";
    long first = count_pages();
    if (argc > 1 && strcmp(argv[1], "count") == 0) {
        printf("growtest: %ld pages\n", first);
        exit(0);
    }
    for (size_t i = 0; i < sizeof works / sizeof works[0]; i++) {
        works[i].fn();
        EXPECT(count_pages(), first, "pages to be had after %s", works[i].name);
    }
    printf("growtest: OK\n");
    exit(0);
}
