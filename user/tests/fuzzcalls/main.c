// fuzzcalls [-s seed] [-t seconds] [-p families] [-r round] [-m pages]: random system calls from processes
// that share memory, files and descriptors and are killed at any moment, for 10 s unless told
// otherwise.  With -m somebody has all memory and swap space but so many pages meanwhile.
//
// The time is cut into rounds.  After each everybody is killed, which must succeed, all that was
// made is removed, memory must be as before and the audit clean, as it must be all the time.  The
// seed is printed: with it and the round, the same choices are made again, though not at the same
// moments.
//
// A round is a program of its own, so that the one that watches shares no memory with it and is not
// the one to be killed when there is none left.

#include "user/tests/fuzzcalls/fuzzcalls.h"

const char usage_text[] =
    "usage: fuzzcalls [-s SEED] [-t S] [-p N] [-r N] [-m PAGES]   random system calls\n";

#define SECONDS  10
#define FAMILIES 4
#define ROUND_MS 2000
#define AUDIT_MS 1000  // within a round: when the audit is asked
#define GRACE_MS 60000 // in which a process that is killed must be gone

enum { SEED, TIME, PROCESSES, ROUND, LEAVE };

// fuzzcalls @ROUND seed ms families fd pages: a round, the number of whose calls goes to fd
static int round_program(char **argv)
{
    long calls = run_round((uint64)atoi(argv[2]), atoi(argv[3]), atoi(argv[4]), atoi(argv[6]));
    write(atoi(argv[5]), &calls, sizeof calls);
    return 0;
}

// Waits until the round's program has ended.  Whatever goes on meanwhile, the audit is exact.
static void watch(int pid)
{
    struct siginfo info = { 0 };
    for (int ms = 0; info.si_pid == 0; ms += 20) {
        CHECK(ms < ROUND_MS + GRACE_MS, "the round does not end");
        sleep_ms(20);
        if (ms == AUDIT_MS)
            EXPECT(audit_faults(), 0, "faults that the audit found in the middle of the round");
        EXPECT(sys(SYS_waitid, P_PID, pid, &info, WEXITED | WNOHANG), 0, "waitid");
    }
}

// Everybody who is left dies at once, whatever he does.
static void kill_all(void)
{
    int left;
    for (int ms = 0; (left = kill_others()) > 0; ms += 20) {
        CHECK(ms < GRACE_MS, "%d processes cannot be killed", left);
        sleep_ms(20);
    }
}

// => calls made; 0 if the round's own program was killed
static long start_round(uint64 seed, int ms, int families, int leave)
{
    char text[5][16];
    int fd[2];
    long calls = 0;
    must_pipe(fd);
    char *argv[] = { "fuzzcalls",
                     "@ROUND",
                     numbered(text[0], "", (int)seed),
                     numbered(text[1], "", ms),
                     numbered(text[2], "", families),
                     numbered(text[3], "", fd[1]),
                     numbered(text[4], "", leave),
                     NULL };
    int pid = vfork();
    if (pid == 0) {
        exec("/fuzzcalls", argv);
        exit(1);
    }
    CHECK(pid > 0, "vfork failed: %s", strerror(errno));
    close(fd[1]);
    watch(pid);
    kill_all();
    if (read(fd[0], &calls, sizeof calls) != sizeof calls)
        calls = 0;
    CHECK(calls >= 0, "a call had a result that it cannot have");
    close(fd[0]);
    return calls;
}

static long free_blocks(void)
{
    struct statfs st = { 0 };
    EXPECT(statfs("/", &st), 0, "statfs");
    return (long)st.f_bavail;
}

// What snapshots shared is given back bit by bit, once they are gone.
static void await_space(long blocks)
{
    sync();
    for (int ms = 0; free_blocks() < blocks; ms += 100) {
        CHECK(ms < GRACE_MS, "%ld blocks are free, %ld do not come back", free_blocks(), blocks);
        sleep_ms(100);
        sync();
    }
}

// => calls made
static long whole_round(uint64 seed, int ms, int families, int leave)
{
    remove_everything();
    make_directories(families);
    long calls = start_round(seed, ms, families, leave);
    remove_everything();
    return calls;
}

static void fuzz(const int *value)
{
    uint64 until = now_ns() + (uint64)value[TIME] * 1000000000;
    long calls = whole_round(0, 0, value[PROCESSES], 0); // so that we have touched all our memory
    struct tally before = tally_now();
    long blocks =
        free_blocks() / 2; // the tables of inodes and of counts keep what they have grown by
    for (int round = value[ROUND]; now_ns() < until; round++) {
        printf("fuzzcalls: fuzzcalls -s %d -p %d -r %d -m %d does this again\n", value[SEED],
               value[PROCESSES], round, value[LEAVE]);
        calls += whole_round((uint64)(value[SEED] + round * 7919), ROUND_MS, value[PROCESSES],
                             value[LEAVE]);
        await_space(blocks);
        check_tally(&before, "after the round");
    }
    printf("fuzzcalls: %ld calls: OK\n", calls);
}

int main(int argc, char **argv)
{
    if (argc == 7 && strcmp(argv[1], "@ROUND") == 0)
        return round_program(argv);
    int value[] = { (int)(now_ns() / 1000 % 1000000007), SECONDS, FAMILIES, 0, 0 };
    take_options(argc, argv, "stprm", value);
    if (value[PROCESSES] < 1 || value[PROCESSES] > 8)
        value[PROCESSES] = FAMILIES;
    part_name = "fuzzcalls";
    fuzz(value);
    return 0;
}
