// The console: the terminal (dev/tty.h) at the serial port, its output shared by programs, the echo of
// what is typed, and the kernel's messages (dev/output.h).
//
// Input is taken from the port only while the terminal has room and the port has room for the
// echo; otherwise it stays in the port, with flow control, until a reader or the transmitter makes
// room.  Whoever makes room calls take_input().

#include "dev/console.h"
#include "abi.h"
#include "dev/chardev.h"
#include "dev/output.h"
#include "dev/tty.h"
#include "dev/uart.h"
#include "errno.h"

#define CTRL_P 0x10

static struct tty con;
static void (*list_processes)(void);

// --- input ------------------------------------------------------------------------------------

// Ctrl-P: a list of the processes, and the line being edited again.  => the lock is held; it is
// dropped in between.
static void show_processes(void)
{
    char echo[LINE_ECHO];
    output_fresh_line();
    spin_unlock(&con.lock);
    if (list_processes)
        list_processes();
    spin_lock(&con.lock);
    output_echo(echo, line_redraw(&con.in, echo));
}

// Ctrl-P is the kernel's own key as long as there are keys that signal.
static void take_byte(char c)
{
    if (c == CTRL_P && (con.in.modes.c_lflag & ISIG) && !con.in.literal)
        show_processes();
    else
        tty_take(&con, c);
}

// Takes what the port has received, as far as there is room.
static void take_input(void)
{
    spin_lock(&con.lock);
    bool room;
    int c = -1;
    do {
        room = tty_takes(&con);
        if (room && (c = uart_getc()) >= 0)
            take_byte((char)c);
    } while (room && c >= 0);
    uart_receive(room);
    spin_unlock(&con.lock);
}

// --- output -----------------------------------------------------------------------------------

void console_flush(void)
{
    if (tty_drain(&con))
        return;
    output_show();
    uart_settle();
}

int console_session(void)
{
    return tty_session(&con);
}

static void drained(void)
{
    output_retry();
    take_input();
    spin_lock(&con.lock);
    wake_all(&con.writers);
    spin_unlock(&con.lock);
}

// --- the terminal's driver --------------------------------------------------------------------

static bool text_ready(struct tty *t, size_t n)
{
    return output_ready(n);
}

static void text(struct tty *t, const char *text, size_t n)
{
    output_text(text, n);
}

static bool echo_ready(struct tty *t)
{
    return output_echo_ready();
}

static void echo(struct tty *t, const char *text, size_t n)
{
    output_echo(text, n);
}

static void asks(struct tty *t)
{
    output_asks();
}

static bool sent(struct tty *t)
{
    return output_ready(0) && uart_room(UART_RING) == UART_RING;
}

static void resume(struct tty *t)
{
    take_input();
}

static const struct tty_driver driver = {
    .text_ready = text_ready,
    .text = text,
    .echo_ready = echo_ready,
    .echo = echo,
    .asks = asks,
    .sent = sent,
    .resume = resume,
};

// --- the device -------------------------------------------------------------------------------

static int64 console_read(int minor, void *buf, size_t n, bool wait)
{
    return tty_read(&con, buf, n, wait);
}

static int64 console_write(int minor, const void *buf, size_t n, bool wait)
{
    return tty_write(&con, buf, n, wait);
}

static uint32 console_poll(int minor, struct waitq *queues[2])
{
    return tty_poll(&con, queues);
}

static int64 fresh_line(void)
{
    spin_lock(&con.lock);
    int err = tty_await_room(&con, 1, true);
    if (err == 0)
        output_fresh_line();
    spin_unlock(&con.lock);
    return err;
}

static int64 console_ioctl(int minor, struct chardev_request *r)
{
    return r->code == KIOC_FRESH_LINE ? fresh_line() : tty_ioctl(&con, r);
}

static const struct chardev console_device = {
    .name = "console",
    .by_record = true,
    .read = console_read,
    .write = console_write,
    .ioctl_takes = tty_ioctl_takes,
    .ioctl = console_ioctl,
    .poll = console_poll,
};

// --- /dev/tty: the caller's controlling terminal ----------------------------------------------

static int64 own_read(int minor, void *buf, size_t n, bool wait)
{
    return tty_is_callers(&con) ? tty_read(&con, buf, n, wait) : -ENXIO;
}

static int64 own_write(int minor, const void *buf, size_t n, bool wait)
{
    return tty_is_callers(&con) ? tty_write(&con, buf, n, wait) : -ENXIO;
}

static uint32 own_poll(int minor, struct waitq *queues[2])
{
    return tty_is_callers(&con) ? tty_poll(&con, queues) : POLLERR | POLLHUP;
}

static int64 own_ioctl(int minor, struct chardev_request *r)
{
    return tty_is_callers(&con) ? console_ioctl(minor, r) : -ENXIO;
}

static const struct chardev own_terminal = {
    .name = "tty",
    .by_record = true,
    .read = own_read,
    .write = own_write,
    .ioctl_takes = tty_ioctl_takes,
    .ioctl = own_ioctl,
    .poll = own_poll,
};

static const struct uart_user uart_events = { .received = take_input, .drained = drained };

void console_register_proclist(void (*list)(void))
{
    list_processes = list;
}

void console_init(void)
{
    tty_init(&con, "console", &driver);
    output_init();
    chardev_register(DEV_CONSOLE, &console_device);
    chardev_register(DEV_TTY, &own_terminal);
    uart_init(&uart_events);
}
