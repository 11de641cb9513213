// Faults and stretches put in on purpose, to see that the address sanitizer and the debug build report
// them: only in their builds.
#pragma once

#ifdef KASAN
// Commits the fault that the boot argument kasan-test=NAME asks for, if any (planted.c lists them).
void planted_fault(void);
#else
static inline void planted_fault(void)
{
}
#endif

#ifdef DEBUG
// With the boot argument longest-test=yes: a stretch of each kind that riscv/longest.h measures.
void planted_stretches(void);
#else
static inline void planted_stretches(void)
{
}
#endif
