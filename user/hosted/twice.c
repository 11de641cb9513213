// fork returns twice, and each side counts for itself.
#include <stdio.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
    int count = 10;
    printf("before: %d\n", count);
    fflush(stdout); // what is in the buffer would be copied too, and printed twice
    pid_t pid = fork();
    if (pid == 0) {
        for (int i = 0; i < 3; i++)
            printf("child: %d\n", ++count);
        return 0;
    }
    wait(NULL);
    for (int i = 0; i < 3; i++)
        printf("parent: %d\n", --count);
    printf("fork gave the parent the child's pid: %s\n", pid > 0 ? "yes" : "no");
    return 0;
}
