// top [-n N]: the processes that compute most, again and again.
#include "kernel/types.h"
#include "kernel/param.h"
#include "kernel/syscall.h"
#include "user/lib/lines.h"
#include "user/user.h"

#define ROUND_TENTHS 20 // time between two pictures
#define NS_PER_TENTH 100000000UL

const char usage_text[] = "usage: top [-n N]   the processes that compute most, every 2 seconds\n"
                          "  -n N: N times   q: the end\n";

static struct kine_proc now[NPROC], before[NPROC];
static int count, count_before;
static uint64 used[NPROC]; // by each of `now` since the last picture, in nanoseconds

static uint64 time_of(const struct kine_proc *p)
{
    return p->user_ns + p->kernel_ns;
}

static uint64 used_since(const struct kine_proc *p)
{
    for (int i = 0; i < count_before; i++)
        if (before[i].pid == p->pid && time_of(&before[i]) <= time_of(p))
            return time_of(p) - time_of(&before[i]);
    return time_of(p);
}

// => the process that has used most and has not been shown
static int busiest(const bool *shown)
{
    int best = -1;
    for (int i = 0; i < count; i++)
        if (!shown[i] && (best < 0 || used[i] > used[best]))
            best = i;
    return best;
}

static void show(int rows)
{
    bool shown[NPROC] = { 0 };
    struct kine_meminfo m = { 0 };
    kine_meminfo(&m);
    printf("%d processes, %lu of %lu KiB free\n", count, m.free * 4, m.ram * 4);
    printf("%5s S %3s %6s %9s %9s %s\n", "PID", "THR", "BUSY", "TIME", "SIZE", "NAME");
    for (int i; rows > 0 && (i = busiest(shown)) >= 0; rows--) {
        uint64 ms = time_of(&now[i]) / 1000000,
               permille = used[i] * 10 / (ROUND_TENTHS * NS_PER_TENTH / 100);
        shown[i] = true;
        printf("%5d %c %3u %4lu.%lu%% %5lu.%03lu %8luK %s\n", now[i].pid, now[i].state,
               now[i].threads, permille / 10, permille % 10, ms / 1000, ms % 1000,
               now[i].size / 1024, now[i].name);
    }
}

static bool look(void)
{
    count_before = count;
    memcpy(before, now, sizeof before);
    count = kine_procs(now, NPROC);
    if (count > NPROC)
        count = NPROC;
    for (int i = 0; i < count; i++)
        used[i] = count_before ? used_since(&now[i]) : 0;
    return count >= 0;
}

// Waits for the next picture.  => false: q has been typed
static bool wait_round(void)
{
    char c = '\0';
    struct termios modes, raw;
    if (syscall(SYS_ioctl, 0, TCGETS, &modes) < 0) {
        sleep(ROUND_TENTHS);
        return true;
    }
    raw = modes;
    raw.c_lflag &= ~(uint)(ICANON | ECHO);
    raw.c_cc[VMIN] = 0;
    raw.c_cc[VTIME] = ROUND_TENTHS;
    syscall(SYS_ioctl, 0, TCSETS, &raw);
    read(0, &c, 1);
    syscall(SYS_ioctl, 0, TCSETS, &modes);
    return c != 'q';
}

int main(int argc, char **argv)
{
    int rounds = -1;
    struct winsize window = { 24, 80, 0, 0 };
    if (argc == 3 && strcmp(argv[1], "-n") == 0)
        rounds = parse_number(argv[2]);
    if (argc != 1 && rounds < 1)
        misused();
    bool screen = syscall(SYS_ioctl, 1, TIOCGWINSZ, &window) == 0 && rounds < 0;
    do {
        if (!look())
            return complain_of("top", "processes");
        if (screen)
            printf("\033[H\033[J");
        show(screen ? window.ws_row - 4 : NPROC);
    } while (--rounds != 0 && wait_round());
    return 0;
}
