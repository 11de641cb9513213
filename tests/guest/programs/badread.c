// badread: reads a line of the console into memory that is not there, or ends too early; then
// prints what is left of it.
#include "kernel/types.h"
#include "kernel/memlayout.h"
#include "kernel/riscv.h"
#include "user/user.h"

int main(void)
{
    char rest[64];
    sbrk(100);
    char *end = (char *)PGROUNDUP((uint64)sbrk(0)); // nothing is mapped from here on

    printf("ready\n");
    int bad = read(0, (char *)KERNBASE, 10);
    int few = read(0, end - 3, 10);
    int more = read(0, rest, sizeof rest);
    printf("got %d, %d <%c%c%c>, %d <", bad, few, end[-3], end[-2], end[-1], more);
    write(1, rest, more - 1);
    printf(">\n");
    exit(0);
}
