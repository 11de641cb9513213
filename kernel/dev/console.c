// The console: a terminal at the serial port, edited line by line (dev/line.h), its output shared
// by programs, the echo of what is typed, and the kernel's messages (dev/output.h).
//
// Input is taken from the port only while the line ring has room and the port has room for the
// echo; otherwise it stays in the port, with flow control, until a reader or the transmitter makes
// room.  Whoever makes room calls take_input().
//
// A piece of output of up to CHARDEV_MAX bytes waits until the port has room for all of it and then
// goes out at once, so that two processes' pieces never mix.
//
// Locking: `lock` (RANK_TTY) guards the line ring and keeps pieces of output apart.

#include "dev/console.h"
#include "abi.h"
#include "dev/chardev.h"
#include "dev/line.h"
#include "dev/output.h"
#include "dev/uart.h"
#include "errno.h"
#include "lib/string.h"
#include "riscv/spinlock.h"
#include "task/waitq.h"

#define CTRL_P      0x10
#define WINDOW_ROWS 24

static struct {
    struct spinlock lock; // guards `in`
    struct line_input in;
    struct waitq readers; // wait for a complete line
    struct waitq writers; // wait for room in the port
    void (*list_processes)(void);
} con = {
    .lock = SPINLOCK_INIT("console", RANK_TTY),
    .readers = WAITQ_INIT(con.readers, "console read"),
    .writers = WAITQ_INIT(con.writers, "console write"),
};

// --- input ------------------------------------------------------------------------------------

// Ctrl-P: a list of the processes, and the line being edited again.  => lock is held; it is
// dropped in between.
static void show_processes(void)
{
    char echo[LINE_ECHO];
    output_fresh_line();
    spin_unlock(&con.lock);
    if (con.list_processes)
        con.list_processes();
    spin_lock(&con.lock);
    output_echo(echo, line_redraw(&con.in, echo));
}

static void take_byte(char c)
{
    char echo[LINE_ECHO];
    if (c == CTRL_P) {
        show_processes();
        return;
    }
    output_echo(echo, line_take(&con.in, c, echo));
    if (line_pending(&con.in))
        wake_all(&con.readers);
}

// Takes what the port has received, as far as there is room.
static void take_input(void)
{
    spin_lock(&con.lock);
    bool room;
    int c = -1;
    do {
        room = !line_full(&con.in) && output_echo_ready();
        if (room && (c = uart_getc()) >= 0)
            take_byte((char)c);
    } while (room && c >= 0);
    uart_receive(room);
    spin_unlock(&con.lock);
}

// One line at the most; the rest of a longer one stays for the next read.
static int64 console_read(int minor, void *buf, size_t n)
{
    spin_lock(&con.lock);
    int err = 0;
    output_asks();
    while (line_pending(&con.in) == 0 && err == 0)
        err = wait_on_interruptible(&con.readers, &con.lock);
    bool was_full = line_full(&con.in);
    size_t done = err ? 0 : line_read(&con.in, buf, n);
    spin_unlock(&con.lock);
    if (was_full)
        take_input();
    return err ? err : (int64)done;
}

// --- output -----------------------------------------------------------------------------------

// => 0 once n bytes of text can go out, or -EINTR; lock is held
static int await_room(size_t n)
{
    int err = 0;
    while (!output_ready(n) && err == 0)
        err = wait_on_interruptible(&con.writers, &con.lock);
    return err;
}

static int64 console_write(int minor, const void *buf, size_t n)
{
    spin_lock(&con.lock);
    int err = await_room(n);
    if (err == 0)
        output_text(buf, n);
    spin_unlock(&con.lock);
    return err ? err : (int64)n;
}

void console_flush(void)
{
    spin_lock(&con.lock);
    int err = await_room(0);
    while (err == 0 && uart_room(UART_RING) < UART_RING)
        err = wait_on_interruptible(&con.writers, &con.lock);
    spin_unlock(&con.lock);
    if (err)
        return;
    output_show();
    uart_settle();
}

static void drained(void)
{
    output_retry();
    take_input();
    spin_lock(&con.lock);
    wake_all(&con.writers);
    spin_unlock(&con.lock);
}

// --- the device -------------------------------------------------------------------------------

static int64 pending(void *arg, size_t *size)
{
    spin_lock(&con.lock);
    int n = (int)line_pending(&con.in);
    spin_unlock(&con.lock);
    memcpy(arg, &n, sizeof n);
    *size = sizeof n;
    return 0;
}

static int64 fresh_line(void)
{
    spin_lock(&con.lock);
    int err = await_room(1);
    if (err == 0)
        output_fresh_line();
    spin_unlock(&con.lock);
    return err;
}

static int64 window_size(void *arg, size_t *size)
{
    const struct {
        ushort rows, columns, xpixels, ypixels;
    } window = { .rows = WINDOW_ROWS, .columns = LINE_COLUMNS };
    memcpy(arg, &window, sizeof window);
    *size = sizeof window;
    return 0;
}

static int64 console_ioctl(int minor, uint32 request, void *arg, size_t *size)
{
    switch (request) {
    case KIOC_PENDING: return pending(arg, size);
    case KIOC_FRESH_LINE: return fresh_line();
    case TIOCGWINSZ: return window_size(arg, size);
    default: return -ENOTTY;
    }
}

static const struct chardev console_device = {
    .name = "console",
    .by_record = true,
    .read = console_read,
    .write = console_write,
    .ioctl = console_ioctl,
};

static const struct uart_user uart_events = { .received = take_input, .drained = drained };

void console_register_proclist(void (*list)(void))
{
    con.list_processes = list;
}

void console_init(void)
{
    output_init();
    chardev_register(DEV_CONSOLE, &console_device);
    uart_init(&uart_events);
}
