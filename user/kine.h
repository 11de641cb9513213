// What kine offers programs beyond the classic calls of user/user.h.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "kernel/abi.h"
#include "kernel/errno.h"
#include "kernel/types.h"

// A program that includes this header names paths of up to 4,096 bytes, one for the classic API
// alone MAXPATH (user/user.ld).
#ifndef KINE_LIBRARY
__asm__(".weak long_paths\n.set long_paths, 1");
#endif

// With this header a program's formats are checked.
void printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void fprintf(int fd, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

extern int errno;      // why the last call failed
extern char **environ; // "NAME=value", ended by NULL
const char *strerror(int error);
int parse_number(const char *text); // decimal digits and nothing else; -1 for any other text

// Any system call by number (kernel/syscall.h), with up to six arguments.
// => the kernel's own result: a negative errno on failure.
long syscall(long number, ...);
// The same, as -1 and errno.
long syscall_errno(long result);

int execve(const char *path, char **argv, char **env);
int getppid(void);
int waitpid(int pid, int *status, int options); // status as wait() gives it
int rmdir(const char *path);
int dup2(int from, int to); // => to
int getdents(int fd, void *buf, int size);
long lseek(int fd, long offset, int whence);
int ftruncate(int fd, long size);
int fsync(int fd);
int sync(void);     // always 0
int syncfs(int fd); // the volume that the file is on; tells errors
int open_mode(const char *path, int flags, uint mode); // open() gives 0666; umask() takes bits away
int rename(const char *old, const char *fresh);
int symlink(const char *target, const char *path);
int readlink(const char *path, char *buf, int size); // => bytes, without a NUL
// Linux's status; flags: AT_SYMLINK_NOFOLLOW
int status_of(const char *path, struct linux_stat *out, int flags);
// Whether a program that reads `in` to its end and writes to `out` might never come to the end: both
// are one regular file, in which there is something to read.
bool feeds_itself(int in, int out);
int chmod(const char *path, uint mode);
uint umask(uint mask); // => the old one
// times: of access, which is not kept, and of change; NULL: now.
int utimens(const char *path, const struct timespec times[2]);
int statfs(const char *path, struct statfs *out);
int sched_yield(void);
int nanosleep(long seconds, long nanoseconds);
int kill_with(int pid, int signal);
char *getcwd(char *buf, int size);
void *mmap(void *addr, uint64 len, int prot, int flags);
int munmap(void *addr, uint64 len);
int mprotect(void *addr, uint64 len, int prot);
// Runs fn(arg) in a process that shares this one's memory, on the stack that ends at stack_top.
// => its pid, to be waited for
int clone_vm(void (*fn)(void *), void *arg, void *stack_top);
// The same, and it shares what the CLONE_* flags say besides.
int clone_sharing(void (*fn)(void *), void *arg, void *stack_top, long flags);
// Like fork, but the parent waits until the child execs or exits, and they share memory until then.
int vfork(void) __attribute__((returns_twice));
int power_off(void);
int reboot(void);

int kine_audit(struct kine_audit *out);
int kine_meminfo(struct kine_meminfo *out);
int kine_procs(struct kine_proc *out, int max);
int kine_inject(int kind, long n);
int kine_pte(const void *va, struct kine_pte *out);
int kine_snapshot(int what, const char *name);    // KINE_SNAPSHOT_*
int kine_snapshot_next(struct kine_snapshot *at); // from at->id on; => 1, 0 at the end, -1
int kine_scrub(struct kine_scrub *out);
int kine_longest(int what, struct kine_longest *out, int max); // KINE_LONGEST_*
int ficlone(int to, int from); // `to` shares all of from's blocks from now on
