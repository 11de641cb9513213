// Process 1: opens the console, keeps a shell running, and reaps every orphan.
#include "kernel/types.h"
#include "kernel/fcntl.h"
#include "user/user.h"

#define CONSOLE_MAJOR 1

static void open_console(void)
{
    if (open("console", O_RDWR) < 0) {
        mknod("console", CONSOLE_MAJOR, 0);
        open("console", O_RDWR);
    }
    dup(0);
    dup(0);
}

static int start_shell(void)
{
    char *argv[] = { "sh", 0 };
    int pid = fork();
    if (pid == 0) {
        exec("sh", argv);
        printf("init: sh cannot be run\n");
        exit(1);
    }
    return pid;
}

int main(void)
{
    open_console();
    for (;;) {
        printf("init: starting sh\n");
        int shell = start_shell(), gone;
        if (shell < 0) {
            printf("init: no process to be had for sh, trying again\n");
            sleep(10);
            continue;
        }
        while ((gone = wait(0)) >= 0 && gone != shell)
            ;
    }
}
