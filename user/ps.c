// ps: the processes.  PAGES are the pages its tables map, SHARED those of them that others hold
// too, SIZE the memory it may use, TIME what it has computed.
#include "kernel/types.h"
#include "kernel/param.h"
#include "user/kine.h"
#include "user/user.h"

#define NS_PER_MS 1000000

static struct kine_proc procs[NPROC];

static void show(const struct kine_proc *p)
{
    uint64 ms = (p->user_ns + p->kernel_ns) / NS_PER_MS;
    printf("%5d %5d %c %7lu %7lu %7luK %5lu.%03lu %s\n", p->pid, p->ppid, p->state, p->pages,
           p->shared, p->size / 1024, ms / 1000, ms % 1000, p->name);
}

int main(void)
{
    int n = kine_procs(procs, NPROC);
    if (n < 0) {
        fprintf(2, "ps: %s\n", strerror(errno));
        return 1;
    }
    printf("%5s %5s S %7s %7s %8s %9s %s\n", "PID", "PPID", "PAGES", "SHARED", "SIZE", "TIME",
           "NAME");
    for (int i = 0; i < n; i++)
        show(&procs[i]);
    return 0;
}
