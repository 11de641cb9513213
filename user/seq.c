// seq [FIRST [STEP]] LAST: numbers, one on each line.
#include "kernel/types.h"
#include "user/lib/lines.h"
#include "user/user.h"

const char usage_text[] = "usage: seq [FIRST [STEP]] LAST   whole numbers, one on each line\n";

static bool number(const char *word, long *n)
{
    int digits = parse_number(word + (*word == '-'));
    *n = *word == '-' ? -digits : digits;
    return digits >= 0;
}

int main(int argc, char **argv)
{
    long first = 1, step = 1, last = 0;
    bool good = argc >= 2 && argc <= 4 && number(argv[argc - 1], &last);
    if (good && argc > 2)
        good = number(argv[1], &first);
    if (good && argc > 3)
        good = number(argv[2], &step) && step != 0;
    if (!good)
        misused();
    for (long n = first; step > 0 ? n <= last : n >= last; n += step)
        printf("%ld\n", n);
    return 0;
}
