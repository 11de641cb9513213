// bomb fork | memory | disk FILE | line | spin: what a careless or hostile program does.
#include "kernel/types.h"
#include "kernel/fcntl.h"
#include "kernel/riscv.h"
#include "kernel/vm.h"
#include "user/user.h"

#define BOMB_TICKS   50
#define HOG_CHILDREN 6
#define HOG_BYTES    (1L << 30)

static void wait_for_all(void)
{
    while (wait(0) > 0)
        ;
}

// Every process forks as fast as it can until the time is over.
static void fork_bomb(void)
{
    int end = uptime() + BOMB_TICKS, forked = 0;

    while (uptime() < end) {
        int pid = fork();
        if (pid < 0)
            pause(1);
        forked += pid > 0;
    }
    wait_for_all();
    if (forked == 0)
        exit(0);
}

static void hog(void)
{
    char *p = sbrklazy(HOG_BYTES);

    if (p == SBRK_ERROR)
        exit(1);
    for (long i = 0; i < HOG_BYTES; i += PGSIZE)
        p[i] = 1;
    exit(0);
}

static void memory_bomb(void)
{
    for (int i = 0; i < HOG_CHILDREN; i++)
        if (fork() == 0)
            hog();
    wait_for_all();
}

static void fill_disk(const char *name)
{
    static char block[4096];
    long blocks = 0;
    int fd = open(name, O_CREATE | O_WRONLY);

    while (fd >= 0 && write(fd, block, sizeof(block)) == sizeof(block))
        blocks++;
    close(fd);
    printf("filled %ld blocks\n", blocks);
}

// A child dies, with a message of the kernel's, while this process is in the middle of a line.
static void broken_line(void)
{
    for (int i = 0; i < 5; i++) {
        printf("begin ");
        if (fork() == 0) {
            *(volatile char *)0 = 1;
            exit(0);
        }
        wait(0);
        printf("end\n");
    }
}

int main(int argc, char **argv)
{
    const char *kind = argc > 1 ? argv[1] : "";

    if (strcmp(kind, "fork") == 0)
        fork_bomb();
    else if (strcmp(kind, "memory") == 0)
        memory_bomb();
    else if (strcmp(kind, "disk") == 0 && argc > 2)
        fill_disk(argv[2]);
    else if (strcmp(kind, "line") == 0)
        broken_line();
    else if (strcmp(kind, "spin") == 0)
        for (;;)
            ;
    else
        printf("usage: bomb fork | memory | disk FILE | line | spin\n");
    exit(0);
}
