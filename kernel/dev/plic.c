// The platform-level interrupt controller (RISC-V PLIC specification 1.0.0).
//
// The controller knows sources (devices, numbered from 1) and contexts (a privilege mode of a
// hart).  A context that is told of an interrupt claims it by a read, handles it, and completes
// it by a write; in between the source is silent.  Which context is the S-mode of which hart is
// said by the device tree: the n-th pair of `interrupts-extended` describes context n as
// (interrupt controller of a hart, interrupt of that hart), and S-mode's is number 9.
//
// Locking: handlers are registered at boot by one hart, before their interrupt is enabled; the
// enabling store is ordered after them.  Later the table is only read.

#include "dev/plic.h"
#include "errno.h"
#include "lib/print.h"
#include "riscv/addr.h"
#include "riscv/csr.h"
#include "riscv/fdt.h"
#include "riscv/hart.h"
#include "riscv/intr.h"

#define PLIC_SOURCES  128 // QEMU's virt has 96
#define PLIC_PRIORITY 1   // all alike; 0 would be "never"

// Byte offsets of the registers (specification, chapter 3).
#define PRIORITY(irq)        (4UL * (irq))
#define ENABLE(context, irq) (0x2000UL + 0x80UL * (context) + 4UL * ((irq) / 32))
#define THRESHOLD(context)   (0x200000UL + 0x1000UL * (context))
#define CLAIM(context)       (THRESHOLD(context) + 4)

static struct {
    uint64 base;       // in the direct map; 0: there is no controller
    uint32 phandle;    // what the device tree calls it
    uint32 sources;    // valid interrupts are 1 .. sources
    int context[NCPU]; // of the S-mode of hart i; -1: none
    struct {
        plic_handler *fn;
        void *arg;
    } handler[PLIC_SOURCES];
} plic;

static volatile uint32 *reg(uint64 offset)
{
    return (volatile uint32 *)(plic.base + offset);
}

// => the index of the hart whose interrupt controller has the phandle, -1 if it is not one of ours
static int hart_of(uint32 phandle)
{
    uint64 hartid;
    if (fdt_controller_hart(machine_fdt, phandle, &hartid))
        for (int i = 0; i < nharts; i++)
            if (harts[i].hartid == hartid)
                return i;
    return -1;
}

static void find_contexts(const struct fdt_node *node)
{
    uint32 phandle, irq;
    for (int i = 0; i < NCPU; i++)
        plic.context[i] = -1;
    for (int n = 0; fdt_interrupt_pair(machine_fdt, node, n, &phandle, &irq); n++) {
        int hart = irq == INTR_EXT ? hart_of(phandle) : -1;
        if (hart >= 0)
            plic.context[hart] = n;
    }
}

static void interrupt(void)
{
    int context = plic.context[this_hart()->index];
    if (context < 0)
        return;
    uint32 irq;
    while ((irq = *reg(CLAIM(context))) != 0) {
        if (irq < PLIC_SOURCES && plic.handler[irq].fn)
            plic.handler[irq].fn(plic.handler[irq].arg);
        *reg(CLAIM(context)) = irq;
    }
}

static bool find_controller(struct fdt_node *node)
{
    *node = FDT_START;
    if (fdt_next_compatible(machine_fdt, node, "sifive,plic-1.0.0"))
        return true;
    *node = FDT_START;
    return fdt_next_compatible(machine_fdt, node, "riscv,plic0");
}

void plic_init(void)
{
    uint64 addr, size;
    struct fdt_node node;
    if (!find_controller(&node) || !fdt_reg(machine_fdt, &node, 0, &addr, &size)) {
        printk("plic: the device tree names none: no device interrupts\n");
        return;
    }
    plic.base = (uint64)phys_to_virt(addr);
    plic.phandle = fdt_u32(machine_fdt, &node, "phandle", 0);
    plic.sources = fdt_u32(machine_fdt, &node, "riscv,ndev", PLIC_SOURCES - 1);
    if (plic.sources >= PLIC_SOURCES)
        plic.sources = PLIC_SOURCES - 1;
    find_contexts(&node);
    intr_register_external(interrupt);
}

void plic_init_hart(void)
{
    int context = plic.base ? plic.context[this_hart()->index] : -1;
    if (context < 0)
        return;
    for (uint32 irq = 0; irq <= plic.sources; irq += 32)
        *reg(ENABLE(context, irq)) = 0;
    *reg(THRESHOLD(context)) = 0;
}

uint32 plic_irq(const struct fdt_node *node)
{
    if (fdt_interrupt_parent(machine_fdt, node) != plic.phandle)
        return 0;
    return fdt_u32(machine_fdt, node, "interrupts", 0);
}

int plic_register(uint32 irq, plic_handler *fn, void *arg)
{
    int context = plic.base ? plic.context[this_hart()->index] : -1;
    if (context < 0 || irq == 0 || irq > plic.sources)
        return -EINVAL;
    if (plic.handler[irq].fn)
        return -EBUSY;
    plic.handler[irq].fn = fn;
    plic.handler[irq].arg = arg;
    // The handler must be seen before the interrupt can come: memory before device output.
    __asm__ volatile("fence w, o" ::: "memory");
    *reg(PRIORITY(irq)) = PLIC_PRIORITY;
    *reg(ENABLE(context, irq)) |= 1U << (irq % 32);
    return 0;
}
