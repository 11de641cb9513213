// The kernel's names for Linux's structures beside the host's own.
#pragma once

#include <stdlib.h>
#include <time.h>

#undef WNOHANG
#undef WUNTRACED
#undef WEXITED
#undef WNOWAIT
#undef CLOCK_REALTIME
#undef CLOCK_MONOTONIC
#define timespec kine_timespec
#define timeval  kine_timeval
#define rusage   kine_rusage
#include_next "abi.h"
