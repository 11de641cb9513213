// For classic programs that include it before kernel/file.h.  The kernel's own sleeping locks are in
// kernel/task/mutex.h.
#pragma once

#include "spinlock.h"

struct sleeplock {
    uint locked;        // 0 or 1
    struct spinlock lk; // guards `locked`
    int pid;            // who holds it
};
