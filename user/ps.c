// ps: the processes.
#include "kernel/types.h"
#include "kernel/file.h"
#include "kernel/param.h"
#include "user/kine.h"
#include "user/user.h"

#define NS_PER_MS 1000000

const char usage_text[] =
    "usage: ps   the processes\n"
    "  GROUP: process group   TTY: its session's terminal   THR: threads\n"
    "  S: R runs or is ready, S sleeps, T is stopped, Z has ended\n"
    "  PAGES: mapped by its tables   SHARED: of these, by others too   SIZE: what it may use\n"
    "  TIME: that it has computed\n";

static struct kine_proc procs[NPROC];

static void show_terminal(uint32 device)
{
    if (device == 0)
        printf("%7s ", "-");
    else if (MAJOR(device) == CONSOLE)
        printf("%7s ", "console");
    else
        printf("%4d,%-2d ", MAJOR(device), MINOR(device));
}

static void show(const struct kine_proc *p)
{
    uint64 ms = (p->user_ns + p->kernel_ns) / NS_PER_MS;
    printf("%5d %5d %5d ", p->pid, p->ppid, p->group);
    show_terminal(p->terminal);
    printf("%c %3u %6lu %6lu %7luK %4lu.%03lu %s\n", p->state, p->threads, p->pages, p->shared,
           p->size / 1024, ms / 1000, ms % 1000, p->name);
}

int main(int argc, char **argv)
{
    if (argc != 1)
        misused();
    int n = kine_procs(procs, NPROC);
    if (n < 0) {
        fprintf(2, "ps: %s\n", strerror(errno));
        return 1;
    }
    printf("%5s %5s %5s %7s S %3s %6s %6s %8s %8s %s\n", "PID", "PPID", "GROUP", "TTY", "THR",
           "PAGES", "SHARED", "SIZE", "TIME", "NAME");
    for (int i = 0; i < n; i++)
        show(&procs[i]);
    return 0;
}
