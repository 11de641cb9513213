// Counters that are files: a write adds to one, a read takes what is there, or waits.
#pragma once

#include "proc/file.h"

// flags: EFD_SEMAPHORE (a read takes 1).  => 0, -ENFILE, -ENOMEM
int eventfd_new(uint64 count, bool semaphore, struct file **out);
