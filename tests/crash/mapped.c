// A map of a file (tests/crash/mapped.h).

#include "cache/mapping.h"
#include "errno.h"
#include "tests/crash/mapped.h"

static struct mapping map = { .shared = true, .stores = true };
static struct object *object;
static struct entry {
    struct frame *frame; // counted
    bool w;
} entries[MAPPED_PAGES];

static bool try_hold(struct mapping *m)
{
    return true;
}

static void protect(struct mapping *m)
{
    for (unsigned i = 0; i < MAPPED_PAGES; i++)
        entries[i].w = false;
}

static void show(struct entry *e, struct frame *frame, bool w)
{
    if (e->frame != NULL)
        frame_put(e->frame);
    *e = (struct entry){ frame, w };
}

static void forget(struct mapping *m, uint64 first, uint64 end, struct frame *const *only)
{
    for (uint64 i = first; i < end && i < MAPPED_PAGES; i++)
        if (only == NULL || entries[i].frame == only[i - first])
            show(&entries[i], NULL, false);
}

bool mapped(void)
{
    return object != NULL;
}

void mapped_begin(const char *path)
{
    static const struct mapping_ops ops = { .try_hold = try_hold,
                                            .protect = protect,
                                            .forget = forget };
    mapping_register(&ops);
    object = inode_object(open_file(path));
    mapping_add(object, &map);
}

void mapped_end(void)
{
    if (object == NULL)
        return;
    mapping_remove(object, &map);
    forget(&map, 0, MAPPED_PAGES, NULL);
    object_put(object);
    object = NULL;
}

// The first store to a clean page.  => 0, -ENOSPC; -ENXIO: the file has ended
static int fault(struct entry *e, uint64 index)
{
    struct frame *f;
    while ((f = object_page_to_store(object, index)) == NULL) {
        int err = object->ops->allow_store(object, index);
        EXPECT(err == 0 || err == -ENOSPC || err == -ENXIO);
        if (err)
            return err;
    }
    show(e, f, true);
    return 0;
}

void mapped_store(uint64 off, const void *from, size_t n)
{
    struct entry *e = &entries[off / FS_BLOCK];
    if (e->w || fault(e, off / FS_BLOCK) == 0)
        memcpy((char *)frame_page(e->frame) + off % FS_BLOCK, from, n);
    cut_note();
}
