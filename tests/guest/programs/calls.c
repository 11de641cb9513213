// clang-format off
//
// What is left of the classic API after classic.c: every call once, its results as a line to be
// compared.
#include "kernel/types.h"
#include "kernel/stat.h"
#include "kernel/fcntl.h"
#include "kernel/fs.h"
#include "kernel/param.h"
#include "kernel/memlayout.h"
#include "kernel/riscv.h"
#include "kernel/vm.h"
#include "user/user.h"

uchar a; ushort b; uint c; uint8 d; uint16 e; uint32 f; uint64 g; pde_t h; pte_t i;
char buf[64];

void
constants(void)
{
  uint64 sum = T_DIR + T_FILE + T_DEVICE + ROOTINO + BSIZE + MAXFILE + DIRSIZ + MAXPATH + MAXARG;

  printf("constants %d %d %d\n", (int)sum, NINODE, MAXOPBLOCKS);
  printf("limits %d %d %d\n", NPROC < 1000, NCPU > 0 && NDEV > 1 && NFILE > 0, FSSIZE > 0 && USERSTACK > 0);
  printf("ram %ld\n", (PHYSTOP - KERNBASE) / 1024 / 1024);
  printf("pages %ld %ld %d\n", (uint64)PGROUNDUP(PGSIZE + 1), (uint64)PGROUNDDOWN(PGSIZE + 1), TRAPFRAME < TRAMPOLINE);
  printf("entry %lx %lx\n", PTE2PA(0x21fc0cfbUL), PTE_FLAGS(0x21fc0cfbUL) & (PTE_V | PTE_R | PTE_W | PTE_X | PTE_U));
  printf("stack %d\n", r_sp() < MAXVA && r_sp() >= PGSIZE);
}

void
files(void)
{
  struct stat st;
  int fd;

  printf("mknod %d", mknod("device", 7, 3));
  stat("device", &st);
  printf(" type %d open %d unlink %d\n", st.type, open("device", O_RDWR), unlink("device"));
  printf("mkdir %d %d chdir %d\n", mkdir("folder"), mkdir("folder"), chdir("folder"));
  fd = open("one", O_CREATE | O_RDWR | O_TRUNC);
  printf("write %d link %d\n", write(fd, "a line\nanother\n", 15), link("one", "two"));
  fstat(fd, &st);
  printf("fstat %ld bytes %d names\n", st.size, st.nlink);
  close(fd);
  close(0);
  printf("open %d", open("two", O_RDONLY));
  printf(" gets %d %s", (int)strlen(gets(buf, sizeof(buf))), buf);
  printf("closed %d %d\n", close(0), read(0, buf, 1));
  printf("unlink %d %d", unlink("one"), unlink("two"));
  printf(" %d %d\n", chdir(".."), unlink("folder"));
}

void
processes(void)
{
  char *args[] = { "echo", "from", "a pipe", 0 };
  int ends[2], n, status, before = uptime();

  pipe(ends);
  if(fork() == 0){
    close(1);
    dup(ends[1]);
    close(ends[0]);
    close(ends[1]);
    exec("echo", args);
    exit(9);
  }
  close(ends[1]);
  n = read(ends[0], buf, sizeof(buf));
  wait(&status);
  buf[n] = 0;
  printf("exec %d %s", status, buf);
  pause(1);
  sleep(1);
  printf("ticks %d pid %d kill %d %d\n", uptime() - before >= 2, getpid() > 2, kill(0), kill(32767));
}

void
memory(void)
{
  char *top = sbrk(0);

  printf("sbrk %d", sbrk(PGSIZE) == top);
  printf(" %d", sbrk(-PGSIZE) == top + PGSIZE);
  printf(" %d", sbrklazy(1 << 30) == top);
  top[1 << 29] = 1;
  printf(" %d\n", sbrklazy(-(1 << 30)) == top + (1 << 30));
}

void
library(void)
{
  memset(buf, 'x', 8);
  memmove(buf + 1, buf, 7);
  memcpy(buf, "abc", 3);
  buf[8] = 0;
  printf("strings %s %s %d %d\n", buf, strchr(buf, 'c'), strcmp("a", "b") < 0, memcmp("ab", "ac", 2) < 0);
  printf("numbers %d %u %x %p %c %ld %lu %lx %lld\n", -1, 2, 0xabc, (void*)16, 'c', -1L, 2UL, 0xabcUL, -3LL);
  printf("hex %x %x %lx %p %p %l, %l\n", 57616, -2, 0xabcdef0123UL, (void*)0, (void*)-2L, 1UL << 63, 0UL);
  printf("atoi %d null %s\n", atoi("42x"), (char*)0);
}

int
main(int argc, char *argv[])
{
  constants();
  files();
  processes();
  memory();
  library();
  return 300;
}
