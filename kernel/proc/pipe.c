// Pipes.
//
// A pipe is a ring of one page between two files, a reading and a writing end.  A span of user
// memory, within one page, is held (vm/usercopy.h) and copied.
//
// What is one span and needs no waiting is done by that alone, under the spinlock.  Everything else
// takes a turn first, so that what one call reads or writes stays together: there is one turn for
// reading and one for writing.  A writer keeps his turn until all is written; a reader waits for
// data before he takes his, so that a signal can always end his wait.
//
// A record of up to PIPE_BUF bytes is whole also when its writer fails or is killed: he waits until
// there is room for all of it, copies it behind `head`, where nobody looks, and moves head at the
// end.
//
// Invariants
//   P1  0 <= head - tail <= PIPE_SIZE (both counters only grow)
//   P2  while a turn is taken only its owner moves head and uses the ring behind it (writing), or
//       moves tail (reading)
//   P3  whoever makes a condition true that others wait for wakes them, if there are any
//
// Locking: `lock` (RANK_PIPE) guards every field.  The list of all pipes has a lock of its own,
// with nothing taken inside.

#include "abi.h"
#include "errno.h"
#include "fcntl.h"
#include "lib/list.h"
#include "lib/string.h"
#include "mem/audit.h"
#include "mem/frame.h"
#include "mem/slab.h"
#include "proc/file.h"
#include "task/waitq.h"
#include "vm/usercopy.h"

#define PIPE_SIZE 4096
#define PIPE_BUF  4096 // bytes of a record that is never cut

struct crowd { // threads that wait
    struct waitq wq;
    uint32 n;
};

struct pipe {
    struct spinlock lock;
    char *ring;
    uint32 head, tail;     // bytes ever written and read
    size_t need;           // of room, for whoever has the writing turn to go on
    bool reading, writing; // the turns are taken
    bool reader_open, writer_open;
    struct crowd readers; // wait for data, its end, or the turn
    struct crowd writers; // wait for room, its end, or the turn
    struct list all;      // by pipes_lock
};

static struct obj_cache pipe_cache = OBJ_CACHE_INIT(pipe_cache, "pipe", sizeof(struct pipe));
static struct spinlock pipes_lock = SPINLOCK_INIT("pipes", RANK_PIPE);
static struct list pipes = LIST_INIT(pipes);

static int crowd_wait(struct crowd *crowd, struct spinlock *lock)
{
    crowd->n++;
    int err = wait_on_interruptible(&crowd->wq, lock);
    crowd->n--;
    return err;
}

static void crowd_wake(struct crowd *crowd)
{
    if (crowd->n)
        wake_all(&crowd->wq);
}

// One more step of waiting: for data, for room, for a turn.  => 0, -EAGAIN, -EINTR
static int wait_more(struct file *f, struct crowd *crowd, struct spinlock *lock)
{
    return f->flags & O_NONBLOCK ? -EAGAIN : crowd_wait(crowd, lock);
}

// --- reading ----------------------------------------------------------------------------------

static size_t bytes_in(const struct pipe *p)
{
    return p->head - p->tail;
}

static size_t room_in(const struct pipe *p)
{
    return PIPE_SIZE - bytes_in(p);
}

static void copy_from_ring(const struct pipe *p, char *to, size_t n)
{
    size_t at = p->tail % PIPE_SIZE;
    size_t first = n < PIPE_SIZE - at ? n : PIPE_SIZE - at;
    memcpy(to, p->ring + at, first);
    if (n > first)
        memcpy(to + first, p->ring, n - first);
}

// Reads one span, with the turn or if nobody has it.  Without it, it is all or nothing.
// => bytes read; 0: it cannot be done at once; or a negative errno
static int64 read_span(struct pipe *p, struct user_iter *to, bool turn)
{
    struct user_span span;
    int err = user_iter_hold(to, true, &span);
    if (err)
        return err;
    spin_lock(&p->lock);
    size_t take = to->left < bytes_in(p) ? to->left : bytes_in(p);
    if (take > span.len)
        take = turn ? span.len : 0;
    if (p->reading && !turn)
        take = 0;
    if (take > 0) {
        copy_from_ring(p, span.kva, take);
        p->tail += (uint32)take;
        if (room_in(p) >= p->need) // those who wait for the turn are woken when it ends
            crowd_wake(&p->writers);
    }
    spin_unlock(&p->lock);
    user_release(&span);
    user_iter_advance(to, take);
    return (int64)take;
}

// Waits until there is something to read and nobody else reads, or the end has come.
// => bytes to read, 0 at the end, or a negative errno; lock is held
static int64 await_data(struct file *f, struct pipe *p)
{
    while (p->reading || p->head == p->tail) {
        if (!p->reading && !p->writer_open)
            return 0;
        int err = wait_more(f, &p->readers, &p->lock);
        if (err)
            return err;
    }
    return (int64)bytes_in(p);
}

static int64 read_in_turn(struct file *f, struct user_iter *to)
{
    struct pipe *p = f->obj;
    spin_lock(&p->lock);
    int64 got = await_data(f, p);
    if (got <= 0) {
        spin_unlock(&p->lock);
        return got;
    }
    p->reading = true;
    spin_unlock(&p->lock);

    int64 done = 0, have = (size_t)got < to->left ? got : (int64)to->left;
    while (done < have && (got = read_span(p, to, true)) >= 0)
        done += got;

    spin_lock(&p->lock);
    p->reading = false;
    crowd_wake(&p->readers);
    spin_unlock(&p->lock);
    return done ? done : got;
}

static int64 pipe_read(struct file *f, struct user_iter *to, uint64 *pos)
{
    if (pos)
        return -ESPIPE;
    if (to->left == 0)
        return 0;
    struct pipe *p = f->obj;
    // A glance without the lock: if there is nothing, the user's page need not be held.
    int64 got = p->head != p->tail ? read_span(p, to, false) : 0;
    return got ? got : read_in_turn(f, to);
}

// --- writing ----------------------------------------------------------------------------------

// Copies n bytes to what is free, `ahead` bytes behind head.
static void copy_to_ring(const struct pipe *p, size_t ahead, const char *from, size_t n)
{
    size_t at = (p->head + ahead) % PIPE_SIZE;
    size_t first = n < PIPE_SIZE - at ? n : PIPE_SIZE - at;
    memcpy(p->ring + at, from, first);
    if (n > first)
        memcpy(p->ring, from + first, n - first);
}

// Writes a record of one span if it can be done at once.  => its length, 0, or a negative errno
static int64 write_at_once(struct pipe *p, struct user_iter *from)
{
    struct user_span span;
    size_t n = from->left;
    int err = user_iter_hold(from, false, &span);
    if (err)
        return err;
    spin_lock(&p->lock);
    bool can = span.len == n && n <= room_in(p) && p->reader_open && !p->writing;
    if (can) {
        copy_to_ring(p, 0, span.kva, n);
        p->head += (uint32)n;
        crowd_wake(&p->readers);
    }
    spin_unlock(&p->lock);
    user_release(&span);
    return can ? (int64)n : 0;
}

// => 0 with the turn, or a negative errno; lock is held
static int take_writing_turn(struct file *f, struct pipe *p)
{
    while (p->writing && p->reader_open) {
        int err = wait_more(f, &p->writers, &p->lock);
        if (err)
            return err;
    }
    if (!p->reader_open)
        return -EPIPE;
    p->writing = true;
    return 0;
}

// Waits for room for `need` bytes.  => 0 or a negative errno; lock is held
static int await_room(struct file *f, struct pipe *p, size_t need)
{
    p->need = need;
    while (p->reader_open && room_in(p) < need) {
        int err = wait_more(f, &p->writers, &p->lock);
        if (err)
            return err;
    }
    return p->reader_open ? 0 : -EPIPE;
}

// Copies n bytes, for which there is room, behind head.  With the turn; head does not move meanwhile.
// => bytes copied, of a record all; or a negative errno
static int64 fill_ring(struct pipe *p, struct user_iter *from, size_t n, bool record)
{
    struct user_span span;
    size_t done = 0;
    while (done < n) {
        int err = user_iter_hold(from, false, &span);
        if (err)
            return done && !record ? (int64)done : err;
        size_t len = span.len < n - done ? span.len : n - done;
        copy_to_ring(p, done, span.kva, len);
        user_release(&span);
        user_iter_advance(from, len);
        done += len;
    }
    return (int64)done;
}

// Writes as much as there is room for, of a record all, once there is any.  => bytes written, or a
// negative errno; lock is held, but not all the time
static int64 write_some(struct file *f, struct pipe *p, struct user_iter *from, bool record)
{
    int64 got = await_room(f, p, record ? from->left : 1);
    if (got < 0)
        return got;
    size_t n = from->left < room_in(p) ? from->left : room_in(p);
    spin_unlock(&p->lock);
    got = fill_ring(p, from, n, record);
    spin_lock(&p->lock);
    if (got > 0) {
        p->head += (uint32)got;
        crowd_wake(&p->readers);
    }
    return got;
}

static int64 write_in_turn(struct file *f, struct user_iter *from)
{
    struct pipe *p = f->obj;
    bool record = from->left <= PIPE_BUF;
    int64 done = 0;
    spin_lock(&p->lock);
    int64 got = take_writing_turn(f, p);
    if (got < 0) {
        spin_unlock(&p->lock);
        return got;
    }
    while (from->left > 0 && (got = write_some(f, p, from, record)) >= 0)
        done += got;
    p->writing = false;
    crowd_wake(&p->writers);
    spin_unlock(&p->lock);
    return done ? done : got;
}

static int64 pipe_write(struct file *f, struct user_iter *from, uint64 *pos)
{
    if (pos)
        return -ESPIPE;
    if (from->left == 0)
        return 0;
    struct pipe *p = f->obj;
    int64 done = from->left <= room_in(p) ? write_at_once(p, from) : 0; // a glance, as above
    return done ? done : write_in_turn(f, from);
}

// --- life -------------------------------------------------------------------------------------

static int pipe_stat(struct file *f, struct linux_stat *out)
{
    memset(out, 0, sizeof *out);
    out->st_mode = S_IFIFO | 0600;
    out->st_nlink = 1;
    out->st_blksize = PIPE_SIZE;
    return 0;
}

static void pipe_free(struct pipe *p)
{
    spin_lock(&pipes_lock);
    list_remove(&p->all);
    spin_unlock(&pipes_lock);
    kfree(p->ring);
    obj_free(&pipe_cache, p);
}

// The end that closes second frees the pipe.
static void close_end(struct pipe *p, bool *end)
{
    spin_lock(&p->lock);
    *end = false;
    bool last = !p->reader_open && !p->writer_open;
    crowd_wake(&p->readers);
    crowd_wake(&p->writers);
    spin_unlock(&p->lock);
    if (last)
        pipe_free(p);
}

static void release_reader(struct file *f)
{
    struct pipe *p = f->obj;
    close_end(p, &p->reader_open);
}

static void release_writer(struct file *f)
{
    struct pipe *p = f->obj;
    close_end(p, &p->writer_open);
}

static int64 not_open_for_this(struct file *f, struct user_iter *it, uint64 *pos)
{
    return -EBADF;
}

static const struct file_ops reader_ops = {
    .read = pipe_read,
    .write = not_open_for_this,
    .stat = pipe_stat,
    .release = release_reader,
};

static const struct file_ops writer_ops = {
    .read = not_open_for_this,
    .write = pipe_write,
    .stat = pipe_stat,
    .release = release_writer,
};

// => a pipe with both ends open, NULL if out of memory
static struct pipe *pipe_alloc(void)
{
    struct pipe *p = obj_alloc_zeroed(&pipe_cache);
    if (!p)
        return NULL;
    p->ring = kalloc(FRAME_OTHER);
    if (!p->ring) {
        obj_free(&pipe_cache, p);
        return NULL;
    }
    spin_init(&p->lock, "pipe", RANK_PIPE);
    waitq_init(&p->readers.wq, "pipe read");
    waitq_init(&p->writers.wq, "pipe write");
    p->reader_open = p->writer_open = true;
    spin_lock(&pipes_lock);
    list_push_back(&pipes, &p->all);
    spin_unlock(&pipes_lock);
    return p;
}

// Makes two files that are nothing yet a pipe.  => 0, -ENOMEM
static int join(struct file *reader, struct file *writer)
{
    struct pipe *p = pipe_alloc();
    if (!p)
        return -ENOMEM;
    file_begin(reader, &reader_ops, O_RDONLY, p);
    file_begin(writer, &writer_ops, O_WRONLY, p);
    return 0;
}

int pipe_new(struct file **reader, struct file **writer)
{
    int err = file_alloc(reader);
    if (err)
        return err;
    err = file_alloc(writer);
    if (!err) {
        err = join(*reader, *writer);
        if (err)
            file_put(*writer);
    }
    if (err)
        file_put(*reader);
    return err;
}

static void audit_pipes(void)
{
    spin_lock(&pipes_lock);
    list_for_each (l, &pipes)
        audit_count(frame_of_page(container_of(l, struct pipe, all)->ring));
    spin_unlock(&pipes_lock);
}

void file_init(void)
{
    audit_register("pipes", audit_pipes);
}
