#include "task/fp.h"
#include "riscv/csr.h"
#include "riscv/machine.h"
#include "riscv/trap.h"
#include "task/thread.h"

#define FCSR_BITS 0xffUL // rounding mode and flags

static uint64 unit_state(const struct thread *t)
{
    return t->tf->sstatus & SSTATUS_FS;
}

static void set_unit_state(struct thread *t, uint64 fs)
{
    t->tf->sstatus = (t->tf->sstatus & ~SSTATUS_FS) | fs;
}

bool fp_claim(struct thread *t)
{
    if (!machine.fp || unit_state(t) != FS_OFF)
        return false;
    if (!t->fp_used)
        t->fp = (struct fp_state){ 0 };
    t->fp_used = true;
    csr_set(sstatus, SSTATUS_FS);
    fp_restore(&t->fp);
    set_unit_state(t, FS_CLEAN);
    return true;
}

static void save(struct thread *t)
{
    csr_set(sstatus, SSTATUS_FS);
    fp_save(&t->fp);
    set_unit_state(t, FS_CLEAN);
}

// A kernel thread's trapframe is never used: its state reads as off.
void fp_leave(struct thread *t)
{
    if (!t->proc || unit_state(t) == FS_OFF)
        return;
    if (unit_state(t) == FS_DIRTY)
        save(t);
    set_unit_state(t, FS_OFF);
}

void fp_copy(struct thread *child)
{
    struct thread *t = current_thread();
    if (unit_state(t) == FS_DIRTY)
        save(t);
    child->fp_used = t->fp_used;
    if (t->fp_used)
        child->fp = t->fp;
    set_unit_state(child, FS_OFF);
}

void fp_get(struct fp_state *out)
{
    struct thread *t = current_thread();
    if (unit_state(t) == FS_DIRTY)
        save(t);
    *out = t->fp_used ? t->fp : (struct fp_state){ 0 };
}

void fp_set(const struct fp_state *from)
{
    struct thread *t = current_thread();
    t->fp = *from;
    t->fp.fcsr &= FCSR_BITS;
    t->fp_used = true;
    set_unit_state(t, FS_OFF); // the next use loads them
}

void fp_reset(struct thread *t)
{
    t->fp_used = false;
    set_unit_state(t, FS_OFF);
}
