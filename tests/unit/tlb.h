// The TLBs of the host machine (host.h): each hart remembers what its page-table walks have found and
// forgets only what it is told to, as the architecture allows (privileged manual, 4.2.1): translations
// and tables on the way, and with `tlb_stubborn` also entries that have forbidden an access.
//
// Tests reach user memory by tlb_access() only, so a fence that is left out shows: a store goes to
// the page that was there before.  And nothing may be given back that a hart still remembers:
// frame_free() is wrapped (vm_wrap.c), and looks.
//
// A hart has one address space loaded at a time, that which it accessed last.  Loading another forgets
// all, as the kernel's switch does.
#pragma once

#include "types.h"
#include "riscv.h"
#include "vm/fault.h"

struct aspace;

// An access of one byte by the acting hart (host_act_as), as user code makes it.
// => false: it traps
bool tlb_access(struct aspace *as, uint64 va, enum access access, uchar *byte);

// Harts also remember what has forbidden an access, and fault once more when it would allow it.
extern bool tlb_stubborn;

// A hart may walk the tables at any time, for an access that it only guesses.  If this address is
// not 0, all harts but the acting one walk there after each fence and before each allocation.
extern uint64 tlb_guess;
void tlb_guesses(void);

// What the fences of riscv/tlb.h and riscv/csr.h do.
void tlb_forget(uint32 harts);
void tlb_forget_page(uint64 va);
// No hart has `root` (NULL: any root) loaded any longer.
void tlb_leave(const struct frame *root);
// => does a hart remember a translation or a table by that frame?  *hart: which
bool tlb_knows(const struct frame *f, int *hart);
void tlb_reset(void); // at the beginning of a test
