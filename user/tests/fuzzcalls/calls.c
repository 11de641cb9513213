// The calls, how often each is made, and what its arguments are.  Left out: what ends the system.

#include "user/tests/fuzzcalls/fuzzcalls.h"

#define ERRORS 4095 // error numbers are no higher

struct call {
    int number, weight;
    uchar kind[6];
};

static const struct call calls[] = {
    // files through a descriptor
    { SYS_read, 8, { FD, BUFFER, LENGTH } },
    { SYS_write, 8, { FD, BUFFER, LENGTH } },
    { SYS_readv, 6, { FD, VECTOR, VECTOR_COUNT } },
    { SYS_writev, 8, { FD, VECTOR, VECTOR_COUNT } },
    { SYS_pread64, 4, { FD, BUFFER, LENGTH, OFFSET } },
    { SYS_pwrite64, 6, { FD, BUFFER, LENGTH, OFFSET } },
    { SYS_lseek, 4, { FD, OFFSET, FEW } },
    { SYS_ioctl, 4, { FD, REQUEST, FD } },
    { SYS_ftruncate, 5, { FD, OFFSET } },
    { SYS_fsync, 1, { FD } },
    { SYS_fdatasync, 1, { FD } },
    { SYS_syncfs, 1, { FD } },
    { SYS_sync, 1, { NONE } },
    { SYS_getdents64, 3, { FD, BUFFER, LENGTH } },
    // descriptors
    { SYS_close, 6, { FD } },
    { SYS_dup, 3, { FD } },
    { SYS_dup3, 3, { FD, FD, FEW } },
    { SYS_fcntl, 4, { FD, COMMAND, OPEN_FLAGS } },
    { SYS_pipe2, 4, { BUFFER, OPEN_FLAGS } },
    { SYS_memfd_create, 3, { PATH, FEW } },
    // waiting for several
    { SYS_ppoll, 4, { BUFFER, FEW, TIMES, SIGNAL_SET, SET_SIZE } },
    { SYS_pselect6, 4, { FEW, BUFFER, BUFFER, BUFFER, TIMES } },
    { SYS_eventfd2, 3, { FEW, OPEN_FLAGS } },
    { SYS_timerfd_create, 3, { FEW, OPEN_FLAGS } },
    { SYS_timerfd_settime, 3, { FD, FEW, TIMES, BUFFER } },
    { SYS_timerfd_gettime, 1, { FD, BUFFER } },
    { SYS_epoll_create1, 3, { OPEN_FLAGS } },
    { SYS_epoll_ctl, 8, { FD, FEW, FD, BUFFER } },
    { SYS_epoll_pwait, 4, { FD, BUFFER, FEW, FEW, SIGNAL_SET, SET_SIZE } },
    // names
    { SYS_openat, 20, { FD, PATH, OPEN_FLAGS, MODE } },
    { SYS_mkdirat, 4, { FD, PATH, MODE } },
    { SYS_mknodat, 2, { FD, PATH, MODE, FEW } },
    { SYS_unlinkat, 5, { FD, PATH, FEW } },
    { SYS_symlinkat, 3, { PATH, FD, PATH } },
    { SYS_linkat, 4, { FD, PATH, FD, PATH, FEW } },
    { SYS_renameat2, 5, { FD, PATH, FD, PATH, FEW } },
    { SYS_readlinkat, 2, { FD, PATH, BUFFER, LENGTH } },
    { SYS_chdir, 2, { PATH } },
    { SYS_getcwd, 2, { BUFFER, LENGTH } },
    // what is known of them
    { SYS_newfstatat, 3, { FD, PATH, BUFFER, FEW } },
    { SYS_fstat, 3, { FD, BUFFER } },
    { SYS_faccessat, 2, { FD, PATH, FEW } },
    { SYS_fchmodat, 1, { FD, PATH, MODE } },
    { SYS_fchmod, 1, { FD, MODE } },
    { SYS_umask, 1, { MODE } },
    { SYS_utimensat, 2, { FD, PATH, TIMES, FEW } },
    { SYS_statfs, 1, { PATH, BUFFER } },
    { SYS_fstatfs, 1, { FD, BUFFER } },
    // memory
    { SYS_mmap, 8, { ADDRESS, MEMORY_LENGTH, PROTECTION, MAP_FLAGS, FD, OFFSET } },
    { SYS_munmap, 4, { ADDRESS, MEMORY_LENGTH } },
    { SYS_mprotect, 6, { ADDRESS, MEMORY_LENGTH, PROTECTION } },
    { SYS_madvise, 8, { ADDRESS, MEMORY_LENGTH, ADVICE } },
    { SYS_mremap, 6, { ADDRESS, MEMORY_LENGTH, MEMORY_LENGTH, FEW, ADDRESS } },
    { SYS_mincore, 2, { ADDRESS, MEMORY_LENGTH, BUFFER } },
    { SYS_msync, 2, { ADDRESS, MEMORY_LENGTH, SYNC_FLAGS } },
    { SYS_brk, 2, { WORD } },
    // processes
    { SYS_clone, 3, { CLONE_FLAGS, STACK, NONE, BUFFER } },
    { SYS_execve, 2, { PATH, POINTERS, POINTERS } },
    { SYS_wait4, 3, { CHILD, BUFFER, WAIT_OPTIONS } },
    { SYS_waitid, 3, { FEW, CHILD, BUFFER, WAITID_OPTIONS } },
    { SYS_kill, 1, { VICTIM, FEW } },
    { SYS_tkill, 1, { VICTIM, SIGNAL } },
    { SYS_tgkill, 1, { VICTIM, VICTIM, SIGNAL } },
    { SYS_rt_sigqueueinfo, 1, { VICTIM, SIGNAL, BUFFER } },
    { SYS_rt_sigaction, 6, { SIGNAL, ACTION, BUFFER, SET_SIZE } },
    { SYS_rt_sigprocmask, 6, { FEW, SIGNAL_SET, BUFFER, SET_SIZE } },
    { SYS_rt_sigpending, 1, { BUFFER, FEW } },
    { SYS_rt_sigtimedwait, 2, { SIGNAL_SET, BUFFER, TIMES, SET_SIZE } },
    { SYS_sigaltstack, 2, { BUFFER, BUFFER } },
    { SYS_setitimer, 3, { FEW, TIMES, BUFFER } },
    { SYS_getitimer, 1, { FEW, BUFFER } },
    { SYS_timer_create, 2, { FEW, BUFFER, BUFFER } },
    { SYS_timer_create, 2, { FEW, NONE, BUFFER } },
    { SYS_timer_settime, 3, { FEW, FEW, TIMES, BUFFER } },
    { SYS_timer_gettime, 1, { FEW, BUFFER } },
    { SYS_timer_getoverrun, 1, { FEW } },
    { SYS_timer_delete, 1, { FEW } },
    { SYS_restart_syscall, 1, { NONE } },
    { SYS_setpgid, 1, { CHILD, CHILD } },
    { SYS_getpgid, 1, { CHILD } },
    { SYS_getsid, 1, { CHILD } },
    { SYS_setsid, 1, { NONE } },
    { SYS_sched_yield, 2, { NONE } },
    { SYS_nanosleep, 2, { TIMES, BUFFER } },
    { SYS_getpid, 1, { NONE } },
    { SYS_set_tid_address, 1, { BUFFER } },
    // the system
    { SYS_clock_gettime, 1, { FEW, BUFFER } },
    { SYS_times, 1, { BUFFER } },
    { SYS_uname, 1, { BUFFER } },
    { SYS_sysinfo, 1, { BUFFER } },
    { SYS_kine_meminfo, 1, { BUFFER } },
    { SYS_kine_procs, 1, { BUFFER, LENGTH } },
    { SYS_kine_inject, 4, { FEW, FEW } },
    { SYS_kine_pte, 1, { ADDRESS, BUFFER } },
    { SYS_kine_area, 1, { CHILD, BUFFER } },
    { SYS_kine_snapshot, 1, { SNAPSHOT_ACT, SNAPSHOT_NAME } },
};
#define CALLS (sizeof calls / sizeof calls[0])

// One call in so many.
#define RARELY 4000

static const struct call rare[] = {
    { SYS_kine_audit, 1, { BUFFER } },
    { SYS_kine_scrub, 1, { BUFFER } },
    { SYS_kine_longest, 1, { FEW, BUFFER, LENGTH } },
};
#define RARE (sizeof rare / sizeof rare[0])

static const struct call *choose(struct fuzzer *f)
{
    if (pick(f, RARELY) == 0)
        return &rare[pick(f, RARE)];
    int sum = 0;
    for (size_t i = 0; i < CALLS; i++)
        sum += calls[i].weight;
    int at = (int)pick(f, (uint64)sum);
    const struct call *call = calls;
    while (at >= call->weight)
        at -= call++->weight;
    return call;
}

// A child goes on like its parent, with other choices and less to do.
static void begin_life(struct fuzzer *f)
{
    f->chance = f->chance * 6364136223846793005UL + (uint64)getpid();
    f->steps /= 4;
    f->child = 0;
}

static bool negative_length(const struct call *call, const uint64 *a)
{
    for (int i = 0; i < 6; i++)
        if (call->kind[i] == LENGTH && (long)a[i] < 0)
            return true;
    return false;
}

// No call does anything for a negative length, or gives an error that is none.  What the arguments
// were is looked at before the call, which may write to any of our memory.
void random_call(struct fuzzer *f)
{
    const struct call *call = choose(f);
    uint64 a[6];
    for (int i = 0; i < 6; i++)
        a[i] = value_of(f, call->kind[i]);
    long most = negative_length(call, a) ? -1 : ~0UL >> 1;
    long result = syscall(call->number, a[0], a[1], a[2], a[3], a[4], a[5]);
    if (result < -ERRORS || result > most)
        exit(IMPOSSIBLE);
    if (call->number == SYS_clone && result == 0)
        begin_life(f);
    else if (call->number == SYS_clone && result > 0)
        f->child = result;
}
