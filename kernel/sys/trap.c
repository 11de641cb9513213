// Traps: what the vector (riscv/vector.S) found, sent where it belongs.
//
// A user trap runs with interrupts on except at its two ends.  On the way back the thread gives up
// its hart if its time is over, and takes its signals.  A kernel trap is an interrupt, served with
// interrupts off and without switching threads, or a bug.

#include "abi.h"
#include "dev/output.h"
#include "errno.h"
#include "lib/panic.h"
#include "lib/print.h"
#include "proc/oom.h"
#include "proc/proc.h"
#include "riscv/csr.h"
#include "riscv/hart.h"
#include "riscv/intr.h"
#include "riscv/longest.h"
#include "riscv/panicking.h"
#include "riscv.h"
#include "riscv/trap.h"
#include "sys/deliver.h"
#include "sys/dispatch.h"
#include "task/fp.h"
#include "task/rest.h"
#include "task/sched.h"
#include "vm/aspace.h"

#define CAUSE_FETCH_MISALIGNED 0
#define CAUSE_FETCH_ACCESS     1

static void interrupt(uint64 cause, bool from_user)
{
    switch (cause & ~SCAUSE_INTERRUPT) {
    case INTR_TIMER:
        sched_timer(from_user);
        if (current_proc())
            alarms_tick(current_proc());
        break;
    case INTR_EXT: intr_external(); break;
    case INTR_SOFT:
        csr_clear(sip, INT_SOFT);
        if (panicking)
            panic_halt();
        rest_notice();
        break;
    default: panic("interrupt %lx, which nobody asked for", cause);
    }
}

// Ends the process for what it did at tf->sepc, and says so before anybody can know of its end.
static _Noreturn void kill_for(const struct trapframe *tf, int signal, const char *why)
{
    struct proc *p = current_proc();
    output_folded(why,
                  "usertrap(): unexpected scause 0x%lx pid=%d %s: %s (stval 0x%lx, sepc 0x%lx)\n",
                  tf->scause, p->pid, p->name, why, tf->stval, tf->sepc);
    proc_exit(0, signal);
}

// What the process did is a signal to it, if it has a handler for that; else its end.
static void blame(const struct trapframe *tf, int signal, int code, uint64 addr, const char *why)
{
    struct siginfo info = { .si_signo = signal, .si_code = code, .si_addr = addr };
    if (!signal_force(&info))
        kill_for(tf, signal, why);
}

// => why a page of what is mapped there cannot be had
static const char *why_no_page(int err)
{
    switch (err) {
    case -ENXIO: return "beyond the end of the file";
    case -ENOSPC: return "the disk has no room for the page";
    case -EROFS: return "the file cannot be changed any more";
    default: return "the page cannot be read from the disk";
    }
}

static int segv_code(uint64 addr)
{
    int err = aspace_is_mapped(current_proc()->aspace, PGROUNDDOWN(addr), 1);
    return err ? SEGV_MAPERR : SEGV_ACCERR;
}

// The access cannot be had.
static __attribute__((noinline)) void refuse(const struct trapframe *tf, enum access access,
                                             int err)
{
    if (err == -EINTR) // it dies on its way back
        return;
    if (err == -ENOMEM)
        kill_for(tf, SIGKILL, "out of memory");
    if (err == -EFAULT)
        blame(tf, SIGSEGV, segv_code(tf->stval), tf->stval,
              access == ACCESS_WRITE  ? "store not allowed there"
              : access == ACCESS_READ ? "load not allowed there"
                                      : "no code there");
    else
        blame(tf, SIGBUS, BUS_ADRERR, tf->stval, why_no_page(err));
}

static inline void page_fault(const struct trapframe *tf, enum access access)
{
    int err = oom_fault(tf->stval, access);
    if (err)
        refuse(tf, access, err);
}

static __attribute__((noinline)) void other_exception(struct trapframe *tf)
{
    switch (tf->scause) {
    case CAUSE_FETCH_FAULT: page_fault(tf, ACCESS_EXEC); break;
    case CAUSE_ILLEGAL:
        if (!fp_claim(current_thread()))
            blame(tf, SIGILL, ILL_ILLOPC, tf->sepc, "illegal instruction");
        break;
    case CAUSE_BREAKPOINT: blame(tf, SIGTRAP, TRAP_BRKPT, tf->sepc, "breakpoint"); break;
    default: blame(tf, SIGBUS, BUS_ADRALN, tf->stval, "bad access");
    }
}

static inline void exception(struct trapframe *tf)
{
    if (tf->scause == CAUSE_STORE_FAULT)
        page_fault(tf, ACCESS_WRITE);
    else if (tf->scause == CAUSE_LOAD_FAULT)
        page_fault(tf, ACCESS_READ);
    else
        other_exception(tf);
}

// What is seldom to be done on the way back.
static __attribute__((noinline)) void attend(struct trapframe *tf, bool call)
{
    while (this_hart()->need_resched || thread_interrupted()) {
        intr_on();
        if (thread_interrupted()) {
            deliver_signals(tf, call);
            call = false;
        }
        thread_yield_at_rest();
        intr_off();
    }
    csr_write(sstatus, tf->sstatus);
}

// The way back; `call`: from a system call.  => sstatus is the user's, with interrupts off until sret
static inline void before_user(struct trapframe *tf, bool call)
{
    csr_write(sstatus, tf->sstatus);
    longest_off((uint64)usertrap);
    if (this_hart()->need_resched || current_thread()->interrupted)
        attend(tf, call);
    longest_breath_end((uint64)user_return);
    longest_on((uint64)user_return);
}

static void other_trap(struct trapframe *tf)
{
    longest_off((uint64)usertrap);
    if (tf->scause & SCAUSE_INTERRUPT) {
        interrupt(tf->scause, true);
    } else {
        intr_on();
        exception(tf);
    }
}

static __attribute__((noinline)) int64 call_again(const struct trapframe *tf)
{
    return syscall_again(&tf->reg[REG_A0]);
}

static inline int64 call(const struct trapframe *tf)
{
    int64 result = syscall_dispatch(&tf->reg[REG_A0]);
    return __builtin_expect(result == -ENOMEM, 0) ? call_again(tf) : result;
}

void usertrap(struct trapframe *tf, uint64 no_call)
{
    longest_breath_begin((uint64)usertrap);
    if (__builtin_expect(no_call, 0)) {
        other_trap(tf);
        before_user(tf, false);
    } else {
        tf->reg[REG_A0] = (uint64)call(tf);
        before_user(tf, true);
    }
}

void usertrap_anew(void)
{
    struct trapframe *tf = current_thread()->tf;
    before_user(tf, false);
    user_return(tf);
}

void kerneltrap(struct trapframe *tf)
{
    if (!(tf->scause & SCAUSE_INTERRUPT))
        panic("kernel trap: scause 0x%lx, stval %p, sepc %p, ra %p, sp %p", tf->scause,
              (void *)tf->stval, (void *)tf->sepc, (void *)tf->reg[REG_RA],
              (void *)tf->reg[REG_SP]);
    longest_off((uint64)kerneltrap);
    interrupt(tf->scause, false);
    longest_on((uint64)kerneltrap);
}
