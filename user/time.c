// time PROGRAM [ARG...]: runs a program and says what time it took.
#include "kernel/types.h"
#include "kernel/syscall.h"
#include "user/lib/lines.h"
#include "user/user.h"

const char usage_text[] = "usage: time PROGRAM [ARG...]   what time it takes, in seconds\n"
                          "  real: by the clock   user: in user mode   sys: in the kernel\n";

static int64 clock_ms(void)
{
    struct timespec ts = { 0 };
    syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void show(const char *what, int64 ms)
{
    fprintf(2, "%s %ld.%03ld\n", what, ms / 1000, ms % 1000);
}

int main(int argc, char **argv)
{
    struct tms before = { 0 }, after = { 0 };
    if (argc < 2)
        misused();
    int64 start = clock_ms();
    syscall(SYS_times, &before);
    int status = run_command(argv + 1);
    syscall(SYS_times, &after);
    show("real", clock_ms() - start);
    show("user", (after.tms_cutime - before.tms_cutime) * 10);
    show("sys ", (after.tms_cstime - before.tms_cstime) * 10);
    return status;
}
