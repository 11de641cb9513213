// clang-format off
//
// In the place of stressfs, with the headers that a first process includes; main returns nothing.
#include "kernel/types.h"
#include "kernel/stat.h"
#include "kernel/spinlock.h"
#include "kernel/sleeplock.h"
#include "kernel/fs.h"
#include "kernel/file.h"
#include "user/user.h"
#include "kernel/fcntl.h"

void
main(int argc, char **argv)
{
  int fd, i;
  char data[512];

  mknod("cs.console", CONSOLE, 0);
  fd = open("cs.console", O_WRONLY);
  fprintf(fd, "console by number\n");
  close(fd);
  unlink("cs.console");
  memset(data, 'a', sizeof(data));
  for(i = 0; i < 4; i++)
    if(fork() > 0)
      break;
  char path[] = "cs.file0";
  path[7] += i;
  fd = open(path, O_CREATE | O_RDWR);
  for(i = 0; i < 20; i++)
    write(fd, data, sizeof(data));
  close(fd);
  unlink(path);
  wait(0);
}
