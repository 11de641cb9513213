// sigtest [-q] [-l] [PART...]: signals, stops, process groups and timers, over raw calls.
#include "user/tests/sigtest/sigtest.h"

const char usage_text[] = "usage: sigtest [-q] [-l] [PART...]   tests signals, groups and timers\n";

static const struct part parts[] = {
    { .name = "handlers", .fn = handlers },
    { .name = "masks", .fn = masks },
    { .name = "once", .fn = once },
    { .name = "nested", .fn = nested },
    { .name = "jumps", .fn = left_by_jump },
    { .name = "registers", .fn = registers },
    { .name = "otherstack", .fn = alternate_stack },
    { .name = "restarts", .fn = restarts },
    { .name = "sleeps", .fn = sleeps_on },
    { .name = "suspends", .fn = suspends },
    { .name = "wakes", .fn = wakes_every_time },
    { .name = "waits", .fn = waits_for_signals },
    { .name = "queues", .fn = queues },
    { .name = "children", .fn = told_of_children },
    { .name = "nozombies", .fn = no_zombies },
    { .name = "stops", .fn = stops },
    { .name = "cancels", .fn = stops_are_cancelled },
    { .name = "waitids", .fn = waits_of_all_kinds },
    { .name = "groups", .fn = groups },
    { .name = "sessions", .fn = sessions },
    { .name = "orphans", .fn = orphans },
    { .name = "faults", .fn = faults },
    { .name = "noroom", .fn = no_room },
    { .name = "lies", .fn = frames_that_lie },
    { .name = "pipes", .fn = broken_pipes },
    { .name = "fork", .fn = over_fork },
    { .name = "exec", .fn = over_exec },
    { .name = "refused", .fn = refused },
    { .name = "intervals", .fn = interval_timers },
    { .name = "timers", .fn = timers },
    { .name = "storm", .fn = storm },
};

static const struct suite suite = {
    .prefix = "",
    .ok = "ok",
    .failed = "FAILED",
    .parts = parts,
    .count = sizeof parts / sizeof parts[0],
    .all_passed = "ALL SIGNAL TESTS PASSED",
    .some_failed = "SOME SIGNAL TESTS FAILED",
};

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "@exec") == 0)
        return after_exec();
    return run_suite(&suite, argc, argv);
}
