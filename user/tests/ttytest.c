// ttytest: terminals, together with somebody who types (tests/guest/test_terminal.py).
//
//   ttytest raw         bytes one by one, and by VMIN and VTIME, until q
//   ttytest ahead       what was typed in raw mode becomes lines
//   exec ttytest jobs   in the place of a shell that leads a session: keys signal the foreground,
//                       others stop
//   ttytest calls       what needs nobody to type

#include "user/tests/lib/test.h"

const char usage_text[] =
    "usage: ttytest raw | ahead | jobs | calls   tests terminals, with somebody who types\n";

#define MS      1000000L
#define NOWHERE 0x80000000L

static struct termios before;

static long control(long request, void *arg)
{
    return sys(SYS_ioctl, 0, request, arg);
}

static void set_raw(int vmin, int vtime)
{
    struct termios raw = before;
    raw.c_lflag &= ~(uint32)(ICANON | ECHO | ISIG);
    raw.c_cc[VMIN] = (uint8)vmin;
    raw.c_cc[VTIME] = (uint8)vtime;
    EXPECT(control(TCSETS, &raw), 0, "TCSETS");
}

static void set_back(void)
{
    EXPECT(control(TCSETS, &before), 0, "TCSETS");
}

// --- raw --------------------------------------------------------------------------------------

static void wait_for_input(void)
{
    struct pollfd p = { .fd = 0, .events = POLLIN };
    EXPECT(sys(SYS_ppoll, &p, 1, NULL, 0, 0), 1, "poll of the terminal");
}

static void raw(void)
{
    char bytes[16];
    long n;
    set_raw(1, 0);
    printf("raw: type\n");
    do {
        wait_for_input();
        n = sys(SYS_read, 0, bytes, 1);
        printf("got %ld: 0x%x\n", n, bytes[0]);
    } while (bytes[0] != 'q');
    set_raw(3, 0);
    printf("three: type\n");
    n = sys(SYS_read, 0, bytes, sizeof bytes);
    printf("got %ld bytes\n", n);
    set_raw(10, 2);
    printf("a pause: type\n");
    n = sys(SYS_read, 0, bytes, sizeof bytes);
    printf("got %ld bytes\n", n);
    set_raw(0, 2);
    uint64 begin = now_ns();
    EXPECT(sys(SYS_read, 0, bytes, sizeof bytes), 0, "read without input, for 0.2 s");
    CHECK(now_ns() - begin >= 200 * MS, "it took %ld ms", (long)((now_ns() - begin) / MS));
    set_raw(0, 0);
    EXPECT(sys(SYS_read, 0, bytes, sizeof bytes), 0, "read without input");
    set_back();
    printf("raw: OK\n");
}

// --- ahead ------------------------------------------------------------------------------------

static void ahead(void)
{
    char line[64];
    int n;
    set_raw(1, 0);
    printf("ahead: type\n");
    sleep_ms(1000);
    EXPECT(control(FIONREAD, &n), 0, "FIONREAD");
    CHECK(n > 0, "nothing has been typed");
    set_back();
    long got = sys(SYS_read, 0, line, sizeof line - 1);
    CHECK(got > 0, "read: %ld", got);
    line[got] = '\0';
    printf("line: %s", line);
    EXPECT(sys(SYS_read, 0, line, sizeof line), 0, "the end of input");
    printf("ahead: OK\n");
}

// --- jobs -------------------------------------------------------------------------------------

static void run_away(void *unused)
{
    sys(SYS_setpgid, 0, 0);
    for (;;)
        ;
}

static void read_a_line(void *unused)
{
    char c;
    sys(SYS_setpgid, 0, 0);
    sys(SYS_read, 0, &c, 1);
}

static void to_front(int group)
{
    EXPECT(control(TIOCSPGRP, &group), 0, "TIOCSPGRP");
}

static void ignore(int sig)
{
    struct sigaction action = { .sa_handler = SIG_IGN };
    EXPECT(sys(SYS_rt_sigaction, sig, &action, NULL, 8), 0, "sigaction");
}

// => the status of a child that has ended or stopped
static struct siginfo await(int pid)
{
    struct siginfo info = { 0 };
    EXPECT(sys(SYS_waitid, P_PID, pid, &info, WEXITED | WSTOPPED), 0, "waitid");
    return info;
}

static void expect_key(const char *key, int code, int sig)
{
    int child = start(run_away, NULL);
    sys(SYS_setpgid, child, child);
    to_front(child);
    printf("%s: type\n", key);
    struct siginfo info = await(child);
    EXPECT(info.si_status, sig, "signal of %s", key);
    EXPECT(info.si_code, code, "code of %s", key);
    if (code == CLD_STOPPED) {
        kill(child);
        await(child);
    }
    to_front(getpid());
}

static void leave_terminal(void)
{
    int n;
    ignore(SIGHUP);
    EXPECT(control(TIOCNOTTY, NULL), 0, "TIOCNOTTY");
    EXPECT(control(TIOCGPGRP, &n), -ENOTTY, "the terminal is left");
}

static void take_terminal(void)
{
    int n, me = getpid();
    EXPECT(control(TIOCSCTTY, NULL), 0, "TIOCSCTTY");
    EXPECT(control(TIOCSCTTY, NULL), 0, "once more");
    EXPECT(control(TIOCGPGRP, &n), 0, "TIOCGPGRP");
    EXPECT(n, me, "the foreground");
    EXPECT(control(TIOCGSID, &n), 0, "TIOCGSID");
    EXPECT(n, me, "the session");
}

static void refuse_groups(void)
{
    int n = 1;
    EXPECT(control(TIOCSPGRP, &n), -EPERM, "a group of another session");
    n = 30000;
    EXPECT(control(TIOCSPGRP, &n), -ESRCH, "no group");
    n = -5;
    EXPECT(control(TIOCSPGRP, &n), -EINVAL, "a negative group");
}

static void jobs(void)
{
    EXPECT(sys(SYS_getsid, 0), getpid(), "our session");
    leave_terminal();
    take_terminal();
    refuse_groups();
    ignore(SIGTTOU);
    expect_key("interrupt", CLD_KILLED, SIGINT);
    expect_key("quit", CLD_KILLED, SIGQUIT);
    expect_key("suspend", CLD_STOPPED, SIGTSTP);
    int child = start(read_a_line, NULL);
    EXPECT(await(child).si_status, SIGTTIN, "signal of a reader in the background");
    kill(child);
    await(child);
    leave_terminal();
    printf("jobs: OK\n");
}

// --- calls ------------------------------------------------------------------------------------

static void calls(void)
{
    struct winsize window, was;
    struct termios modes;
    EXPECT(control(TIOCGWINSZ, &was), 0, "TIOCGWINSZ");
    window = (struct winsize){ .ws_row = 50, .ws_col = 132 };
    EXPECT(control(TIOCSWINSZ, &window), 0, "TIOCSWINSZ");
    window.ws_col = 0;
    EXPECT(control(TIOCGWINSZ, &window), 0, "TIOCGWINSZ");
    EXPECT(window.ws_col, 132, "columns");
    control(TIOCSWINSZ, &was);
    EXPECT(control(TCGETS, (void *)NOWHERE), -EFAULT, "TCGETS to nowhere");
    EXPECT(control(TCSETS, (void *)NOWHERE), -EFAULT, "TCSETS from nowhere");
    EXPECT(control(TCFLSH, (void *)9), -EINVAL, "an unknown queue");
    EXPECT(control(TCFLSH, (void *)TCOFLUSH), 0, "TCFLSH");
    EXPECT(control(TCXONC, (void *)9), -EINVAL, "TCXONC");
    EXPECT(control(TCSBRK, (void *)1), 0, "TCSBRK");
    EXPECT(control(0x5499, NULL), -ENOTTY, "an unknown request");
    EXPECT(control(TCSETSW, &before), 0, "TCSETSW");
    EXPECT(control(TCGETS, &modes), 0, "TCGETS");
    EXPECT(memcmp(&modes, &before, sizeof modes), 0, "modes that were set");
    EXPECT(sys(SYS_fcntl, 0, F_SETFL, O_NONBLOCK), 0, "O_NONBLOCK");
    char byte;
    long got = sys(SYS_read, 0, &byte, 1);
    EXPECT(sys(SYS_fcntl, 0, F_SETFL, 0), 0, "O_NONBLOCK off");
    EXPECT(got, -EAGAIN, "a read that does not wait");
    printf("calls: OK\n");
}

int main(int argc, char **argv)
{
    part_name = "ttytest";
    EXPECT(control(TCGETS, &before), 0, "TCGETS");
    const char *what = argc > 1 ? argv[1] : "calls";
    if (strcmp(what, "raw") == 0)
        raw();
    else if (strcmp(what, "ahead") == 0)
        ahead();
    else if (strcmp(what, "jobs") == 0)
        jobs();
    else
        calls();
    return 0;
}
