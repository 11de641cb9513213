// Timers that are files: a read takes how often the time has come since the last, or waits.
#pragma once

#include "proc/file.h"

struct timerfd_setting {
    uint64 next;     // of clock_ns(); 0: switched off
    uint64 interval; // ns between two times; 0: it comes once
};

// => 0, -ENFILE, -ENOMEM
int timerfd_new(bool realtime, struct file **out);
// Both take any file; *old: as it stands, `next` for ns to go.  => 0, -EINVAL (it is no timer)
int timerfd_set(struct file *f, const struct timerfd_setting *setting, struct timerfd_setting *old);
int timerfd_get(struct file *f, struct timerfd_setting *now);
// => does the timer's clock tell the time of day?
bool timerfd_is_realtime(struct file *f);
