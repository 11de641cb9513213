// A child changes variables, and the parent's are as they were: on the stack, in data, on the heap.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int global = 1;

int main(void)
{
    int local = 2;
    char *heap = malloc(100);
    strcpy(heap, "parent's");
    if (fork() == 0) {
        global = 100;
        local = 200;
        strcpy(heap, "child's");
        printf("child: global %d, local %d, heap %s\n", global, local, heap);
        return 0;
    }
    wait(NULL);
    printf("parent: global %d, local %d, heap %s\n", global, local, heap);
    free(heap);
    return 0;
}
