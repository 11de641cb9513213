// Virtio over memory-mapped registers: finding the devices, and agreeing with them on features.
//
// The legacy transport differs from the modern one in how features are agreed on (no confirmation)
// and in how a queue's place is told (one page number instead of three addresses; virtq.c).

#include "dev/virtio.h"
#include "dev/plic.h"
#include "dev/virtio_mmio.h"
#include "errno.h"
#include "riscv/csr.h"
#include "riscv/fdt.h"

#define RESET_TRIES 1000000
#define SLOTS_MAX   64

// The places for devices, by rising address; made at boot.
static struct slot {
    uint64 addr;
    uint32 irq;
} slots[SLOTS_MAX];
static int nslots;

static uint32 get(struct virtio *dev, uint32 reg)
{
    return *(volatile uint32 *)(dev->reg + reg);
}

static void set(struct virtio *dev, uint32 reg, uint32 value)
{
    *(volatile uint32 *)(dev->reg + reg) = value;
}

static void add_slot(uint64 addr, uint32 irq)
{
    if (nslots == SLOTS_MAX)
        return;
    int i = nslots++;
    for (; i > 0 && slots[i - 1].addr > addr; i--)
        slots[i] = slots[i - 1];
    slots[i].addr = addr;
    slots[i].irq = irq;
}

void virtio_init(void)
{
    uint64 addr, size;
    struct fdt_node node = FDT_START;
    while (fdt_next_compatible(machine_fdt, &node, "virtio,mmio"))
        if (fdt_reg(machine_fdt, &node, 0, &addr, &size))
            add_slot(addr, plic_irq(&node));
}

bool virtio_slot(int n, struct virtio *dev)
{
    if (n >= nslots)
        return false;
    dev->reg = phys_to_virt(slots[n].addr);
    dev->irq = slots[n].irq;
    uint32 version = get(dev, VIRTIO_VERSION);
    dev->legacy = version == 1;
    bool known = get(dev, VIRTIO_MAGIC) == VIRTIO_MAGIC_VALUE && (version == 1 || version == 2);
    dev->id = known ? get(dev, VIRTIO_DEVICE_ID) : 0;
    return true;
}

void virtio_reset(struct virtio *dev)
{
    set(dev, VIRTIO_STATUS, 0);
    for (int i = 0; i < RESET_TRIES && get(dev, VIRTIO_STATUS) != 0; i++)
        cpu_relax();
}

static void add_status(struct virtio *dev, uint32 bits)
{
    set(dev, VIRTIO_STATUS, get(dev, VIRTIO_STATUS) | bits);
}

static uint64 offered(struct virtio *dev)
{
    set(dev, VIRTIO_DEVICE_FEATURES_SEL, 0);
    uint64 features = get(dev, VIRTIO_DEVICE_FEATURES);
    if (dev->legacy)
        return features;
    set(dev, VIRTIO_DEVICE_FEATURES_SEL, 1);
    return features | (uint64)get(dev, VIRTIO_DEVICE_FEATURES) << 32;
}

static void accept(struct virtio *dev, uint64 features)
{
    set(dev, VIRTIO_DRIVER_FEATURES_SEL, 0);
    set(dev, VIRTIO_DRIVER_FEATURES, (uint32)features);
    if (dev->legacy)
        return;
    set(dev, VIRTIO_DRIVER_FEATURES_SEL, 1);
    set(dev, VIRTIO_DRIVER_FEATURES, (uint32)(features >> 32));
    add_status(dev, STATUS_FEATURES_OK);
}

int virtio_negotiate(struct virtio *dev, uint64 wanted, uint64 *got)
{
    virtio_reset(dev);
    add_status(dev, STATUS_ACKNOWLEDGE);
    add_status(dev, STATUS_DRIVER);
    if (!dev->legacy)
        wanted |= VIRTIO_F_VERSION_1;
    *got = offered(dev) & wanted;
    accept(dev, *got);
    bool agreed = dev->legacy ||
                  ((*got & VIRTIO_F_VERSION_1) && (get(dev, VIRTIO_STATUS) & STATUS_FEATURES_OK));
    if (!agreed)
        add_status(dev, STATUS_FAILED);
    return agreed ? 0 : -ENODEV;
}

void virtio_start(struct virtio *dev)
{
    add_status(dev, STATUS_DRIVER_OK);
}

uint32 virtio_config32(struct virtio *dev, uint32 offset)
{
    return get(dev, VIRTIO_CONFIG + offset);
}

// Two reads that belong together if the configuration did not change in between; legacy devices
// have no counter to tell, and do not change it.
uint64 virtio_config64(struct virtio *dev, uint32 offset)
{
    uint32 before, low, high;
    do {
        before = dev->legacy ? 0 : get(dev, VIRTIO_CONFIG_GENERATION);
        low = get(dev, VIRTIO_CONFIG + offset);
        high = get(dev, VIRTIO_CONFIG + offset + 4);
    } while (!dev->legacy && get(dev, VIRTIO_CONFIG_GENERATION) != before);
    return (uint64)high << 32 | low;
}

bool virtio_interrupt(struct virtio *dev)
{
    set(dev, VIRTIO_INTERRUPT_ACK, get(dev, VIRTIO_INTERRUPT_STATUS));
    // What the device completed before it raised this interrupt is in the ring: the look at the
    // ring comes after the register was read.  What it completes later raises another.
    __asm__ volatile("fence io, r" ::: "memory");
    return !(get(dev, VIRTIO_STATUS) & STATUS_NEEDS_RESET);
}
