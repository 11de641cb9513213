// auditbomb [-t seconds]: the recount of all memory while all of it is on the move (3 s).
//
// Some processes make and unmake a page table each, and fill the frame that it was with what is no
// table; some have the indexes of their directories made and thrown away; one walks long paths,
// which hang on its kernel stack alone; one forks and executes; one writes to another through a
// pipe; one writes files and syncs.  Others have the kernel recount all the time, and each time all
// is right.

#include "user/tests/lib/test.h"

const char usage_text[] =
    "usage: auditbomb [-t SECONDS]   recounts memory while all of it is on the move\n";

#define DEFAULT_S  3
#define CHURNERS   6
#define AUDITORS   3
#define RENAMERS   2
#define FAR        0x60000000L // a page here has a leaf table of its own
#define NEAR       0x50000000L // two pages whose table stays
#define NO_ENTRY   0xa5a5a5a5a5a5a5ffUL
#define ANONYMOUS  (MAP_PRIVATE | MAP_ANONYMOUS)
#define READ_WRITE (PROT_READ | PROT_WRITE)

static uint64 limit; // when the time is over

static void map(long at, int pages)
{
    EXPECT(sys(SYS_mmap, at, pages * PGSIZE, READ_WRITE, ANONYMOUS, -1, 0), at, "mmap");
}

static void churn(void *arg)
{
    map(NEAR, 2);
    *(volatile char *)NEAR = 1;
    uint64 *junk = (uint64 *)(NEAR + PGSIZE);
    while (now_ns() < limit) {
        map(FAR, 1);
        *(volatile char *)FAR = 1;
        EXPECT(sys(SYS_munmap, FAR, PGSIZE), 0, "munmap");
        for (uint64 i = 0; i < PGSIZE / sizeof *junk; i++)
            junk[i] = NO_ENTRY ^ i << 40;
        EXPECT(sys(SYS_madvise, junk, PGSIZE, MADV_DONTNEED), 0, "madvise");
    }
}

// "f" and the number.
static void name_number(char *to, unsigned n)
{
    *to++ = 'f';
    do
        *to++ = (char)('0' + n % 10);
    while ((n /= 10) != 0);
    *to = '\0';
}

// Renames a file without end: the index of its directory fills with names that are gone, and
// another is made.
static void rename_on(void *arg)
{
    char dir[] = "auditbomb0", names[2][16] = { "f" };
    dir[9] = (char)('0' + (int)(long)arg);
    EXPECT(mkdir(dir), 0, "mkdir");
    EXPECT(chdir(dir), 0, "chdir");
    close(open("f", O_CREATE | O_RDWR));
    unsigned i = 0;
    for (; now_ns() < limit; i++) {
        char *to = names[(i + 1) % 2];
        name_number(to, i);
        EXPECT(rename(names[i % 2], to), 0, "rename");
    }
    EXPECT(unlink(names[i % 2]), 0, "unlink");
    EXPECT(chdir(".."), 0, "chdir");
    EXPECT(unlink(dir), 0, "unlink of the directory");
}

// Far too many components for the buffer that a short path goes to.
static void walk_on(void *arg)
{
    static char path[3000];
    for (unsigned i = 0; i + 2 < sizeof path; i += 2)
        memmove(path + i, "./", 3);
    while (now_ns() < limit)
        EXPECT(sys(SYS_faccessat, AT_FDCWD, path, 0), 0, "a long path");
}

static void fork_on(void *arg)
{
    while (now_ns() < limit) {
        int pid = fork();
        if (pid == 0) {
            char *argv[] = { "true", NULL };
            exec("true", argv);
            exit(1);
        }
        EXPECT(finish(pid).status, 0, "exit of true");
    }
}

static void feed(void *arg)
{
    const int *fd = arg;
    static char data[3 * PGSIZE];
    while (now_ns() < limit)
        EXPECT(write(fd[1], data, sizeof data), sizeof data, "write to the pipe");
}

static void pipe_on(void *arg)
{
    static char data[PGSIZE];
    int fd[2];
    EXPECT(pipe(fd), 0, "pipe");
    int pid = start(feed, fd);
    close(fd[1]);
    while (read(fd[0], data, sizeof data) > 0)
        ;
    EXPECT(finish(pid).status, 0, "exit of the writer");
}

static void write_on(void *arg)
{
    static char data[5 * PGSIZE];
    while (now_ns() < limit) {
        int fd = open("auditbomb.file", O_CREATE | O_RDWR);
        for (int i = 0; i < 20; i++)
            EXPECT(write(fd, data, sizeof data), sizeof data, "write");
        EXPECT(sys(SYS_fsync, fd), 0, "fsync");
        close(fd);
        EXPECT(unlink("auditbomb.file"), 0, "unlink");
    }
}

static void recount(void *arg)
{
    unsigned n = 0;
    for (; now_ns() < limit; n++)
        EXPECT(audit_faults(), 0, "faults that recount %u found", n);
    EXPECT(n > 0, 1, "recounts within the time");
}

static void (*const others[])(void *arg) = { walk_on, fork_on, pipe_on, write_on };
#define OTHERS (int)(sizeof others / sizeof others[0])

int main(int argc, char **argv)
{
    int seconds = argc > 2 && strcmp(argv[1], "-t") == 0 ? atoi(argv[2]) : DEFAULT_S;
    int pid[CHURNERS + AUDITORS + RENAMERS + OTHERS], n = 0;
    part_name = "auditbomb";
    limit = now_ns() + (uint64)seconds * 1000000000; // its page is our own before the count
    struct tally before = tally_now();
    for (int i = 0; i < CHURNERS; i++)
        pid[n++] = start(churn, NULL);
    for (int i = 0; i < AUDITORS; i++)
        pid[n++] = start(recount, NULL);
    for (int i = 0; i < RENAMERS; i++)
        pid[n++] = start(rename_on, (void *)(long)i);
    for (int i = 0; i < OTHERS; i++)
        pid[n++] = start(others[i], NULL);
    for (int i = 0; i < n; i++)
        EXPECT(finish(pid[i]).status, 0, "exit of process %d", i);
    check_tally(&before, "at the end");
    printf("auditbomb: OK\n");
    exit(0);
}
