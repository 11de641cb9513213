// Address spaces under test, and cache objects as vm sees them (vm_space.h).
#include "vm_space.h"
#include <stdlib.h>
#include <string.h>
#include "cache/swap.h"
#include "swap_world.h"
#include "tlb.h"

#define FILE_PAGES 16

struct file {
    struct object object;
    uint64 npages, made;
    struct frame *frame[FILE_PAGES];
    bool cold[FILE_PAGES];  // not in the cache
    bool dirty[FILE_PAGES]; // may be stored to through a map
    bool stored;            // somebody did
};

void (*backing_brings)(uint64 index);

static struct object *open_file; // one at a time

void object_get(struct object *obj)
{
    obj->refs++;
}

void object_put(struct object *obj)
{
    CHECK(obj->refs > 0);
    CHECK_EQ(host_mutexes_held(), 0); // the last one may have to wait for the disk
    obj->refs--;
}

struct frame *object_page_now(struct object *obj, uint64 index)
{
    struct file *file = container_of(obj, struct file, object);

    if (obj == &swap_object)
        return swap_world_page_now(index);
    if (index >= file->npages || file->cold[index])
        return NULL;
    frame_get(file->frame[index]);
    return file->frame[index];
}

struct frame *object_page_to_store(struct object *obj, uint64 index)
{
    struct file *file = container_of(obj, struct file, object);

    return index < file->npages && file->dirty[index] ? object_page_now(obj, index) : NULL;
}

static uint64 file_size(struct object *obj)
{
    return container_of(obj, struct file, object)->npages * PGSIZE;
}

unsigned backing_asked;

static int allow_store(struct object *obj, uint64 index)
{
    struct file *file = container_of(obj, struct file, object);

    CHECK_EQ(host_mutexes_held(), 0);
    backing_asked++;
    if (index >= file->npages)
        return -ENXIO;
    file->cold[index] = false;
    file->dirty[index] = file->stored = true;
    return 0;
}

static int sync_file(struct object *obj)
{
    CHECK_EQ(host_mutexes_held(), 0);
    backing_clean(obj);
    return 0;
}

static const struct object_ops file_ops = { .size = file_size,
                                            .allow_store = allow_store,
                                            .sync = sync_file };

void backing_clean(struct object *obj)
{
    struct file *file = container_of(obj, struct file, object);

    memset(file->dirty, 0, sizeof file->dirty);
    mappings_protect(obj);
}

void backing_cut(struct object *obj, uint64 pages)
{
    struct file *file = container_of(obj, struct file, object);

    file->npages = pages;
    mappings_forget(obj, pages, ~0UL, NULL);
}

// It waits for the disk: nobody else may have to wait for that.
int object_page(struct object *obj, uint64 index, struct frame **out)
{
    struct file *file = container_of(obj, struct file, object);

    if (obj == &swap_object)
        return swap_world_page(index, out);
    CHECK_EQ(host_mutexes_held(), 0);
    if (backing_brings)
        backing_brings(index);
    if (index >= file->npages)
        return -EIO;
    file->cold[index] = false;
    *out = object_page_now(obj, index);
    return 0;
}

uchar backing_byte(uint64 page, uint64 i)
{
    return (uchar)(page * 31 + i * 7 + 1);
}

struct object *backing_new(uint64 pages)
{
    struct file *file = calloc(1, sizeof(*file));

    CHECK(pages <= FILE_PAGES && !open_file);
    file->object.refs = 1;
    file->object.ops = &file_ops;
    file->made = pages;
    list_init(&file->object.mappings);
    spin_init(&file->object.maps_lock, "mappings", RANK_MAPS);
    file->npages = pages;
    for (uint64 p = 0; p < pages; p++) {
        uchar *page = kalloc(FRAME_CACHE);
        for (uint64 i = 0; i < PGSIZE; i++)
            page[i] = backing_byte(p, i);
        file->frame[p] = frame_of_page(page);
        file->cold[p] = true;
        host_hold(file->frame[p]);
    }
    open_file = &file->object;
    return open_file;
}

// Nobody wrote to the file's own pages but through a map that may, and nobody holds them.
void backing_drop(struct object *obj)
{
    struct file *file = container_of(obj, struct file, object);

    CHECK_EQ(obj->refs, 1);
    CHECK(list_empty(&obj->mappings));
    CHECK_EQ(obj->nshared + obj->nstores, 0);
    for (uint64 p = 0; p < file->made; p++) {
        const uchar *page = frame_page(file->frame[p]);
        for (uint64 i = 0; i < PGSIZE && !file->stored; i++)
            CHECK_EQ(page[i], backing_byte(p, i));
        CHECK_EQ(frame_refs(file->frame[p]), 1);
        host_drop(file->frame[p]);
        frame_put(file->frame[p]);
    }
    open_file = NULL;
    free(file);
}

void vm_begin(void)
{
    host_boot();
    if (!zero_frame)
        aspace_init();
    host_begin();
}

void vm_end(void)
{
    for (int i = 0; i < PGSIZE; i++)
        CHECK_EQ(((uchar *)frame_page(zero_frame))[i], 0);
    CHECK_EQ(frame_refs(zero_frame), 1);
    host_end();
}

struct aspace *space_new(uint64 pages)
{
    struct aspace *as = aspace_new();

    CHECK(as != NULL);
    if (pages > 0)
        CHECK_EQ(aspace_map(as, &(struct area){ .start = BASE,
                                                .end = BASE + pages * PGSIZE,
                                                .prot = PROT_READ | PROT_WRITE }),
                 0);
    return as;
}

pte_t entry(struct aspace *as, uint64 va)
{
    struct kine_pte out;

    aspace_entry(as, va, &out);
    return out.pte;
}

uint64 refs(struct aspace *as, uint64 va)
{
    struct kine_pte out;

    aspace_entry(as, va, &out);
    return out.refs;
}

uint64 tables(struct aspace *as, uint64 va)
{
    struct kine_pte out;

    aspace_entry(as, va, &out);
    return out.tables;
}

unsigned space_patience = 3;

// As the hardware would: what the hart finds or remembers decides, and a fault is taken until that
// allows the access or the process dies.
static int reach(struct aspace *as, uint64 va, enum access access, uchar *byte)
{
    for (unsigned tries = 0; !tlb_access(as, va, access, byte); tries++) {
        int err = vm_fault(as, va, access);
        if (err)
            return err;
        CHECK(tries < space_patience);
    }
    return 0;
}

int store_byte(struct aspace *as, uint64 va, uchar value)
{
    return reach(as, va, ACCESS_WRITE, &value);
}

int load_byte(struct aspace *as, uint64 va)
{
    uchar byte;
    int err = reach(as, va, ACCESS_READ, &byte);

    return err ? err : byte;
}

int run_byte(struct aspace *as, uint64 va)
{
    uchar byte;
    int err = reach(as, va, ACCESS_EXEC, &byte);

    return err ? err : byte;
}

int space_map(struct aspace *as, uint64 start, uint64 pages, uint32 prot, struct object *file,
              uint64 bytes)
{
    return aspace_map(as, &(struct area){ .start = start,
                                          .end = start + pages * PGSIZE,
                                          .prot = prot,
                                          .object = file,
                                          .bytes = bytes });
}
