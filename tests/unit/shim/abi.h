// The kernel's names for Linux's structures beside the host's own.
#pragma once

#include <stdlib.h>
#include <time.h>
#include "signals.h"

#undef WNOHANG
#undef WUNTRACED
#undef WEXITED
#undef WNOWAIT
#undef WSTOPPED
#undef WCONTINUED
#undef TIMER_ABSTIME
#undef CLOCK_REALTIME
#undef CLOCK_MONOTONIC
#undef CLOCK_BOOTTIME
#define timespec kine_timespec
#define timeval  kine_timeval
#define rusage   kine_rusage
#include_next "abi.h"
