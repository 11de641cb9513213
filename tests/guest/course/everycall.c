// clang-format off
//
// Every classic call once, in the order in which test_course.py sets its break points.
#include "kernel/types.h"
#include "kernel/stat.h"
#include "kernel/fcntl.h"
#include "user/user.h"

int
main(int argc, char *argv[])
{
  char *args[] = { "echo", "every call", 0 };
  struct stat st;
  int p[2], fd, pid;
  char c = 'x';

  uptime();
  getpid();
  sbrk(1);
  fd = dup(1);
  close(fd);
  pipe(p);
  write(p[1], &c, 1);
  read(p[0], &c, 1);
  fd = open("ec.file", O_CREATE | O_RDWR);
  fstat(fd, &st);
  mkdir("ec.dir");
  chdir("ec.dir");
  mknod("device", 7, 7);
  link("device", "other");
  unlink("other");
  pid = fork();
  if(pid == 0)
    for(;;)
      ;
  kill(pid);
  wait(0);
  sleep(0);
  pause(0);
  exec("/echo", args);
  exit(1);
}
