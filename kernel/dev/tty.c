// Terminals (dev/tty.h).
//
// A piece of output of up to CHARDEV_MAX bytes waits until there is room for all of it and then goes
// out at once, so that two processes' pieces never mix.

#include "dev/tty.h"
#include "errno.h"
#include "lib/string.h"
#include "task/clock.h"

#define WINDOW_ROWS 24
#define NS_PER_TIME 100000000UL // the unit of VTIME

static const struct tty_upcalls *up;

void tty_register(const struct tty_upcalls *upcalls)
{
    up = upcalls;
}

void tty_init(struct tty *t, const char *name, const struct tty_driver *driver)
{
    spin_init(&t->lock, name, RANK_TTY);
    waitq_init(&t->readers, name);
    waitq_init(&t->writers, name);
    t->driver = driver;
    t->window = (struct winsize){ .ws_row = WINDOW_ROWS, .ws_col = LINE_COLUMNS };
    t->session = t->foreground = 0;
    line_init(&t->in);
}

// --- the foreground ---------------------------------------------------------------------------

// => t->lock is held
static void signal_foreground(struct tty *t, int signal)
{
    if (t->foreground)
        up->signal_group(t->foreground, signal);
}

static bool is_callers(const struct tty *t, const struct tty_caller *c)
{
    return t->session != 0 && t->session == c->session;
}

bool tty_is_callers(struct tty *t)
{
    struct tty_caller c = up->caller();
    spin_lock(&t->lock);
    bool is = is_callers(t, &c);
    spin_unlock(&t->lock);
    return is;
}

int tty_session(struct tty *t)
{
    spin_lock(&t->lock);
    int session = t->session;
    spin_unlock(&t->lock);
    return session;
}

// Who is in the background and does what `signal` is for gets it, with its group.
// => 0: go on; -ERESTART: once it is continued; -EIO: nobody would continue it, or it does not want to
//    be stopped.  t->lock is not held
static int check_background(struct tty *t, int signal)
{
    struct tty_caller c = up->caller();
    spin_lock(&t->lock);
    bool background = is_callers(t, &c) && t->foreground != c.group;
    spin_unlock(&t->lock);
    if (!background)
        return 0;
    if (!up->can_stop(signal))
        return signal == SIGTTIN ? -EIO : 0;
    up->signal_group(c.group, signal);
    return -ERESTART;
}

// --- input ------------------------------------------------------------------------------------

bool tty_takes(struct tty *t)
{
    return !line_full(&t->in) && t->driver->echo_ready(t);
}

void tty_take(struct tty *t, char c)
{
    char echo[LINE_ECHO];
    int signal;
    bool stopped = t->in.stopped;
    size_t n = line_take(&t->in, c, echo, &signal);
    t->driver->echo(t, echo, n);
    if (line_pending(&t->in))
        wake_waiting(&t->readers);
    if (stopped && !t->in.stopped)
        wake_waiting(&t->writers);
    if (signal)
        signal_foreground(t, signal);
}

static bool is_raw(const struct tty *t)
{
    return !(t->in.modes.c_lflag & ICANON);
}

// => until when a read in raw mode waits that has `have` bytes; the last came at `since`
static uint64 read_limit(const struct tty *t, size_t have, uint64 since)
{
    const uint8 *cc = t->in.modes.c_cc;
    bool timed = is_raw(t) && cc[VTIME] && (cc[VMIN] == 0 || have > 0);
    return timed ? since + cc[VTIME] * NS_PER_TIME : WAIT_FOREVER;
}

// => the bytes that a read of n waits for; 0: it does not wait
static size_t wanted(const struct tty *t, size_t n)
{
    const uint8 *cc = t->in.modes.c_cc;
    if (!is_raw(t) || (cc[VMIN] == 0 && cc[VTIME] != 0))
        return 1;
    return n < cc[VMIN] ? n : cc[VMIN];
}

// Waits until a read of n bytes has what it wants; the modes may change meanwhile.
// => 0 (there may be fewer, or none), -EAGAIN, -EINTR; lock is held
static int await_input(struct tty *t, size_t n, bool wait)
{
    size_t had = 0, have;
    uint64 since = clock_ns();
    while ((have = line_pending(&t->in)) < wanted(t, n)) {
        if (!wait)
            return have ? 0 : -EAGAIN;
        if (have > had)
            since = clock_ns();
        had = have;
        int err = wait_on_until(&t->readers, &t->lock, read_limit(t, have, since));
        if (err)
            return err == -ETIMEDOUT || line_pending(&t->in) ? 0 : err;
    }
    return 0;
}

int64 tty_read(struct tty *t, void *buf, size_t n, bool wait)
{
    int err = check_background(t, SIGTTIN);
    if (err)
        return err;
    spin_lock(&t->lock);
    t->driver->asks(t);
    err = await_input(t, n, wait);
    bool was_full = line_full(&t->in);
    size_t done = err ? 0 : line_read(&t->in, buf, n);
    spin_unlock(&t->lock);
    if (was_full)
        t->driver->resume(t);
    return err ? err : (int64)done;
}

// --- output -----------------------------------------------------------------------------------

int tty_await_room(struct tty *t, size_t n, bool wait)
{
    int err = 0;
    while ((t->in.stopped || !t->driver->text_ready(t, n)) && err == 0)
        err = wait ? wait_on_interruptible(&t->writers, &t->lock) : -EAGAIN;
    return err;
}

int64 tty_write(struct tty *t, const void *buf, size_t n, bool wait)
{
    bool stops = __atomic_load_n(&t->in.modes.c_lflag, __ATOMIC_RELAXED) & TOSTOP;
    int err = stops ? check_background(t, SIGTTOU) : 0;
    if (err)
        return err;
    spin_lock(&t->lock);
    err = tty_await_room(t, 2 * n, wait);
    if (err == 0)
        t->driver->text(t, t->cooked, line_output(&t->in.modes, buf, n, t->cooked));
    spin_unlock(&t->lock);
    return err ? err : (int64)n;
}

// => lock is held
static int await_sent(struct tty *t)
{
    int err = 0;
    while (!t->driver->sent(t) && err == 0)
        err = wait_on_interruptible(&t->writers, &t->lock);
    return err;
}

int tty_drain(struct tty *t)
{
    spin_lock(&t->lock);
    int err = await_sent(t);
    spin_unlock(&t->lock);
    return err;
}

uint32 tty_poll(struct tty *t, struct waitq *queues[2])
{
    queues[0] = &t->readers;
    queues[1] = &t->writers;
    spin_lock(&t->lock);
    t->driver->asks(t);
    uint32 got = line_readable(&t->in) ? POLLIN : 0;
    if (!t->in.stopped && t->driver->text_ready(t, 2 * CHARDEV_MAX))
        got |= POLLOUT;
    spin_unlock(&t->lock);
    return got;
}

// --- requests: t->lock is held ----------------------------------------------------------------

static int64 get_modes(struct tty *t, struct chardev_request *r)
{
    return chardev_answer(r, &t->in.modes, sizeof t->in.modes);
}

static int64 set_modes(struct tty *t, struct chardev_request *r)
{
    struct termios modes;
    int err = r->code == TCSETS ? 0 : await_sent(t);
    if (err)
        return err;
    if (r->code == TCSETSF)
        line_flush(&t->in);
    memcpy(&modes, r->data, sizeof modes);
    line_set_modes(&t->in, &modes);
    wake_waiting(&t->readers);
    wake_waiting(&t->writers);
    return 0;
}

static int64 flush(struct tty *t, struct chardev_request *r)
{
    switch (r->value) {
    case TCIFLUSH:
    case TCIOFLUSH: line_flush(&t->in); return 0;
    case TCOFLUSH: return 0; // what has been written is on its way
    default: return -EINVAL;
    }
}

static int64 flow(struct tty *t, struct chardev_request *r)
{
    if (r->value != TCOOFF && r->value != TCOON)
        return -EINVAL;
    t->in.stopped = r->value == TCOOFF;
    wake_waiting(&t->writers);
    return 0;
}

static int64 get_window(struct tty *t, struct chardev_request *r)
{
    return chardev_answer(r, &t->window, sizeof t->window);
}

static int64 set_window(struct tty *t, struct chardev_request *r)
{
    bool same = memcmp(&t->window, r->data, sizeof t->window) == 0;
    memcpy(&t->window, r->data, sizeof t->window);
    if (!same)
        signal_foreground(t, SIGWINCH);
    return 0;
}

static int64 pending(struct tty *t, struct chardev_request *r)
{
    int n = (int)line_pending(&t->in);
    return chardev_answer(r, &n, sizeof n);
}

static int64 send_break(struct tty *t, struct chardev_request *r)
{
    return await_sent(t);
}

static int64 get_number(const struct tty *t, struct chardev_request *r, int number)
{
    struct tty_caller c = up->caller();
    return is_callers(t, &c) ? chardev_answer(r, &number, sizeof number) : -ENOTTY;
}

static int64 get_foreground(struct tty *t, struct chardev_request *r)
{
    return get_number(t, r, t->foreground);
}

static int64 get_session(struct tty *t, struct chardev_request *r)
{
    return get_number(t, r, t->session);
}

static int64 set_foreground(struct tty *t, struct chardev_request *r)
{
    struct tty_caller c = up->caller();
    int group;
    memcpy(&group, r->data, sizeof group);
    if (!is_callers(t, &c))
        return -ENOTTY;
    if (group < 0)
        return -EINVAL;
    int session = up->session_of(group);
    if (session != c.session)
        return session ? -EPERM : -ESRCH;
    t->foreground = group;
    return 0;
}

// Whoever was in the foreground hears that the terminal is gone.
static void hang_up(struct tty *t)
{
    signal_foreground(t, SIGHUP);
    signal_foreground(t, SIGCONT);
    t->session = t->foreground = 0;
}

// A session whose leader has ended has none.
static int64 take_terminal(struct tty *t, struct chardev_request *r)
{
    struct tty_caller c = up->caller();
    if (!c.leads)
        return -EPERM;
    if (t->session == c.session)
        return 0;
    if (t->session && up->is_led(t->session))
        return -EPERM;
    hang_up(t);
    t->session = c.session;
    t->foreground = c.group;
    return 0;
}

static int64 leave_terminal(struct tty *t, struct chardev_request *r)
{
    struct tty_caller c = up->caller();
    if (!is_callers(t, &c))
        return -ENOTTY;
    if (!c.leads)
        return -EPERM;
    hang_up(t);
    return 0;
}

static const struct request {
    uint32 code;
    uint32 takes;   // bytes
    bool for_front; // who is in the background is stopped
    int64 (*fn)(struct tty *t, struct chardev_request *r);
} requests[] = {
    { TCGETS, 0, false, get_modes },
    { TCSETS, sizeof(struct termios), true, set_modes },
    { TCSETSW, sizeof(struct termios), true, set_modes },
    { TCSETSF, sizeof(struct termios), true, set_modes },
    { TCSBRK, 0, true, send_break },
    { TCXONC, 0, true, flow },
    { TCFLSH, 0, true, flush },
    { TIOCSCTTY, 0, false, take_terminal },
    { TIOCNOTTY, 0, false, leave_terminal },
    { TIOCGPGRP, 0, false, get_foreground },
    { TIOCSPGRP, sizeof(int), true, set_foreground },
    { TIOCGSID, 0, false, get_session },
    { TIOCGWINSZ, 0, false, get_window },
    { TIOCSWINSZ, sizeof(struct winsize), false, set_window },
    { FIONREAD, 0, false, pending },
    { KIOC_PENDING, 0, false, pending },
};

static const struct request *find_request(uint32 code)
{
    const struct request *end = requests + sizeof requests / sizeof requests[0];
    for (const struct request *q = requests; q < end; q++)
        if (q->code == code)
            return q;
    return NULL;
}

size_t tty_ioctl_takes(uint32 code)
{
    const struct request *q = find_request(code);
    return q ? q->takes : 0;
}

int64 tty_ioctl(struct tty *t, struct chardev_request *r)
{
    const struct request *q = find_request(r->code);
    int err = !q ? -ENOTTY : q->for_front ? check_background(t, SIGTTOU) : 0;
    if (err)
        return err;
    spin_lock(&t->lock);
    int64 result = q->fn(t, r);
    spin_unlock(&t->lock);
    return result;
}
