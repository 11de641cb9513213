// Signals on the way back to user mode (sys/deliver.h).
//
// A call that a signal has cut short says how it is to go on, by a result that no program sees:
//
//     its result           a handler runs      none runs
//     -ERESTART            SA_RESTART: anew    anew
//                          else -EINTR
//     -ERESTART_NOHAND     -EINTR              anew
//     -ERESTART_REST       -EINTR              restart_syscall, which sleeps the rest
//
// To make it anew is to go back to its ecall with its first argument, which the trap has kept: the
// others are still in their registers.

#include "sys/deliver.h"
#include "dev/output.h"
#include "errno.h"
#include "proc/proc.h"
#include "proc/signal.h"
#include "riscv/trap.h"
#include "sys/sigframe.h"
#include "syscall.h"

#define ECALL_BYTES 4

// => how the call is to go on, 0 if it has ended
static int restart_of(const struct trapframe *tf, bool call)
{
    int64 result = (int64)tf->reg[REG_A0];
    bool cut = result == -ERESTART || result == -ERESTART_NOHAND || result == -ERESTART_REST;
    return call && cut ? (int)-result : 0;
}

static void call_anew(struct trapframe *tf, int how)
{
    tf->sepc -= ECALL_BYTES;
    tf->reg[REG_A0] = tf->stval;
    if (how == ERESTART_REST)
        tf->reg[REG_A7] = SYS_restart_syscall;
}

// A frame that cannot be written: the program hears of it by SIGSEGV if it can, which it cannot if
// that is the signal.
static void no_room(const struct siginfo *info)
{
    struct siginfo segv = { .si_signo = SIGSEGV, .si_code = SI_KERNEL };
    if (info->si_signo != SIGSEGV && signal_force(&segv))
        return;
    struct proc *p = current_proc();
    output_folded("no room for a signal", "pid=%d %s: signal %d has no room on its stack\n", p->pid,
                  p->name, info->si_signo);
    proc_exit(0, SIGSEGV);
}

static void enter(struct trapframe *tf, const struct siginfo *info, const struct sigaction *action)
{
    if (sigframe_push(tf, action, info))
        no_room(info);
    else
        signal_enter(info->si_signo, action);
}

void deliver_signals(struct trapframe *tf, bool call)
{
    struct siginfo info;
    struct sigaction action;
    int how = restart_of(tf, call);
    bool handled = false;
    while (signal_take(&info, &action)) {
        if (how == ERESTART && action.sa_flags & SA_RESTART)
            call_anew(tf, how);
        else if (how)
            tf->reg[REG_A0] = (uint64)-EINTR;
        how = 0;
        handled = true;
        enter(tf, &info, &action);
    }
    if (how)
        call_anew(tf, how);
    if (!handled)
        signal_put_back();
}
