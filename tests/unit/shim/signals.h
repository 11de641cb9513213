// The kernel's names for Linux's structures beside the host's own.
#pragma once

#include <sys/time.h>
#include <time.h>

#undef ITIMER_REAL
#undef ITIMER_VIRTUAL
#undef ITIMER_PROF
#define itimerspec kine_itimerspec
#define itimerval  kine_itimerval
#define sigevent   kine_sigevent
#include_next "signals.h"
