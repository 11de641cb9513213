// Address spaces under test: as a user would use them, through the fault decision.
#pragma once

#include "check.h"
#include "host.h"
#include "abi.h"
#include "errno.h"
#include "lib/list.h"
#include "mem/audit.h"
#include "memlayout.h"
#include "vm/aspace.h"
#include "vm/fault.h"
#include "vm/pagetable.h"
#include "vm/usercopy.h"

#define BASE 0x10000UL

// The first call starts vm too.
void vm_begin(void);
void vm_end(void);

// A new space with `pages` writable zero-filled pages at BASE.
struct aspace *space_new(uint64 pages);
// Maps `bytes` bytes of a file and zeros behind them, or zeros only (NULL).  => as aspace_map
int space_map(struct aspace *as, uint64 start, uint64 pages, uint32 prot, struct object *file,
              uint64 bytes);

// mmap of zero-filled private memory.
static inline int64 mmap_zeros(struct aspace *as, uint64 addr, uint64 len, uint32 prot,
                               enum placement place)
{
    return aspace_mmap(as, addr, len, &(struct area){ .prot = prot }, place);
}

// What the hardware and the fault decision together make of an access.  => 0 or a negative errno
int store_byte(struct aspace *as, uint64 va, uchar value);
int load_byte(struct aspace *as, uint64 va); // the byte, or a negative errno
int run_byte(struct aspace *as, uint64 va);  // the same, fetched as an instruction
// How many faults one access may take before the test fails.
extern unsigned space_patience;
pte_t entry(struct aspace *as, uint64 va);
uint64 refs(struct aspace *as, uint64 va);
uint64 tables(struct aspace *as, uint64 va); // references to the tables above, at the most

// A file of `pages` pages, none of them in the cache; byte i of page p is backing_byte(p, i).
struct object *backing_new(uint64 pages);
uchar backing_byte(uint64 page, uint64 i);
// How often stores through a map were asked for.
extern unsigned backing_asked;
void backing_clean(struct object *file); // a commit: stores have to be asked for again
void backing_cut(struct object *file, uint64 pages);
// Called while a page is brought in, if it is set: what somebody else does meanwhile.
extern void (*backing_brings)(uint64 index);
void backing_drop(struct object *file); // the test's reference: it must be the last
