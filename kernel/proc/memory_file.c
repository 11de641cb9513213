// Files whose pages are on no disk (memfd_create): a memory object (cache/memory_object.h) with an
// offset.  All that is read, written, mapped and cut is the object's; it goes with the last file
// and the last map.
//
// Locking: whoever writes has `turn` until all of it is written, so that records do not mix.  A
// read has the page first, then copies to the user.

#include "abi.h"
#include "cache/memory_object.h"
#include "errno.h"
#include "fcntl.h"
#include "lib/string.h"
#include "mem/slab.h"
#include "proc/offset.h"
#include "vm/area.h"
#include "vm/pager.h"

#define MODE       0777
#define STAT_BLOCK 512 // the unit of st_blocks

struct memory_file {
    struct object *object; // counted
    struct mutex turn;     // RANK_WRITE: whoever writes, or changes the size
    uint64 number;         // st_ino; fixed
};

static struct obj_cache memory_files =
    OBJ_CACHE_INIT(memory_files, "memory file", sizeof(struct memory_file));

static struct object *object_of(struct file *f)
{
    return ((struct memory_file *)f->obj)->object;
}

static uint64 memory_size(struct file *f)
{
    return object_of(f)->ops->size(object_of(f));
}

static int64 read_some(struct file *f, struct user_iter *to, uint64 *offset)
{
    struct frame *page;
    uint64 end = memory_size(f), at = *offset % PGSIZE;
    if (*offset >= end)
        return 0;
    size_t n = PGSIZE - at;
    if (n > end - *offset)
        n = end - *offset;
    if (n > to->left)
        n = to->left;
    int err = object_page(object_of(f), *offset / PGSIZE, &page);
    return err ? err : file_page_out(to, page, at, n);
}

static int64 write_some(struct file *f, struct user_iter *from, uint64 *offset)
{
    struct user_pin pin;
    if (f->flags & O_APPEND)
        *offset = memory_size(f);
    int64 done = user_iter_pin(from, &pin);
    if (done)
        return done;
    do
        done = memory_object_write(object_of(f), pin.kva, *offset, pin.len);
    while (done == -ENOMEM && pager_make_room() == 0);
    user_unpin(&pin);
    if (done > 0)
        user_iter_advance(from, (size_t)done);
    return done;
}

static int64 memory_read(struct file *f, struct user_iter *to, uint64 *pos)
{
    return to->left ? file_move(f, to, pos, read_some, true) : 0;
}

static int64 memory_write(struct file *f, struct user_iter *from, uint64 *pos)
{
    struct memory_file *m = f->obj;
    if (from->left == 0)
        return 0;
    mutex_lock(&m->turn);
    int64 done = file_move(f, from, pos, write_some, false);
    mutex_unlock(&m->turn);
    return done;
}

static int memory_stat(struct file *f, struct linux_stat *out)
{
    const struct memory_file *m = f->obj;
    memset(out, 0, sizeof *out);
    out->st_ino = m->number;
    out->st_mode = S_IFREG | MODE;
    out->st_size = (int64)memory_size(f);
    out->st_blksize = PGSIZE;
    out->st_blocks = (int64)(PGROUNDUP((uint64)out->st_size) / STAT_BLOCK);
    return 0;
}

static int map_memory(struct file *f, struct area *what)
{
    object_get(object_of(f));
    what->object = object_of(f);
    what->live = true;
    return 0;
}

static int truncate_memory(struct file *f, uint64 size)
{
    struct memory_file *m = f->obj;
    mutex_lock(&m->turn);
    int err = memory_object_resize(m->object, size);
    mutex_unlock(&m->turn);
    return err;
}

static int sync_memory(struct file *f)
{
    return 0;
}

static void release(struct file *f)
{
    object_put(object_of(f));
    obj_free(&memory_files, f->obj);
}

static const struct file_ops memory_file_ops = {
    .read = memory_read,
    .write = memory_write,
    .stat = memory_stat,
    .map = map_memory,
    .size = memory_size,
    .truncate = truncate_memory,
    .sync = sync_memory,
    .release = release,
};

// => with an object of no bytes; NULL if out of memory
static struct memory_file *make(void)
{
    static uint64 last; // atomic
    struct memory_file *m = obj_alloc(&memory_files);
    if (!m)
        return NULL;
    m->object = memory_object_new(0);
    if (!m->object) {
        obj_free(&memory_files, m);
        return NULL;
    }
    mutex_init(&m->turn, "memory file", RANK_WRITE);
    m->number = __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED);
    return m;
}

int memory_file_new(struct file **out)
{
    int err = file_alloc(out);
    if (err)
        return err;
    struct memory_file *m = make();
    if (m) {
        file_begin(*out, &memory_file_ops, O_RDWR, m);
        return 0;
    }
    file_put(*out);
    return -ENOMEM;
}
