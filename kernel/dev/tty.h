// A terminal: what programs read and write, see in termios, and are signalled by.
//
// The line discipline (dev/line.h) says what becomes of bytes; a driver brings those that are typed
// and takes those that are to be seen.  The console is one (dev/console.c).
//
// A terminal can be the controlling terminal of one session, whose leader has asked for it; of the
// session's groups one is in the foreground: it reads, and the keys signal it.  This layer knows
// sessions and groups by their numbers; what it must know of them it asks by the up-calls.
//
// Life: the driver begins it by tty_init(); from then on it hands each typed byte to tty_take(), and
// wakes `writers` when there is room again.  The device's calls end in the functions below.
#pragma once

#include "types.h"
#include "abi.h"
#include "dev/chardev.h"
#include "dev/line.h"
#include "riscv/spinlock.h"
#include "task/waitq.h"

struct tty;

// What a terminal stands on.  All but the last are called with its lock held.
struct tty_driver {
    bool (*text_ready)(struct tty *t, size_t n); // is there room for n bytes of a program's text?
    void (*text)(struct tty *t, const char *text, size_t n); // => text_ready(n)
    bool (*echo_ready)(struct tty *t);                       // is there room for an echo?
    void (*echo)(struct tty *t, const char *text, size_t n); // => echo_ready()
    void (*asks)(struct tty *t);                             // somebody reads
    bool (*sent)(struct tty *t);   // has all output been sent?  If not, writers are woken later
    void (*resume)(struct tty *t); // there is room for input again
};

// Who makes a call.
struct tty_caller {
    int session, group;
    bool leads; // its session
};

// What a terminal asks about processes.  A terminal's lock may be held.
struct tty_upcalls {
    void (*signal_group)(int group, int signal); // interrupts may call it too
    struct tty_caller (*caller)(void);
    bool (*can_stop)(int signal); // does the signal stop the caller, as it is now?
    int (*session_of)(int group); // 0: there is no such group
    bool (*is_led)(int session);  // does its leader live?
};
void tty_register(const struct tty_upcalls *upcalls); // once, before there are processes

struct tty {
    struct spinlock lock; // RANK_TTY
    const struct tty_driver *driver;
    struct line_input in;         // by lock
    struct winsize window;        // by lock
    int session;                  // by lock: whose controlling terminal it is, or 0
    int foreground;               // by lock: the group in the foreground, or 0
    struct waitq readers;         // wait for input
    struct waitq writers;         // wait for room, for all to be sent, or for VSTART
    char cooked[2 * CHARDEV_MAX]; // by lock: text on its way to the driver
};

void tty_init(struct tty *t, const char *name, const struct tty_driver *driver);

// Takes one typed byte.  => t->lock is held; tty_takes()
void tty_take(struct tty *t, char c);
// => is there room for a typed byte and its echo?  t->lock is held
bool tty_takes(struct tty *t);

// => whose controlling terminal it is; 0: nobody's
int tty_session(struct tty *t);
// => is it the controlling terminal of the caller's session?
bool tty_is_callers(struct tty *t);

// What programs do with it, as chardev.h says.  Who is in the background is stopped by SIGTTIN or
// SIGTTOU (-ERESTART), or refused (-EIO).
int64 tty_read(struct tty *t, void *buf, size_t n, bool wait);
int64 tty_write(struct tty *t, const void *buf, size_t n, bool wait);
uint32 tty_poll(struct tty *t, struct waitq *queues[2]);
size_t tty_ioctl_takes(uint32 code);
// => -ENOTTY: it is no request for a terminal
int64 tty_ioctl(struct tty *t, struct chardev_request *r);

// Waits until n bytes of text can go out.  => 0; -EAGAIN, -EINTR; t->lock is held
int tty_await_room(struct tty *t, size_t n, bool wait);
// Waits until all output has been sent.  => 0, -EINTR
int tty_drain(struct tty *t);
