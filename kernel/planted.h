// Faults put in on purpose, to see that the address sanitizer reports them: only in its builds.
#pragma once

#ifdef KASAN
// Commits the fault that the boot argument kasan-test=NAME asks for, if any (planted.c lists them).
void planted_fault(void);
#else
static inline void planted_fault(void)
{
}
#endif
