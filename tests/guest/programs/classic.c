// clang-format off
//
// A program in the classic style: only the classic headers, only the classic calls.  It is dropped
// into user/ unchanged and must compile, run and print "classic: all well".
#include "kernel/types.h"
#include "kernel/stat.h"
#include "kernel/fcntl.h"
#include "kernel/fs.h"
#include "kernel/param.h"
#include "kernel/memlayout.h"
#include "kernel/riscv.h"
#include "kernel/syscall.h"
#include "kernel/vm.h"
#include "user/user.h"

char buf[BSIZE];
int failures;

void
expect(int cond, char *what)
{
  if(cond)
    return;
  fprintf(2, "classic: %s\n", what);
  failures++;
}

void
test_status(void)
{
  int pid, st;

  pid = fork();
  if(pid == 0)
    exit(747);
  expect(wait(&st) == pid && st == 747, "exit status 747");
  pid = fork();
  if(pid == 0)
    exit(-1);
  expect(wait(&st) == pid && st == -1, "exit status -1");
  pid = fork();
  if(pid == 0){
    volatile char *p = (char *)KERNBASE;
    *p = 1;
    exit(3);
  }
  expect(wait(&st) == pid && st == -1, "a store to the kernel kills");
  pid = fork();
  if(pid == 0)
    for(;;)
      sleep(1);
  expect(kill(pid) == 0, "kill");
  expect(wait(&st) == pid && st == -1, "killed reads as -1");
  expect(wait(0) == -1, "no child is left");
}

void
test_pipe(void)
{
  int fd[2], pid, n, total = 0;

  expect(pipe(fd) == 0, "pipe");
  pid = fork();
  if(pid == 0){
    close(fd[0]);
    for(int i = 0; i < 20; i++){
      memset(buf, 'a' + i, sizeof(buf));
      if(write(fd[1], buf, sizeof(buf)) != sizeof(buf))
        exit(1);
    }
    exit(0);
  }
  close(fd[1]);
  while((n = read(fd[0], buf, sizeof(buf))) > 0){
    for(int i = 0; i < n; i++, total++)
      if(buf[i] != 'a' + total / BSIZE){
        expect(0, "bytes through a pipe");
        break;
      }
  }
  close(fd[0]);
  expect(total == 20 * BSIZE, "all bytes through a pipe");
  wait(0);
}

void
test_files(void)
{
  struct stat st;
  int fd, i;

  unlink("cl.a");
  unlink("cl.b");
  fd = open("cl.a", O_CREATE|O_RDWR);
  expect(fd >= 0, "create");
  for(i = 0; i < 10; i++){
    memset(buf, i, sizeof(buf));
    expect(write(fd, buf, sizeof(buf)) == sizeof(buf), "write");
  }
  close(fd);
  expect(stat("cl.a", &st) == 0 && st.type == T_FILE && st.size == 10 * BSIZE && st.nlink == 1, "stat");
  expect(link("cl.a", "cl.b") == 0, "link");
  expect(unlink("cl.a") == 0, "unlink");
  fd = open("cl.b", O_RDONLY);
  expect(fd >= 0 && fstat(fd, &st) == 0 && st.size == 10 * BSIZE, "fstat of the link");
  for(i = 0; i < 10; i++)
    expect(read(fd, buf, sizeof(buf)) == sizeof(buf) && buf[17] == i, "read back");
  expect(read(fd, buf, sizeof(buf)) == 0, "end of file");
  close(fd);
  fd = open("cl.b", O_WRONLY|O_TRUNC);
  close(fd);
  expect(stat("cl.b", &st) == 0 && st.size == 0, "truncate");
  expect(unlink("cl.b") == 0 && open("cl.b", O_RDONLY) < 0, "gone");
}

void
test_directory(void)
{
  struct dirent de;
  struct stat st;
  int fd, found = 0;

  mkdir("cl.dir");
  fd = open("cl.dir/averyveryverylongname", O_CREATE|O_RDWR);
  expect(fd >= 0, "create in a directory");
  close(fd);
  fd = open("cl.dir", O_RDONLY);
  expect(fstat(fd, &st) == 0 && st.type == T_DIR, "a directory is T_DIR");
  while(read(fd, &de, sizeof(de)) == sizeof(de)){
    if(de.inum == 0)
      continue;
    if(memcmp(de.name, "averyveryverylongname", DIRSIZ) == 0)
      found++;
  }
  close(fd);
  expect(found == 1, "names are cut at DIRSIZ");
  expect(unlink("cl.dir") < 0, "a directory with entries stays");
  expect(unlink("cl.dir/averyveryverylongname") == 0, "unlink in a directory");
  expect(chdir("cl.dir") == 0 && chdir("..") == 0, "chdir");
  expect(unlink("cl.dir") == 0, "remove a directory");
}

void
test_memory(void)
{
  char *a, *b;
  int i;

  a = sbrk(0);
  b = sbrk(5 * PGSIZE);
  expect(b == a, "sbrk gives the old break");
  for(i = 0; i < 5 * PGSIZE; i += PGSIZE)
    b[i] = i / PGSIZE;
  expect(sbrk(-5 * PGSIZE) == a + 5 * PGSIZE && sbrk(0) == a, "sbrk shrinks");
  expect(sbrk(1000 * 1024 * 1024) == SBRK_ERROR, "sbrk of too much");
  a = malloc(100000);
  expect(a != 0, "malloc");
  memset(a, 7, 100000);
  free(a);
}

void
test_exec(char *self)
{
  char *argv[] = { self, "child", "two words", 0 };
  int pid, st;

  pid = fork();
  if(pid == 0){
    exec(self, argv);
    exit(1);
  }
  expect(wait(&st) == pid && st == 42, "exec with arguments");
  expect(exec("README", argv) < 0, "exec of what is not a program");
  expect(exec("nosuchfile", argv) < 0, "exec of nothing");
}

int
main(int argc, char *argv[])
{
  int start = uptime();

  if(argc == 3 && strcmp(argv[1], "child") == 0)
    exit(strcmp(argv[2], "two words") == 0 ? 42 : 1);
  test_status();
  test_pipe();
  test_files();
  test_directory();
  test_memory();
  test_exec(argv[0]);
  sleep(2);
  expect(uptime() - start >= 2, "uptime");
  expect(dup(1) >= 3, "dup");
  expect(getpid() > 1, "getpid");
  expect(SYS_read && SYS_exit && NOFILE >= 16 && MAXVA > KERNBASE && TRAMPOLINE < MAXVA, "names");
  printf("classic: %d %x %s %c %p %ld\n", -5, 255, "text", '!', (void *)4096, 7L);
  if(failures == 0)
    printf("classic: all well\n");
  return failures;
}
