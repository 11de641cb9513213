// longest: the longest times that a debug build of the kernel has measured with interrupts off, with a
// lock held, and without breathing, in microseconds, each with the places where it began and ended.
// `longest -r` forgets them, so that the next call tells of what comes between.
#include "kernel/types.h"
#include "user/kine.h"
#include "user/user.h"

const char usage_text[] = "usage: longest [-r]   the longest times without interrupts, in a debug "
                          "kernel; -r: forgets them\n";

#define MOST 64

static const char *const kinds[KINE_LONGEST_KINDS + 1] = {
    [KINE_LONGEST_INTR] = "interrupts",
    [KINE_LONGEST_SPIN] = "spinlock",
    [KINE_LONGEST_MUTEX] = "mutex",
    [KINE_LONGEST_BREATH] = "breath",
};

static int failed(void)
{
    if (errno == ENOSYS)
        fprintf(2, "longest: this kernel does not measure; `make DEBUG=1` builds one that does\n");
    else
        fprintf(2, "longest: %s\n", strerror(errno));
    return 1;
}

static int show(void)
{
    static struct kine_longest all[MOST];
    int n = kine_longest(KINE_LONGEST_READ, all, MOST);
    if (n < 0)
        return failed();
    printf("%-10s %10s  %s\n", "KIND", "US", "FROM, TO, LOCK");
    for (int i = 0; i < n; i++)
        printf("%-10s %8lu.%lu  %s, %s%s%s\n", kinds[all[i].kind], all[i].ns / 1000,
               all[i].ns / 100 % 10, all[i].from, all[i].to, all[i].lock[0] ? ", " : "",
               all[i].lock);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 1)
        return show();
    if (argc == 2 && strcmp(argv[1], "-r") == 0)
        return kine_longest(KINE_LONGEST_RESET, NULL, 0) < 0 ? failed() : 0;
    misused();
}
