// bench [ROW...]: what the system's operations cost, in instructions of one hart.
//
// Under QEMU with `-icount shift=0` and one hart the figures repeat exactly; rdinstret counts the
// kernel's instructions too.  Each row is the median of RUNS runs and prints one line, `bench NAME
// VALUE`, or `bench NAME unavailable` where the system refuses.  The rows child-kib-* are KiB of
// memory.
#include "user/bench/bench.h"
#include "user/kine.h"
#include "user/user.h"

const char usage_text[] =
    "usage: bench [ROW...]   what operations cost, in instructions of one hart\n";

#define RUNS 11

uint64 start_cost;

static const struct row *const groups[] = { process_rows, memory_rows, file_rows };
#define NGROUPS (sizeof groups / sizeof groups[0])

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

static void measure_all(const struct row *r)
{
    for (; r->name; r++)
        measure(r);
}

// => false: there is no such row
static bool measure_named(const char *name)
{
    for (uint g = 0; g < NGROUPS; g++)
        for (const struct row *r = groups[g]; r->name; r++)
            if (strcmp(r->name, name) == 0) {
                measure(r);
                return true;
            }
    fprintf(2, "bench: no row %s\n", name);
    return false;
}

// instret has counted while the machine waited for the disk and for somebody to type, too.
static void read_start_cost(void)
{
    struct kine_meminfo m;
    uint64 now = instructions();
    if (kine_meminfo(&m) == 0)
        start_cost = now - m.slept;
}

int main(int argc, char **argv)
{
    int status = 0;
    read_start_cost();
    if (argc < 2)
        for (uint g = 0; g < NGROUPS; g++)
            measure_all(groups[g]);
    for (int i = 1; i < argc; i++)
        if (!measure_named(argv[i]))
            status = 1;
    return status;
}
