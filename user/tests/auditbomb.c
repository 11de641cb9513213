// auditbomb [-t seconds]: the recount of all memory while all of it is on the move (3 s).
//
// Some processes make and unmake a page table each, and fill the frame that it was with what is no
// table; some have the indexes of their directories made and thrown away; others have the kernel
// recount.  What they are told is right at rest only; but the kernel must not follow a table or an
// index that is none any more.

#include "user/tests/lib/test.h"

#define DEFAULT_S  3
#define CHURNERS   6
#define AUDITORS   8
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

static void recount(void *arg)
{
    while (now_ns() < limit)
        audit_faults();
}

int main(int argc, char **argv)
{
    int seconds = argc > 2 && strcmp(argv[1], "-t") == 0 ? atoi(argv[2]) : DEFAULT_S;
    int pid[CHURNERS + AUDITORS + RENAMERS];
    part_name = "auditbomb";
    struct tally before = tally_now();
    limit = now_ns() + (uint64)seconds * 1000000000;
    for (int i = 0; i < CHURNERS + AUDITORS; i++)
        pid[i] = start(i < CHURNERS ? churn : recount, NULL);
    for (int i = 0; i < RENAMERS; i++)
        pid[CHURNERS + AUDITORS + i] = start(rename_on, (void *)(long)i);
    for (int i = 0; i < CHURNERS + AUDITORS + RENAMERS; i++)
        EXPECT(finish(pid[i]).status, 0, "exit of process %d", i);
    check_tally(&before, "at the end");
    printf("auditbomb: OK\n");
    exit(0);
}
