// clang-format off
//
// In the place of our grind, which is a folder.  The formats of all years: %l alone is an unsigned
// long, %p and %x are what they are in hexadecimal capitals.
#include "kernel/param.h"
#include "kernel/types.h"
#include "kernel/riscv.h"
#include "user/user.h"

int shared_part(int x); // in steps.c, which has no main
uint64 step_in_assembler(uint64 x); // in steps_asm.S

main()
{
  uint64 big = 1UL << 40;

  printf("%l|%l %d|%p|%x|%lx|%u\n", big, (uint64)7, -1, (void*)0x3fffffe000, 57616, big, 42);
  fprintf(1, "%s %c %ld %lu %lld %%\n", (char*)0, 'c', -1L, big, -2LL);
  printf("parts %d %d\n", shared_part(20), (int)step_in_assembler(41));
  printf("stack %d\n", USERSTACK);
}
