// clang-format off
//
// Tests of a lazy heap; of the headers, only what says so itself.
#include "user/user.h"

#define REGION (1024 * 1024 * 1024)
#define STEP   (64 * 4096)

int
sparse(char *start)
{
  char *p;

  if(start == SBRK_ERROR)
    return 0;
  for(p = start + 4096; p < start + REGION; p += 100 * STEP)
    *(char **)p = p;
  for(p = start + 4096; p < start + REGION; p += 100 * STEP)
    if(*(char **)p != p)
      return 0;
  return 1;
}

int
main(int argc, char *argv[])
{
  printf("lazy %d\n", sparse(sbrklazy(REGION)));
  sbrklazy(-REGION);
  printf("named %d\n", sparse(sys_sbrk(REGION, SBRK_LAZY)));
  sys_sbrk(-REGION, SBRK_EAGER);
  // argv[1]: sbrk() itself is lazy
  if(argc > 1)
    printf("default %d\n", sparse(sbrk(REGION)));
  else
    printf("default %d\n", sbrk(REGION) == SBRK_ERROR);
  pause(1);
  return 0;
}
