// Frames: who owns each page of RAM.
//
// Every frame of RAM has a struct frame with a count of the references that name it: valid or
// parked page-table entries, page-cache slots, and kernel holders (invariant M1).  kalloc()
// gives a frame with one reference; get and put count; at zero the frame is free.  Counts are
// atomic, never locked: whoever holds one reference may take another, and the one who drops the
// last frees.  A count of one seen by its holder stays one as long as only that holder can hand
// out references; for a private page that holds under the lock of its address space.
#pragma once

#include "types.h"
#include "riscv/addr.h"
#include "lib/list.h"

// What a frame is used for: for the accounts (kine_meminfo, the audit) and the debugger.
enum frame_kind {
    FRAME_FREE,
    FRAME_KERNEL, // the image, the frame table, firmware, the kernel's own page tables: never freed
    FRAME_USER,   // anonymous memory of processes: heaps and what mmap gives
    FRAME_IMAGE,  // a page of a program's image or stack that is its own
    FRAME_ROOT,   // the root table of an address space
    FRAME_TABLE,  // another page table
    FRAME_CACHE,  // a page of a cache object, or a metadata block
    FRAME_SLAB,   // small objects
    FRAME_STACK,  // a kernel stack
    FRAME_OTHER,  // pipes, device rings
    FRAME_KINDS,
};

struct frame {
    uint32 refs;    // atomic
    uint8 kind;     // enum frame_kind; changed by the sole owner only, or by whose lock the page is
    uint8 flags;    // the kind's own use
    uint32 next;    // while free: index + 1 of the next free frame; else the kind's own use
    uint32 audited; // references found by the audit in progress
    union {
        struct list link; // the kind's own use
        uint32 active;    // a root table: harts that have it loaded, one bit each; atomic
    };
    void *owner;  // FRAME_CACHE: the object whose page it is in the cache
    uint64 index; // FRAME_CACHE: which
    // FRAME_CACHE: while it is on its way to the disk: to which block, and which frame comes next.
    // Else 0.
    uint64 block;
    struct frame *write_next;
} __attribute__((aligned(64))); // a power of two: from address to frame is a shift
_Static_assert(sizeof(struct frame) == 64, "1/64 of memory");

// => a page-aligned page with one reference; its bytes are arbitrary.  NULL if there is no
//    memory even after reclaim.  Any lock may be held.
void *kalloc(enum frame_kind kind);
// => the same, cleared.
void *kalloc_zeroed(enum frame_kind kind);
// Drops the caller's reference to the page: frame_put() by kernel address.
void kfree(void *page);

// Where the struct frame of physical address 0 would stand; set once at boot.
extern uint64 frame_base;

static inline struct frame *frame_of(paddr_t pa) // pa in RAM
{
    return (struct frame *)(frame_base + (pa >> PGSHIFT) * sizeof(struct frame));
}

static inline paddr_t frame_phys(const struct frame *f)
{
    return ((uint64)f - frame_base) / sizeof(struct frame) << PGSHIFT;
}

static inline struct frame *frame_of_page(const void *page)
{
    return frame_of(virt_to_phys(page));
}

static inline void *frame_page(const struct frame *f) // its kernel address
{
    return phys_to_virt(frame_phys(f));
}

// It is used for something else from here on.  => nobody else can do this meanwhile
void frame_become(struct frame *f, enum frame_kind kind);

bool frame_is_ram(paddr_t pa); // false for devices and beyond the end

// The rare ends of the functions below: the count was or becomes 0, or wraps.
void frame_free(struct frame *f);
_Noreturn void frame_miscounted(const struct frame *f, const char *what);

// => the count at this moment.
static inline uint32 frame_refs(const struct frame *f)
{
    return __atomic_load_n(&f->refs, __ATOMIC_ACQUIRE);
}

// Adds n references at one time.  => the caller holds one already, or the lock that keeps one in
// being.
static inline void frame_get_many(struct frame *f, uint32 n)
{
    uint32 old = __atomic_fetch_add(&f->refs, n, __ATOMIC_RELAXED);
    if (__builtin_expect(old == 0 || old + n < old, 0))
        frame_miscounted(f, "taken");
}

static inline void frame_get(struct frame *f)
{
    frame_get_many(f, 1);
}

// Drops a reference; the last one frees the frame.  A sole holder needs no atomic operation: nobody
// else can change a count of one.
static inline void frame_put(struct frame *f)
{
    if (frame_refs(f) == 1) {
        frame_free(f);
        return;
    }
    uint32 old = __atomic_fetch_sub(&f->refs, 1, __ATOMIC_ACQ_REL);
    if (__builtin_expect(old == 0, 0))
        frame_miscounted(f, "dropped");
    if (old == 1)
        frame_free(f);
}

// A few frames are kept for those whose work must go on when there are no others: kalloc() gives
// them only to threads that may use them (struct hart.kept_use, which moves with the thread).
#define FRAMES_KEPT 64
enum kept_use {
    KEPT_NOT,
    KEPT_WORK, // half of them: removing names, killing, dying
    KEPT_ALL,  // commits, kernel threads, init
};
// => are some of them in use?
bool frames_kept_used(void);

// What kalloc() has to do with a thread besides: struct hart.note, which moves with it too.
struct kalloc_note {
    long countdown; // to the allocation that is made to fail; 0: none is
    bool refused;   // there was no frame; that is kalloc()'s to say, and its thread's to forget
};

// Frames free at this moment (an estimate while other harts allocate), and frames of RAM.
size_t frames_free(void);
size_t frames_total(void);
// Frames in use for `kind`, summed over the harts.
size_t frames_in_use(enum frame_kind kind);
