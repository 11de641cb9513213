// Structures and constants that cross the system-call boundary.  Those with Linux names have
// Linux's layout on riscv64; kine_* are kine's own.
#pragma once

#include "types.h"
#include "fcntl.h" // PROT_*, MAP_*
#include "signals.h"

// Modes (st_mode).
#define S_IFMT  0170000
#define S_IFIFO 0010000
#define S_IFCHR 0020000
#define S_IFDIR 0040000
#define S_IFREG 0100000
#define S_IFLNK 0120000

#define MAKEDEV(major, minor) (((uint64)(major) << 8) | (uint64)(minor))
#define MAJOR(rdev)           ((int)((rdev) >> 8))
#define MINOR(rdev)           ((int)((rdev)&0xff))

struct timespec {
    int64 tv_sec;
    int64 tv_nsec;
};

// Nanoseconds with a meaning of their own in utimensat().
#define UTIME_NOW  0x3fffffff
#define UTIME_OMIT 0x3ffffffe

struct linux_stat {
    uint64 st_dev;
    uint64 st_ino;
    uint32 st_mode;
    uint32 st_nlink;
    uint32 st_uid;
    uint32 st_gid;
    uint64 st_rdev;
    uint64 pad1;
    int64 st_size;
    int32 st_blksize;
    int32 pad2;
    int64 st_blocks; // of 512 bytes
    struct timespec st_atim;
    struct timespec st_mtim;
    struct timespec st_ctim;
    uint32 unused[2];
};

// statx(): all that is known is told, whatever is asked for.
struct statx_time {
    int64 tv_sec;
    uint32 tv_nsec, pad;
};
struct statx {
    uint32 stx_mask, stx_blksize;
    uint64 stx_attributes;
    uint32 stx_nlink, stx_uid, stx_gid;
    uint16 stx_mode, pad;
    uint64 stx_ino, stx_size, stx_blocks, stx_attributes_mask;
    struct statx_time stx_atime, stx_btime, stx_ctime, stx_mtime;
    uint32 stx_rdev_major, stx_rdev_minor, stx_dev_major, stx_dev_minor;
    uint64 rest[14];
};
#define STATX_BASIC_STATS 0x7ffU

// One record of getdents64; d_reclen is a multiple of 8.
struct linux_dirent64 {
    uint64 d_ino;
    int64 d_off; // where the next call goes on
    uint16 d_reclen;
    uint8 d_type; // DT_*
    char d_name[];
};
#define DT_UNKNOWN 0
#define DT_CHR     2
#define DT_DIR     4
#define DT_REG     8
#define DT_LNK     10

// What statfs() tells, in units of f_bsize.
struct statfs {
    int64 f_type;
    int64 f_bsize;
    uint64 f_blocks;
    uint64 f_bfree;
    uint64 f_bavail; // what files can still take
    uint64 f_files;  // inodes: in use, and free
    uint64 f_ffree;
    int32 f_fsid[2];
    int64 f_namelen; // the longest name
    int64 f_frsize;
    int64 f_flags;
    int64 f_spare[4];
};
#define STATFS_KINE 0x4b494e45 // f_type

struct iovec {
    void *iov_base;
    uint64 iov_len;
};

struct utsname {
    char sysname[65], nodename[65], release[65], version[65], machine[65], domainname[65];
};

struct sysinfo {
    int64 uptime; // seconds
    uint64 loads[3];
    uint64 totalram, freeram, sharedram, bufferram, totalswap, freeswap;
    uint16 procs, pad;
    uint32 pad2;
    uint64 totalhigh, freehigh;
    uint32 mem_unit;
    uint32 pad3;
};

struct tms {
    int64 tms_utime, tms_stime, tms_cutime, tms_cstime; // in units of 1/100 s
};

struct timeval {
    int64 tv_sec, tv_usec;
};

#define RUSAGE_SELF     0
#define RUSAGE_CHILDREN (-1)
#define RUSAGE_THREAD   1
// Of Linux's structure wait4() and waitid() fill the times, of the child and of those that it has
// waited for; the rest is 0.
struct rusage {
    struct timeval ru_utime, ru_stime; // in user mode, in the kernel
    int64 rest[14];
};

#define P_ALL  0
#define P_PID  1
#define P_PGID 2

#define WNOHANG    1
#define WUNTRACED  2
#define WSTOPPED   2
#define WEXITED    4
#define WCONTINUED 8
#define WNOWAIT    0x1000000

#define __WNOTHREAD 0x20000000
#define __WALL      0x40000000
#define __WCLONE    0x80000000

// clone() flags.
#define CLONE_EXIT_SIGNAL    0x000000ff // the signal that tells the parent of its end
#define CLONE_VM             0x00000100
#define CLONE_FS             0x00000200
#define CLONE_FILES          0x00000400
#define CLONE_SIGHAND        0x00000800
#define CLONE_VFORK          0x00004000
#define CLONE_PARENT         0x00008000
#define CLONE_THREAD         0x00010000
#define CLONE_SYSVSEM        0x00040000
#define CLONE_SETTLS         0x00080000
#define CLONE_PARENT_SETTID  0x00100000
#define CLONE_CHILD_CLEARTID 0x00200000
#define CLONE_DETACHED       0x00400000
#define CLONE_CHILD_SETTID   0x01000000

// futex() operations.
#define FUTEX_WAIT           0
#define FUTEX_WAKE           1
#define FUTEX_REQUEUE        3
#define FUTEX_CMP_REQUEUE    4
#define FUTEX_WAKE_OP        5
#define FUTEX_WAIT_BITSET    9
#define FUTEX_WAKE_BITSET    10
#define FUTEX_PRIVATE_FLAG   128
#define FUTEX_CLOCK_REALTIME 256
#define FUTEX_CMD_MASK       (~(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME))

#define FUTEX_OP_SET    0
#define FUTEX_OP_ADD    1
#define FUTEX_OP_OR     2
#define FUTEX_OP_ANDN   3
#define FUTEX_OP_XOR    4
#define FUTEX_OP_CMP_EQ 0
#define FUTEX_OP_CMP_NE 1
#define FUTEX_OP_CMP_LT 2
#define FUTEX_OP_CMP_LE 3
#define FUTEX_OP_CMP_GT 4
#define FUTEX_OP_CMP_GE 5

// The word of a robust lock: its owner's thread id, or 0.
#define FUTEX_TID_MASK   0x3fffffffU
#define FUTEX_OWNER_DIED 0x40000000U
#define FUTEX_WAITERS    0x80000000U

#define MADV_NORMAL         0
#define MADV_RANDOM         1
#define MADV_SEQUENTIAL     2
#define MADV_WILLNEED       3
#define MADV_DONTNEED       4
#define MADV_FREE           8
#define MADV_HUGEPAGE       14
#define MADV_NOHUGEPAGE     15
#define MADV_DONTDUMP       16
#define MADV_DODUMP         17
#define MADV_COLD           20
#define MADV_POPULATE_READ  22
#define MADV_POPULATE_WRITE 23

#define CLOCK_REALTIME           0
#define CLOCK_MONOTONIC          1
#define CLOCK_PROCESS_CPUTIME_ID 2
#define CLOCK_THREAD_CPUTIME_ID  3
#define CLOCK_MONOTONIC_RAW      4
#define CLOCK_REALTIME_COARSE    5
#define CLOCK_MONOTONIC_COARSE   6
#define CLOCK_BOOTTIME           7

#define TIMER_ABSTIME 1 // a time is one of its clock's, not so long from now

#define LINUX_REBOOT_MAGIC1        0xfee1dead
#define LINUX_REBOOT_MAGIC2        672274793
#define LINUX_REBOOT_CMD_RESTART   0x01234567
#define LINUX_REBOOT_CMD_POWER_OFF 0x4321fedc

// prlimit64()
struct rlimit {
    uint64 rlim_cur, rlim_max;
};
#define RLIM_INFINITY ~0UL
#define RLIMIT_STACK  3
#define RLIMIT_CORE   4
#define RLIMIT_NPROC  6
#define RLIMIT_NOFILE 7
#define RLIMITS       16
#define STACK_DEFAULT (8UL << 20) // of a program that says nothing of its stack
#define STACK_LEAST   (128UL << 10)
#define STACK_MOST    (64UL << 20) // of any

#define PR_SET_NAME 15
#define PR_GET_NAME 16

#define CAPABILITY_VERSION 0x20080522

// Auxiliary vector entries on a new program's stack.
#define AT_NULL   0
#define AT_PHDR   3 // the program's own headers
#define AT_PHENT  4
#define AT_PHNUM  5
#define AT_PAGESZ 6
#define AT_BASE   7 // where the interpreter was put, 0: there is none
#define AT_FLAGS  8
#define AT_ENTRY  9 // the program's, also if the interpreter begins
#define AT_UID    11
#define AT_EUID   12
#define AT_GID    13
#define AT_EGID   14
#define AT_HWCAP  16
#define AT_CLKTCK 17
#define AT_SECURE 23
#define AT_RANDOM 25 // address of 16 random bytes
#define AT_EXECFN 31 // address of the path

// personality(): all else is refused.
#define ADDR_NO_RANDOMIZE 0x0040000 // programs, stacks and maps lie at fixed places

// --- waiting for several files ----------------------------------------------------------------

struct pollfd {
    int32 fd; // negative: left out
    int16 events, revents;
};
#define POLLIN     0x0001
#define POLLPRI    0x0002
#define POLLOUT    0x0004
#define POLLERR    0x0008
#define POLLHUP    0x0010
#define POLLNVAL   0x0020
#define POLLRDNORM 0x0040
#define POLLRDBAND 0x0080
#define POLLWRNORM 0x0100
#define POLLWRBAND 0x0200
#define POLLRDHUP  0x2000

struct epoll_event {
    uint32 events;
    uint32 pad;
    uint64 data; // the caller's own
};
#define EPOLL_CTL_ADD  1
#define EPOLL_CTL_DEL  2
#define EPOLL_CTL_MOD  3
#define EPOLLEXCLUSIVE 0x10000000u // taken, and all who wait are woken
#define EPOLLWAKEUP    0x20000000u // taken: nothing sleeps here that it would keep awake
#define EPOLLONESHOT   0x40000000u
#define EPOLLET        0x80000000u
#define EPOLL_CLOEXEC  O_CLOEXEC

#define EFD_SEMAPHORE 1
#define EFD_CLOEXEC   O_CLOEXEC
#define EFD_NONBLOCK  O_NONBLOCK

#define TFD_TIMER_ABSTIME       1
#define TFD_TIMER_CANCEL_ON_SET 2 // taken: the clock is never set
#define TFD_CLOEXEC             O_CLOEXEC
#define TFD_NONBLOCK            O_NONBLOCK

// --- terminals --------------------------------------------------------------------------------

// What TCGETS and TCSETS move.
#define NCCS 19
struct termios {
    uint32 c_iflag, c_oflag, c_cflag, c_lflag;
    uint8 c_line;
    uint8 c_cc[NCCS];
};

// c_cc: keys, and two numbers.  A key of 0 is none.
#define VINTR    0
#define VQUIT    1
#define VERASE   2
#define VKILL    3
#define VEOF     4
#define VTIME    5 // tenths of a second
#define VMIN     6 // bytes
#define VSTART   8
#define VSTOP    9
#define VSUSP    10
#define VEOL     11
#define VREPRINT 12
#define VWERASE  14
#define VLNEXT   15
#define VEOL2    16

// c_iflag
#define ISTRIP 0x0020
#define INLCR  0x0040
#define IGNCR  0x0080
#define ICRNL  0x0100
#define IXON   0x0400
#define IXANY  0x0800
#define IUTF8  0x4000
// c_oflag
#define OPOST 0x01
#define ONLCR 0x04
#define OCRNL 0x08
// c_cflag
#define B38400 0x0f
#define CS8    0x30
#define CREAD  0x80
// c_lflag
#define ISIG    0x0001
#define ICANON  0x0002
#define ECHO    0x0008
#define ECHOE   0x0010
#define ECHOK   0x0020
#define ECHONL  0x0040
#define NOFLSH  0x0080
#define TOSTOP  0x0100
#define ECHOCTL 0x0200
#define ECHOKE  0x0800
#define IEXTEN  0x8000

struct winsize {
    uint16 ws_row, ws_col, ws_xpixel, ws_ypixel;
};

// ioctl() on terminals.
#define TCGETS     0x5401
#define TCSETS     0x5402
#define TCSETSW    0x5403 // once all output is sent
#define TCSETSF    0x5404 // the same, and input that nobody has read is thrown away
#define TCSBRK     0x5409 // 0: a break (none is sent); else waits until all output is sent
#define TCXONC     0x540a
#define TCFLSH     0x540b
#define TIOCSCTTY  0x540e
#define TIOCGPGRP  0x540f
#define TIOCSPGRP  0x5410
#define TIOCOUTQ   0x5411
#define TIOCGWINSZ 0x5413
#define TIOCSWINSZ 0x5414
#define TIOCNOTTY  0x5422
#define TIOCGSID   0x5429
// TCFLSH: which queue.
#define TCIFLUSH  0
#define TCOFLUSH  1
#define TCIOFLUSH 2
// TCXONC: what to do.
#define TCOOFF 0
#define TCOON  1

// ioctl() on whatever is open.
#define FIONREAD 0x541b // bytes that wait to be read (int *)
#define FIONBIO  0x5421 // sets or clears O_NONBLOCK (int *)
#define FIONCLEX 0x5450
#define FIOCLEX  0x5451

// Kine's own, on the console.
#define KIOC_PENDING    0x4b01 // as FIONREAD
#define KIOC_FRESH_LINE 0x4b02 // ends the line that the cursor stands in, if it stands in one

// swapon()
#define SWAP_FLAG_PRIO_MASK 0x7fff
#define SWAP_FLAG_PREFER    0x8000
#define SWAP_FLAG_DISCARD   0x10000

// kine_audit: a recount from scratch.  Every count is in frames but `errors`.
struct kine_audit {
    uint64 ram;       // frames of RAM
    uint64 free;      // in per-hart caches, the pool and untouched runs
    uint64 accounted; // named by a table, a cache, or the kernel
    uint64 lost;      // in use, but named by nobody
    uint64 errors;    // broken invariants; each is a line on the console
};

// kine_meminfo: frames by use.
struct kine_meminfo {
    uint64 ram, free, user, tables, cache, slab, stacks, kernel, other;
    uint64 cow_copies;      // store faults that copied a frame, since boot
    uint64 cow_reuses;      // store faults in which the sole owner took the page back
    uint64 zero_fills;      // empty entries filled with a zero frame of their own
    uint64 page_faults;     // all
    uint64 swap, swap_free; // slots of swap space
    uint64 slept;           // what instret counted while harts waited in wfi: little, except on an
                            // emulator whose instructions are its clock (QEMU's -icount)
};

// kine_procs: one process.
struct kine_proc {
    int32 pid, ppid;
    int32 group, session; // their numbers
    uint32 threads;       // that have not ended
    uint32 terminal;      // major << 8 | minor of its session's; 0: it has none
    char state;           // R running or ready, S sleeping, T stopped, Z zombie
    char name[23];
    uint64 pages;   // frames its tables map
    uint64 shared;  // of these, with more than one reference
    uint64 size;    // bytes its areas span
    uint64 user_ns; // time in user mode and in the kernel
    uint64 kernel_ns;
};

// kine_area: an area of a process's, and what is there of it.
#define KINE_AREA_SHARED 1 // stores go to what it shows (MAP_SHARED)
#define KINE_AREA_OBJECT 2 // it shows a file or shared memory
#define KINE_AREA_HEAP   4
struct kine_area {
    uint64 start, end;    // in; the next area behind `end` is asked for.  out: where it lies
    uint64 offset;        // of what it shows, at `start`
    uint32 prot;          // PROT_*
    uint32 flags;         // KINE_AREA_*
    uint64 present;       // pages that are in memory
    uint64 shared;        // of these, pages that others have too: a process, or the cache of files
    uint64 cow;           // of these, pages that are copied, or taken back, at the next store
    uint64 swapped;       // pages in swap space
    uint64 tables;        // leaf tables
    uint64 tables_shared; // of these, tables that other processes have too
};

// kine_inject: the n-th page allocation of a kind that this process makes from now on fails.  n = 0
// switches it off.  Children inherit nothing.
#define KINE_FAIL_KALLOC 1 // those made in its system calls
#define KINE_FAIL_FAULT  2 // those made in its page faults

// kine_pte: what maps an address of the caller's.
#define KINE_PTE_SWAPPED (1UL << 63)
struct kine_pte {
    uint64 pte;    // the leaf entry, 0 if empty; without V: a page that is withheld (PROT_NONE), or
                   // with KINE_PTE_SWAPPED in swap space
    uint64 refs;   // references to the frame, or to the slot of swap space; 0 if empty
    uint64 tables; // references to the tables above it, at the most; 1: only this space has them
};

// kine_snapshot: snapshots of the volume of the current directory, by name; they stand under
// /.snapshots.  NEXT: the one with the next higher id than the structure's; => 1, 0 at the end.
#define KINE_SNAPSHOT_CREATE   1
#define KINE_SNAPSHOT_DELETE   2
#define KINE_SNAPSHOT_ROLLBACK 3
#define KINE_SNAPSHOT_NEXT     4
struct kine_snapshot {
    uint32 id;
    uint32 spare;
    uint64 generation; // of the volume, when it was made
    uint64 time_ns;    // Unix time
    char name[64];
};

// kine_scrub: blocks read, and those that were not as they should be.
struct kine_scrub {
    uint64 blocks, damaged;
};

// kine_longest: the longest stretches that a debug build (make DEBUG=1) has measured; other kernels
// say ENOSYS.  READ: the longest few of each kind, by kind and then by length; => how many.  RESET:
// forgets them.
#define KINE_LONGEST_READ  0
#define KINE_LONGEST_RESET 1

#define KINE_LONGEST_INTR   1 // with interrupts off
#define KINE_LONGEST_SPIN   2 // with a spinlock held
#define KINE_LONGEST_MUTEX  3 // with a mutex held, sleep and all
#define KINE_LONGEST_BREATH 4 // in the kernel, without a chance for others to run
#define KINE_LONGEST_KINDS  4
struct kine_longest {
    uint64 ns;
    int32 kind;
    char lock[36];         // its name, if it is about a lock
    char from[64], to[64]; // where it began and ended: an address, a function and an offset
};

// ioctl on a file open for writing: it becomes a clone of the file whose descriptor is the
// argument.
#define FICLONE 0x40049409
