// The shell's own sources run on the host, under its sanitizers: here are the system calls and the
// library that they use, with the host's in their place.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/times.h>
#include <unistd.h>

#define GUEST(name) __asm__("kine." #name)
#define FILE_MODE   0666

#define KINE_REQUESTS 0x4b00 // KIOC_*

// Numbers of kernel/syscall.h that the shell uses.
enum { GUEST_FCNTL = 25, GUEST_IOCTL = 29, GUEST_WAITID = 95, GUEST_TIMES = 153 };

extern int guest_errno GUEST(errno);
extern char **guest_environ GUEST(environ);

static int result(long r)
{
    if (r < 0)
        guest_errno = errno;
    return (int)r;
}

__attribute__((constructor)) static void take_environment(void)
{
    guest_environ = environ;
}

// --- calls ------------------------------------------------------------------------------------

int guest_fork(void)
{
    return result(fork());
}

void guest_exit(int status)
{
    _exit(status);
}

int guest_pipe(int fds[2])
{
    return result(pipe(fds));
}

int guest_read(int fd, void *buf, int n)
{
    return result(read(fd, buf, (size_t)n));
}

int guest_write(int fd, const void *buf, int n)
{
    return result(write(fd, buf, (size_t)n));
}

int guest_close(int fd)
{
    return result(close(fd));
}

int guest_open(const char *path, int flags)
{
    return result(open(path, flags, FILE_MODE));
}

int guest_dup(int fd)
{
    return result(dup(fd));
}

int guest_chdir(const char *path)
{
    return result(chdir(path));
}

int guest_getpid(void)
{
    return getpid();
}

int guest_dup2(int from, int to) GUEST(dup2);
int guest_dup2(int from, int to)
{
    return result(dup2(from, to));
}

int guest_execve(const char *path, char **argv, char **env) GUEST(execve);
int guest_execve(const char *path, char **argv, char **env)
{
    return result(execve(strcmp(path, "/sh") == 0 ? "/proc/self/exe" : path, argv, env));
}

char *guest_getcwd(char *buf, int size) GUEST(getcwd);
char *guest_getcwd(char *buf, int size)
{
    char *r = getcwd(buf, (size_t)size);
    result(r ? 0 : -1);
    return r;
}

unsigned guest_umask(unsigned mask) GUEST(umask);
unsigned guest_umask(unsigned mask)
{
    return umask(mask);
}

int guest_kill_with(int pid, int signal) GUEST(kill_with);
int guest_kill_with(int pid, int signal)
{
    return result(kill(pid, signal));
}

// struct sigaction of kernel/signals.h: SIG_DFL and SIG_IGN are the host's numbers too.
struct guest_action {
    uint64_t handler, flags, mask;
};

int guest_sigaction(int sig, const struct guest_action *action, struct guest_action *old)
    GUEST(sigaction);
int guest_sigaction(int sig, const struct guest_action *action, struct guest_action *old)
{
    struct sigaction host = { .sa_handler = (void (*)(int))action->handler };
    return result(sigaction(sig, &host, NULL));
}

int guest_sigprocmask(int how, const uint64_t *set, uint64_t *old) GUEST(sigprocmask);
int guest_sigprocmask(int how, const uint64_t *set, uint64_t *old)
{
    return result(syscall(SYS_rt_sigprocmask, how, set, old, sizeof *set));
}

int guest_sigsuspend(const uint64_t *set) GUEST(sigsuspend);
int guest_sigsuspend(const uint64_t *set)
{
    return result(syscall(SYS_rt_sigsuspend, set, sizeof *set));
}

int guest_setpgid(int pid, int pgid) GUEST(setpgid);
int guest_setpgid(int pid, int pgid)
{
    return result(setpgid(pid, pgid));
}

int guest_setsid(void) GUEST(setsid);
int guest_setsid(void)
{
    return result(setsid());
}

int guest_getdents(int fd, void *buf, int size) GUEST(getdents);
int guest_getdents(int fd, void *buf, int size)
{
    return result(syscall(SYS_getdents64, fd, buf, size));
}

// struct linux_stat of kernel/abi.h
struct guest_stat {
    uint64_t dev, ino;
    uint32_t mode, nlink, uid, gid;
    uint64_t rdev, pad;
    int64_t size;
    int32_t block_size, pad2;
    int64_t blocks;
    struct timespec accessed, modified, changed;
    uint32_t unused[2];
};

int guest_status_of(const char *path, struct guest_stat *out, int flags) GUEST(status_of);
int guest_status_of(const char *path, struct guest_stat *out, int flags)
{
    struct stat st;
    if (fstatat(AT_FDCWD, path, &st, flags) < 0)
        return result(-1);
    *out = (struct guest_stat){ .dev = st.st_dev,
                                .ino = st.st_ino,
                                .mode = st.st_mode,
                                .nlink = (uint32_t)st.st_nlink,
                                .size = st.st_size,
                                .modified = st.st_mtim };
    return 0;
}

// What is kine's own does nothing; structures are the same.
static long ioctl_of(int fd, unsigned request, void *arg)
{
    return (request & 0xff00) == KINE_REQUESTS ? 0 : syscall(SYS_ioctl, fd, request, arg);
}

long guest_syscall(long number, ...) GUEST(syscall);
long guest_syscall(long number, ...)
{
    long a[5];
    va_list ap;
    va_start(ap, number);
    for (int i = 0; i < 5; i++)
        a[i] = va_arg(ap, long);
    va_end(ap);
    long r;
    switch (number) {
    case GUEST_FCNTL: r = fcntl((int)a[0], (int)a[1], (int)a[2]); break;
    case GUEST_IOCTL: r = ioctl_of((int)a[0], (unsigned)a[1], (void *)a[2]); break;
    case GUEST_WAITID: r = syscall(SYS_waitid, (int)a[0], (int)a[1], a[2], (int)a[3], 0); break;
    case GUEST_TIMES: r = times((void *)a[0]); break;
    default: fprintf(stderr, "host.c has no system call %ld\n", number); abort();
    }
    return r < 0 ? -errno : r;
}

// --- library ----------------------------------------------------------------------------------

void *guest_malloc(unsigned n)
{
    return malloc(n);
}

void guest_free(void *p)
{
    free(p);
}

char *guest_strcpy(char *to, const char *from)
{
    return strcpy(to, from);
}

char *guest_strchr(const char *s, char c)
{
    return c ? strchr(s, c) : NULL;
}

int guest_strcmp(const char *a, const char *b)
{
    return strcmp(a, b);
}

unsigned guest_strlen(const char *s)
{
    return (unsigned)strlen(s);
}

void *guest_memset(void *to, int c, unsigned n)
{
    return memset(to, c, n);
}

int guest_memcmp(const void *a, const void *b, unsigned n)
{
    return memcmp(a, b, n);
}

void *guest_memcpy(void *to, const void *from, unsigned n)
{
    return n ? memcpy(to, from, n) : to;
}

void *guest_memmove(void *to, const void *from, int n)
{
    return n > 0 ? memmove(to, from, (size_t)n) : to;
}

void guest_fprintf(int fd, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    vdprintf(fd, format, ap);
    va_end(ap);
}
