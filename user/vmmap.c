// vmmap PID: the areas of a process, and what is there of each: pages in memory, those of them that
// others have too, those that the next store copies, pages in swap space, and page tables, with
// those that other processes have too.
#include "kernel/fcntl.h"
#include "user/kine.h"
#include "user/user.h"

const char usage_text[] =
    "usage: vmmap PID   the areas of a process, and what is there of each\n"
    "  PAGES: in memory   SHARED: of these, others have them too   COW: copied at the next store\n"
    "  SWAP: pages in swap space   TABLES: that others have too / all\n";

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
    int pid = argc == 2 ? parse_number(argv[1]) : -1;
    if (pid <= 0)
        misused();
    int more = kine_area(pid, &at);
    if (more == 1)
        printf("%21s     %6s %6s %6s %6s %9s\n", "AREA", "PAGES", "SHARED", "COW", "SWAP",
               "TABLES");
    for (; more == 1; more = kine_area(pid, &at))
        show(&at);
    if (more < 0) {
        fprintf(2, "vmmap: process %d: %s\n", pid, strerror(errno));
        return 1;
    }
    return 0;
}
