// Who shows the pages of an object that may change.
//
// A *mapping* is an area of an address space that shows pages of a file or of shared memory
// (vm/area.h).  The object keeps a list of them, so that whoever changes its pages can tell those
// who see them: that stores have to ask again, for a commit takes checksums; or that a page is
// gone, for the file was cut.  A program's image is not listed: its file cannot change while it
// runs.
//
// Lock order: a mapping is held by the lock of its address space, which is inside of all that fs
// has, while the list's spinlock is inside of that.  So a walk tries the lock, and if somebody has
// it lets go of the list and comes back: the holder waits for nobody.  Walks over one object come
// one after the other: a truncate's and a commit's may meet, and the second waits.
#pragma once

#include "cache/object.h"

struct mapping {
    struct list link; // object.mappings; by object.maps_lock
    uint32 round;     // the last walk that came by; the same
    bool shared;      // it shows what others store, and may store itself if `stores`
    bool stores;
};

// Enters and removes a mapping.  => the mapping's address space is locked; the caller counts the
// object
void mapping_add(struct object *obj, struct mapping *m);
void mapping_remove(struct object *obj, struct mapping *m);
// What `of` showed, or a part of it, m shows from here on: a walk that is under way and has yet to
// come by `of` comes by m too.  => as above, both are entered, and no walk can hold m's address
// space
void mapping_inherit(struct object *obj, struct mapping *m, struct mapping *of);

// What there is to do with each; the one who knows address spaces registers it.
struct mapping_ops {
    // Locks the address space if that takes no waiting.  => a spinlock is held
    bool (*try_hold)(struct mapping *m);
    // Both end the hold, and no hart remembers afterwards what was there before.
    void (*protect)(struct mapping *m);
    // Pages [first, end) of the object; or with `only` of page first + i what is the frame only[i].
    void (*forget)(struct mapping *m, uint64 first, uint64 end, struct frame *const *only);
};
void mapping_register(const struct mapping_ops *ops);

// The next store to any page of the object asks (object_ops.allow_store).
void mappings_protect(struct object *obj);
// What was stored so far has been dealt with: object.stored_to tells of what comes.
void mappings_committed(struct object *obj);
// Nobody shows pages [first, end) any more; or with `only` the frames that are listed there, one for
// each page.
void mappings_forget(struct object *obj, uint64 first, uint64 end, struct frame *const *only);
