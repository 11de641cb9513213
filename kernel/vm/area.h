// Areas: what a stretch of an address space may be used for.
//
// An address space keeps its areas in an array sorted by address, without overlaps.  Areas say
// what is allowed; page tables say what is there.  The array is valid under the address space's
// lock only, and pointers into it until the next insertion or removal.
#pragma once

#include "types.h"
#include "abi.h"
#include "cache/object.h"

struct area {
    uint64 start, end;     // page-aligned, start < end
    uint32 prot;           // PROT_READ | PROT_WRITE | PROT_EXEC
    bool heap;             // grows and shrinks with the break
    struct object *object; // counted; NULL: zero-filled throughout
    uint64 offset;         // of the object's byte at `start`, page-aligned
    uint64 bytes;          // from `start` on that come from the object; zero-filled beyond
};

struct areas {
    struct area *area;
    unsigned n, room;
};

struct stretch {
    uint64 start, end;
};

// => the area that contains va, or NULL.
struct area *areas_find(const struct areas *as, uint64 va);
// => true if nothing lies in [start, end).
bool areas_free(const struct areas *as, uint64 start, uint64 end);
// => the stretch of area *i and those after it that lie so close together that each begins in the
// aligned block of `block` bytes in which the one before it ends; *i moves on behind them.
struct stretch areas_group(const struct areas *as, unsigned *i, uint64 block);
// Makes sure that `more` areas can be inserted without failing.  => 0, -ENOMEM
int areas_reserve(struct areas *as, unsigned more);
// Inserts an area; takes over its reference to the object.  => nothing lies there, room reserved
void areas_insert(struct areas *as, const struct area *a);
// => how many areas more there are once [start, end) is cut out: 1 if it lies inside one, else 0
unsigned areas_cut_adds(const struct areas *as, uint64 start, uint64 end);
// Cuts [start, end) out: areas within go, those across are cut.  => room for what it adds reserved
void areas_cut(struct areas *as, uint64 start, uint64 end);
// Splits the area that contains va in its inside at va.  => room for one more reserved
void areas_split(struct areas *as, uint64 va);
// Makes one of zero-filled areas that touch and are alike, in [start, end) and at its ends.
void areas_join(struct areas *as, uint64 start, uint64 end);
// Copies all of `from` into the empty `to`, counting objects.  => 0, -ENOMEM
int areas_copy(struct areas *to, const struct areas *from);
// => the highest free stretch of `size` bytes that ends at or below `top`, aligned as its size makes
//    it useful; 0 if there is none.
uint64 areas_find_room(const struct areas *as, uint64 size, uint64 bottom, uint64 top);
void areas_clear(struct areas *as);
