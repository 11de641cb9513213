// usertests: the contract of the system calls, part by part.
//
//   usertests           all parts
//   usertests -q        the quick ones
//   usertests -l        their names
//   usertests NAME...   these only

#include "user/tests/lib/runner.h"
#include "user/tests/usertests/usertests.h"

static const struct part parts[] = {
    { .name = "copyin", .fn = copyin },
    { .name = "copyout", .fn = copyout },
    { .name = "copyinstr1", .fn = copyinstr1 },
    { .name = "execpointers", .fn = exec_pointers },
    { .name = "structpointers", .fn = struct_pointers },
    { .name = "resultsrefused", .fn = results_refused },
    { .name = "lastpage", .fn = last_page },
    { .name = "pathlimit", .fn = path_limit },
    { .name = "badnumbers", .fn = bad_numbers },
    { .name = "baddescriptors", .fn = bad_descriptors },

    { .name = "openmodes", .fn = open_modes },
    { .name = "createflags", .fn = create_flags },
    { .name = "writeread", .fn = write_read },
    { .name = "truncateopen", .fn = truncate_open },
    { .name = "truncatesize", .fn = truncate_size },
    { .name = "noholes", .fn = no_holes },
    { .name = "seek", .fn = seek },
    { .name = "positioned", .fn = positioned },
    { .name = "vectors", .fn = vectors },
    { .name = "vectorsend", .fn = vectors_end },
    { .name = "append", .fn = append },
    { .name = "bigfile", .fn = big_file },
    { .name = "manyfiles", .fn = many_files },
    { .name = "unlinkopen", .fn = unlink_open },
    { .name = "filestatus", .fn = file_status },
    { .name = "pipestatus", .fn = pipe_status },
    { .name = "devices", .fn = devices },

    { .name = "directories", .fn = directories },
    { .name = "dotnames", .fn = dot_names },
    { .name = "namescut", .fn = names_cut },
    { .name = "linkcount", .fn = link_count },
    { .name = "linkrefused", .fn = link_refused },
    { .name = "removerefused", .fn = remove_refused },
    { .name = "bigdirectory", .fn = big_directory },
    { .name = "deepdirectories", .fn = deep_directories },
    { .name = "records", .fn = records },
    { .name = "getdents", .fn = dir_entries },
    { .name = "workingdirectory", .fn = working_directory },
    { .name = "lostdirectory", .fn = lost_directory },
    { .name = "oddpaths", .fn = odd_paths },
    { .name = "inodenumbers", .fn = inode_numbers },

    { .name = "renamefiles", .fn = rename_files },
    { .name = "renamedirectories", .fn = rename_directories },
    { .name = "renameopen", .fn = rename_open },
    { .name = "renameatomic", .fn = rename_atomic },
    { .name = "renamecrowd", .fn = rename_crowd },
    { .name = "symlinks", .fn = symlinks },
    { .name = "symlinkends", .fn = symlink_ends },

    { .name = "modes", .fn = modes },
    { .name = "times", .fn = times_of_change },
    { .name = "settimes", .fn = set_file_times },
    { .name = "volumespace", .fn = volume_space },
    { .name = "openpromises", .fn = open_promises },

    { .name = "snapshots", .fn = snapshots },
    { .name = "snapshotinuse", .fn = snapshot_in_use },
    { .name = "snapshotmoment", .fn = snapshot_moment },
    { .name = "snapshotcrowd", .fn = snapshot_crowd },
    { .name = "clones", .fn = clones },
    { .name = "clonecrowd", .fn = clone_crowd },
    { .name = "fourwriters", .fn = four_writers },
    { .name = "sharedoffset", .fn = shared_offset },
    { .name = "ownoffsets", .fn = own_offsets },
    { .name = "samename", .fn = same_name },
    { .name = "createdelete", .fn = create_delete },
    { .name = "linkunlink", .fn = link_unlink },
    { .name = "concurrentcreate", .fn = concurrent_create },
    { .name = "concurrentmkdir", .fn = concurrent_mkdir },

    { .name = "exitstatus", .fn = exit_status },
    { .name = "killstatus", .fn = kill_status },
    { .name = "faultstatus", .fn = fault_status },
    { .name = "waitany", .fn = wait_any },
    { .name = "waitnohang", .fn = wait_nohang },
    { .name = "waitid", .fn = wait_id },
    { .name = "reparent", .fn = reparent },
    { .name = "orphans", .fn = orphans },
    { .name = "twoparents", .fn = two_parents },
    { .name = "manyexits", .fn = many_exits },
    { .name = "killanywhere", .fn = kill_anywhere },
    { .name = "killstorm", .fn = kill_storm },
    { .name = "killrefused", .fn = kill_refused },
    { .name = "killallquick", .fn = kill_all_quick, .slow = true },
    { .name = "preempt", .fn = preempt },
    { .name = "parents", .fn = parents },
    { .name = "vforkwaits", .fn = vfork_waits },
    { .name = "vforkexecs", .fn = vfork_execs },
    { .name = "vforkkilled", .fn = vfork_killed },
    { .name = "sharememory", .fn = share_memory },
    { .name = "forklimit", .fn = fork_limit, .slow = true },

    { .name = "pipebytes", .fn = pipe_bytes },
    { .name = "pipeend", .fn = pipe_end },
    { .name = "pipebroken", .fn = pipe_broken },
    { .name = "pipelarge", .fn = pipe_large },
    { .name = "pipewriters", .fn = pipe_writers },
    { .name = "pipedescriptors", .fn = pipe_descriptors },
    { .name = "pipekilled", .fn = pipe_killed },
    { .name = "pipenonblock", .fn = pipe_nonblock },

    { .name = "sbrkbasic", .fn = sbrk_basic },
    { .name = "sbrkmuch", .fn = sbrk_much },
    { .name = "sbrkfail", .fn = sbrk_fail },
    { .name = "sbrkrefused", .fn = sbrk_refused },
    { .name = "sbrkodd", .fn = sbrk_odd },
    { .name = "sbrkshrunk", .fn = sbrk_shrunk },
    { .name = "sbrkargument", .fn = sbrk_argument },
    { .name = "sbrklazy", .fn = sbrk_lazy },
    { .name = "lazyeverywhere", .fn = lazy_everywhere },
    { .name = "mapping", .fn = mapping },
    { .name = "mappingranges", .fn = mapping_ranges },
    { .name = "sbrksamecount", .fn = sbrk_same_count, .slow = true },
    { .name = "mallocfails", .fn = malloc_fails, .slow = true },

    { .name = "zerobss", .fn = zero_bss },
    { .name = "stackrules", .fn = stack_rules },
    { .name = "execarguments", .fn = exec_arguments },
    { .name = "execlimits", .fn = exec_limits },
    { .name = "execrefused", .fn = exec_refused },
    { .name = "execdescriptors", .fn = exec_descriptors },
    { .name = "execshared", .fn = exec_shared },
    { .name = "execself", .fn = exec_self },

    { .name = "dupshares", .fn = dup_shares },
    { .name = "dup3places", .fn = dup3_places },
    { .name = "fcntlflags", .fn = fcntl_flags },
    { .name = "descriptorlimit", .fn = descriptor_limit },
    { .name = "closeall", .fn = close_all },

    { .name = "clockforward", .fn = clock_forward },
    { .name = "sleeplongenough", .fn = sleep_long_enough },
    { .name = "uptimeticks", .fn = uptime_ticks },
    { .name = "sleeprefused", .fn = sleep_refused },
    { .name = "whoami", .fn = who_am_i },
    { .name = "memoryaccounts", .fn = memory_accounts },

    { .name = "sync", .fn = sync_all },
    { .name = "diskfull", .fn = disk_full, .slow = true },
    { .name = "diskfullnames", .fn = disk_full_names, .slow = true },
    { .name = "fillclassic", .fn = fill_classic, .slow = true },
};

static const struct suite suite = {
    .prefix = "test ",
    .ok = "OK",
    .failed = "FAILED",
    .parts = parts,
    .count = sizeof parts / sizeof parts[0],
    .all_passed = "ALL TESTS PASSED",
    .some_failed = "SOME TESTS FAILED",
};

int main(int argc, char **argv)
{
    if (argc > 1 && argv[1][0] == '@')
        return act(argc, argv);
    return run_suite(&suite, argc, argv);
}
