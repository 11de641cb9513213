// Process 1: opens the console, keeps a shell running, and reaps every orphan.
#include "kernel/types.h"
#include "kernel/fcntl.h"
#include "kernel/file.h"
#include "kernel/syscall.h"
#include "user/kine.h"
#include "user/user.h"

const char usage_text[] = "usage: init   process 1: keeps a shell running\n";

#define NO_CONSOLE 1   // status of init itself
#define NO_SHELL   127 // status of a child that could not become sh
#define PAUSE      10  // ticks between tries when there is no shell to be had
#define SOON       5   // ticks: a shell that was killed so early was not to be had

// => false: there is none, and on a disk that cannot be written to none can be made
static bool open_console(void)
{
    if (open("/console", O_RDWR) < 0) {
        mknod("/console", CONSOLE, 0);
        if (open("/console", O_RDWR) < 0)
            return false;
    }
    dup(0);
    dup(0);
    return true;
}

static struct termios modes; // the console's, as they are at first

// However the last shell and its programs have left it.
static void reset_console(void)
{
    syscall(SYS_fcntl, 0, F_SETFL, 0);
    syscall(SYS_ioctl, 0, TCSETS, &modes);
}

static int start_shell(void)
{
    char *argv[] = { "sh", 0 };
    int pid = fork();
    if (pid == 0) {
        reset_console();
        exec("/sh", argv);
        printf("init: sh: %s\n", strerror(errno));
        exit(NO_SHELL);
    }
    return pid;
}

// Reaps whoever ends until it is the shell, whatever hinders a wait meanwhile.  => false: there was
// none, or not for long
static bool reap_until(int shell)
{
    int status = 0, since = uptime();
    long gone;
    do
        gone = syscall(SYS_wait4, -1, &status, 0, 0);
    while (gone != shell && !(gone < 0 && errno == ECHILD));
    int signal = status & 0x7f;
    if (gone == shell && signal)
        printf("init: sh was killed by signal %d\n", signal);
    return status >> 8 != NO_SHELL && (!signal || uptime() - since >= SOON);
}

int main(void)
{
    while (!open_console()) {
        if (errno != EIO) // what cannot be read now may be later
            return NO_CONSOLE;
        sleep(PAUSE);
    }
    syscall(SYS_ioctl, 0, TCGETS, &modes);
    for (;;) {
        printf("init: starting sh\n");
        int shell = start_shell();
        if (shell < 0)
            printf("init: fork: %s\n", strerror(errno));
        if (shell < 0 || !reap_until(shell))
            sleep(PAUSE);
    }
}
