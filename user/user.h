// What every program may call: the classic system calls and a small library.  Calls return -1 on
// failure and leave the reason in errno; a path has fewer than MAXPATH bytes.  Names beyond the
// classic ones are in user/kine.h.
#pragma once

#include "kernel/types.h"
#include "kernel/vm.h"

struct stat;

// --- system calls -----------------------------------------------------------------------------
int fork(void);
int exit(int status) __attribute__((noreturn));
int wait(int *status); // the full int given to exit; -1 for a child that was killed
int pipe(int fds[2]);
int write(int fd, const void *buf, int n);
int read(int fd, void *buf, int n);
int close(int fd);
int kill(int pid);
int exec(const char *path, char **argv);
int open(const char *path, int flags);
int mknod(const char *path, short major, short minor);
int unlink(const char *path); // a file, or an empty directory
int fstat(int fd, struct stat *out);
int link(const char *old, const char *fresh);
int mkdir(const char *path);
int chdir(const char *path);
int dup(int fd);
int getpid(void);
char *sbrk(int n);              // what it grants is there
char *sbrklazy(int n);          // only moves the break
char *sys_sbrk(int n, int how); // SBRK_EAGER or SBRK_LAZY: one of the two
// A file's bytes, or memory of zeros, as memory (kernel/fcntl.h: PROT_*, MAP_*); -1 on failure.
void *mmap(void *addr, unsigned long len, int prot, int flags, int fd, long offset);
int munmap(void *addr, unsigned long len);
int pause(int ticks); // a tick is 1/10 s
int sleep(int ticks);
int uptime(void); // ticks since boot

// --- library ----------------------------------------------------------------------------------
int stat(const char *path, struct stat *out);
char *strcpy(char *dst, const char *src);
void *memmove(void *dst, const void *src, int n);
char *strchr(const char *s, char c);
int strcmp(const char *a, const char *b);
char *gets(char *buf, int max);
uint strlen(const char *s);
void *memset(void *dst, int c, uint n);
int atoi(const char *s);
int memcmp(const void *a, const void *b, uint n);
void *memcpy(void *dst, const void *src, uint n);
void *malloc(uint n);
void free(void *p);
void printf(const char *fmt, ...);
void fprintf(int fd, const char *fmt, ...);
