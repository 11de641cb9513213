// forkloop [N]: forks a child that ends at once, and waits for it, N times.
#include "kernel/types.h"
#include "user/user.h"

int main(int argc, char **argv)
{
    int n = argc > 1 ? atoi(argv[1]) : 1000, done = 0;

    while (done < n) {
        int pid = fork();
        if (pid == 0)
            exit(done & 0xff);
        int status;
        if (pid < 0 || wait(&status) != pid || status != (done & 0xff))
            break;
        done++;
    }
    printf("forkloop: %d of %d\n", done, n);
    exit(done != n);
}
