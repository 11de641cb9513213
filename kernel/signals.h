// Signals as they cross the system-call boundary: Linux's numbers, and its structures on riscv64.
#pragma once

#include "types.h"

#define SIGHUP    1
#define SIGINT    2
#define SIGQUIT   3
#define SIGILL    4
#define SIGTRAP   5
#define SIGABRT   6
#define SIGBUS    7
#define SIGFPE    8
#define SIGKILL   9
#define SIGUSR1   10
#define SIGSEGV   11
#define SIGUSR2   12
#define SIGPIPE   13
#define SIGALRM   14
#define SIGTERM   15
#define SIGSTKFLT 16
#define SIGCHLD   17
#define SIGCONT   18
#define SIGSTOP   19
#define SIGTSTP   20
#define SIGTTIN   21
#define SIGTTOU   22
#define SIGURG    23
#define SIGXCPU   24
#define SIGXFSZ   25
#define SIGVTALRM 26
#define SIGPROF   27
#define SIGWINCH  28
#define SIGIO     29
#define SIGPWR    30
#define SIGSYS    31
#define SIGRTMIN  32 // from here on each one that is sent is kept
#define NSIG      64

#define SIGBIT(sig) (1UL << ((sig)-1)) // in a set of signals

#define SIG_DFL 0UL // handlers that are none
#define SIG_IGN 1UL

struct sigaction {
    uint64 sa_handler; // an address, SIG_DFL or SIG_IGN
    uint64 sa_flags;
    uint64 sa_mask; // blocked besides while the handler runs
};
#define SA_NOCLDSTOP 0x00000001UL // no SIGCHLD for children that stop or go on
#define SA_NOCLDWAIT 0x00000002UL // children leave no zombie
#define SA_SIGINFO   0x00000004UL
#define SA_ONSTACK   0x08000000UL // the handler runs on the alternate stack
#define SA_RESTART   0x10000000UL // a call that it interrupts is made anew
#define SA_NODEFER   0x40000000UL // the signal itself is not blocked meanwhile
#define SA_RESETHAND 0x80000000UL // once only

#define SIG_BLOCK   0
#define SIG_UNBLOCK 1
#define SIG_SETMASK 2

struct sigaltstack {
    uint64 ss_sp;
    int32 ss_flags, pad;
    uint64 ss_size;
};
#define SS_ONSTACK    1
#define SS_DISABLE    2
#define SS_AUTODISARM ((int32)0x80000000) // off while its handler runs
#define MINSIGSTKSZ   2048

// Why a signal came.  Which of the fields there are is the code's to say.
struct siginfo {
    int32 si_signo, si_errno, si_code, pad;
    union {
        struct {
            union {
                int32 si_pid;     // who sent it, or which child it is about
                int32 si_timerid; // SI_TIMER
            };
            union {
                int32 si_uid;
                int32 si_overrun; // SI_TIMER: how often it went off while this one was waiting
            };
            union {
                int32 si_status; // SIGCHLD: the status given to exit, or a signal
                uint64 si_value; // what sigqueue() or timer_create() was given
            };
            int64 si_utime, si_stime; // SIGCHLD: what the child has spent, in 1/100 s
        };
        uint64 si_addr; // of a fault
        uint64 rest[14];
    };
};
// si_code: who it comes from
#define SI_USER   0
#define SI_KERNEL 0x80
#define SI_QUEUE  (-1)
#define SI_TIMER  (-2)
#define SI_TKILL  (-6)
// si_code of a fault
#define ILL_ILLOPC  1
#define SEGV_MAPERR 1 // nothing is mapped there
#define SEGV_ACCERR 2 // what is mapped there does not allow it
#define BUS_ADRALN  1
#define BUS_ADRERR  2
#define TRAP_BRKPT  1
// si_code of SIGCHLD
#define CLD_EXITED    1
#define CLD_KILLED    2
#define CLD_DUMPED    3
#define CLD_STOPPED   5
#define CLD_CONTINUED 6

// Registers as a handler finds them in its third argument.
struct sigcontext {
    uint64 reg[32]; // reg[0] is the program counter, reg[i] x_i
    uint64 fp[32];
    uint32 fcsr;
    uint32 fp_spare[64]; // of a wider unit
    uint32 zero[3];      // nothing follows
} __attribute__((aligned(16)));

struct ucontext {
    uint64 uc_flags;
    uint64 uc_link;
    struct sigaltstack uc_stack;
    uint64 uc_sigmask; // what was blocked
    uint8 spare[120];
    struct sigcontext uc_mcontext;
};

// Timers.
struct itimerval {
    struct {
        int64 tv_sec, tv_usec;
    } it_interval, it_value;
};
#define ITIMER_REAL    0 // SIGALRM
#define ITIMER_VIRTUAL 1 // SIGVTALRM: time in user mode
#define ITIMER_PROF    2 // SIGPROF: time in user mode and in the kernel for it

struct itimerspec {
    struct {
        int64 tv_sec, tv_nsec;
    } it_interval, it_value;
};
struct sigevent {
    uint64 sigev_value;
    int32 sigev_signo, sigev_notify;
    int32 sigev_tid; // SIGEV_THREAD_ID
    int32 spare[11];
};
#define SIGEV_SIGNAL    0
#define SIGEV_NONE      1
#define SIGEV_THREAD_ID 4
