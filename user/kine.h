// What kine offers programs beyond the classic calls of user/user.h.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "kernel/abi.h"
#include "kernel/errno.h"
#include "kernel/types.h"

// What the library has beyond user/user.h is known to the linker by names that no program can give:
// one that does not include this header may call its own things rmdir or errno, and the library
// does not take them for its own.
#define KINE(name) __asm__("kine." #name)

// A program that includes this header names paths of up to 4,096 bytes, one for the classic API
// alone MAXPATH (user/user.ld).
#ifndef KINE_LIBRARY
__asm__(".weak kine.long_paths\n.set kine.long_paths, 1");
#endif

// With this header a program's formats are checked.
void printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void fprintf(int fd, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

extern int errno KINE(errno);        // why the last call failed
extern char **environ KINE(environ); // "NAME=value", ended by NULL
const char *strerror(int error) KINE(strerror);
// A program that defines this text answers `NAME --help` by it.  Its first line, "usage: NAME ...   what it
// does", is found by the shell's `help` in the program's file.
extern const char usage_text[] KINE(usage_text) __attribute__((weak, section(".rodata.help")));
// Writes it as an error, and ends with status 2.
void misused(void) KINE(misused) __attribute__((noreturn));
// Decimal digits and nothing else; -1 for any other text.
int parse_number(const char *text) KINE(parse_number);

// Any system call by number (kernel/syscall.h), with up to six arguments.
// => the kernel's own result: a negative errno on failure.
long syscall(long number, ...) KINE(syscall);
// The same, as -1 and errno.
long syscall_errno(long result) KINE(syscall_errno);

// Each becomes another program, and comes back only to fail: -1.  l: the arguments follow one by one, and a
// NULL; e: the environment is not the caller's; p: a name without a slash is looked for in the directories
// of $PATH, and a text that is found is run by sh.
int execl(const char *path, const char *arg, ...) KINE(execl) __attribute__((sentinel));
int execlp(const char *name, const char *arg, ...) KINE(execlp) __attribute__((sentinel));
int execle(const char *path, const char *arg, ...) KINE(execle) __attribute__((sentinel(1)));
int execv(const char *path, char **argv) KINE(execv);
int execvp(const char *name, char **argv) KINE(execvp);
int execve(const char *path, char **argv, char **env) KINE(execve);
int getppid(void) KINE(getppid);
int waitpid(int pid, int *status, int options) KINE(waitpid); // status as wait() gives it
int rmdir(const char *path) KINE(rmdir);
int dup2(int from, int to) KINE(dup2); // => to
int getdents(int fd, void *buf, int size) KINE(getdents);
long lseek(int fd, long offset, int whence) KINE(lseek);
int ftruncate(int fd, long size) KINE(ftruncate);
int fsync(int fd) KINE(fsync);
int sync(void) KINE(sync);       // always 0
int syncfs(int fd) KINE(syncfs); // the volume that the file is on; tells errors
// open() gives 0666; umask() takes bits away.
int open_mode(const char *path, int flags, uint mode) KINE(open_mode);
int rename(const char *old, const char *fresh) KINE(rename);
int symlink(const char *target, const char *path) KINE(symlink);
int readlink(const char *path, char *buf, int size) KINE(readlink); // => bytes, without a NUL
// Linux's status; flags: AT_SYMLINK_NOFOLLOW
int status_of(const char *path, struct linux_stat *out, int flags) KINE(status_of);
// Whether a program that reads `in` to its end and writes to `out` might never come to the end:
// both are one regular file, in which there is something to read.
bool feeds_itself(int in, int out) KINE(feeds_itself);
int chmod(const char *path, uint mode) KINE(chmod);
uint umask(uint mask) KINE(umask); // => the old one
// times: of access, which is not kept, and of change; NULL: now.
int utimens(const char *path, const struct timespec times[2]) KINE(utimens);
int statfs(const char *path, struct statfs *out) KINE(statfs);
int sched_yield(void) KINE(sched_yield);
int nanosleep(long seconds, long nanoseconds) KINE(nanosleep);
// A name, with or without SIG, or a number.  => -1: it is none
int signal_number(const char *name) KINE(signal_number);
const char *signal_name(int number) KINE(signal_name); // without SIG; NULL: there is none
int kill_with(int pid, int signal) KINE(kill_with);    // as kill(2): 0 and negative ones are groups
// Sets are of SIGBIT(signal); an action's handler is called with the signal, a struct siginfo * and a
// struct ucontext *.
int sigaction(int sig, const struct sigaction *action, struct sigaction *old) KINE(sigaction);
int sigprocmask(int how, const uint64 *set, uint64 *old) KINE(sigprocmask);
int sigsuspend(const uint64 *set) KINE(sigsuspend); // always -1: EINTR
int setpgid(int pid, int pgid) KINE(setpgid);
int getpgid(int pid) KINE(getpgid);
int setsid(void) KINE(setsid);
char *getcwd(char *buf, int size) KINE(getcwd);
int mprotect(void *addr, uint64 len, int prot) KINE(mprotect);
int msync(void *addr, uint64 len, int flags) KINE(msync);
// flags: MREMAP_MAYMOVE.  => where the memory is then, (void *)-1
void *mremap(void *addr, uint64 len, uint64 fresh_len, int flags) KINE(mremap);
// A file in memory that has no path.  flags: MFD_CLOEXEC
int memfd_create(const char *name, int flags) KINE(memfd_create);
// Runs fn(arg) in a process that shares this one's memory, on the stack that ends at stack_top.
// => its pid, to be waited for
int clone_vm(void (*fn)(void *), void *arg, void *stack_top) KINE(clone_vm);
// The same, and it shares what the CLONE_* flags say besides.
int clone_sharing(void (*fn)(void *), void *arg, void *stack_top, long flags) KINE(clone_sharing);
// Like fork, but the parent waits until the child execs or exits, and they share memory until then.
int vfork(void) KINE(vfork) __attribute__((returns_twice));
int power_off(void) KINE(power_off);
int reboot(void) KINE(reboot);

int swapon(const char *disk, int flags) KINE(swapon);
int swapoff(const char *disk) KINE(swapoff);

int kine_audit(struct kine_audit *out) KINE(kine_audit);
int kine_meminfo(struct kine_meminfo *out) KINE(kine_meminfo);
int kine_procs(struct kine_proc *out, int max) KINE(kine_procs);
int kine_inject(int kind, long n) KINE(kine_inject);
int kine_pte(const void *va, struct kine_pte *out) KINE(kine_pte);
int kine_snapshot(int what, const char *name) KINE(kine_snapshot); // KINE_SNAPSHOT_*
int kine_snapshot_next(struct kine_snapshot *at)
    KINE(kine_snapshot_next); // from at->id; => 1, 0: end, -1
int kine_scrub(struct kine_scrub *out) KINE(kine_scrub);
// The area behind at->end of a process's (0: the caller's) memory.  => 1, 0: there is none, -1
int kine_area(int pid, struct kine_area *at) KINE(kine_area);
int kine_longest(int what, struct kine_longest *out, int max) KINE(kine_longest); // KINE_LONGEST_*
int ficlone(int to, int from) KINE(ficlone); // `to` shares all of from's blocks from now on
