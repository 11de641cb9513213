// clang-format off
//
// floods N [talk]: N children die at the same moment, each for one of two reasons.  Their parent has
// begun a line before, which it ends when it has waited for all; or another child talks meanwhile, in
// pieces, and the parent says nothing until the end.
#include "kernel/types.h"
#include "kernel/memlayout.h"
#include "user/user.h"

int go[2];

void
victim(int i)
{
  char c;

  close(go[1]);
  read(go[0], &c, 1);
  if(i % 2)
    *(char *)KERNBASE = 1;
  else
    c = *(volatile char *)KERNBASE;
  exit(c);
}

void
talk(void)
{
  int i;

  for(i = 0; i < 100; i++){
    printf("talk ");
    printf("%d ", i);
    printf("to the end\n");
  }
  exit(0);
}

int
main(int argc, char *argv[])
{
  int i, status, killed = 0, n = atoi(argv[1]);

  pipe(go);
  for(i = 0; i < n; i++)
    if(fork() == 0)
      victim(i);
  if(argc > 2){
    if(fork() == 0)
      talk();
    n++;
  } else
    printf("reaping ");
  close(go[0]);
  close(go[1]);
  for(i = 0; i < n; i++){
    wait(&status);
    killed += status == -1;
  }
  printf("done %d\n", killed);
  return 0;
}
