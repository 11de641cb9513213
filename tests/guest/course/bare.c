// clang-format off
//
// From before exit() and wait() had an argument.
#include "kernel/types.h"
#include "user/user.h"

struct queue {
  int (*wait)();
};

static int
zero()
{
  return 0;
}

int
main(int argc, char *argv[])
{
  struct queue q = { zero };
  int status = -1;

  if(fork() == 0)
    exit();
  wait();
  if(fork() == 0)
    exit(argc > 1 ? 1 : 7);
  if(wait(&status) >= 0 && wait() < 0 && wait(0) < 0 && (q.wait)() == 0)
    printf("bare %d\n", status);
  exit();
}
