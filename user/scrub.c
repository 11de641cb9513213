// scrub: reads all files and snapshots from the disk and compares every checksum.  What is damaged
// is told on the console; the status is 1 then.
#include "kernel/types.h"
#include "user/kine.h"
#include "user/user.h"

const char usage_text[] = "usage: scrub   reads all blocks of all files and checks their sums\n";

int main(int argc, char **argv)
{
    struct kine_scrub result;
    if (argc != 1)
        misused();
    if (kine_scrub(&result) < 0) {
        fprintf(2, "scrub: %s\n", strerror(errno));
        return 1;
    }
    printf("%lu blocks read, %lu damaged\n", result.blocks, result.damaged);
    return result.damaged > 0;
}
