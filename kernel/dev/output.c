// What goes to the terminal.
//
// Programs write lines in pieces: "test x: ", and later "OK".  A message of the kernel about a child
// that died in between must come before the "OK", and break no line.  So the unfinished line is
// kept back for a moment, in `line`; what the kernel has to say goes out before it:
//
//     test x: |            is kept          usertrap(): unexpected ...      <- the message
//     OK                   ends the line    test x: OK                      <- and the whole line
//
// The line is shown unfinished when somebody reads from the terminal (it may be a prompt), when
// something is typed, and when HOLD_NS have passed (`keeper`).  A message that comes after that ends
// the line and shows it again below.  But what has been read, or typed, in is not shown twice (a
// prompt twice would make scripts type twice): there messages wait for the end of the line or for
// the next text of a program.  And in a line that is too long to be kept they wait for its end.
//
// Messages that may come in floods have a kind.  Of each kind WHOLE_MAX are shown whole, the others
// counted ("and 57 more: out of memory"), until a program writes something.  So a flood fills
// nothing, and nobody's death is lost.  Other messages that do not fit are counted as lost.
//
// Messages wait too while the port has no room for them, because printk may be called from anywhere
// and cannot.
//
// Invariants
//   O1  messages leave in the order in which they came, and before any text of a program's that
//       comes after them
//   O2  every message begins at column 0 and ends with a newline
//   O3  shown <= length; length <= LINE_KEPT or shown = length
//   O4  the port has room for what is kept of the line
//
// Locking: `lock` (RANK_PRINT) guards all but `keeper`, which has a lock of its own (RANK_OUTPUT).  On
// panic nothing is locked: nobody else runs.

#include "dev/output.h"
#include "dev/uart.h"
#include "lib/print.h"
#include "lib/string.h"
#include "riscv/panicking.h"
#include "riscv/spinlock.h"
#include "task/clock.h"
#include "task/waitq.h"

#define MESSAGES_MAX 8192 // bytes of messages that may wait
#define MESSAGE_MAX  256  // bytes of a message of a kind, NUL included
#define KINDS_MAX    16
#define WHOLE_MAX    4
#define COUNT_MAX    64 // bytes of a line that counts
#define COUNTS_ROOM  ((KINDS_MAX + 1) * COUNT_MAX)
#define HOLD_NS      200000000UL // for how long an unfinished line is kept back

struct kind {
    const char *name; // NULL: none yet
    uint32 whole;     // shown whole since a program wrote something
    uint32 more;      // to be counted
};

static struct {
    struct spinlock lock; // guards all
    char line[LINE_KEPT]; // the beginning of the unfinished line
    size_t length;        // its length
    size_t shown;         // bytes of it that the port has been given
    bool users;           // somebody types in it, or is asked to
    size_t waiting;       // bytes in messages[]
    uint32 lost;          // messages that did not fit
    struct kind kinds[KINDS_MAX];
    char messages[MESSAGES_MAX + COUNTS_ROOM];
} out = { .lock = SPINLOCK_INIT("output", RANK_PRINT) };

// The thread that shows what has been kept back long enough.
static struct {
    struct spinlock lock;
    struct waitq idle;
    bool due; // by lock
} keeper = {
    .lock = SPINLOCK_INIT("output keeper", RANK_OUTPUT),
    .idle = WAITQ_INIT(keeper.idle, "output keeper"),
};

// --- what waits -------------------------------------------------------------------------------

static void queue(const char *text, size_t n)
{
    memcpy(out.messages + out.waiting, text, n);
    out.waiting += n;
}

static bool counts_wait(void)
{
    for (struct kind *k = out.kinds; k < out.kinds + KINDS_MAX; k++)
        if (k->more)
            return true;
    return out.lost > 0;
}

// The counts become messages, for which COUNTS_ROOM is kept.
static void queue_counts(void)
{
    char text[COUNT_MAX];
    for (struct kind *k = out.kinds; k < out.kinds + KINDS_MAX; k++) {
        if (k->more == 0)
            continue;
        format(text, sizeof text, "and %u more: %.32s\n", k->more, k->name);
        queue(text, strlen(text));
        k->more = 0;
    }
    if (out.lost == 0)
        return;
    format(text, sizeof text, "(%u messages lost)\n", out.lost);
    queue(text, strlen(text));
    out.lost = 0;
}

// --- the line ---------------------------------------------------------------------------------

static void show_line(void)
{
    if (out.length > out.shown)
        uart_write(out.line + out.shown, out.length - out.shown);
    out.shown = out.length;
}

static void end_line(void)
{
    uart_write("\n", 1);
    out.length = out.shown = 0;
    out.users = false;
}

// => a message can begin at column 0, if the line that is shown is ended and shown again
static bool can_begin(void)
{
    return out.shown == 0 || (!out.users && out.length <= LINE_KEPT);
}

// Shows the messages that wait, with `counts` the counts too, if the line and the port let them.
// => lock is held
static void show_messages(bool counts)
{
    size_t need = 1 + out.waiting + COUNTS_ROOM + OUTPUT_RESERVE;
    if (!can_begin() || (out.waiting == 0 && !(counts && counts_wait())) || uart_room(need) < need)
        return;
    bool again = out.shown > 0;
    if (again)
        uart_write("\n", 1);
    if (counts)
        queue_counts();
    uart_write(out.messages, out.waiting);
    out.waiting = 0;
    out.shown = 0;
    if (again)
        show_line();
}

// --- messages ---------------------------------------------------------------------------------

// => lock is held
static bool take_message(const char *text, size_t n)
{
    bool ends = text[n - 1] == '\n';
    if (out.lost || out.waiting + COUNTS_ROOM + n + !ends > MESSAGES_MAX)
        return false;
    if (counts_wait())
        queue_counts();
    queue(text, n);
    if (!ends)
        queue("\n", 1);
    return true;
}

static void message(const char *text, size_t n)
{
    if (n == 0)
        return;
    spin_lock(&out.lock);
    if (!take_message(text, n))
        out.lost++;
    show_messages(false);
    spin_unlock(&out.lock);
}

// => NULL if there are too many
static struct kind *find_kind(const char *name)
{
    struct kind *k = out.kinds;
    while (k < out.kinds + KINDS_MAX && k->name && k->name != name)
        k++;
    if (k == out.kinds + KINDS_MAX)
        return NULL;
    k->name = name;
    return k;
}

static void ask_keeper(void)
{
    spin_lock(&keeper.lock);
    if (!keeper.due) {
        keeper.due = true;
        wake_one(&keeper.idle);
    }
    spin_unlock(&keeper.lock);
}

void output_folded(const char *kind, const char *fmt, ...)
{
    char text[MESSAGE_MAX];
    va_list ap;
    va_start(ap, fmt);
    vformat(text, sizeof text, fmt, ap);
    va_end(ap);
    size_t n = strlen(text);
    spin_lock(&out.lock);
    struct kind *k = find_kind(kind);
    if (k && k->whole < WHOLE_MAX && take_message(text, n))
        k->whole++;
    else if (k)
        k->more++;
    else
        out.lost += !take_message(text, n);
    show_messages(false);
    bool later = counts_wait();
    spin_unlock(&out.lock);
    if (later)
        ask_keeper();
}

// --- text -------------------------------------------------------------------------------------

// => the length of the part of the text that ends with its last newline
static size_t whole_lines(const char *text, size_t n)
{
    while (n > 0 && text[n - 1] != '\n')
        n--;
    return n;
}

// Lines go out at once, what begins another is kept as far as it can be.  => lock is held
static void put(const char *text, size_t n)
{
    size_t lines = whole_lines(text, n), rest = n - lines;
    if (lines > 0) {
        show_line();
        uart_write(text, lines - 1);
        end_line();
        show_messages(true);
    }
    if (out.length + rest <= LINE_KEPT) {
        memcpy(out.line + out.length, text + lines, rest);
        out.length += rest;
        return;
    }
    show_line();
    uart_write(text + lines, rest);
    out.length = out.shown = out.length + rest;
}

// What output_text() adds to the port at the most.  => lock is held
static size_t room_for(size_t n)
{
    return 1 + out.waiting + COUNTS_ROOM + (out.length - out.shown) + LINE_KEPT + n + LINE_ECHO;
}

bool output_ready(size_t n)
{
    spin_lock(&out.lock);
    show_messages(true);
    size_t need = room_for(n);
    bool ready = uart_room(need) >= need;
    spin_unlock(&out.lock);
    return ready;
}

void output_text(const char *text, size_t n)
{
    spin_lock(&out.lock);
    if (out.users && (out.waiting || counts_wait()))
        end_line();
    show_messages(true);
    for (struct kind *k = out.kinds; k < out.kinds + KINDS_MAX; k++)
        k->whole = 0;
    put(text, n);
    bool later = out.length > out.shown;
    spin_unlock(&out.lock);
    if (later)
        ask_keeper();
}

bool output_echo_ready(void)
{
    spin_lock(&out.lock);
    size_t need = out.length - out.shown + LINE_ECHO;
    bool ready = uart_room(need) >= need;
    spin_unlock(&out.lock);
    return ready;
}

// The line is the user's from here on.  => lock is held
static void hand_line_over(void)
{
    show_line();
    out.users = out.length > 0;
}

void output_echo(const char *text, size_t n)
{
    if (n == 0)
        return;
    spin_lock(&out.lock);
    put(text, n);
    hand_line_over();
    spin_unlock(&out.lock);
}

void output_asks(void)
{
    spin_lock(&out.lock);
    hand_line_over();
    spin_unlock(&out.lock);
}

void output_fresh_line(void)
{
    spin_lock(&out.lock);
    if (out.length > 0) {
        show_line();
        end_line();
    }
    show_messages(true);
    spin_unlock(&out.lock);
}

void output_show(void)
{
    spin_lock(&out.lock);
    show_messages(true);
    show_line();
    spin_unlock(&out.lock);
}

void output_retry(void)
{
    spin_lock(&out.lock);
    show_messages(false);
    spin_unlock(&out.lock);
}

void output_keep(void *arg)
{
    for (;;) {
        spin_lock(&keeper.lock);
        while (!keeper.due)
            wait_at_rest(&keeper.idle, &keeper.lock);
        spin_unlock(&keeper.lock);
        sleep_ns(HOLD_NS);
        spin_lock(&keeper.lock);
        keeper.due = false;
        spin_unlock(&keeper.lock);
        output_show();
    }
}

// The last words come after all that waits.
static void panic_message(const char *text, size_t n)
{
    uart_write_polled(out.line + out.shown, out.length - out.shown);
    if (out.length > 0)
        uart_write_polled("\n", 1);
    out.length = out.shown = 0;
    queue_counts();
    uart_write_polled(out.messages, out.waiting);
    out.waiting = 0;
    uart_write_polled(text, n);
}

void output_init(void)
{
    printk_register(message);
    panic_register_output(panic_message);
}
