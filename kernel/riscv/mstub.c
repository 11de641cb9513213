// The M-mode stub: the firmware that the kernel brings along for `-bios none`.
//
// It opens the machine for S-mode (delegation, PMP, counters, Sstc), starts the kernel on the first
// hart to arrive, and answers the SBI calls the kernel makes: timer, inter-processor interrupt,
// remote fence, hart start, reset.  It runs at physical addresses and keeps all its data in its own
// section, which PMP then closes to the rest of the machine.
//
// Remote fences are done here, by M-mode software interrupts, so that a hart that spins with its
// S-mode interrupts off still answers.  Two harts that fence each other cannot dead-lock: while
// one waits for answers it serves its own mailbox.
//
// Each hart has one mailbox.  A sender sets bits in it by an atomic or and raises msip; the owner
// takes all bits by an atomic swap.  Release and acquire on these make the sender's stores to page
// tables visible before the owner's fence.

#include "param.h"
#include "riscv/csr.h"
#include "riscv/fdt.h"
#include "riscv/sbi.h"
#include "riscv/testdev.h"
#include "riscv/unfit.h"

// All of mstatus: mret goes to S-mode with interrupts off there; every mode is 64 bits wide.
#define MSTATUS_KERNEL (1UL << 11 | 2UL << 32 | 2UL << 34)
#define MIE_SOFT       (1UL << 3)
#define MIE_TIMER      (1UL << 7)
#define MENVCFG_STCE   (1UL << 63)
#define MSTATEEN_ENV   (3UL << 62) // S-mode may use senvcfg and sstateen
#define MCAUSE_MSOFT   (SCAUSE_INTERRUPT | 3)
#define MCAUSE_MTIMER  (SCAUSE_INTERRUPT | 7)

#define IRQ_MSOFT      3 // what a device tree calls a hart's interrupts
#define IRQ_MTIMER     7
#define CLINT_MTIMECMP 0x4000

#define MAIL_IPI   1u
#define MAIL_FENCE 2u
#define MAIL_START 4u

uint64 mstub_init(uint64 hartid, uint64 fdt);
void mstub_trap(uint64 *arg);
extern char mstub_begin[], mstub_end[],
    kernel_begin[]; // kernel.ld; entry.S stands first in the kernel

enum hart_state { HART_STOPPED, HART_STARTED };

// All of it initialised, so that a reset, which loads the image anew, restores it.
static struct {
    uint32 kernel_started; // atomic: the first hart takes it
    uint32 ready;          // what follows is valid
    const void *fdt;       // the device tree
    uint64 test;           // from there; 0: none
    struct {
        uint64 msip, mtimecmp; // its registers, from the device tree; 0: none
        uint32 mail;           // atomic: MAIL_*
        uint32 waiting;        // atomic: fences asked for by this hart and not yet done
        uint32 fencers;        // atomic: harts that wait for this one's fence, one bit each
        uint32 state;          // atomic: enum hart_state
        uint64 start, opaque;  // where to go on, 0: nobody has asked; before MAIL_START
    } hart[NCPU];
} stub __attribute__((section(".mstub.data"))) = { 0 };

static void set_msip(uint64 hartid, uint32 value)
{
    if (stub.hart[hartid].msip)
        *(volatile uint32 *)stub.hart[hartid].msip = value;
}

static void post(uint64 hartid, uint32 mail)
{
    __atomic_fetch_or(&stub.hart[hartid].mail, mail, __ATOMIC_RELEASE);
    __asm__ volatile("fence rw, o" ::: "memory");
    set_msip(hartid, 1);
}

static void serve_fences(uint64 self)
{
    uint32 who = __atomic_exchange_n(&stub.hart[self].fencers, 0, __ATOMIC_ACQUIRE);
    sfence_vma_all();
    fence_i();
    for (uint64 h = 0; h < NCPU; h++)
        if (who >> h & 1)
            __atomic_fetch_sub(&stub.hart[h].waiting, 1, __ATOMIC_RELEASE);
}

// => the mail taken, fences already served
static uint32 serve_mail(uint64 self)
{
    set_msip(self, 0);
    __asm__ volatile("fence o, rw" ::: "memory");
    uint32 mail = __atomic_exchange_n(&stub.hart[self].mail, 0, __ATOMIC_ACQUIRE);
    if (mail & MAIL_FENCE)
        serve_fences(self);
    if (mail & MAIL_IPI)
        csr_set(mip, INT_SOFT);
    return mail;
}

static void remote_fence(uint64 self, uint64 mask)
{
    for (uint64 h = 0; h < NCPU; h++) {
        if (!(mask >> h & 1))
            continue;
        if (h == self || stub.hart[h].state != HART_STARTED) {
            sfence_vma_all();
            fence_i();
            continue;
        }
        __atomic_fetch_add(&stub.hart[self].waiting, 1, __ATOMIC_RELAXED);
        __atomic_fetch_or(&stub.hart[h].fencers, 1u << self, __ATOMIC_RELEASE);
        post(h, MAIL_FENCE);
    }
    while (__atomic_load_n(&stub.hart[self].waiting, __ATOMIC_ACQUIRE) != 0)
        if (csr_read(mip) & MIE_SOFT)
            serve_mail(self);
}

// A hart mask as SBI gives it: 64 bits from `base` on, or all harts if base is -1.
static uint64 hart_mask(uint64 mask, uint64 base)
{
    if (base == ~0UL)
        return (1UL << NCPU) - 1;
    return base < NCPU ? (mask << base) & ((1UL << NCPU) - 1) : 0;
}

static void set_timer(uint64 self, uint64 when)
{
    if (stub.hart[self].mtimecmp)
        *(volatile uint64 *)stub.hart[self].mtimecmp = when;
    csr_clear(mip, INT_TIMER);
    csr_set(mie, MIE_TIMER);
}

// A hart that has not arrived yet finds the request in its mailbox when it does.
static long start_hart(uint64 hartid, uint64 start, uint64 opaque)
{
    if (hartid >= NCPU)
        return SBI_ERR_PARAM;
    uint32 state = __atomic_load_n(&stub.hart[hartid].state, __ATOMIC_ACQUIRE);
    if (state == HART_STARTED || stub.hart[hartid].start)
        return SBI_ERR_AVAILABLE;
    stub.hart[hartid].opaque = opaque;
    stub.hart[hartid].start = start;
    post(hartid, MAIL_START);
    return SBI_OK;
}

static void reset(uint64 type, uint64 reason)
{
    uint32 code =
        type == SBI_RESET_SHUTDOWN ? (reason ? TESTDEV_FAIL : TESTDEV_PASS) : TESTDEV_RESET;
    *(volatile uint32 *)stub.test = code;
}

static bool have_extension(uint64 ext)
{
    return ext == SBI_BASE || ext == SBI_TIME || ext == SBI_IPI || ext == SBI_RFENCE ||
           ext == SBI_HSM || (ext == SBI_SRST && stub.test);
}

static struct sbi_result base_call(uint64 fn, uint64 a0)
{
    switch (fn) {
    case 0: return (struct sbi_result){ SBI_OK, 1 << 24 }; // specification 1.0
    case 1: return (struct sbi_result){ SBI_OK, 0x6b696e65 };
    case 2: return (struct sbi_result){ SBI_OK, 1 };
    case 3: return (struct sbi_result){ SBI_OK, have_extension(a0) };
    case 4: return (struct sbi_result){ SBI_OK, (long)csr_read(mvendorid) };
    case 5: return (struct sbi_result){ SBI_OK, (long)csr_read(marchid) };
    case 6: return (struct sbi_result){ SBI_OK, (long)csr_read(mimpid) };
    default: return (struct sbi_result){ SBI_ERR_UNSUPPORTED, 0 };
    }
}

static struct sbi_result call(uint64 self, const uint64 *arg)
{
    uint64 fn = arg[6];
    struct sbi_result ok = { SBI_OK, 0 };

    if (arg[7] == SBI_BASE)
        return base_call(fn, arg[0]);
    if (arg[7] == SBI_TIME && fn == 0) {
        set_timer(self, arg[0]);
        return ok;
    }
    if (arg[7] == SBI_IPI && fn == 0) {
        uint64 mask = hart_mask(arg[0], arg[1]);
        for (uint64 h = 0; h < NCPU; h++)
            if ((mask >> h & 1) && stub.hart[h].state == HART_STARTED)
                post(h, MAIL_IPI);
        return ok;
    }
    if (arg[7] == SBI_RFENCE && fn <= 2) {
        remote_fence(self, hart_mask(arg[0], arg[1]));
        return ok;
    }
    if (arg[7] == SBI_HSM && fn == 0)
        return (struct sbi_result){ start_hart(arg[0], arg[1], arg[2]), 0 };
    if (arg[7] == SBI_HSM && fn == 2 && arg[0] < NCPU)
        return (struct sbi_result){ SBI_OK, stub.hart[arg[0]].state == HART_STARTED ? 0 : 1 };
    if (arg[7] == SBI_SRST && fn == 0 && stub.test)
        reset(arg[0], arg[1]);
    return (struct sbi_result){ SBI_ERR_UNSUPPORTED, 0 };
}

static void put_hex(char *digits, uint64 value)
{
    for (int i = 15; i >= 0; i--, value >>= 4)
        digits[i] = "0123456789abcdef"[value & 15];
}

// Says what M-mode was not made for, and ends the machine.
static _Noreturn void give_up(void)
{
    char what[] = "answer to a trap: mcause ................, mepc ................";
    put_hex(what + 25, csr_read(mcause));
    put_hex(what + 48, csr_read(mepc));
    unfit_give_up(stub.fdt, what);
    for (;;)
        wait_for_interrupt();
}

// arg: a0 to a7 as the trap found them; the results of a call go to a0 and a1.
void mstub_trap(uint64 *arg)
{
    uint64 self = csr_read(mhartid), cause = csr_read(mcause);

    if (cause == MCAUSE_MSOFT) {
        serve_mail(self);
    } else if (cause == MCAUSE_MTIMER) {
        csr_clear(mie, MIE_TIMER);
        csr_set(mip, INT_TIMER);
    } else if (cause == CAUSE_SUPER_ECALL) {
        struct sbi_result r = call(self, arg);
        arg[0] = (uint64)r.error;
        arg[1] = (uint64)r.value;
        csr_write(mepc, csr_read(mepc) + 4);
    } else {
        give_up();
    }
}

// The n-th hart that the node lists with interrupt `irq` has the n-th register of 4 or 8 bytes.
static void give_registers(const void *fdt, const struct fdt_node *node, uint32 irq, uint64 base)
{
    uint32 phandle, kind;
    uint64 hartid, n = 0;
    for (int i = 0; fdt_interrupt_pair(fdt, node, i, &phandle, &kind); i++) {
        if (kind != irq)
            continue;
        if (fdt_controller_hart(fdt, phandle, &hartid) && hartid < NCPU) {
            if (irq == IRQ_MSOFT)
                stub.hart[hartid].msip = base + 4 * n;
            else
                stub.hart[hartid].mtimecmp = base + 8 * n;
        }
        n++;
    }
}

// Where each hart's registers are: in a CLINT, which has both kinds, or in ACLINT devices (RISC-V
// ACLINT specification, chapters 2 and 3).  A machine with several sockets has several.
static void find_timers(const void *fdt)
{
    uint64 base, size;
    for (struct fdt_node n = FDT_START; fdt_next_compatible(fdt, &n, "sifive,clint0");)
        if (fdt_reg(fdt, &n, 0, &base, &size)) {
            give_registers(fdt, &n, IRQ_MSOFT, base);
            give_registers(fdt, &n, IRQ_MTIMER, base + CLINT_MTIMECMP);
        }
    for (struct fdt_node n = FDT_START; fdt_next_compatible(fdt, &n, "riscv,aclint-mswi");)
        if (fdt_reg(fdt, &n, 0, &base, &size))
            give_registers(fdt, &n, IRQ_MSOFT, base);
    for (struct fdt_node n = FDT_START; fdt_next_compatible(fdt, &n, "riscv,aclint-mtimer");)
        if (fdt_reg(fdt, &n, 1, &base, &size))
            give_registers(fdt, &n, IRQ_MTIMER, base);
}

static void find_devices(const void *fdt)
{
    stub.fdt = fdt;
    find_timers(fdt);
    stub.test = testdev_find(fdt);
    __atomic_store_n(&stub.ready, 1, __ATOMIC_RELEASE);
}

#define try_write(csr, value) csr_try_write(m, csr, value)

// PMP entry 0 closes the stub's own memory to S and U; entry 1 opens everything else.  (With
// none programmed S-mode may touch nothing: manual, 3.7.1.)  The range is naturally aligned and a
// power of two by kernel.ld.  On a hart without PMP everything is open.
static void open_memory(void)
{
    uint64 base = (uint64)mstub_begin, size = (uint64)mstub_end - base;
    try_write(CSR_PMPADDR0, base >> 2 | ((size >> 3) - 1)); // NAPOT
    try_write(CSR_PMPADDR1, ~0UL >> 10);
    try_write(CSR_PMPCFG0, 0x1f18); // 1: NAPOT RWX; 0: NAPOT none
    sfence_vma_all();
}

// What S-mode may do and must see to itself.
static void open_machine(void)
{
    csr_write(medeleg, 0xb1ff); // all but calls from S-mode and M-mode
    csr_write(mideleg, INT_SOFT | INT_TIMER | INT_EXT);
    csr_write(mcounteren, COUNTERS_USER);
    try_write(CSR_MCOUNTINHIBIT, 0);
    try_write(CSR_MSECCFG, 0);
    try_write(CSR_MENVCFG, MENVCFG_STCE);
    try_write(CSR_MSTATEEN(0), MSTATEEN_ENV);
    open_memory();
    csr_write(satp, 0);
    csr_write(mie, MIE_SOFT);
}

// Waits, stopped, until another hart asks this one to start.
static void wait_for_start(uint64 self)
{
    while (!(serve_mail(self) & MAIL_START))
        wait_for_interrupt();
}

// Sets this hart up for S-mode and says, by mepc and the result, where it goes on.
// => what the kernel finds in a1: the device tree on the first hart, else what start_hart gave
uint64 mstub_init(uint64 self, uint64 fdt)
{
    bool first = __atomic_exchange_n(&stub.kernel_started, 1, __ATOMIC_ACQ_REL) == 0;
    if (first)
        find_devices((const void *)fdt);
    while (!__atomic_load_n(&stub.ready, __ATOMIC_ACQUIRE))
        ;
    open_machine();
    if (!first)
        wait_for_start(self);
    __atomic_store_n(&stub.hart[self].state, HART_STARTED, __ATOMIC_RELEASE);
    csr_write(mepc, first ? (uint64)kernel_begin : stub.hart[self].start);
    csr_write(mstatus, MSTATUS_KERNEL);
    return first ? fdt : stub.hart[self].opaque;
}
