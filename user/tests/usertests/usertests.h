// The parts of usertests, by the file that holds them.  Each runs in a process of its own
// (runner.h), in the root directory, and removes the files that it makes.
#pragma once

#include "kernel/fs.h"
#include "user/tests/lib/test.h"

// pointers.c
void copyin(void), copyout(void), copyinstr1(void), exec_pointers(void), struct_pointers(void),
    results_refused(void), last_page(void), path_limit(void), bad_numbers(void), every_number(void),
    bad_descriptors(void);

// files.c
void open_modes(void), create_flags(void), write_read(void), truncate_open(void),
    truncate_fails(void), truncate_size(void), no_holes(void), seek(void), positioned(void),
    vectors(void), vectors_end(void), append(void), big_file(void), many_files(void),
    unlink_open(void), file_status(void), pipe_status(void), devices(void), device_offsets(void);

// transfers.c
void negative_counts(void), vectors_checked(void), records_whole(void), records_shared(void),
    record_killed(void), record_faults(void), vector_synced_once(void);

// names.c
void directories(void), dot_names(void), names_cut(void), link_count(void), link_refused(void),
    remove_refused(void), big_directory(void), deep_directories(void), records(void),
    dir_entries(void), working_directory(void), lost_directory(void), odd_paths(void),
    inode_numbers(void);

// moves.c
void rename_files(void), rename_directories(void), rename_open(void), rename_atomic(void),
    rename_crowd(void), symlinks(void), symlink_ends(void);

// attributes.c
void modes(void), times_of_change(void), set_file_times(void), volume_space(void),
    open_promises(void);

// snapshots.c
void snapshots(void), snapshot_in_use(void), snapshot_moment(void), snapshot_crowd(void),
    clones(void), clone_crowd(void);

// crowds.c
void four_writers(void), shared_offset(void), own_offsets(void), same_name(void),
    create_delete(void), link_unlink(void), concurrent_create(void), concurrent_mkdir(void);

// processes.c
void exit_status(void), fault_status(void), wait_any(void), wait_nohang(void), wait_id(void),
    fork_limit(void), reparent(void), orphans(void), two_parents(void), many_exits(void),
    exits_in_order(void), parents(void), vfork_waits(void), vfork_execs(void), vfork_killed(void),
    share_memory(void);

// killing.c
void kill_status(void), kill_anywhere(void), kill_storm(void), kill_refused(void),
    kill_all_quick(void), preempt(void);

// pipes.c
void pipe_bytes(void), pipe_end(void), pipe_broken(void), pipe_large(void), pipe_writers(void),
    pipe_descriptors(void), pipe_killed(void), pipe_nonblock(void), pipes_full(void),
    pipes_uncounted(void);
// Fills a pipe whose ends wait up to `leave` bytes.  => the bytes in it
long fill_pipe(const int fd[2], long leave);

// heap.c
void sbrk_basic(void), sbrk_much(void), sbrk_fail(void), sbrk_refused(void), sbrk_odd(void),
    sbrk_shrunk(void), sbrk_same_count(void), sbrk_argument(void), sbrk_lazy(void),
    lazy_everywhere(void), malloc_fails(void), mapping(void), mapping_ranges(void);

// registers.c
void registers_kept(void), registers_fresh(void);

// images.c
void zero_bss(void), stack_rules(void), exec_arguments(void), exec_limits(void), exec_family(void),
    exec_refused(void), exec_descriptors(void), exec_shared(void), exec_self(void);
// What the program does when it is run with a first argument that begins with '@'.
int act(int argc, char **argv);

// busy.c
void written_not_run(void), run_not_written(void), run_or_written(void), interpreter_refused(void);

// flags.c
void clone_flags(void), open_flags(void), mapping_flags(void);

// descriptors.c
void dup_shares(void), dup3_places(void), fcntl_flags(void), last_descriptor(void),
    descriptor_limit(void), close_all(void);

// leftovers.c
void fails_without_memory(void), files_run_out(void), wait_refused(void);

// clocks.c
void cpu_times(void), children_times(void), clock_forward(void), sleep_long_enough(void),
    uptime_ticks(void), sleep_refused(void), who_am_i(void), memory_accounts(void);

// maps.c
void map_devices(void), map_file(void), map_over_fork(void), map_end(void), map_shared_memory(void),
    map_race(void), map_cut(void), map_memory_file(void);

// disk.c
void disk_full(void), disk_full_names(void), fill_classic(void), sync_all(void);
