// Signals as texts use them: SIGCHLD reaps, SIGUSR1 is counted, SIGALRM ends a pause.
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t reaped, users, alarms;

static void on_signal(int sig)
{
    if (sig == SIGCHLD)
        while (waitpid(-1, NULL, WNOHANG) > 0)
            reaped++;
    users += sig == SIGUSR1;
    alarms += sig == SIGALRM;
}

int main(void)
{
    struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
    sigset_t block, old;
    sigemptyset(&block);
    sigaddset(&block, SIGCHLD);
    sigaction(SIGCHLD, &action, NULL);
    sigaction(SIGUSR1, &action, NULL);
    sigaction(SIGALRM, &action, NULL);
    sigprocmask(SIG_BLOCK, &block, &old);
    for (int i = 0; i < 5; i++)
        if (fork() == 0)
            _exit(i);
    while (reaped < 5)
        sigsuspend(&old);
    sigprocmask(SIG_SETMASK, &old, NULL);
    raise(SIGUSR1);
    kill(getpid(), SIGUSR1);
    alarm(1);
    while (!alarms)
        pause();
    printf("reaped %d, users %d, alarms %d\n", reaped, users, alarms);
    return 0;
}
