// clang-format off
//
// A chain of processes, each of which holds a prime and passes on what it does not divide.  With 37
// processes and as many pipes, none of which may stay open where it is not used.
#include <kernel/types.h>
#include <kernel/stat.h>
#include <user/user.h>

#define LAST 160

void
stage(int in)
{
  int mine, n, out = -1, ends[2];

  if(read(in, &mine, sizeof(mine)) != sizeof(mine))
    exit(0);
  printf("%d\n", mine);
  while(read(in, &n, sizeof(n)) == sizeof(n)){
    if(n % mine == 0)
      continue;
    if(out < 0){
      if(pipe(ends) < 0){
        fprintf(2, "primes: pipe\n");
        exit(1);
      }
      if(fork() == 0){
        close(in);
        close(ends[1]);
        stage(ends[0]);
      }
      close(ends[0]);
      out = ends[1];
    }
    write(out, &n, sizeof(n));
  }
  close(in);
  if(out >= 0)
    close(out);
  wait(0);
  exit(0);
}

int
main()
{
  int ends[2], n;

  pipe(ends);
  if(fork() == 0){
    close(ends[1]);
    stage(ends[0]);
  }
  close(ends[0]);
  for(n = 2; n <= LAST; n++)
    write(ends[1], &n, sizeof(n));
  close(ends[1]);
  wait((int*)0);
  exit(0);
}
