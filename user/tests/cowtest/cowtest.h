// The parts of cowtest, by the file that holds them.  Each runs in a process of its own (runner.h)
// and names the line of trouble that it looks for.
#pragma once

#include "user/tests/lib/test.h"

extern bool long_run; // -l: the slow sizes

// classic.c: what course graders look for
void simple(void), three(void), file(void), forkfork(void);

// rights.c: a page keeps its own permissions through fork, fault and user copy
void text_store(void), text_read(void), no_exec(void), rodata(void), protect_cow(void),
    withheld(void), file_page(void), entry_bits(void);

// copies.c: the kernel's own copies to and from COW, lazy and vanishing pages
void copyout_cow(void), copyout_span(void), copyout_lazy(void), copyin_lazy(void),
    copyinstr_lazy(void), copy_unmap(void);

// addresses.c: what no user address is
void bad_load(void), bad_store(void), bad_jump(void), bad_calls(void), wrap_around(void),
    guards(void);

// sharing.c: who shares what, who copies when
void grandchildren(void), shared_not_copied(void), take_back(void), zero_page(void), sharers(void),
    many_sharers(void), count_race(void), last_two(void), last_three(void), copy_complete(void);

// tables.c: page tables that fork shares
void tables_shared(void), tables_loaded(void), tables_inherited(void), tables_changed(void),
    tables_copied_to(void), tables_raced_for(void), tables_torn(void), tables_fail(void);

// shared_maps.c: what is shared on purpose
void shared_map(void), private_map(void), mixed_table(void);

// shortage.c: memory runs out
void oom_fault(void), oom_copyout(void), oom_tables(void), oom_cow(void);

// failures.c: one allocation fails
void fork_fails(void), exec_fails(void), fault_fails(void), calls_fail(void);

// snapshots.c: fork is one moment for everybody
void parent_writes(void), torn_fork(void), threads_fork(void), pipe_in_progress(void),
    pipe_out_in_progress(void), file_in_progress(void);

// stale.c: what other harts remember
void stale_copy(void), stale_unmap(void), stale_protect(void), stale_stack(void);

// lives.c: heaps that come and go, many births and deaths
void shrink_grow(void), fork_kill(void), fork_many(void), process_limit(void), memory_limit(void);

// programs.c: programs that do not load
void exec_bad(void);
