// clang-format off
//
// A classic program may give its own things any name but those of user/user.h: C's, and those that
// user/kine.h and the library use.  Prints "ownnames: all well".
#include "kernel/types.h"
#include "user/user.h"

#define NULL 0
#define true 1
#define false 0
typedef int bool;
typedef unsigned long size_t;
typedef unsigned char uint8_t;

int errno = 17;
char *environ = "a string";
int sync, umask, rename, syscall, stack_size, long_paths, classic_path;

bool
statfs(void)
{
  return true;
}

int
mprotect(int a, int b)
{
  return a * b;
}

// What the library has too, made of classic calls here: it must not come back to these.
int
rmdir(char *path)
{
  return unlink(path);
}

int
execve(char *path, char **argv, char **env)
{
  return exec(path, argv);
}

int
open_mode(char *path, int flags)
{
  return open(path, flags);
}

int
nanosleep(long ticks)
{
  return sleep(ticks);
}

int
kill_with(int pid)
{
  return kill(pid);
}

// => 1 if each call does its own work, and none changes a thing of ours
int
calls(void)
{
  char *none[] = { "none", 0 };

  return mkdir("own") == 0 && rmdir("own") == 0 && execve("none", none, 0) == -1 && open_mode("none", 0) == -1 &&
    nanosleep(1) == 0 && kill_with(-1) == -1 && errno == 17 && strcmp(environ, "a string") == 0 &&
    syscall + stack_size + long_paths + classic_path == 0;
}

char*
strdup(char *s)
{
  char *t = malloc(strlen(s) + 1);

  return t == NULL ? NULL : strcpy(t, s);
}

int
number(char *s)
{
  return atoi(s);
}

// The library's own is left for this one, by the library too.
uint
strlen(const char *s)
{
  size_t n;

  sync++;
  for(n = 0; s[n] != 0; n++)
    ;
  return n;
}

void
main(void)
{
  uint8_t small = 255;
  char *copy = strdup("well");

  small++;
  if(calls() && statfs() != false && mprotect(6, 7) == 42 && number("12") == 12 && small == 0 && errno == 17 && rename == umask)
    printf("ownnames: all %s\n", copy);
  if(sync < 2)
    printf("ownnames: strlen was not asked\n");
  exit(0);
}
