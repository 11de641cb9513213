// The ways in which texts start programs: fork and exec behind a pipe, vfork, posix_spawn, popen,
// system.
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void by_pipe(void)
{
    int ends[2], status;
    char text[64] = "";
    if (pipe(ends))
        exit(1);
    if (fork() == 0) {
        dup2(ends[1], 1);
        close(ends[0]);
        close(ends[1]);
        execl("/echo", "echo", "through", "a", "pipe", (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    ssize_t n = read(ends[0], text, sizeof text - 1);
    wait(&status);
    printf("read %zd bytes, status %d: %s", n, status, text);
    close(ends[0]);
    fflush(stdout);
}

static void by_vfork(void)
{
    int status;
    pid_t pid = vfork();
    if (pid == 0) {
        execlp("false", "false", (char *)NULL);
        _exit(127);
    }
    waitpid(pid, &status, 0);
    printf("false, by vfork: %d\n", WEXITSTATUS(status));
    fflush(stdout);
}

static void by_spawn(void)
{
    int status;
    pid_t pid;
    char *argv[] = { "echo", "by", "posix_spawn", NULL };
    int err = posix_spawn(&pid, "/echo", NULL, NULL, argv, environ);
    waitpid(pid, &status, 0);
    printf("posix_spawn: %d, status %d\n", err, status);
    err = posix_spawn(&pid, "/none", NULL, NULL, argv, environ);
    printf("of what is not there: %s\n", strerror(err));
    fflush(stdout);
}

static void by_shell(void)
{
    char line[80];
    FILE *f = popen("echo from the shell | cat", "r");
    while (f && fgets(line, sizeof line, f))
        printf("popen: %s", line);
    printf("pclose: %d\n", f ? pclose(f) : -1);
    fflush(stdout);
    printf("system: %d\n", WEXITSTATUS(system("exit 3")));
}

int main(void)
{
    setenv("PATH", "/", 1);
    by_pipe();
    by_vfork();
    by_spawn();
    by_shell();
    return 0;
}
