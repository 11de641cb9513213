// vmmap PID: the areas of a process, and what is there of each: pages in memory, those of them that
// others have too, those that the next store copies, pages in swap space, and page tables, with
// those that other processes have too.
#include "kernel/fcntl.h"
#include "user/kine.h"
#include "user/user.h"

static const char *kind(const struct kine_area *a)
{
    if (a->flags & KINE_AREA_HEAP)
        return "heap";
    if (a->flags & KINE_AREA_OBJECT)
        return a->flags & KINE_AREA_SHARED ? "shared" : "file";
    return "";
}

static void show(const struct kine_area *a)
{
    char rights[] = "---";
    if (a->prot & PROT_READ)
        rights[0] = 'r';
    if (a->prot & PROT_WRITE)
        rights[1] = 'w';
    if (a->prot & PROT_EXEC)
        rights[2] = 'x';
    printf("%10lx-%-10lx %s %6lu %6lu %6lu %6lu %4lu/%-4lu %s\n", a->start, a->end, rights,
           a->present, a->shared, a->cow, a->swapped, a->tables_shared, a->tables, kind(a));
}

int main(int argc, char **argv)
{
    struct kine_area at = { 0 };
    int pid = argc == 2 ? parse_number(argv[1]) : -1, more;
    if (pid <= 0) {
        fprintf(2, "usage: vmmap PID\n");
        return 2;
    }
    printf("%21s     %6s %6s %6s %6s %9s\n", "AREA", "PAGES", "SHARED", "COW", "SWAP", "TABLES");
    while ((more = kine_area(pid, &at)) == 1)
        show(&at);
    if (more < 0) {
        fprintf(2, "vmmap: process %d: %s\n", pid, strerror(errno));
        return 1;
    }
    return 0;
}
