// What goes to the terminal.
//
// A message of the kernel never stands in the middle of a line of a program's: while the cursor is
// inside a line (somebody wrote without a newline, or is typing) messages wait in a buffer, and
// follow right after the newline that ends the line.  Those that do not fit are counted, and the
// count is shown in their place.  Messages wait too while the port has no room for them, because
// printk may be called from anywhere and cannot.
//
// Invariants
//   O1  messages leave in the order in which they came
//   O2  every message begins at column 0 and ends with a newline
//
// Locking: `lock` (RANK_PRINT) guards all of it.  On panic nothing is locked: nobody else runs.

#include "dev/output.h"
#include "dev/uart.h"
#include "lib/print.h"
#include "lib/string.h"
#include "riscv/panicking.h"
#include "riscv/spinlock.h"

#define MESSAGES_MAX 4096 // bytes of messages that may wait

static struct {
    struct spinlock lock; // guards all
    bool in_line;         // the cursor is not at column 0
    size_t waiting;       // bytes in messages[]
    uint32 lost;          // messages that did not fit
    char messages[MESSAGES_MAX];
} out = { .lock = SPINLOCK_INIT("output", RANK_PRINT) };

// => lock is held
static void show_messages(void)
{
    char tail[40];
    if (out.in_line || (out.waiting == 0 && out.lost == 0))
        return;
    size_t need = out.waiting + sizeof tail + OUTPUT_RESERVE;
    if (uart_room(need) < need)
        return;
    uart_write(out.messages, out.waiting);
    out.waiting = 0;
    if (out.lost)
        uart_write(tail, (size_t)format(tail, sizeof tail, "(%u messages lost)\n", out.lost));
    out.lost = 0;
}

static void message(const char *text, size_t n)
{
    if (n == 0)
        return;
    bool ends = text[n - 1] == '\n';
    spin_lock(&out.lock);
    if (out.lost || out.waiting + n + !ends > MESSAGES_MAX) {
        out.lost++;
    } else {
        memcpy(out.messages + out.waiting, text, n);
        out.waiting += n;
        if (!ends)
            out.messages[out.waiting++] = '\n';
    }
    show_messages();
    spin_unlock(&out.lock);
}

// => the length of the part of the text that ends with its last newline
static size_t whole_lines(const char *text, size_t n)
{
    while (n > 0 && text[n - 1] != '\n')
        n--;
    return n;
}

static void put(const char *text, size_t n)
{
    if (n == 0)
        return;
    uart_write(text, n);
    out.in_line = text[n - 1] != '\n';
}

void output_text(const char *text, size_t n)
{
    spin_lock(&out.lock);
    size_t lines = whole_lines(text, n);
    if (lines > 0) {
        put(text, lines);
        show_messages();
    }
    put(text + lines, n - lines);
    spin_unlock(&out.lock);
}

void output_fresh_line(void)
{
    spin_lock(&out.lock);
    bool in_line = out.in_line;
    spin_unlock(&out.lock);
    if (in_line)
        output_text("\n", 1);
}

void output_retry(void)
{
    spin_lock(&out.lock);
    show_messages();
    spin_unlock(&out.lock);
}

// The last words come after the messages that wait.
static void panic_message(const char *text, size_t n)
{
    if (out.waiting) {
        if (out.in_line)
            uart_write_polled("\n", 1);
        uart_write_polled(out.messages, out.waiting);
        out.waiting = 0;
    }
    uart_write_polled(text, n);
}

void output_init(void)
{
    printk_register(message);
    panic_register_output(panic_message);
}
