// clang-format off
//
// In the place of our usertests: a table of tests, each in a process of its own, its name first and
// its verdict on the same line.
#include "kernel/param.h"
#include "kernel/types.h"
#include "kernel/stat.h"
#include "user/user.h"
#include "kernel/fs.h"
#include "kernel/fcntl.h"
#include "kernel/syscall.h"
#include "kernel/memlayout.h"
#include "kernel/riscv.h"

#define BUFSZ ((MAXOPBLOCKS + 2) * BSIZE)

char buf[BUFSZ];
char longpath[MAXPATH + 10];

void
fail(char *s, char *what)
{
  printf("%s: %s\n", s, what);
  exit(1);
}

// A path of n bytes that names the root's file `name`.
char *
padded(char *name, int n)
{
  int i;

  for(i = 0; i < n; i++)
    longpath[i] = '/';
  strcpy(longpath + n - strlen(name), name);
  return longpath;
}

void
longpaths(char *s)
{
  char *args[] = { "echo", "must not run", 0 };
  struct stat st;
  int n, fd;

  for(n = MAXPATH; n < MAXPATH + 3; n++){
    if(open(padded("README", n), O_RDONLY) != -1) fail(s, "open");
    if(open(padded("lp.new", n), O_CREATE | O_RDWR) != -1) fail(s, "create");
    if(exec(padded("echo", n), args) != -1) fail(s, "exec");
    if(link(padded("README", n), "lp.new") != -1) fail(s, "link from");
    if(link("README", padded("lp.new", n)) != -1) fail(s, "link to");
    if(mkdir(padded("lp.new", n)) != -1) fail(s, "mkdir");
    if(chdir(padded("", n)) != -1) fail(s, "chdir");
    if(mknod(padded("lp.new", n), 1, 1) != -1) fail(s, "mknod");
    if(stat(padded("README", n), &st) != -1) fail(s, "stat");
    if(stat("lp.new", &st) != -1) fail(s, "a failing call has made something");
  }
  n = MAXPATH - 1;
  if((fd = open(padded("lp.new", n), O_CREATE | O_RDWR)) < 0) fail(s, "create of 127");
  close(fd);
  if(unlink(padded("lp.new", MAXPATH)) != -1) fail(s, "unlink");
  if(unlink(padded("lp.new", n)) != 0) fail(s, "unlink of 127");
  if(mkdir(padded("lp.new", n)) != 0) fail(s, "mkdir of 127");
  if(unlink("lp.new") != 0) fail(s, "the directory");
  if(chdir(padded("", n)) != 0) fail(s, "chdir of 127");
}

void
stackguard(char *s)
{
  int pid, status;

  pid = fork();
  if(pid == 0){
    char *sp = (char *) r_sp();
    sp -= USERSTACK * PGSIZE;
    printf("%s: read %p below the stack\n", s, *sp);
    exit(1);
  }
  wait(&status);
  exit(status == -1 ? 0 : status);
}

void
wild(char *s)
{
  uint64 at[] = { 0x80000000LL, 0x3fffffe000, 0x3ffffff000, 0x4000000000, 0xffffffffffffffff };
  int i, fd;

  for(i = 0; i < sizeof(at) / sizeof(at[0]); i++){
    if((fd = open("wild", O_CREATE | O_WRONLY)) < 0) fail(s, "open");
    if(write(fd, (void *)at[i], 8192) >= 0) fail(s, "write");
    close(fd);
    unlink("wild");
    if(open((char *)at[i], O_CREATE) != -1) fail(s, "open there");
  }
}

void
heap(char *s)
{
  char *a = sbrk(PGSIZE);

  if(a == SBRK_ERROR || sbrk(0) != a + PGSIZE) fail(s, "sbrk");
  a[PGSIZE - 1] = 1;
  if(sbrk(1000 * 1024 * 1024) != SBRK_ERROR) fail(s, "too much");
  if(sys_sbrk(1000 * 1024 * 1024, SBRK_LAZY) == SBRK_ERROR) fail(s, "lazily");
}

void
kernmem(char *s)
{
  char *a;
  int pid, status;

  for(a = (char *)KERNBASE; a < (char *)(KERNBASE + 2000000); a += 50000){
    pid = fork();
    if(pid == 0){
      printf("%s: %x = %x\n", s, a, *a);
      exit(1);
    }
    wait(&status);
    if(status != -1)
      exit(1);
  }
}

struct test {
  void (*f)(char *);
  char *s;
} tests[] = {
  {longpaths, "longpaths"},
  {stackguard, "stackguard"},
  {wild, "wild"},
  {heap, "heap"},
  {kernmem, "kernmem"},
  { 0, 0},
};

// One part, in a process of its own.
int
run(void part(char *), char *name)
{
  int child, how = -1;

  printf("test %s: ", name);
  child = fork();
  if(child == 0){
    part(name);
    exit(0);
  }
  if(child > 0)
    wait(&how);
  printf(how == 0 ? "OK\n" : "FAILED\n");
  return how == 0;
}

int
main(int argc, char *argv[])
{
  struct test *t;
  char *only = 0;

  if(argc == 2 && strcmp(argv[1], "-q") != 0)
    only = argv[1];
  for(t = tests; t->s; t++)
    if(only == 0 || strcmp(only, t->s) == 0)
      if(!run(t->f, t->s))
        exit(1);
  printf("COURSE TESTS PASSED\n");
  exit(0);
}
