// The runner (runner.h).

#include "user/tests/lib/runner.h"
#include "user/tests/lib/test.h"

#define COUNT_STEP  256 // pages that the count of memory grows by at a time
#define COUNT_SLACK 64  // pages that caches may have taken for good between two counts

static const char *program; // our own name, for strays

// --- the end of one part ----------------------------------------------------------------------

// Polls, so that a part that hangs can be ended.  => false if it took too long
static bool wait_for_part(int pid, struct ending *end)
{
    uint64 limit = now_ns() + PART_LIMIT_S * 1000000000UL;
    for (int ms = 1;; ms += ms < 16 ? ms : 0) {
        struct siginfo info = { 0 };
        sys(SYS_waitid, P_PID, pid, &info, WEXITED | WNOHANG, 0);
        if (info.si_pid == pid) {
            bool killed = info.si_code != CLD_EXITED;
            *end = (struct ending){ killed ? info.si_status : 0, killed ? 0 : info.si_status };
            return true;
        }
        if (now_ns() > limit)
            break;
        sleep_ms(ms);
    }
    kill(pid);
    *end = finish(pid);
    return false;
}

// Kills what a failed part has left behind: processes of our name that init has taken over.
static void kill_strays(void)
{
    static struct kine_proc procs[NPROC];
    for (int rounds = 0; rounds < 100; rounds++) {
        long n = sys(SYS_kine_procs, procs, NPROC), killed = 0;
        for (long i = 0; i < n; i++)
            if (procs[i].ppid == 1 && procs[i].pid != getpid() && procs[i].state != 'Z' &&
                strcmp(procs[i].name, program) == 0)
                killed += kill(procs[i].pid) == 0;
        if (killed == 0)
            return;
        sleep_ms(10);
    }
}

static bool went_well(bool in_time, struct ending end)
{
    if (!in_time)
        printf("%s: took more than %d s\n", part_name, PART_LIMIT_S);
    else if (end.signal)
        printf("%s: killed by signal %d\n", part_name, end.signal);
    return in_time && !end.signal && end.status == 0;
}

// Every frame that the part used must be back.
static bool nothing_lost(const struct tally *before)
{
    struct tally now;
    if (tally_returns(before, &now))
        return true;
    printf("%s: frames lost: users %ld, tables %ld, others %ld\n", part_name,
           now.user - before->user, now.tables - before->tables, now.other - before->other);
    return false;
}

static void run_part(void *arg)
{
    const struct part *p = arg;
    p->fn();
}

static bool passes(const struct part *p)
{
    struct ending end;
    struct tally before = tally_now();
    part_name = p->name;
    bool in_time = wait_for_part(start(run_part, (void *)p), &end);
    bool ok = went_well(in_time, end);
    if (!ok)
        kill_strays();
    return nothing_lost(&before) && ok;
}

// --- the whole --------------------------------------------------------------------------------

static bool named(const char *name, int argc, char **argv)
{
    for (int i = 0; i < argc; i++)
        if (strcmp(argv[i], name) == 0)
            return true;
    return argc == 0;
}

static int known(const struct suite *s, const char *name)
{
    for (int i = 0; i < s->count; i++)
        if (strcmp(s->parts[i].name, name) == 0)
            return true;
    return false;
}

static int list_parts(const struct suite *s)
{
    for (int i = 0; i < s->count; i++)
        printf("%s%s\n", s->parts[i].name, s->parts[i].slow ? " (slow)" : "");
    return 0;
}

// => how many parts failed
static int run_parts(const struct suite *s, bool quick, int argc, char **argv)
{
    int failures = 0;
    for (int i = 0; i < s->count; i++) {
        const struct part *p = &s->parts[i];
        if ((quick && p->slow) || !named(p->name, argc, argv))
            continue;
        bool ok = passes(p);
        printf("%s%s: %s\n", s->prefix, p->name, ok ? s->ok : s->failed);
        failures += !ok;
    }
    return failures;
}

// Memory as an ordinary program sees it, and as the kernel counts it.
static int memory_failures(long before)
{
    int failures = 0;
    part_name = "memory";
    long after = count_sbrk(COUNT_STEP), faults = audit_faults();
    if (after < before - COUNT_SLACK) {
        printf("lost some free pages: %ld of %ld are left\n", after, before);
        failures++;
    }
    if (faults) {
        printf("the audit found %ld lost frames and broken invariants\n", faults);
        failures++;
    }
    return failures;
}

static void nothing(void)
{
}

int run_suite(const struct suite *s, int argc, char **argv)
{
    static const struct part idle = { .name = "idle", .fn = nothing };
    bool quick = false;
    program = argv[0];
    for (argc--, argv++; argc > 0 && argv[0][0] == '-'; argc--, argv++) {
        if (strcmp(argv[0], "-l") == 0)
            return list_parts(s);
        if (strcmp(argv[0], "-q") != 0)
            misused();
        quick = true;
    }
    for (int i = 0; i < argc; i++)
        if (!known(s, argv[i])) {
            fprintf(2, "%s: no part is called %s\n", program, argv[i]);
            return 1;
        }
    // Pages of our own that are touched for the first time must not look lost later.
    part_name = idle.name;
    kill_strays();
    finish(start(run_part, (void *)&idle));
    long before = count_sbrk(COUNT_STEP);
    int failures = run_parts(s, quick, argc, argv);
    failures += memory_failures(before);
    printf("%s\n", failures ? s->some_failed : s->all_passed);
    return failures ? 1 : 0;
}
