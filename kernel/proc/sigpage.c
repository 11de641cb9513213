#include "proc/sigpage.h"
#include "cache/object.h"
#include "lib/string.h"
#include "riscv.h"
#include "vm/aspace.h"

static const uint32 code[] = {
    0x08b00893, // li a7, 139: rt_sigreturn
    0x00000073, // ecall
};

static struct object page_object;

static int fill(struct object *obj, uint64 index, void *page)
{
    memset(page, 0, PGSIZE);
    memcpy(page, code, sizeof code);
    return 0;
}

static uint64 size(struct object *obj)
{
    return PGSIZE;
}

static const struct object_ops ops = { .fill = fill, .size = size };

void sigpage_init(void)
{
    object_init(&page_object, &ops);
}

// Of two threads that come here at one time each may map it: one area too many does no harm.
int aspace_map_sigpage(struct aspace *as)
{
    struct area what = { .prot = PROT_READ | PROT_EXEC, .object = &page_object };
    if (aspace_sigpage(as))
        return 0;
    int64 at = aspace_mmap(as, 0, PGSIZE, &what, PLACE_HINT);
    if (at < 0)
        return (int)at;
    __atomic_store_n(&as->sigpage, (uint64)at, __ATOMIC_RELEASE);
    return 0;
}

uint64 aspace_sigpage(const struct aspace *as)
{
    return __atomic_load_n(&as->sigpage, __ATOMIC_ACQUIRE);
}
