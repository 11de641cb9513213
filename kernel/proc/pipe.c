// Pipes.
//
// A pipe is a ring of one page between two files, a reading and a writing end.  User memory is
// copied straight to and from the ring, and since that may sleep it happens without the spinlock:
// whoever copies has a turn instead.  There is one turn for reading and one for writing; a reader
// with the turn owns the filled part of the ring as it was when he looked, a writer with the turn
// the free part.  A writer keeps his turn until all is written, so that writes never mix; a reader
// waits for data before he takes his, so that a signal can always end his wait.
//
// Invariants
//   P1  0 <= head - tail <= PIPE_SIZE (both counters only grow)
//   P2  head moves only under the writing turn, tail only under the reading turn
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

struct crowd { // threads that wait
    struct waitq wq;
    uint32 n;
};

struct pipe {
    struct spinlock lock;
    char *ring;
    uint32 head, tail;     // bytes ever written and read
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

static int ring_to_user(struct pipe *p, struct aspace *as, uint64 buf, size_t n)
{
    size_t at = p->tail % PIPE_SIZE;
    size_t first = n < PIPE_SIZE - at ? n : PIPE_SIZE - at;
    int err = copyout(as, buf, p->ring + at, first);
    if (err == 0 && n > first)
        err = copyout(as, buf + first, p->ring, n - first);
    return err;
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
    return p->head - p->tail;
}

static int64 pipe_read(struct file *f, struct aspace *as, uint64 buf, size_t n, uint64 *pos)
{
    struct pipe *p = f->obj;
    if (pos)
        return -ESPIPE;
    if (n == 0)
        return 0;
    spin_lock(&p->lock);
    int64 have = await_data(f, p);
    if (have <= 0) {
        spin_unlock(&p->lock);
        return have;
    }
    p->reading = true;
    spin_unlock(&p->lock);

    if (n > (size_t)have)
        n = (size_t)have;
    int err = ring_to_user(p, as, buf, n);

    spin_lock(&p->lock);
    p->reading = false;
    if (err == 0)
        p->tail += (uint32)n;
    crowd_wake(&p->writers);
    crowd_wake(&p->readers);
    spin_unlock(&p->lock);
    return err ? err : (int64)n;
}

// --- writing ----------------------------------------------------------------------------------

static int user_to_ring(struct pipe *p, struct aspace *as, uint64 buf, size_t n)
{
    size_t at = p->head % PIPE_SIZE;
    size_t first = n < PIPE_SIZE - at ? n : PIPE_SIZE - at;
    int err = copyin(as, p->ring + at, buf, first);
    if (err == 0 && n > first)
        err = copyin(as, p->ring, buf + first, n - first);
    return err;
}

static size_t room_in(const struct pipe *p)
{
    return PIPE_SIZE - (p->head - p->tail);
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

// Waits for room.  A write that does not wait and that could fit as a whole is not cut.
// => bytes of room for at most n, or a negative errno; lock is held
static int64 await_room(struct file *f, struct pipe *p, size_t n)
{
    size_t need = (f->flags & O_NONBLOCK) && n <= PIPE_SIZE ? n : 1;
    while (p->reader_open && room_in(p) < need) {
        int err = wait_more(f, &p->writers, &p->lock);
        if (err)
            return err;
    }
    if (!p->reader_open)
        return -EPIPE;
    return (int64)(n < room_in(p) ? n : room_in(p));
}

// Writes one piece.  => bytes written, or a negative errno; lock is held, but dropped in between
static int64 write_piece(struct file *f, struct aspace *as, uint64 buf, size_t n)
{
    struct pipe *p = f->obj;
    int64 piece = await_room(f, p, n);
    if (piece < 0)
        return piece;
    spin_unlock(&p->lock);
    int err = user_to_ring(p, as, buf, (size_t)piece);
    spin_lock(&p->lock);
    if (err)
        return err;
    p->head += (uint32)piece;
    crowd_wake(&p->readers);
    return piece;
}

static int64 pipe_write(struct file *f, struct aspace *as, uint64 buf, size_t n, uint64 *pos)
{
    struct pipe *p = f->obj;
    if (pos)
        return -ESPIPE;
    if (n == 0)
        return 0;
    spin_lock(&p->lock);
    int64 got = take_writing_turn(f, p);
    if (got < 0) {
        spin_unlock(&p->lock);
        return got;
    }
    size_t done = 0;
    while (done < n && (got = write_piece(f, as, buf + done, n - done)) >= 0)
        done += (size_t)got;
    p->writing = false;
    crowd_wake(&p->writers);
    spin_unlock(&p->lock);
    return done ? (int64)done : got;
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

static int64 not_open_for_this(struct file *f, struct aspace *as, uint64 buf, size_t n, uint64 *pos)
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

int pipe_new(struct file **reader, struct file **writer)
{
    struct pipe *p = pipe_alloc();
    if (!p)
        return -ENOMEM;
    *reader = file_new(&reader_ops, O_RDONLY, p);
    if (!*reader) {
        pipe_free(p);
        return -ENFILE;
    }
    *writer = file_new(&writer_ops, O_WRONLY, p);
    if (!*writer) {
        p->writer_open = false;
        file_put(*reader);
        return -ENFILE;
    }
    return 0;
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
