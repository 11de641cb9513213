// Areas: what a stretch of an address space may be used for.
//
// An address space keeps its areas, without overlaps, in a tree by address (a treap: ordered by
// `start`, and a heap by `rank`, which is random, so that its depth is logarithmic whatever is
// mapped; Seidel and Aragon, "Randomized Search Trees", 1996) and on a list in the same order.
// Areas say what is allowed; page tables say what is there.  All of it is valid under the address
// space's lock only.
//
// What can fail comes first: areas_reserve() sees to it that so many areas more can be made without
// failing, and nothing else here fails.
#pragma once

#include "types.h"
#include "abi.h"
#include "cache/mapping.h"
#include "lib/list.h"

#define AREAS_MAX 65530 // of one address space, as in Linux

struct area {
    uint64 start, end;     // page-aligned, start < end
    uint32 prot;           // PROT_READ | PROT_WRITE | PROT_EXEC
    bool heap;             // grows and shrinks with the break
    bool image;            // what it may own is charged already (mem/share.h)
    bool live;             // of an object that may change meanwhile: listed with it
    struct object *object; // counted; NULL: zero-filled throughout
    uint64 offset;         // of the object's byte at `start`, page-aligned
    uint64 bytes; // from `start` on that come from the object; zero-filled beyond.  Of a live
                  // one all, and where the object ends at the moment there is nothing
    struct mapping
        mapping; // of a live one; .shared: MAP_SHARED; .stores: PROT_WRITE may be had too

    // The tree's and the list's.
    uint32 rank;
    struct area *left, *right;
    struct list link;
    struct areas *home;
};

struct areas {
    struct area *root;
    struct list order;  // by address
    unsigned n;         // areas in the tree
    unsigned nspare;    // reserved
    struct area *spare; // by `right`
    struct area *gone;  // cut out, by `right`: their objects wait for areas_bury()
    uint64
        room_below; // areas_find_room(): all holes above this are smaller than room_size; 0: unknown
    uint64 room_size;
};

struct stretch {
    uint64 start, end;
};

void areas_init(struct areas *as);

// => in order of address; NULL at the end.
struct area *areas_first(const struct areas *as);
struct area *areas_next(const struct areas *as, const struct area *a);
struct area *areas_prev(const struct areas *as, const struct area *a);
// => the first area that ends beyond va: the one that contains it, or the next; NULL
struct area *areas_beyond(const struct areas *as, uint64 va);
// => the area that contains va, or NULL.
struct area *areas_find(const struct areas *as, uint64 va);
// => true if nothing lies in [start, end).
bool areas_free(const struct areas *as, uint64 start, uint64 end);
// => the stretch of area *a and those after it that lie so close together that each begins in the
// aligned block of `block` bytes in which the one before it ends; *a moves on behind them.  A live
// area is a stretch of its own.
struct stretch areas_group(const struct areas *as, struct area **a, uint64 block);
// Makes sure that `more` areas can be inserted without failing.  => 0, -ENOMEM
int areas_reserve(struct areas *as, unsigned more);
// An area's reference to its object, or what is meant to be one's.
void area_refer(const struct area *a);
void area_unrefer(const struct area *a); // may write to the disk: nothing is locked
// What `a` says of the `len` bytes from `start` on, for another place; and what it would say of
// those behind its end: more of a live object, else zeros.  The references to the object are not
// counted.
struct area area_part(const struct area *a, uint64 start, uint64 len, uint64 at);
struct area area_beyond(const struct area *a, uint64 len, uint64 at);
// Pages that `of` shows are a's from here on (cache/mapping.h: mapping_inherit).  => both are in a
// tree
void area_inherit(struct area *a, struct area *of);
// Inserts an area; takes over its reference to the object.  => nothing lies there, room reserved
struct area *areas_insert(struct areas *as, const struct area *a);
// => how many areas more there are once [start, end) is cut out: 1 if it lies inside one, else 0
unsigned areas_cut_adds(const struct areas *as, uint64 start, uint64 end);
// Cuts [start, end) out: areas within go, those across are cut.  => room for what it adds reserved
void areas_cut(struct areas *as, uint64 start, uint64 end);
// Splits the area that contains va in its inside at va.  => room for one more reserved
void areas_split(struct areas *as, uint64 va);
// Makes one of areas that touch and are alike, in [start, end) and at its ends: zero-filled ones,
// and live ones that show the object as one would.
void areas_join(struct areas *as, uint64 start, uint64 end);
// Copies all of `from` into the empty `to`, counting objects.  => both spaces are locked, so that
// no walk
//    comes by between the areas and their pages; 0, -ENOMEM
int areas_copy(struct areas *to, const struct areas *from);
// => the highest free stretch of `size` bytes that ends at or below `top`, aligned as its size
//    makes it useful; 0 if there is none.  One `bottom` and `top` for all calls.
uint64 areas_find_room(struct areas *as, uint64 size, uint64 bottom, uint64 top);
// Empties it: all areas count as cut out.
void areas_clear(struct areas *as);

// Takes the areas that were cut out, and drops their references to objects: the last one to a file
// may write to the disk.  areas_bury() is called without the address space's lock.
struct area *areas_take_gone(struct areas *as);
void areas_bury(struct area *gone);
