// wait tells who ended and how, in all its forms.
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t child(int status)
{
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0)
        _exit(status);
    return pid;
}

static void tell(const char *form, pid_t want, pid_t got, int status)
{
    printf("%s: %s", form, got == want ? "the child" : "somebody else");
    if (WIFEXITED(status))
        printf(" has exited with %d\n", WEXITSTATUS(status));
    else if (WIFSIGNALED(status))
        printf(" was killed by %s\n", strsignal(WTERMSIG(status)));
}

int main(void)
{
    int status;
    siginfo_t info;
    struct rusage usage;
    pid_t one = child(7);
    pid_t got = wait(&status);
    tell("wait", one, got, status);
    one = child(8);
    pid_t two = child(9);
    got = waitpid(two, &status, 0);
    tell("waitpid of the second", two, got, status);
    got = waitpid(-1, &status, 0);
    tell("waitpid of any", one, got, status);
    if ((one = fork()) == 0)
        for (;;)
            pause();
    printf("WNOHANG: %d\n", waitpid(one, &status, WNOHANG));
    kill(one, SIGKILL);
    got = wait4(one, &status, 0, &usage);
    tell("wait4", one, got, status);
    one = child(300);
    waitid(P_PID, (id_t)one, &info, WEXITED | WNOWAIT);
    printf("waitid: %s, status %d\n", info.si_pid == one ? "the child" : "somebody else",
           info.si_status & 0xff);
    got = wait(&status);
    tell("wait, after WNOWAIT", one, got, status);
    got = wait(&status);
    printf("nobody is left: %s\n", got == -1 && errno == ECHILD ? strerror(errno) : "?");
    return 0;
}
