// audit: has the kernel recount every frame and check its invariants (M1 to M5).  Says `audit:
// clean` and succeeds, or `audit: NOT CLEAN` and fails.
#include "kernel/types.h"
#include "user/kine.h"
#include "user/user.h"

const char usage_text[] =
    "usage: audit   has the kernel recount all memory; status 0: all is right\n";

int main(void)
{
    struct kine_audit a;
    if (kine_audit(&a) < 0) {
        fprintf(2, "audit: %s\n", strerror(errno));
        return 2;
    }
    printf("audit: %lu frames, %lu lost, %lu errors\n", a.ram, a.lost, a.errors);
    if (a.lost || a.errors) {
        printf("audit: NOT CLEAN\n");
        return 1;
    }
    printf("audit: clean\n");
    return 0;
}
