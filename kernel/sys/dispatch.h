// System calls: from the number in a7 to the function.
#pragma once

#include "errno.h"
#include "riscv/longest.h"
#include "types.h"

// arg[0..5] are the user's a0 to a5.  => the result for a0: a value, or a negative errno.
typedef int64 syscall_fn(const uint64 *arg);

// The calls that have Linux's numbers; NULL: there is none.
#define LINUX_CALLS 512
extern syscall_fn *const linux_calls[LINUX_CALLS];
// All others.
int64 syscall_other(const uint64 *arg);
#define CALL_NUMBER 7 // in a7

// Makes the call that the user's a0 to a7 say.  => its result; -ENOSYS if there is none of that number.
// Interrupts are on.
static inline int64 syscall_dispatch(const uint64 *arg)
{
    uint64 number = arg[CALL_NUMBER];
    syscall_fn *fn = number < LINUX_CALLS ? linux_calls[number] : NULL;
    if (!fn)
        return syscall_other(arg);
    longest_breath((uint64)fn);
    return fn(arg);
}

// It has said -ENOMEM.  What fails has changed nothing; so if that was for want of frames it is made
// again, as long as frames can be found by waiting (vm/pager.h).
// => its last result; -EINTR: killed while it waited
int64 syscall_again(const uint64 *arg);

// Looks at the boot arguments: missing=log has numbers that no call has said on the console, each
// once.  At boot.
void syscall_init(void);

// The end of a call that has given the thread other user registers (trap.c).
_Noreturn void usertrap_anew(void);

// sys_proc.c: processes
syscall_fn sys_clone, sys_execve, sys_exit_thread, sys_exit_group, sys_wait4, sys_waitid,
    sys_getpid, sys_getppid, sys_gettid;
syscall_fn sys_sched_yield, sys_set_tid_address, sys_zero;
// sys_futex.c: what threads wait for
syscall_fn sys_futex, sys_set_robust_list, sys_get_robust_list;
// sys_mem.c: memory
syscall_fn sys_brk, sys_mmap, sys_munmap, sys_mremap, sys_msync, sys_mprotect, sys_madvise,
    sys_mincore;
// sys_swap.c: swap space
syscall_fn sys_swapon, sys_swapoff;
// sys_signal.c, sys_group.c, sys_timer.c
syscall_fn sys_kill, sys_tkill, sys_tgkill, sys_rt_sigqueueinfo, sys_rt_tgsigqueueinfo;
syscall_fn sys_rt_sigaction, sys_rt_sigprocmask, sys_rt_sigpending, sys_rt_sigsuspend,
    sys_rt_sigtimedwait, sys_rt_sigreturn, sys_sigaltstack;
syscall_fn sys_setpgid, sys_getpgid, sys_getsid, sys_setsid;
syscall_fn sys_getitimer, sys_setitimer, sys_timer_create, sys_timer_settime, sys_timer_gettime,
    sys_timer_getoverrun, sys_timer_delete;
// sys_time.c: time
syscall_fn sys_nanosleep, sys_getrusage, sys_gettimeofday, sys_clock_nanosleep, sys_clock_getres,
    sys_restart_syscall, sys_clock_gettime, sys_times;
// sys_self.c: what a process is
syscall_fn sys_getrandom, sys_prctl, sys_personality, sys_getresid, sys_capget, sys_getcpu,
    sys_prlimit64;
// sys_poll.c: waiting for several files
syscall_fn sys_ppoll, sys_pselect6;
// sys_event.c: files that are waited for
syscall_fn sys_eventfd2, sys_timerfd_create, sys_timerfd_settime, sys_timerfd_gettime,
    sys_epoll_create1, sys_epoll_ctl, sys_epoll_pwait;
// sys_info.c: the system
syscall_fn sys_uname, sys_sysinfo, sys_reboot;
// sys_snapshot.c
syscall_fn sys_kine_snapshot, sys_kine_scrub;
// sys_kine.c: what only kine has
syscall_fn sys_kine_audit, sys_kine_meminfo, sys_kine_procs, sys_kine_inject, sys_kine_pte,
    sys_kine_longest, sys_kine_area;
