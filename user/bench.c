// bench [ROW...]: what the system's operations cost, in instructions of one hart.
//
// Under QEMU with `-icount shift=0` and one hart the figures repeat exactly; rdinstret counts the
// kernel's instructions too.  Each row is the median of RUNS runs and prints one line, `bench NAME
// VALUE`, or `bench NAME unavailable` where the system refuses.  The rows child-kib-* are KiB of
// memory.
#include "user/bench/bench.h"
#include "user/user.h"

#define RUNS 11

static void sort(long *v, int n)
{
    for (int i = 1; i < n; i++)
        for (int k = i; k > 0 && v[k - 1] > v[k]; k--) {
            long t = v[k];
            v[k] = v[k - 1];
            v[k - 1] = t;
        }
}

static long median_of_runs(const struct row *r)
{
    long v[RUNS];
    for (int i = 0; i < RUNS; i++)
        if ((v[i] = r->run(r->arg)) == UNAVAILABLE)
            return UNAVAILABLE;
    sort(v, RUNS);
    return v[RUNS / 2];
}

static void measure(const struct row *r)
{
    long value = UNAVAILABLE;
    if (!r->setup || r->setup(r->arg))
        value = median_of_runs(r);
    if (r->teardown)
        r->teardown(r->arg);
    if (value == UNAVAILABLE)
        printf("bench %s unavailable\n", r->name);
    else
        printf("bench %s %ld\n", r->name, value);
}

static bool wanted(const char *name, int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], name) == 0)
            return true;
    return argc < 2;
}

int main(int argc, char **argv)
{
    const struct row *groups[] = { process_rows, memory_rows, file_rows };
    for (uint g = 0; g < sizeof groups / sizeof groups[0]; g++)
        for (const struct row *r = groups[g]; r->name; r++)
            if (wanted(r->name, argc, argv))
                measure(r);
    return 0;
}
