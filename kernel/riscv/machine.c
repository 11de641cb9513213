#include "riscv/machine.h"
#include "lib/print.h"
#include "lib/string.h"
#include "riscv/csr.h"
#include "riscv/fdt.h"
#include "riscv/hart.h"
#include "riscv/intr.h"
#include "riscv/panicking.h"
#include "riscv/sbi.h"

struct machine machine = { .timebase = 10000000, .bootargs = "" };
const void *machine_fdt;
struct hart harts[NCPU];
int nharts;

// => false: the device tree names no range of RAM with that address in it
static bool ram_around(const void *fdt, paddr_t here, paddr_t *start, paddr_t *end)
{
    uint64 size;
    struct fdt_node node = FDT_START;
    while (fdt_next_type(fdt, &node, "memory"))
        for (int n = 0; fdt_reg(fdt, &node, n, start, &size); n++)
            if (here >= *start && here - *start < size) {
                *end = *start + size;
                return true;
            }
    return false;
}

// The range of RAM that holds the kernel, with those that begin where it ends: a machine with
// several sockets names a range for each.
static void find_ram(const void *fdt)
{
    paddr_t start, end, next, next_end;
    if (!ram_around(fdt, virt_to_phys(kernel_begin), &start, &end))
        machine_give_up("the device tree names no RAM where the kernel is");
    while (ram_around(fdt, end, &next, &next_end))
        end = next_end;
    machine.ram_base = PGROUNDUP(start);
    machine.ram_size = PGROUNDDOWN(end) - machine.ram_base;
}

#define ISA_PREFIX 4 // "rv64"

// => does an ISA string ("rv64imafdc_zicsr_sstc") name the extension?  Those of one letter stand
// before the first '_', all in a row.
static bool isa_has(const char *isa, const char *ext)
{
    size_t n = strlen(ext);
    if (n == 1) {
        const char *letter = strlen(isa) > ISA_PREFIX ? strchr(isa + ISA_PREFIX, *ext) : NULL;
        const char *others = strchr(isa, '_');
        return letter && (!others || letter < others);
    }
    for (const char *p = isa; (p = strchr(p, '_')) != NULL;) {
        p++;
        if (strncmp(p, ext, n) == 0 && (p[n] == '_' || p[n] == '\0'))
            return true;
    }
    return false;
}

static bool cpu_has(const void *fdt, const struct fdt_node *node, const char *ext)
{
    const char *isa = fdt_string(fdt, node, "riscv,isa", 0);
    if (isa)
        return isa_has(isa, ext);
    for (int n = 0; (isa = fdt_string(fdt, node, "riscv,isa-extensions", n)) != NULL; n++)
        if (strcmp(isa, ext) == 0)
            return true;
    return false;
}

static void add_hart(uint64 hartid)
{
    struct hart *h = &harts[nharts];
    h->index = nharts++;
    h->hartid = hartid;
}

static void find_harts(const void *fdt, uint64 boot_hartid)
{
    nharts = 0;
    add_hart(boot_hartid);
    machine.fp = true;
    struct fdt_node node = FDT_START;
    while (fdt_next_type(fdt, &node, "cpu")) {
        uint64 hartid, size;
        if (!fdt_reg(fdt, &node, 0, &hartid, &size))
            continue;
        machine.fp &= cpu_has(fdt, &node, "d") || cpu_has(fdt, &node, "g");
        if (hartid != boot_hartid && nharts < NCPU)
            add_hart(hartid);
    }
    if (fdt_find_path(fdt, &node, "/cpus"))
        machine.timebase = fdt_u32(fdt, &node, "timebase-frequency", (uint32)machine.timebase);
}

static void read_chosen(const void *fdt, const struct fdt_node *chosen)
{
    uint32 len = 0;
    const char *args = fdt_string(fdt, chosen, "bootargs", 0);
    const void *seed = fdt_property(fdt, chosen, "rng-seed", &len);
    if (args != NULL)
        machine.bootargs = args;
    if (seed == NULL || len < sizeof machine.seed)
        return;
    for (int i = 0; i < 2; i++)
        machine.seed[i] = (uint64)fdt_cell(seed, 2 * i) << 32 | fdt_cell(seed, 2 * i + 1);
}

void machine_init(const void *fdt, uint64 boot_hartid)
{
    machine_fdt = fdt;
    if (!fdt_valid(fdt))
        machine_give_up("there is no device tree at %p", fdt);
    struct fdt_node chosen;
    if (fdt_find_path(fdt, &chosen, "/chosen"))
        read_chosen(fdt, &chosen);
    if (!this_hart()->clock)
        machine_give_up("this hart has no clock that can be read (Zicntr); QEMU's -cpu rv64 has");
    find_harts(fdt, boot_hartid);
    find_ram(fdt);
}

// The children of /reserved-memory, counted on from n.
static bool reserved_node(int n, paddr_t *start, paddr_t *end)
{
    struct fdt_node parent, node;
    if (!fdt_find_path(machine_fdt, &parent, "/reserved-memory"))
        return false;
    uint64 size;
    for (node = parent; fdt_next_child(machine_fdt, &parent, &node);) {
        for (int i = 0; fdt_reg(machine_fdt, &node, i, start, &size); i++) {
            if (n-- > 0)
                continue;
            *end = *start + size;
            return true;
        }
    }
    return false;
}

bool machine_reserved(int n, paddr_t *start, paddr_t *end)
{
    if (n == 0) {
        *start = virt_to_phys(mstub_begin);
        *end = virt_to_phys(mstub_end);
        return true;
    }
    if (n == 1) {
        *start = virt_to_phys(kernel_begin);
        *end = virt_to_phys(kernel_end);
        return true;
    }
    if (n == 2) {
        *start = virt_to_phys(machine_fdt);
        *end = *start + fdt_size(machine_fdt);
        return true;
    }
    uint64 size;
    int entries = 0;
    while (fdt_reserved(machine_fdt, entries, start, &size)) {
        *end = *start + size;
        if (n == 3 + entries++)
            return true;
    }
    return reserved_node(n - 3 - entries, start, end);
}

bool machine_option(const char *name, const char *value)
{
    size_t n = strlen(name), m = value ? strlen(value) + 1 : 0;
    for (const char *p = machine.bootargs; *p;) {
        while (*p == ' ')
            p++;
        size_t len = 0;
        while (p[len] && p[len] != ' ')
            len++;
        if (len == n + m && strncmp(p, name, n) == 0 &&
            (!value || (p[n] == '=' && strncmp(p + n + 1, value, m - 1) == 0)))
            return true;
        p += len;
    }
    return false;
}

bool machine_in_text(uint64 va)
{
    return va >= (uint64)kernel_begin && va < (uint64)text_end;
}

void machine_too_small(void)
{
    machine_give_up("there is not enough memory to start: give QEMU more, as by -m 128M");
}

void machine_power_off(void)
{
    sbi_reset(SBI_RESET_SHUTDOWN, SBI_REASON_NONE);
    printk("the firmware cannot switch the machine off: halted\n");
    panic_halt();
}

void machine_reboot(void)
{
    sbi_reset(SBI_RESET_COLD_REBOOT, SBI_REASON_NONE);
    printk("the firmware cannot restart the machine: halted\n");
    panic_halt();
}
