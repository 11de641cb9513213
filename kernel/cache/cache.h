// The page cache, as file systems use it (readers and mappers need only cache/object.h).
//
// A page of the cache is a frame of kind FRAME_CACHE.  It is found by (object, index) through a
// hash table whose chains run through the frames themselves, so that caching a page allocates
// nothing but the page.
//
// Life of a page: it is entered clean (object_page, cache_enter) or to be written (cache_claim);
// its owner marks it dirty, and clean again when its bytes are on the store or somebody holds it
// who brings them there; it leaves by cache_drop, or by eviction.  Only a page that is clean, not
// busy and without references beyond the cache's own is evicted: by the reclaim call-back of
// kalloc, oldest first in the manner of a clock.
//
// A frame of the cache that somebody else holds is not written to: cache_claim() replaces it in the
// cache by a copy first.  If maps share the object's pages they are to see the change: the frame is
// written to where it is, but for one that is on its way to the disk.  That is replaced too, and no
// map shows it from then on.
//
// Invariants:
//   C1  a page in the hash table stands in exactly one list of its object: dirty if CACHE_DIRTY,
//       else clean.
//   C2  the cache holds one reference to each page in the hash table.
//   C3  bytes of a page change only while it is CACHE_BUSY; object_page() waits for that to end.
//   C4  a page with CACHE_DIRTY or CACHE_BUSY is never evicted.
//
// Locks: one spinlock (RANK_CACHE) over the table, the lists and the flags.  Whoever changes an
// object's pages (claim, dirty, clean, drop) is alone in doing so by a lock of its own (fs: the
// volume's).
#pragma once

#include "types.h"
#include "cache/object.h"

// struct frame.flags of a cached page.
#define CACHE_DIRTY 1 // newer than the store, and nobody is writing it
#define CACHE_BUSY  2 // being written to by its claimer
#define CACHE_USED  4 // looked up since the clock's hand went by

int cache_init(void); // once is enough, more does no harm.  => 0, -ENOMEM

// => the page with a reference for the caller, or NULL if it is not in the cache.  May sleep.
struct frame *cache_find(struct object *obj, uint64 index);

// The same without waiting: NULL also if somebody is writing to the page.
struct frame *cache_find_now(struct object *obj, uint64 index);

// The same, and NULL if it is not dirty.
struct frame *cache_find_dirty_now(struct object *obj, uint64 index);

// Enters a page that was filled while the object stood at `version`.  Takes over the caller's
// reference to f.
// => 0, and *out is the page in the cache with a reference for the caller (another frame than f if
//    somebody was faster); -EAGAIN: the object has changed since, f is gone.
int cache_enter(struct object *obj, uint64 index, struct frame *f, uint64 version,
                struct frame **out);
uint64 cache_version(struct object *obj);

// Claims page `index` for writing.  *page is the page with a reference of the caller's, or NULL:
// then it is looked for, and if it is not there a zeroed one is entered (*fresh).  If anybody else
// holds the frame, the cache goes on with a copy, as above.  The page is busy until
// cache_release().
// => 0, and *page with the caller's reference; -ENOMEM, and a reference that was given is gone.
int cache_claim(struct object *obj, uint64 index, struct frame **page, bool *fresh);
// Ends a claim and drops its reference; `forget` takes a fresh page away again.
void cache_release(struct frame *f, bool forget);

// Before a page of metadata is written to without a claim, by who is alone in doing so: if it is on
// its way to the disk the cache goes on with a copy, and *f is that.  => 0; -ENOMEM, nothing has
// changed.
int cache_unshare(struct frame **f);

void cache_mark_dirty(struct frame *f); // => the caller holds a reference
void cache_clean(struct object *obj); // all its dirty pages are on the store, or held by its writer
void cache_drop(struct object *obj,
                uint64 from); // takes away pages from index `from` on, dirty or not
void cache_drop_page(struct object *obj, uint64 index);

// It is in use, as by a look-up.  => as above
void cache_mark_used(struct frame *f);
// Looks at up to n pages of the object's, of the dirty or of the clean ones, each time at those that
// were looked at least lately: what has not been used since the last time is claimed.
// => how many that are; each with a reference for the caller
uint32 cache_claim_idle(struct object *obj, bool dirty, uint32 n, struct frame **out);

// For an object whose pages nobody changes, and whose owner sees to it that nobody brings one in
// meanwhile (cache/swap.h).  Enters a page that is not there, and takes over the caller's reference:
void cache_adopt(struct object *obj, uint64 index, struct frame *f);
// Takes a page away.  => the page, with what was the cache's reference; NULL: it was not there
struct frame *cache_disown(struct object *obj, uint64 index);
// Drops the caller's reference to a page of the cache, and evicts it if it can be.  => has it been?
bool cache_let_go(struct frame *f);

bool cache_has(struct object *obj, uint64 index);
bool cache_is_dirty(struct object *obj, uint64 index); // => of a page that is not there: false
size_t cache_dirty_pages(void);                        // in the whole cache, but for what is kept
