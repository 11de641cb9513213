#include "mem/kmap.h"
#include "lib/string.h"
#include "mem/audit.h"
#include "mem/frame.h"
#include "mem/kstack_priv.h"
#include "mem/shadow.h"
#include "riscv/addr.h"
#include "riscv/csr.h"
#include "riscv/fdt.h"
#include "riscv/machine.h"

#define KERNEL_ROOT_FIRST 256
#define LEVEL_SIZE(level) (1UL << (12 + 9 * (level)))
#define DEVICE_MAX        (64UL << 20) // larger regions are buses' windows, which nobody uses

#define PTE_KERNEL (PTE_V | PTE_A | PTE_D | PTE_G)

static pagetable_t root;

static unsigned index_at(uint64 va, int level)
{
    return va >> (12 + 9 * level) & 511;
}

// => the entry for va at `level`, with the tables above it made as needed
pte_t *kmap_entry(uint64 va, int level)
{
    pagetable_t table = root;
    for (int l = 2; l > level; l--) {
        pte_t *e = &table[index_at(va, l)];
        if (!(*e & PTE_V)) {
            void *next = kalloc_zeroed(FRAME_KERNEL);
            if (!next)
                return NULL;
            *e = PA2PTE(virt_to_phys(next)) | PTE_V;
        }
        table = phys_to_virt(PTE2PA(*e));
    }
    return &table[index_at(va, level)];
}

// Maps [start, end) of the direct map by the largest pages that fit, `level` at the most.
static void map(paddr_t start, paddr_t end, pte_t perm, int level)
{
    while (start < end) {
        int l = level;
        while (start % LEVEL_SIZE(l) || end - start < LEVEL_SIZE(l))
            l--;
        pte_t *e = kmap_entry((uint64)phys_to_virt(start), l);
        if (!e)
            machine_too_small();
        *e = PA2PTE(start) | PTE_KERNEL | perm;
        start += LEVEL_SIZE(l);
    }
}

// RAM around the image: text may be executed, never written; the stub is left out.
static void map_ram(void)
{
    paddr_t stub_end = virt_to_phys(mstub_end), stub = virt_to_phys(mstub_begin);
    paddr_t text = virt_to_phys(kernel_begin), rodata = virt_to_phys(text_end);
    paddr_t data = virt_to_phys(rodata_end);
    paddr_t base = machine.ram_base, end = base + machine.ram_size;

    if (stub > base)
        map(base, stub, PTE_R | PTE_W, 2);
    map(stub_end > base ? stub_end : base, text, PTE_R | PTE_W, 2);
    map(text, rodata, PTE_R | PTE_X, 0);
    map(rodata, data, PTE_R, 0);
    map(data, end, PTE_R | PTE_W, 2);
}

static void map_device(paddr_t start, uint64 size)
{
    paddr_t ram_end = machine.ram_base + machine.ram_size;
    if (size == 0 || size > DEVICE_MAX || (start < ram_end && start + size > machine.ram_base))
        return;
    paddr_t end = (start + size + LEVEL_SIZE(1) - 1) & ~(LEVEL_SIZE(1) - 1);
    map(start & ~(LEVEL_SIZE(1) - 1), end, PTE_R | PTE_W, 1);
}

// Every device that the tree names directly under a bus or the root.
static void map_devices(const char *bus_path)
{
    uint64 start, size;
    struct fdt_node bus, node;
    if (!fdt_find_path(machine_fdt, &bus, bus_path))
        return;
    for (node = bus; fdt_next_child(machine_fdt, &bus, &node);)
        for (int n = 0; fdt_reg(machine_fdt, &node, n, &start, &size); n++)
            map_device(start, size);
}

static void audit_table(pagetable_t table, int level)
{
    audit_count(frame_of_page(table));
    for (int i = level == 2 ? KERNEL_ROOT_FIRST : 0; i < 512; i++) {
        pte_t e = table[i];
        if (!(e & PTE_V))
            continue;
        if (e & PTE_W && e & PTE_X)
            audit_error("a kernel entry is both writable and executable");
        if (!(e & (PTE_R | PTE_W | PTE_X)))
            audit_table(phys_to_virt(PTE2PA(e)), level - 1);
    }
}

static void audit_kmap(void)
{
    audit_table(root, 2);
    kstack_audit();
}

void kmap_init(void)
{
    root = kalloc_zeroed(FRAME_KERNEL);
    if (!root)
        machine_too_small();
    map_ram();
    map_devices("/");
    map_devices("/soc");
    if (!kmap_entry(KSTACK_BASE, 1))
        machine_too_small();
    shadow_map();
    audit_register("kmap", audit_kmap);
    kstack_init();
    kmap_load();
    shadow_start();
}

uint64 kmap_satp(void)
{
    return SATP_SV39 | virt_to_phys(root) >> PGSHIFT;
}

void kmap_load(void)
{
    csr_write(satp, kmap_satp());
    sfence_vma_all();
}

void kmap_share(pagetable_t user_root)
{
    memcpy(user_root + KERNEL_ROOT_FIRST, root + KERNEL_ROOT_FIRST,
           (512 - KERNEL_ROOT_FIRST) * sizeof(pte_t));
}
