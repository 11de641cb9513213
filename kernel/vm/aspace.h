// Address spaces.
//
// Life: aspace_new() makes an empty one; exec fills it with areas; aspace_fork() copies it on
// write; processes that share it (clone with CLONE_VM) count it; the last aspace_put() gives back
// all it maps.  Every function takes the lock itself unless it says otherwise.
#pragma once

#include "types.h"
#include "lib/list.h"
#include "task/mutex.h"
#include "vm/area.h"

struct aspace {
    struct mutex lock;  // RANK_ASPACE: everything below but refs and link
    struct frame *root; // constant; holds one reference
    struct areas areas;
    uint64 heap_start; // lowest break
    uint64 brk;        // end of the heap, in bytes
    uint64 top;        // mmap looks for room below it; constant once it runs
    uint64 promised;   // frames charged for its image; constant once it runs
    uint64 sigpage;    // atomic: where the page of signal handlers is, 0: nowhere (proc/sigpage.h)
    bool patient;      // set before it runs: who cannot be refused a page, but waits for it
    uint32 refs;       // atomic: processes that use it
    struct list link;  // all address spaces, in the order of `serial`; by their list's lock
    uint64 serial;     // constant: the how many-th it is since boot
};

struct aspace *aspace_new(void); // => one reference; NULL if out of memory
void aspace_get(struct aspace *as);
void aspace_put(struct aspace *as);

// A child that sees what the parent saw at this moment; nothing is copied but tables.
// => NULL if out of memory, and then the parent is as before.
struct aspace *aspace_fork(struct aspace *parent);
// Its heart: makes the tables and shares the pages, read-only with PTE_COW on both sides.
// => parent->lock held, the child nobody's yet; 0, or -ENOMEM with the parent as before
int uvmcopy(struct aspace *parent, struct aspace *child);

// Adds an area.  `object` (or NULL) is counted anew.  => 0; -EINVAL (outside user space, or
// overlap), -EACCES (W and X together), -ENOMEM.
int aspace_map(struct aspace *as, const struct area *area);

// A range that a user names: whole pages in user space; *len is rounded up.  => 0, -EINVAL
int aspace_check_range(uint64 addr, uint64 *len);

// mmap of what `what` says: prot, and of a file object, offset, live and mapping; the object is
// counted anew.  => the address, or -EINVAL, -ENOMEM, -EACCES, -EEXIST, -EOVERFLOW.
enum placement {
    PLACE_HINT,  // at addr if there is room, else where there is
    PLACE_FIXED, // at addr; what is there goes
    PLACE_EMPTY, // at addr, where nothing is
};
int64 aspace_mmap(struct aspace *as, uint64 addr, uint64 len, const struct area *what,
                  enum placement place);
// What was stored to the files that are shared in the range becomes durable, if `wait`.  => 0;
// -EINVAL, -ENOMEM (a part is not mapped), or what the files say
int aspace_sync(struct aspace *as, uint64 addr, uint64 len, bool wait);
int aspace_munmap(struct aspace *as, uint64 addr, uint64 len);
// mremap: old_len bytes from `from` on become new_len, where they are or elsewhere
// (MREMAP_MAYMOVE), or at `to` (MREMAP_FIXED); what lies there goes.  An old_len of 0 shows a
// shared area a second time.
// => the address; -EINVAL; -EFAULT (they are not one area); -ENOMEM (no room or no memory), -EINTR;
//    and after an error all is as before
struct remap {
    uint64 from, old_len, new_len;
    uint64 flags; // MREMAP_*
    uint64 to;
};
int64 aspace_remap(struct aspace *as, const struct remap *what);
// What may not be read keeps its bytes.  => 0; -EINVAL, -ENOMEM (a part is not mapped), -EACCES (W
// and X, or a shared file that is not open for writing)
int aspace_protect(struct aspace *as, uint64 addr, uint64 len, uint32 prot);

// Says where mmap looks for room: from `top` (page-aligned) downwards.  Before it looks at all.
void aspace_set_top(struct aspace *as, uint64 top);
// => where so many bytes would be mapped; 0: nowhere
uint64 aspace_find_room(struct aspace *as, uint64 size);
// The image is mapped: if it is small, what its areas may come to own is charged from here on
// (mem/share.h).  Of a large one it is charged as it comes.
void aspace_promise(struct aspace *as);
// Places an empty heap at `start` (page-aligned).
int aspace_set_heap(struct aspace *as, uint64 start);
// Moves the break, frees what lies beyond.  => the break as it is afterwards: unchanged if `brk` is
// below the heap's start, beyond user space, or runs into another area.
uint64 aspace_brk(struct aspace *as, uint64 brk);

// Makes the pages of [addr, addr + len) present, and with `write` private, as if each had been
// touched.
// => 0, -ENOMEM (a part is not mapped; also early, when there is clearly not enough), -EFAULT (not
// allowed, or the touch would end in SIGBUS), -EINTR (killed meanwhile).
int aspace_populate(struct aspace *as, uint64 addr, uint64 len, bool write);
// Gives the pages of the range back; the next touch finds them as at first.  => 0, -ENOMEM (a part
// is not mapped; the rest is done).
int aspace_discard(struct aspace *as, uint64 addr, uint64 len);
// MADV_FREE: what may be forgotten.  => as above; -EINVAL: a part shows an object
int aspace_free_lazily(struct aspace *as, uint64 addr, uint64 len);
// => 0; -EINVAL (no range of user space), -ENOMEM (a part is not mapped)
int aspace_is_mapped(struct aspace *as, uint64 addr, uint64 len);
// mincore: *out is for each page from `addr` on 1 if a touch would find it in memory.  => 0,
// -ENOMEM
int aspace_resident(struct aspace *as, uint64 addr, uint64 pages, uchar *out);

// For ps: pages mapped, of these shared, and bytes that areas span.
void aspace_usage(struct aspace *as, uint64 *pages, uint64 *shared, uint64 *size);
// What would be free if this space, and nobody else, ended, in frames and slots of swap space: tables
// and private pages that only it has, and shared memory that only it maps.
uint64 aspace_own(struct aspace *as);
// Describes the area at or behind `from`.  => false: there is none
bool aspace_describe(struct aspace *as, uint64 from, struct kine_area *out);
// The leaf entry for an address, as this space has it, and who else has it; zeros if there is none.
void aspace_entry(struct aspace *as, uint64 va, struct kine_pte *out);

void aspace_init(void); // once at boot: the zero frame, the audit
