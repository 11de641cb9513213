// forkloop [N]: forks and waits N times (10,000), and loses nothing by it.

#include "user/tests/lib/test.h"

const char usage_text[] = "usage: forkloop [N]   forks and waits N times (10,000)\n";

#define DEFAULT 10000

int main(int argc, char **argv)
{
    int n = argc > 1 ? parse_number(argv[1]) : DEFAULT;
    if (n <= 0 || argc > 2)
        misused();
    part_name = "forkloop";
    must_pass("the first child", do_nothing, NULL);
    struct tally before = tally_now();
    uint64 began = now_ns();
    for (int i = 0; i < n; i++)
        EXPECT(finish(start(do_nothing, NULL)).status, 0, "exit of child %d", i);
    uint64 took = now_ns() - began;
    check_tally(&before, "at the end");
    printf("forkloop: %d forks in %lu ms: OK\n", n, took / 1000000);
    exit(0);
}
