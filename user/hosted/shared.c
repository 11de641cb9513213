// A counter in memory that parent and children share, beside one that each has for itself.
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
    int own = 0;
    atomic_int *shared =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (int i = 0; i < 4; i++)
        if (fork() == 0) {
            for (int n = 0; n < 1000; n++) {
                atomic_fetch_add(shared, 1);
                own++;
            }
            _exit(0);
        }
    while (wait(NULL) > 0)
        ;
    printf("shared %d, own %d\n", *shared, own);
    return 0;
}
