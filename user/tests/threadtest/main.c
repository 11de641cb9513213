// threadtest [-q] [-l] [PART...]: threads, what they share, futexes.

#include "user/tests/lib/runner.h"
#include "user/tests/threadtest/threadtest.h"

const char usage_text[] = "usage: threadtest [-q] [-l] [PART...]   tests threads and futexes\n";

static const struct part parts[] = {
    { .name = "ids", .fn = ids },
    { .name = "memory", .fn = memory_is_one },
    { .name = "lastone", .fn = last_one_ends },
    { .name = "group", .fn = group_ends },
    { .name = "fault", .fn = fault_ends_all },
    { .name = "killed", .fn = killed_anywhere },
    { .name = "exec", .fn = exec_alone },
    { .name = "execraces", .fn = exec_races },
    { .name = "many", .fn = many_threads },
    { .name = "told", .fn = end_is_told },
    { .name = "refused", .fn = refused },
    { .name = "waits", .fn = who_waits },
    { .name = "notices", .fn = notices_that_are_no_signals },
    { .name = "vfork", .fn = vfork_thread },
    { .name = "times", .fn = times_are_summed },
    { .name = "directory", .fn = share_directory },
    { .name = "descriptors", .fn = share_descriptors },
    { .name = "everyway", .fn = share_every_way },
    { .name = "brothers", .fn = brothers },
    { .name = "futexvalues", .fn = futex_values },
    { .name = "futexlimits", .fn = futex_limits },
    { .name = "futexbits", .fn = futex_bits },
    { .name = "futexrequeue", .fn = futex_requeue },
    { .name = "futexops", .fn = futex_ops },
    { .name = "futexshared", .fn = futex_between_processes },
    { .name = "futexlock", .fn = futex_lock },
    { .name = "futexcrowd", .fn = futex_crowd },
    { .name = "futexrefused", .fn = futex_refused },
    { .name = "robust", .fn = robust_owner },
    { .name = "robusthostile", .fn = robust_hostile },
    { .name = "pairs", .fn = pairs },
};

static const struct suite suite = {
    .prefix = "test ",
    .ok = "OK",
    .failed = "FAILED",
    .parts = parts,
    .count = sizeof parts / sizeof parts[0],
    .all_passed = "ALL THREAD TESTS PASSED",
    .some_failed = "SOME TESTS FAILED",
};

int main(int argc, char **argv)
{
    if (argc > 1 && argv[1][0] == '@')
        return act(argc, argv);
    return run_suite(&suite, argc, argv);
}
