// clang-format off
//
// In the place of our cowtest: the style of the first years.  A line is begun, children die in the
// middle of it, and it is ended; main has no return.
#include <kernel/types.h>
#include <kernel/memlayout.h>
#include <user/user.h>

static char page[3 * 4096];
int fds[2];

// A child that reads a page of the parent's and stores to it.
child(k)
{
  if(page[4096] != 'p')
    exit(1);
  page[4096] = k;
  exit(page[4096] == k ? 0 : 2);
}

// A child that does what kills it.
void
dies(char *at)
{
  int pid, status;

  if((pid = fork()) < 0){
    printf("fork failed\n");
    exit(-1);
  }
  if(pid == 0){
    *at = 1;
    exit(0);
  }
  if(wait(&status) != pid || status != -1){
    printf("the child lives: %d\n", status);
    exit(-1);
  }
}

void
test(char *name, int deaths)
{
  int i, status;

  printf("%s: ", name);
  memset(page, 'p', sizeof(page));
  for(i = 1; i < 5; i++)
    if(fork() == 0)
      child(i);
  for(i = 1; i < 5; i++)
    if(wait(&status) < 0 || status != 0){
      printf("wrong status %d\n", status);
      exit(-1);
    }
  for(i = 0; i < deaths; i++)
    dies((char *)KERNBASE);
  printf("ok\n");
}

int
main(int argc, char *argv[])
{
  test("one", 1);
  test("many", 60);
  test("none", 0);
  printf("COURSE COW TESTS PASSED\n");
}
