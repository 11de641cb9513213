// Address spaces under test, and cache objects as vm sees them (vm_space.h).
#include "vm_space.h"
#include <stdlib.h>
#include "tlb.h"

#define FILE_PAGES 16

struct file {
    struct object object;
    uint64 npages;
    struct frame *frame[FILE_PAGES];
    bool cold[FILE_PAGES]; // not in the cache
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

    if (index >= file->npages || file->cold[index])
        return NULL;
    frame_get(file->frame[index]);
    return file->frame[index];
}

// It waits for the disk: nobody else may have to wait for that.
int object_page(struct object *obj, uint64 index, struct frame **out)
{
    struct file *file = container_of(obj, struct file, object);

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

// Nobody wrote to the file's own pages, and nobody holds them.
void backing_drop(struct object *obj)
{
    struct file *file = container_of(obj, struct file, object);

    CHECK_EQ(obj->refs, 1);
    for (uint64 p = 0; p < file->npages; p++) {
        const uchar *page = frame_page(file->frame[p]);
        for (uint64 i = 0; i < PGSIZE; i++)
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
