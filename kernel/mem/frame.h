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
    FRAME_USER,   // anonymous memory of processes
    FRAME_TABLE,  // a page table
    FRAME_CACHE,  // a page of a cache object, or a metadata block
    FRAME_SLAB,   // small objects
    FRAME_STACK,  // a kernel stack
    FRAME_OTHER,  // pipes, device rings
    FRAME_KINDS,
};

struct frame {
    uint32 refs;       // atomic
    uint8 kind;        // enum frame_kind; changed by the sole owner only
    uint8 flags;       // the kind's own use
    uint32 next;       // while free: index + 1 of the next free frame; else the kind's own use
    uint32 audited;    // references found by the audit in progress
    union {
        struct list link; // the kind's own use
        uint32 active;    // a root table: harts that have it loaded, one bit each; atomic
    };
    void *owner;  // FRAME_CACHE: the object whose page it is in the cache
    uint64 index; // FRAME_CACHE: which
};

// => a page-aligned page with one reference; its bytes are arbitrary.  NULL if there is no
//    memory even after reclaim.  Any lock may be held.
void *kalloc(enum frame_kind kind);
// => the same, cleared.
void *kalloc_zeroed(enum frame_kind kind);
// Drops the caller's reference to the page: frame_put() by kernel address.
void kfree(void *page);

struct frame *frame_of(paddr_t pa);         // pa in RAM
struct frame *frame_of_page(const void *page);
paddr_t frame_phys(const struct frame *f);
void *frame_page(const struct frame *f);     // its kernel address
bool frame_is_ram(paddr_t pa);               // false for devices and beyond the end

// Adds a reference.  => the caller holds one already, or the lock that keeps one in being.
void frame_get(struct frame *f);
// Adds n references at one time.
void frame_get_many(struct frame *f, uint32 n);
// Drops a reference; the last one frees the frame.
void frame_put(struct frame *f);
// => the count at this moment.
uint32 frame_refs(const struct frame *f);

// Called when kalloc finds nothing: gives frames back and returns how many.  May be called
// with any lock held, so it takes spinlocks of a higher rank than RANK_CACHE - 1 only, and only
// by spin_trylock where rank does not allow more.  It never sleeps.
typedef size_t reclaim_fn(size_t want);
void reclaim_register(reclaim_fn *fn);

// Frames free at this moment (an estimate while other harts allocate), and frames of RAM.
size_t frames_free(void);
size_t frames_total(void);
// Frames in use for `kind`, summed over the harts.
size_t frames_in_use(enum frame_kind kind);
