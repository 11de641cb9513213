// forktest: forks until that fails, which must be at the limit of processes and not be the end of
// anything; then all children are waited for.
//
// It prints through write() alone, so that the program stays small and many copies fit.

#include "kernel/types.h"
#include "kernel/stat.h"
#include "user/kine.h"
#include "user/user.h"

const char usage_text[] = "usage: forktest   forks until that fails\n";

#define TOO_MANY 1000 // a limit there must be, and below this

static void say(const char *text)
{
    write(1, text, (int)strlen(text));
}

static void give_up(const char *why)
{
    say("forktest: ");
    say(why);
    say("\n");
    exit(1);
}

// => how many children there are; each waits until the pipe's writing end is closed
static int fork_until_it_fails(int fd[2])
{
    for (int n = 0; n < TOO_MANY; n++) {
        int pid = fork();
        if (pid < 0)
            return n;
        if (pid == 0) {
            char byte;
            close(fd[1]);
            exit(read(fd[0], &byte, 1));
        }
    }
    return TOO_MANY;
}

static void reap(int n)
{
    while (n-- > 0) {
        int status = -1;
        if (wait(&status) < 0)
            give_up("wait found too few children");
        if (status != 0)
            give_up("a child did not exit with 0");
    }
    if (wait(0) != -1)
        give_up("wait found too many children");
}

int main(void)
{
    int fd[2];
    say("fork test\n");
    if (pipe(fd) < 0)
        give_up("pipe failed");
    int n = fork_until_it_fails(fd);
    close(fd[1]);
    reap(n);
    if (n == 0)
        give_up("fork does not work at all");
    if (n == TOO_MANY)
        give_up("fork never fails");
    say("fork test OK\n");
    exit(0);
}
