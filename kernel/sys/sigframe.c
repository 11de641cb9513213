#include "sys/sigframe.h"
#include "errno.h"
#include "lib/string.h"
#include "proc/oom.h"
#include "proc/proc.h"
#include "proc/signal.h"
#include "riscv.h"
#include "task/fp.h"
#include "vm/aspace.h"
#include "proc/sigpage.h"
#include "vm/usercopy.h"

#define ALIGN 16UL

struct sigframe {
    struct siginfo info;
    struct ucontext uc;
};

// --- the alternate stack ----------------------------------------------------------------------

static bool is_on(const struct sigaltstack *stack, uint64 sp)
{
    return sp > stack->ss_sp && sp - stack->ss_sp <= stack->ss_size;
}

static bool is_usable(const struct sigaltstack *stack)
{
    return stack->ss_size > 0;
}

struct sigaltstack sigframe_stack(void)
{
    struct sigaltstack stack = current_lwp()->signals.stack;
    if (!is_usable(&stack))
        stack.ss_flags |= SS_DISABLE;
    else if (is_on(&stack, current_thread()->tf->reg[REG_SP]))
        stack.ss_flags |= SS_ONSTACK;
    return stack;
}

int sigframe_set_stack(const struct sigaltstack *stack)
{
    int how = stack->ss_flags & ~SS_AUTODISARM;
    if (sigframe_stack().ss_flags & SS_ONSTACK)
        return -EPERM;
    if (how != 0 && how != SS_ONSTACK && how != SS_DISABLE)
        return -EINVAL;
    if (how != SS_DISABLE && stack->ss_size < MINSIGSTKSZ)
        return -ENOMEM;
    struct sigaltstack *to = &current_lwp()->signals.stack;
    *to = (struct sigaltstack){ 0 };
    if (how != SS_DISABLE)
        *to =
            (struct sigaltstack){ stack->ss_sp, stack->ss_flags & ~SS_ONSTACK, 0, stack->ss_size };
    return 0;
}

// => where the frame goes; 0: it would run over the end of the alternate stack
static uint64 place(uint64 sp, const struct sigaction *action, const struct sigaltstack *stack)
{
    bool on = is_usable(stack) && is_on(stack, sp);
    if (!on && action->sa_flags & SA_ONSTACK && is_usable(stack)) {
        sp = stack->ss_sp + stack->ss_size;
        on = true;
    }
    uint64 at = (sp - sizeof(struct sigframe)) & ~(ALIGN - 1);
    return on && !is_on(stack, at + 1) ? 0 : at;
}

// --- the frame --------------------------------------------------------------------------------

static void save_registers(struct sigcontext *to, const struct trapframe *tf)
{
    struct fp_state fp;
    memset(to, 0, sizeof *to);
    memcpy(to->reg, tf->reg, sizeof to->reg);
    to->reg[0] = tf->sepc;
    fp_get(&fp);
    memcpy(to->fp, fp.f, sizeof to->fp);
    to->fcsr = (uint32)fp.fcsr;
}

static void load_registers(struct trapframe *tf, const struct sigcontext *from)
{
    struct fp_state fp = { .fcsr = from->fcsr };
    memcpy(fp.f, from->fp, sizeof fp.f);
    fp_set(&fp);
    memcpy(tf->reg, from->reg, sizeof tf->reg);
    tf->sepc = from->reg[0];
}

// Stores to the program's stack as the program would, which may take the last memory.
static int store(uint64 at, const struct sigframe *frame)
{
    struct aspace *as = current_proc()->aspace;
    int err = copyout(as, at, frame, sizeof *frame);
    if (err == -ENOMEM && oom_fault(at, ACCESS_WRITE) == 0 &&
        oom_fault(at + sizeof *frame - 1, ACCESS_WRITE) == 0)
        err = copyout(as, at, frame, sizeof *frame);
    return err ? -EFAULT : 0;
}

int sigframe_push(struct trapframe *tf, const struct sigaction *action, const struct siginfo *info)
{
    struct sigaltstack *stack = &current_lwp()->signals.stack;
    struct sigframe frame = { .info = *info };
    uint64 at = place(tf->reg[REG_SP], action, stack);
    if (!at)
        return -EFAULT;
    frame.uc.uc_stack = sigframe_stack();
    frame.uc.uc_sigmask = signal_mask_to_return();
    save_registers(&frame.uc.uc_mcontext, tf);
    int err = store(at, &frame);
    if (err)
        return err;
    if (stack->ss_flags & SS_AUTODISARM)
        *stack = (struct sigaltstack){ 0 };
    tf->reg[REG_A0] = (uint64)info->si_signo;
    tf->reg[REG_A1] = at;
    tf->reg[REG_A2] = at + offsetof(struct sigframe, uc);
    tf->reg[REG_SP] = at;
    tf->reg[REG_RA] = aspace_sigpage(current_proc()->aspace);
    tf->sepc = action->sa_handler;
    return 0;
}

static bool is_frame(const struct sigcontext *c)
{
    return c->zero[0] == 0 && c->zero[1] == 0 && c->zero[2] == 0;
}

int sigframe_pop(struct trapframe *tf)
{
    struct ucontext uc;
    uint64 at = tf->reg[REG_SP] + offsetof(struct sigframe, uc);
    if (copyin(current_proc()->aspace, &uc, at, sizeof uc) || !is_frame(&uc.uc_mcontext))
        return -EFAULT;
    load_registers(tf, &uc.uc_mcontext);
    signal_block(uc.uc_sigmask);
    sigframe_set_stack(&uc.uc_stack);
    return 0;
}
