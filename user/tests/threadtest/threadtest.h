// The parts of threadtest, by the file that holds them.  Each runs in a process of its own.
#pragma once

#include "user/tests/threadtest/thread.h"

// life.c: how threads begin and end
void ids(void), memory_is_one(void), last_one_ends(void), group_ends(void), fault_ends_all(void),
    killed_anywhere(void), exec_alone(void), exec_races(void), many_threads(void),
    end_is_told(void), refused(void), who_waits(void), notices_that_are_no_signals(void),
    vfork_thread(void), times_are_summed(void);
// What the program does when its first argument begins with '@'.
int act(int argc, char **argv);

// sharing.c: what clone shares
void share_directory(void), share_descriptors(void), share_every_way(void), brothers(void);

// futexes.c
void futex_values(void), futex_limits(void), futex_bits(void), futex_requeue(void), futex_ops(void),
    futex_between_processes(void), futex_lock(void), futex_crowd(void), futex_refused(void);

// robust.c: what is told at the end
void robust_owner(void), robust_hostile(void);

// pairs.c: everything at once
void pairs(void);
