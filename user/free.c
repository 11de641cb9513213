// free: where the memory is, in page frames and in KiB, and what copy-on-write has done since boot.
#include "kernel/types.h"
#include "kernel/riscv.h"
#include "user/kine.h"
#include "user/user.h"

const char usage_text[] =
    "usage: free   where the memory is, and what copy-on-write has done since boot\n";

static void show(const char *use, uint64 frames)
{
    printf("%-8s %8lu %10lu\n", use, frames, frames * (PGSIZE / 1024));
}

int main(void)
{
    struct kine_meminfo m;
    if (kine_meminfo(&m) < 0) {
        fprintf(2, "free: %s\n", strerror(errno));
        return 1;
    }
    printf("%-8s %8s %10s\n", "", "FRAMES", "KIB");
    show("ram", m.ram);
    show("free", m.free);
    show("user", m.user);
    show("tables", m.tables);
    show("cache", m.cache);
    show("slab", m.slab);
    show("stacks", m.stacks);
    show("kernel", m.kernel);
    show("other", m.other);
    if (m.swap > 0) {
        show("swap", m.swap);
        show("unused", m.swap_free);
    }
    printf("faults: %lu, copied %lu, taken back %lu, zero-filled %lu\n", m.page_faults,
           m.cow_copies, m.cow_reuses, m.zero_fills);
    return 0;
}
