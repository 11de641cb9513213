// The end of the road.  One hart panics; it tells the others to stop, prints what is known by
// polled output, and waits for ever or, with the boot argument panic=exit, ends the machine with a
// failing status.  Giving up is the same without the back trace, and ends the machine in any case.

#include "lib/panic.h"
#include "lib/print.h"
#include "lib/string.h"
#include "riscv/addr.h"
#include "riscv/csr.h"
#include "riscv/fdt.h"
#include "riscv/hart.h"
#include "riscv/intr.h"
#include "riscv/machine.h"
#include "riscv/panicking.h"
#include "riscv/sbi.h"
#include "riscv/symbols.h"
#include "riscv/testdev.h"

#define TRACE_DEPTH 24

volatile bool panicking;
static uint32 panic_owner; // atomic: index + 1 of the first hart to panic
static panic_output *output;

_Noreturn void stack_overflow(uint64 sp, uint64 pc);

void panic_register_output(panic_output *out)
{
    output = out;
}

void panic_halt(void)
{
    intr_off();
    csr_write(sie, 0); // what is enabled and pending would end every wait at once
    for (;;)
        wait_for_interrupt();
}

static void vsay(const char *fmt, va_list ap)
{
    char line[400];
    int n = vformat(line, sizeof line, fmt, ap);
    if (output)
        output(line, n < (int)sizeof line ? (size_t)n : sizeof line - 1);
}

static void say(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsay(fmt, ap);
    va_end(ap);
}

// => the function that an address is in, NULL if in none of the kernel's
static const struct symbol *find_symbol(uint64 pc)
{
    unsigned low = 0, high = symbol_count;
    if (high == 0 || pc < symbol_table[0].address || !machine_in_text(pc))
        return NULL;
    while (high - low > 1) {
        unsigned mid = (low + high) / 2;
        if (symbol_table[mid].address <= pc)
            low = mid;
        else
            high = mid;
    }
    return &symbol_table[low];
}

void panic_place(uint64 pc, char *text, size_t size)
{
    const struct symbol *s = find_symbol(pc);
    if (s)
        format(text, size, "%p %s+0x%lx", (void *)pc, s->name, pc - s->address);
    else
        format(text, size, "%p", (void *)pc);
}

static void say_address(uint64 pc)
{
    char place[80];
    panic_place(pc, place, sizeof place);
    say("    %s\n", place);
}

static bool plausible_frame(uint64 fp, uint64 below)
{
    return fp > below && fp % 16 == 0 && fp - below < 64 * 1024;
}

// Walks the chain of frame pointers: a frame holds its return address at fp - 8 and its caller's
// fp at fp - 16.
static void back_trace(uint64 fp)
{
    uint64 below = fp - 1;
    for (int depth = 0; depth < TRACE_DEPTH && plausible_frame(fp, below); depth++) {
        uint64 pc = ((uint64 *)fp)[-1];
        if (!machine_in_text(pc))
            break;
        say_address(pc - 1); // within the call, not after it
        below = fp;
        fp = ((uint64 *)fp)[-2];
    }
}

static void stop_others(void)
{
    panicking = true;
    for (int i = 0; i < nharts; i++)
        if (harts[i].online && i != this_hart()->index)
            sbi_send_ipi(harts[i].hartid);
}

static void power_off_failed(void)
{
    uint64 testdev = machine_fdt && fdt_valid(machine_fdt) ? testdev_find(machine_fdt) : 0;
    if (testdev)
        *(volatile uint32 *)phys_to_virt(testdev) = TESTDEV_FAIL;
    sbi_reset(SBI_RESET_SHUTDOWN, SBI_REASON_FAILURE);
}

static _Noreturn void end(bool off)
{
    if (off)
        power_off_failed();
    panic_halt();
}

// => for the first hart that comes here.  The others stand still; if it comes here again, because
//    panicking went wrong, that is the end.
static void take_over(void)
{
    uint32 nobody = 0, self = (uint32)this_hart()->index + 1;
    intr_off();
    if (__atomic_compare_exchange_n(&panic_owner, &nobody, self, false, __ATOMIC_ACQUIRE,
                                    __ATOMIC_ACQUIRE))
        stop_others();
    else
        end(nobody == self && machine_option("panic", "exit"));
}

void machine_give_up(const char *fmt, ...)
{
    take_over();
    va_list ap;
    va_start(ap, fmt);
    say("\nkine: ");
    vsay(fmt, ap);
    say("\n");
    va_end(ap);
    end(true);
}

void panic(const char *fmt, ...)
{
    take_over();
    va_list ap;
    va_start(ap, fmt);
    say("\npanic: hart %d: ", this_hart()->index);
    vsay(fmt, ap);
    say("\n");
    va_end(ap);
    back_trace((uint64)__builtin_frame_address(0));
    end(machine_option("panic", "exit"));
}

void stack_overflow(uint64 sp, uint64 pc)
{
    panic("kernel stack overflow: sp %p, pc %p", (void *)sp, (void *)pc);
}
