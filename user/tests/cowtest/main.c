// cowtest: copy-on-write, looked at from a program.
//
//   cowtest          the classic parts, then one part or more for each way in which COW goes wrong
//   cowtest -l       the same with the long sizes
//   cowtest NAME...  these parts only
//
// docs/testing-programs.md says which part is there for what.

#include "user/tests/cowtest/cowtest.h"
#include "user/tests/lib/runner.h"

const char usage_text[] = "usage: cowtest [-q] [-l] [PART...]   tests copy-on-write\n";

bool long_run;

static const struct part parts[] = {
    { .name = "simple", .fn = simple },
    { .name = "simple", .fn = simple },
    { .name = "three", .fn = three },
    { .name = "three", .fn = three },
    { .name = "three", .fn = three },
    { .name = "file", .fn = file },
    { .name = "forkfork", .fn = forkfork },

    { .name = "textstore", .fn = text_store },
    { .name = "textread", .fn = text_read },
    { .name = "noexec", .fn = no_exec },
    { .name = "rodata", .fn = rodata },
    { .name = "grandchildren", .fn = grandchildren },
    { .name = "copyoutcow", .fn = copyout_cow },
    { .name = "copyoutspan", .fn = copyout_span },
    { .name = "copyoutlazy", .fn = copyout_lazy },
    { .name = "copyinlazy", .fn = copyin_lazy },
    { .name = "copyinstrlazy", .fn = copyinstr_lazy },
    { .name = "copyunmap", .fn = copy_unmap },
    { .name = "badload", .fn = bad_load },
    { .name = "badstore", .fn = bad_store },
    { .name = "badjump", .fn = bad_jump },
    { .name = "badcalls", .fn = bad_calls },
    { .name = "wraparound", .fn = wrap_around },
    { .name = "guards", .fn = guards },
    { .name = "protectcow", .fn = protect_cow },
    { .name = "withheld", .fn = withheld },
    { .name = "filepage", .fn = file_page },
    { .name = "entrybits", .fn = entry_bits },
    { .name = "oomfault", .fn = oom_fault },
    { .name = "oomcopyout", .fn = oom_copyout },
    { .name = "oomtables", .fn = oom_tables },
    { .name = "oomcow", .fn = oom_cow },
    { .name = "forkfails", .fn = fork_fails },
    { .name = "execfails", .fn = exec_fails },
    { .name = "faultfails", .fn = fault_fails },
    { .name = "callsfail", .fn = calls_fail },
    { .name = "sharednotcopied", .fn = shared_not_copied },
    { .name = "takeback", .fn = take_back },
    { .name = "zeropage", .fn = zero_page },
    { .name = "sharers", .fn = sharers },
    { .name = "manysharers", .fn = many_sharers },
    { .name = "countrace", .fn = count_race },
    { .name = "lasttwo", .fn = last_two },
    { .name = "lastthree", .fn = last_three },
    { .name = "copycomplete", .fn = copy_complete },
    { .name = "tablesshared", .fn = tables_shared },
    { .name = "tablesloaded", .fn = tables_loaded },
    { .name = "tablesinherited", .fn = tables_inherited },
    { .name = "tableschanged", .fn = tables_changed },
    { .name = "tablescopiedto", .fn = tables_copied_to },
    { .name = "tablesraced", .fn = tables_raced_for },
    { .name = "tablestorn", .fn = tables_torn },
    { .name = "tablesfail", .fn = tables_fail },
    { .name = "sharedmap", .fn = shared_map },
    { .name = "privatemap", .fn = private_map },
    { .name = "mixedtable", .fn = mixed_table },
    { .name = "shrinkgrow", .fn = shrink_grow },
    { .name = "execbad", .fn = exec_bad },
    { .name = "forkkill", .fn = fork_kill },
    { .name = "parentwrites", .fn = parent_writes },
    { .name = "tornfork", .fn = torn_fork },
    { .name = "threadsfork", .fn = threads_fork },
    { .name = "stalecopy", .fn = stale_copy },
    { .name = "staleunmap", .fn = stale_unmap },
    { .name = "staleprotect", .fn = stale_protect },
    { .name = "stalestack", .fn = stale_stack },
    { .name = "pipeinprogress", .fn = pipe_in_progress },
    { .name = "pipeoutinprogress", .fn = pipe_out_in_progress },
    { .name = "fileinprogress", .fn = file_in_progress },
    { .name = "forkmany", .fn = fork_many },
    { .name = "processlimit", .fn = process_limit },
    { .name = "memorylimit", .fn = memory_limit },
};

static const struct suite suite = {
    .prefix = "",
    .ok = "ok",
    .failed = "FAILED",
    .parts = parts,
    .count = sizeof parts / sizeof parts[0],
    .all_passed = "ALL COW TESTS PASSED",
    .some_failed = "SOME COW TESTS FAILED",
};

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "-l") == 0) {
        long_run = true;
        argv[1] = argv[0];
        argc--;
        argv++;
    }
    return run_suite(&suite, argc, argv);
}
