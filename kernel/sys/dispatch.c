// The table of system calls.  To add one: a number in kernel/syscall.h, a function in a sys_*.c,
// its prototype in sys/dispatch.h (or sys_file.h), a line here (docs/adding-a-system-call.md).

#include "sys/dispatch.h"
#include "errno.h"
#include "lib/print.h"
#include "proc/proc.h"
#include "riscv/machine.h"
#include "sys/sys_file.h"
#include "task/thread.h"
#include "vm/pager.h"
#include "syscall.h"

#define KINE_FIRST    1000
#define LENGTH(table) (sizeof(table) / sizeof(table)[0])

syscall_fn *const linux_calls[LINUX_CALLS] = {
    [SYS_getcwd] = sys_getcwd,
    [SYS_eventfd2] = sys_eventfd2,
    [SYS_epoll_create1] = sys_epoll_create1,
    [SYS_epoll_ctl] = sys_epoll_ctl,
    [SYS_epoll_pwait] = sys_epoll_pwait,
    [SYS_dup] = sys_dup,
    [SYS_dup3] = sys_dup3,
    [SYS_fcntl] = sys_fcntl,
    [SYS_ioctl] = sys_ioctl,
    [SYS_mknodat] = sys_mknodat,
    [SYS_mkdirat] = sys_mkdirat,
    [SYS_unlinkat] = sys_unlinkat,
    [SYS_symlinkat] = sys_symlinkat,
    [SYS_linkat] = sys_linkat,
    [SYS_statfs] = sys_statfs,
    [SYS_fstatfs] = sys_fstatfs,
    [SYS_ftruncate] = sys_ftruncate,
    [SYS_faccessat] = sys_faccessat,
    [SYS_chdir] = sys_chdir,
    [SYS_fchmod] = sys_fchmod,
    [SYS_fchmodat] = sys_fchmodat,
    [SYS_openat] = sys_openat,
    [SYS_close] = sys_close,
    [SYS_pipe2] = sys_pipe2,
    [SYS_getdents64] = sys_getdents64,
    [SYS_lseek] = sys_lseek,
    [SYS_read] = sys_read,
    [SYS_write] = sys_write,
    [SYS_readv] = sys_readv,
    [SYS_writev] = sys_writev,
    [SYS_pread64] = sys_pread64,
    [SYS_pwrite64] = sys_pwrite64,
    [SYS_pselect6] = sys_pselect6,
    [SYS_ppoll] = sys_ppoll,
    [SYS_readlinkat] = sys_readlinkat,
    [SYS_newfstatat] = sys_newfstatat,
    [SYS_fstat] = sys_fstat,
    [SYS_sync] = sys_sync,
    [SYS_getitimer] = sys_getitimer,
    [SYS_setitimer] = sys_setitimer,
    [SYS_timer_create] = sys_timer_create,
    [SYS_timer_gettime] = sys_timer_gettime,
    [SYS_timer_getoverrun] = sys_timer_getoverrun,
    [SYS_timer_settime] = sys_timer_settime,
    [SYS_timer_delete] = sys_timer_delete,
    [SYS_restart_syscall] = sys_restart_syscall,
    [SYS_tkill] = sys_tkill,
    [SYS_tgkill] = sys_tgkill,
    [SYS_sigaltstack] = sys_sigaltstack,
    [SYS_rt_sigsuspend] = sys_rt_sigsuspend,
    [SYS_rt_sigaction] = sys_rt_sigaction,
    [SYS_rt_sigprocmask] = sys_rt_sigprocmask,
    [SYS_rt_sigpending] = sys_rt_sigpending,
    [SYS_rt_sigtimedwait] = sys_rt_sigtimedwait,
    [SYS_rt_sigqueueinfo] = sys_rt_sigqueueinfo,
    [SYS_rt_sigreturn] = sys_rt_sigreturn,
    [SYS_setpgid] = sys_setpgid,
    [SYS_getpgid] = sys_getpgid,
    [SYS_getsid] = sys_getsid,
    [SYS_setsid] = sys_setsid,
    [SYS_rt_tgsigqueueinfo] = sys_rt_tgsigqueueinfo,
    [SYS_syncfs] = sys_syncfs,
    [SYS_fsync] = sys_fsync,
    [SYS_fdatasync] = sys_fdatasync,
    [SYS_timerfd_create] = sys_timerfd_create,
    [SYS_timerfd_settime] = sys_timerfd_settime,
    [SYS_timerfd_gettime] = sys_timerfd_gettime,
    [SYS_utimensat] = sys_utimensat,
    [SYS_exit] = sys_exit_thread,
    [SYS_exit_group] = sys_exit_group,
    [SYS_waitid] = sys_waitid,
    [SYS_set_tid_address] = sys_set_tid_address,
    [SYS_futex] = sys_futex,
    [SYS_set_robust_list] = sys_set_robust_list,
    [SYS_get_robust_list] = sys_get_robust_list,
    [SYS_nanosleep] = sys_nanosleep,
    [SYS_clock_gettime] = sys_clock_gettime,
    [SYS_sched_yield] = sys_sched_yield,
    [SYS_kill] = sys_kill,
    [SYS_reboot] = sys_reboot,
    [SYS_times] = sys_times,
    [SYS_uname] = sys_uname,
    [SYS_umask] = sys_umask,
    [SYS_getpid] = sys_getpid,
    [SYS_getppid] = sys_getppid,
    [SYS_getuid] = sys_zero,
    [SYS_geteuid] = sys_zero,
    [SYS_getgid] = sys_zero,
    [SYS_getegid] = sys_zero,
    [SYS_gettid] = sys_gettid,
    [SYS_sysinfo] = sys_sysinfo,
    [SYS_brk] = sys_brk,
    [SYS_munmap] = sys_munmap,
    [SYS_mremap] = sys_mremap,
    [SYS_clone] = sys_clone,
    [SYS_execve] = sys_execve,
    [SYS_mmap] = sys_mmap,
    [SYS_swapon] = sys_swapon,
    [SYS_swapoff] = sys_swapoff,
    [SYS_mprotect] = sys_mprotect,
    [SYS_msync] = sys_msync,
    [SYS_mincore] = sys_mincore,
    [SYS_madvise] = sys_madvise,
    [SYS_wait4] = sys_wait4,
    [SYS_renameat2] = sys_renameat2,
    [SYS_memfd_create] = sys_memfd_create,
    [SYS_fallocate] = sys_fallocate,
    [SYS_fchdir] = sys_fchdir,
    [SYS_fchownat] = sys_fchownat,
    [SYS_fchown] = sys_fchown,
    [SYS_capget] = sys_capget,
    [SYS_personality] = sys_personality,
    [SYS_clock_getres] = sys_clock_getres,
    [SYS_clock_nanosleep] = sys_clock_nanosleep,
    [SYS_getresuid] = sys_getresid,
    [SYS_getresgid] = sys_getresid,
    [SYS_getgroups] = sys_zero,
    [SYS_getrusage] = sys_getrusage,
    [SYS_prctl] = sys_prctl,
    [SYS_getcpu] = sys_getcpu,
    [SYS_gettimeofday] = sys_gettimeofday,
    [SYS_fadvise64] = sys_fadvise64,
    [SYS_prlimit64] = sys_prlimit64,
    [SYS_getrandom] = sys_getrandom,
    [SYS_statx] = sys_statx,
    [SYS_close_range] = sys_close_range,
    [SYS_faccessat2] = sys_faccessat2,
};

static syscall_fn *const kine_calls[] = {
    [SYS_kine_audit - KINE_FIRST] = sys_kine_audit,
    [SYS_kine_meminfo - KINE_FIRST] = sys_kine_meminfo,
    [SYS_kine_procs - KINE_FIRST] = sys_kine_procs,
    [SYS_kine_inject - KINE_FIRST] = sys_kine_inject,
    [SYS_kine_pte - KINE_FIRST] = sys_kine_pte,
    [SYS_kine_snapshot - KINE_FIRST] = sys_kine_snapshot,
    [SYS_kine_scrub - KINE_FIRST] = sys_kine_scrub,
    [SYS_kine_longest - KINE_FIRST] = sys_kine_longest,
    [SYS_kine_area - KINE_FIRST] = sys_kine_area,
};

static bool say_missing; // by a boot argument; written once, before there are programs
static uint32 said_missing[LINUX_CALLS / 32]; // atomic: numbers that have been spoken of

void syscall_init(void)
{
    say_missing = machine_option("missing", "log");
}

// Says once what a program has asked for in vain.
static void note_missing(uint64 number)
{
    uint64 n = number < LINUX_CALLS ? number : LINUX_CALLS - 1; // all that is beyond is one
    uint32 bit = 1U << n % 32;
    if (!(__atomic_fetch_or(&said_missing[n / 32], bit, __ATOMIC_RELAXED) & bit))
        printk("%s (pid %d) asks for system call %lu, which there is not\n", current_proc()->name,
               current_proc()->pid, number);
}

// A call that has got along without a frame has left a note, too; the worst of it is one pass too many.
int64 syscall_again(const uint64 *arg)
{
    struct kalloc_note *note = &current_thread()->in_call;
    int64 result = -ENOMEM;
    for (bool reclaimed = false; result == -ENOMEM && note->refused;) {
        note->refused = false;
        int err = pager_find_frames(&reclaimed);
        result = err ? err : syscall_dispatch(arg);
    }
    return result;
}

int64 syscall_other(const uint64 *arg)
{
    uint64 number = arg[CALL_NUMBER];
    if (number < KINE_FIRST || number - KINE_FIRST >= LENGTH(kine_calls)) {
        if (say_missing)
            note_missing(number);
        return -ENOSYS;
    }
    syscall_fn *fn = kine_calls[number - KINE_FIRST];
    longest_breath((uint64)fn);
    return fn(arg);
}
