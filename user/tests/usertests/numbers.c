// The numbers of the system calls: each that kernel/syscall.h names is answered, and no other.

#include "user/tests/usertests/usertests.h"

// All of kernel/syscall.h (tests/test_numbers.py sees to it).
static const int number[] = {
    SYS_getcwd,
    SYS_eventfd2,
    SYS_epoll_create1,
    SYS_epoll_ctl,
    SYS_epoll_pwait,
    SYS_dup,
    SYS_dup3,
    SYS_fcntl,
    SYS_ioctl,
    SYS_mknodat,
    SYS_mkdirat,
    SYS_unlinkat,
    SYS_symlinkat,
    SYS_linkat,
    SYS_statfs,
    SYS_fstatfs,
    SYS_ftruncate,
    SYS_faccessat,
    SYS_chdir,
    SYS_fchmod,
    SYS_fchmodat,
    SYS_openat,
    SYS_close,
    SYS_pipe2,
    SYS_getdents64,
    SYS_lseek,
    SYS_read,
    SYS_write,
    SYS_readv,
    SYS_writev,
    SYS_pread64,
    SYS_pwrite64,
    SYS_pselect6,
    SYS_ppoll,
    SYS_readlinkat,
    SYS_newfstatat,
    SYS_fstat,
    SYS_sync,
    SYS_fsync,
    SYS_fdatasync,
    SYS_timerfd_create,
    SYS_timerfd_settime,
    SYS_timerfd_gettime,
    SYS_utimensat,
    SYS_exit,
    SYS_exit_group,
    SYS_waitid,
    SYS_set_tid_address,
    SYS_futex,
    SYS_set_robust_list,
    SYS_get_robust_list,
    SYS_nanosleep,
    SYS_clock_gettime,
    SYS_sched_yield,
    SYS_kill,
    SYS_reboot,
    SYS_times,
    SYS_uname,
    SYS_umask,
    SYS_getpid,
    SYS_getppid,
    SYS_getuid,
    SYS_geteuid,
    SYS_getgid,
    SYS_getegid,
    SYS_gettid,
    SYS_sysinfo,
    SYS_brk,
    SYS_munmap,
    SYS_mremap,
    SYS_clone,
    SYS_execve,
    SYS_mmap,
    SYS_swapon,
    SYS_swapoff,
    SYS_mprotect,
    SYS_msync,
    SYS_mincore,
    SYS_madvise,
    SYS_wait4,
    SYS_syncfs,
    SYS_renameat2,
    SYS_memfd_create,
    SYS_getitimer,
    SYS_setitimer,
    SYS_timer_create,
    SYS_timer_gettime,
    SYS_timer_getoverrun,
    SYS_timer_settime,
    SYS_timer_delete,
    SYS_restart_syscall,
    SYS_tkill,
    SYS_tgkill,
    SYS_sigaltstack,
    SYS_rt_sigsuspend,
    SYS_rt_sigaction,
    SYS_rt_sigprocmask,
    SYS_rt_sigpending,
    SYS_rt_sigtimedwait,
    SYS_rt_sigqueueinfo,
    SYS_rt_sigreturn,
    SYS_setpgid,
    SYS_getpgid,
    SYS_getsid,
    SYS_setsid,
    SYS_rt_tgsigqueueinfo,
    SYS_kine_audit,
    SYS_kine_meminfo,
    SYS_kine_procs,
    SYS_kine_inject,
    SYS_kine_pte,
    SYS_kine_snapshot,
    SYS_kine_scrub,
    SYS_kine_longest,
    SYS_kine_area,
    SYS_fallocate,
    SYS_fchdir,
    SYS_fchownat,
    SYS_fchown,
    SYS_capget,
    SYS_personality,
    SYS_clock_getres,
    SYS_clock_nanosleep,
    SYS_getresuid,
    SYS_getresgid,
    SYS_getgroups,
    SYS_getrusage,
    SYS_prctl,
    SYS_getcpu,
    SYS_gettimeofday,
    SYS_fadvise64,
    SYS_prlimit64,
    SYS_getrandom,
    SYS_statx,
    SYS_close_range,
    SYS_faccessat2,
};

#define NONE 33 // exit of a child whose call is unknown

// Calls it with arguments that no call can do anything with.  (An operation that a futex has not is
// no system call either, so that one is asked for its first.)
static void call_number(void *arg)
{
    long n = *(long *)arg, second = n == SYS_futex ? FUTEX_WAIT : -1;
    exit(sys(n, -1, second, -1, -1, -1, -1) == -ENOSYS ? NONE : 0);
}

static bool is_known(long n)
{
    for (size_t i = 0; i < sizeof number / sizeof number[0]; i++)
        if (number[i] == n)
            return true;
    return false;
}

static void check_number(long n)
{
    bool answered = run(call_number, &n).status != NONE;
    EXPECT(answered, is_known(n), "is system call %ld answered", n);
}

void every_number(void)
{
    for (long n = 0; n < 512; n++)
        check_number(n);
    for (long n = 995; n < 1030; n++)
        check_number(n);
}
