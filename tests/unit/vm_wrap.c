// What the linker puts in front of some functions of the kernel (unit.mk), so that the host machine's
// TLBs see what is given back (tlb.h).
#include "check.h"
#include "mem/frame.h"
#include "tlb.h"
#include "vm/aspace.h"

void __real_aspace_put(struct aspace *as);
void __wrap_aspace_put(struct aspace *as);
void *__real_kalloc(enum frame_kind kind);
void *__wrap_kalloc(enum frame_kind kind);
void __real_frame_free(struct frame *f);
void __wrap_frame_free(struct frame *f);

// Who drops the last reference has left the address space, and so has everybody else.
void __wrap_aspace_put(struct aspace *as)
{
    if (as->refs == 1)
        tlb_leave(as->root);
    __real_aspace_put(as);
}

void *__wrap_kalloc(enum frame_kind kind)
{
    tlb_guesses();
    return __real_kalloc(kind);
}

void __wrap_frame_free(struct frame *f)
{
    int hart;
    if (tlb_knows(f, &hart))
        check_failed(__FILE__, __LINE__, "a frame (kind %u) is freed that hart %d remembers",
                     f->kind, hart);
    __real_frame_free(f);
}
