// The 16550 serial port (National Semiconductor PC16550D), as found in the device tree.
//
// Transmission: uart_write() puts bytes into a ring and feeds the port as many as it takes at
// once; if some are left over, the "transmitter empty" interrupt is switched on until the ring has
// run empty.  Reception: nothing is buffered here.  The interrupt tells the user of the port, who
// fetches bytes as long as he has room for them; when he has none he turns the interrupt off, the
// port's FIFO fills up, and the sender waits.  So no byte is lost, whenever it is typed.
//
// Switching the FIFO on clears it, and bytes typed before that are among the ones we must not
// lose: uart_early_init() takes them out first and keeps them for uart_getc().
//
// Invariants
//   U1  bytes in the ring = head - tail <= UART_RING (both counters only grow)
//   U2  while the ring holds bytes, or somebody waits for room, the transmitter's interrupt is on
//       (once uart_init() has run): the port has something to send then, so one will come
//
// Locking: `lock` (RANK_UART, the last of all) guards everything but the polled path, which is for
// times when nobody else runs.

#include "dev/uart.h"
#include "dev/plic.h"
#include "lib/print.h"
#include "lib/string.h"
#include "riscv/addr.h"
#include "riscv/csr.h"
#include "riscv/fdt.h"
#include "riscv/panicking.h"
#include "riscv/port.h"
#include "riscv/spinlock.h"

// Bits of the registers (PC16550D, table II) that nobody else needs.
#define IER_RECEIVED     0x01
#define IER_SENT         0x02
#define FCR_ENABLE       0x01
#define IIR_FIFO         0xc0 // both set: the FIFO works
#define LCR_8N1          0x03
#define LCR_DLAB         0x80 // registers 0 and 1 are the divisor
#define MCR_DTR_RTS_OUT2 0x0b // OUT2 gates the interrupt line on many boards
#define FIFO_DEPTH       16
#define DEFAULT_BAUD     115200
#define EARLY_KEPT       64 // received bytes kept from before the FIFO was on

static struct {
    struct port port;     // registers, in the direct map; written once, at boot
    struct fdt_node node; // in the device tree
    uint32 depth;         // bytes that an empty transmitter takes
    const struct uart_user *user;

    struct spinlock lock; // guards what follows
    uint8 ier;            // interrupts that are on
    bool wanted;          // somebody found too little room
    size_t head, tail;    // U1
    char ring[UART_RING];
    uint32 kept, kept_next; // early[kept_next .. kept) is still to be fetched
    uint8 early[EARLY_KEPT];
} uart = { .lock = SPINLOCK_INIT("uart", RANK_UART) };

static uint8 reg_read(int reg)
{
    return port_read(&uart.port, reg);
}

static void reg_write(int reg, uint8 value)
{
    port_write(&uart.port, reg, value);
}

// --- start ------------------------------------------------------------------------------------

// The speed is set only where the tree tells the port's clock; elsewhere the firmware's stands.
static void set_speed(const void *fdt)
{
    uint64 clock = fdt_u32(fdt, &uart.node, "clock-frequency", 0);
    uint64 baud = fdt_u32(fdt, &uart.node, "current-speed", DEFAULT_BAUD);
    uint64 divisor = baud ? clock / (16 * baud) : 0;
    if (divisor == 0 || divisor > 0xffff)
        return;
    reg_write(LCR, LCR_8N1 | LCR_DLAB);
    reg_write(DLL, (uint8)divisor);
    reg_write(DLM, (uint8)(divisor >> 8));
    reg_write(LCR, LCR_8N1);
}

static void enable_fifo(void)
{
    while ((reg_read(LSR) & LSR_RECEIVED) && uart.kept < EARLY_KEPT)
        uart.early[uart.kept++] = reg_read(RBR);
    reg_write(FCR, FCR_ENABLE);
    uart.depth = (reg_read(IIR) & IIR_FIFO) == IIR_FIFO ? FIFO_DEPTH : 1;
}

void uart_early_init(const void *fdt)
{
    if (!fdt_valid(fdt))
        return;
    if (!port_find(fdt, &uart.port, &uart.node))
        return;
    uart.port.base = (uint64)phys_to_virt(uart.port.base);
    reg_write(IER, 0);
    enable_fifo();
    set_speed(fdt);
    reg_write(MCR, MCR_DTR_RTS_OUT2);
    printk_register(uart_write_polled);
    panic_register_output(uart_write_polled);
}

// --- sending ----------------------------------------------------------------------------------

// Feeds the port while it takes bytes.  => lock is held, or nobody else runs
static void feed(void)
{
    while (uart.tail != uart.head && (reg_read(LSR) & LSR_SENT))
        for (uint32 n = 0; n < uart.depth && uart.tail != uart.head; n++)
            reg_write(THR, (uint8)uart.ring[uart.tail++ % UART_RING]);
}

// Keeps U2.
static void set_interrupts(uint8 ier)
{
    if (uart.ier == ier)
        return;
    uart.ier = ier;
    reg_write(IER, ier);
}

static void feed_and_arm(void)
{
    feed();
    bool more = uart.user && (uart.tail != uart.head || uart.wanted);
    set_interrupts((uint8)(more ? uart.ier | IER_SENT : uart.ier & ~IER_SENT));
}

size_t uart_room(size_t wanted)
{
    spin_lock(&uart.lock);
    size_t room = UART_RING - (uart.head - uart.tail);
    if (room < wanted) {
        uart.wanted = true;
        feed_and_arm();
    }
    spin_unlock(&uart.lock);
    return room;
}

void uart_write(const char *text, size_t n)
{
    if (!uart.port.base)
        return;
    spin_lock(&uart.lock);
    for (size_t i = 0; i < n; i++)
        uart.ring[uart.head++ % UART_RING] = text[i];
    feed_and_arm();
    spin_unlock(&uart.lock);
}

void uart_settle(void)
{
    while (uart.port.base && !(reg_read(LSR) & LSR_IDLE))
        cpu_relax();
}

void uart_write_polled(const char *text, size_t n)
{
    if (!uart.port.base)
        return;
    while (uart.tail != uart.head)
        feed();
    port_send(&uart.port, text, n);
}

// --- receiving --------------------------------------------------------------------------------

int uart_getc(void)
{
    if (!uart.port.base)
        return -1;
    spin_lock(&uart.lock);
    int c = -1;
    if (uart.kept_next < uart.kept)
        c = uart.early[uart.kept_next++];
    else if (reg_read(LSR) & LSR_RECEIVED)
        c = reg_read(RBR);
    spin_unlock(&uart.lock);
    return c;
}

void uart_receive(bool on)
{
    if (!uart.port.base)
        return;
    spin_lock(&uart.lock);
    set_interrupts((uint8)(on ? uart.ier | IER_RECEIVED : uart.ier & ~IER_RECEIVED));
    spin_unlock(&uart.lock);
}

// Reading IIR acknowledges "transmitter empty"; reading the byte acknowledges "received".
static void interrupt(void *arg)
{
    spin_lock(&uart.lock);
    reg_read(IIR);
    feed();
    bool drained = uart.wanted && uart.head - uart.tail <= UART_RING / 2;
    if (drained)
        uart.wanted = false;
    feed_and_arm();
    bool receiving = uart.ier & IER_RECEIVED;
    spin_unlock(&uart.lock);

    if (receiving)
        uart.user->received();
    if (drained)
        uart.user->drained();
}

void uart_init(const struct uart_user *user)
{
    if (!uart.port.base)
        return;
    spin_lock(&uart.lock);
    uart.user = user;
    spin_unlock(&uart.lock);
    if (plic_register(plic_irq(&uart.node), interrupt, NULL) < 0)
        printk("uart: its interrupt is beyond the controller: no input\n");
    uart_receive(true);
    user->received();
}
