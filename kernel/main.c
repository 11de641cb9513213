// Where all of it starts: the order of the layers, from the bottom up.

#include "dev/chardev.h"
#include "dev/console.h"
#include "dev/memdev.h"
#include "dev/output.h"
#include "dev/plic.h"
#include "dev/random.h"
#include "dev/rtc.h"
#include "dev/uart.h"
#include "dev/virtio_blk.h"
#include "fs/dir_index.h"
#include "fs/fs.h"
#include "lib/print.h"
#include "mem/frame.h"
#include "mem/init.h"
#include "mem/kmap.h"
#include "planted.h"
#include "proc/alarm.h"
#include "proc/file.h"
#include "proc/futex.h"
#include "proc/proc.h"
#include "proc/terminal.h"
#include "riscv/csr.h"
#include "riscv/hart.h"
#include "riscv/longest.h"
#include "riscv/machine.h"
#include "riscv/panicking.h"
#include "riscv/sbi.h"
#include "riscv/timer.h"
#include "riscv/trap.h"
#include "sys/dispatch.h"
#include "task/clock.h"
#include "task/sched.h"
#include "task/thread.h"
#include "task/timers.h"
#include "vm/aspace.h"
#include "proc/sigpage.h"

#define EMERGENCY_STACK 4096
#define FLUSH_NS        1000000000UL

void kmain(uint64 hartid, paddr_t fdt);
void kmain_secondary(struct hart *h);
extern char trap_vector[], secondary_start[], boot_stack[];

static char emergency_stacks[NCPU][EMERGENCY_STACK] __attribute__((aligned(16)));
static struct thread boot_idle; // hart 0's idle thread, on the stack it booted on

// What entry.S finds when another hart starts; it knows the offsets.  Initialised: a hart may look
// at it before the first has cleared what is not.
struct hart_start {
    uint64 satp, sp;
    struct hart *hart;
    uint64 hartid;
    uint32 asked; // atomic: the rest is valid, the hart with that number goes on
} hart_starts[NCPU] __attribute__((section(".data"))) = { 0 };

static void hart_init(struct hart *h)
{
    __asm__ volatile("mv tp, %0" ::"r"(h));
    csr_write(stvec, trap_vector);
    hart_own(h);
    h->emergency_stack = (uint64)emergency_stacks[h->index] + EMERGENCY_STACK;
}

static void interrupts_init(void)
{
    plic_init_hart();
    csr_write(sie, INT_SOFT | INT_TIMER | INT_EXT);
}

// Asks the firmware for the hart, and the hart itself, which may have come to the entry already.
static void start_hart(int i)
{
    struct hart_start *s = &hart_starts[i];
    uint64 hartid = harts[i].hartid;
    *s = (struct hart_start){ kmap_satp(), (uint64)harts[i].idle->tf, &harts[i], hartid, 0 };
    __atomic_store_n(&s->asked, 1, __ATOMIC_RELEASE);
    long err = sbi_hart_start(hartid, virt_to_phys(secondary_start), virt_to_phys(s));
    if (err == SBI_ERR_AVAILABLE)
        sbi_send_ipi(hartid);
    else if (err)
        printk("hart %lu does not start (error %ld): going on without it\n", hartid, err);
}

static void start_others(void)
{
    for (int i = 1; i < nharts; i++) {
        struct thread *idle = thread_new("idle", NULL, NULL);
        if (!idle)
            machine_too_small();
        harts[i].idle = idle;
        start_hart(i);
    }
}

// Commits what is dirty, in the background, as the file system sees fit.
static void flush(void *volume)
{
    for (;;) {
        sleep_ns(FLUSH_NS);
        volume_tick(volume);
    }
}

static void commit(void *volume)
{
    volume_serve(volume);
}

// Nobody can guess which names collide.
static void seed_names(void)
{
    uint64 key[2];
    random_bytes(key, sizeof key);
    dir_index_seed(key);
}

// The rest of the start needs a thread: it waits for the disk.
static void start_system(void *arg)
{
    struct volume *volume;
    struct blkdev *disk;
    planted_fault();
    random_init();
    seed_names();
    virtio_blk_init();
    if ((disk = blk_find(0)) == NULL)
        machine_give_up("there is no disk: give QEMU a virtio-blk-device, as `make qemu` does");
    int err = volume_mount(disk, &volume);
    if (err)
        machine_give_up(
            "the disk cannot be mounted (error %d): give it an image that `make fs.img` "
            "or mkfs has made",
            -err);
    struct inode *root = volume_root(volume);
    err = proc_start_init(root, "/init");
    inode_put(root);
    if (err)
        machine_too_small();
    longest_start();
    planted_stretches();
    if (!thread_spawn("flush", flush, volume) || !thread_spawn("commit", commit, volume) ||
        !alarms_start())
        machine_too_small();
}

static void boot_idle_init(void)
{
    boot_idle.name = "idle";
    boot_idle.kstack = boot_stack + KSTACK_SIZE;
    boot_idle.tf = (struct trapframe *)(boot_stack + 2 * KSTACK_SIZE) - 1;
    boot_idle.state = THREAD_RUNNING;
    spin_init(&boot_idle.lock, "thread", RANK_THREAD);
    this_hart()->thread = &boot_idle;
}

void kmain(uint64 hartid, paddr_t fdt)
{
    hart_init(&harts[0]);
    boot_idle_init();
    uart_early_init(phys_to_virt(fdt));
    machine_init(phys_to_virt(fdt), hartid);
    frames_init();
    kmap_init();
    slab_init();
    timers_init();
    sched_init();
    aspace_init();
    sigpage_init();
    plic_init();
    interrupts_init();
    rtc_init();
    console_init();
    console_register_proclist(proc_list);
    memdev_init();
    terminal_init();
    proc_init();
    futex_init();
    exec_init();
    syscall_init();
    file_init();
    printk("kine: %lu MiB of RAM, %d hart%s\n", machine.ram_size >> 20, nharts,
           nharts == 1 ? "" : "s");
    start_others();
    if (!thread_spawn("output", output_keep, NULL) || !thread_spawn("start", start_system, NULL))
        machine_too_small();
    sched_run(&boot_idle);
}

void kmain_secondary(struct hart *h)
{
    hart_init(h);
    h->thread = h->idle;
    h->thread->state = THREAD_RUNNING;
    kmap_load();
    interrupts_init();
    sched_run(h->thread);
}
