// Pipes.
//
// A pipe is a stream (proc/stream.h) between two files, a reading and a writing end.  A span of
// user memory, within one page, is held (vm/usercopy.h) and copied.
//
// What is one span and needs no waiting is done by that alone, under the spinlock.  Everything else
// takes a turn first, so that what one call reads or writes stays together: there is one turn for
// reading and one for writing.  A writer keeps his turn until all is written; a reader waits for
// data before he takes his, so that a signal can always end his wait.
//
// A record of up to PIPE_BUF bytes is whole also when its writer fails or is killed: he waits until
// there is room for all of it, and commits it at the end.
//
// Who has more to write than there is room for waits until half of the pipe is free, or as much as
// he still needs: so the two sides change places seldom, and nobody waits who could be done.
//
// The slow halves are functions apart (noinline): so the quick ones have no more registers to save
// than they use.
//
// Invariants
//   P1  while a turn is taken only its owner reserves and commits (writing), or takes (reading)
//   P2  whoever makes a condition true that others wait for wakes them, if there are any
//
// Locking: `lock` (RANK_PIPE) guards every field.  The list of all pipes has a lock of its own,
// with nothing taken inside.

#include "abi.h"
#include "errno.h"
#include "fcntl.h"
#include "lib/list.h"
#include "lib/string.h"
#include "mem/audit.h"
#include "mem/slab.h"
#include "proc/file.h"
#include "proc/stream.h"
#include "task/thread.h"
#include "task/waitq.h"
#include "vm/usercopy.h"

#define PIPE_BUF PGSIZE // bytes of a record that is never cut; an empty stream has room for one
#define ENOUGH   (STREAM_SIZE / 2)
#define NOBODY   SIZE_MAX // waits for room

struct pipe {
    struct spinlock lock;
    struct stream stream;
    size_t need;           // of room, for the first of those who wait for room to go on, or NOBODY
    bool reading, writing; // the turns are taken
    bool reader_open, writer_open;
    struct waitq readers; // wait for data, its end, or the turn
    struct waitq writers; // wait for room, its end, or the turn
    struct list all;      // by pipes_lock
};

static struct obj_cache pipe_cache = OBJ_CACHE_INIT(pipe_cache, "pipe", sizeof(struct pipe));
static struct spinlock pipes_lock = SPINLOCK_INIT("pipes", RANK_PIPE);
static struct list pipes = LIST_INIT(pipes);

// One more step of waiting: for data, for room, for a turn.  => 0, -EAGAIN, -EINTR
static int wait_more(struct file *f, struct waitq *wq, struct spinlock *lock)
{
    return f->flags & O_NONBLOCK ? -EAGAIN : wait_on_interruptible(wq, lock);
}

// --- reading ----------------------------------------------------------------------------------

static size_t bytes_in(const struct pipe *p)
{
    return stream_bytes(&p->stream);
}

static size_t room_in(const struct pipe *p)
{
    return stream_room(&p->stream);
}

static void ask_for_room(struct pipe *p, size_t need)
{
    if (need < p->need)
        p->need = need;
}

// Once: the next time there is somebody only if he has said so anew.
static void wake_for_room(struct pipe *p)
{
    if (room_in(p) < p->need)
        return;
    p->need = NOBODY;
    wake_waiting(&p->writers);
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
        stream_take(&p->stream, span.kva, take);
        wake_for_room(p); // those who wait for the turn are woken when it ends
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
    while (p->reading || bytes_in(p) == 0) {
        if (!p->reading && !p->writer_open)
            return 0;
        int err = wait_more(f, &p->readers, &p->lock);
        if (err)
            return err;
    }
    return (int64)bytes_in(p);
}

// The same, without the lock.
static __attribute__((noinline)) int64 wait_for_data(struct file *f, struct pipe *p)
{
    spin_lock(&p->lock);
    int64 got = await_data(f, p);
    spin_unlock(&p->lock);
    return got;
}

static __attribute__((noinline)) int64 read_in_turn(struct file *f, struct user_iter *to)
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
    wake_waiting(&p->readers);
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
    // A glance without the lock: while there is nothing the user's page need not be held.
    int64 got = bytes_in(p) > 0 ? 1 : wait_for_data(f, p);
    if (got > 0)
        got = read_span(p, to, false) ?: read_in_turn(f, to);
    return got;
}

// --- writing ----------------------------------------------------------------------------------

// Writes a record of one span if it can be done at once.  => its length, 0, or a negative errno
static int64 write_at_once(struct pipe *p, struct user_iter *from)
{
    struct user_span span;
    size_t n = from->left;
    int err = user_iter_hold(from, false, &span);
    if (err)
        return err;
    spin_lock(&p->lock);
    bool can =
        span.len == n && p->reader_open && !p->writing && stream_append(&p->stream, span.kva, n);
    if (can)
        wake_waiting(&p->readers);
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

// => the bytes reserved for a writer of n: for a record all of them, else as many as there is
// memory for; 0: he has to wait
static size_t reserve(struct pipe *p, size_t n, size_t need, size_t least)
{
    if (room_in(p) < need)
        return 0;
    size_t got = stream_reserve(&p->stream, n);
    if (got >= least)
        return got;
    stream_commit(&p->stream, 0);
    return 0;
}

// Waits until there is room.  => bytes reserved, or a negative errno; lock is held
static int64 await_room(struct file *f, struct pipe *p, size_t n, bool record)
{
    size_t least = record ? n : 1, need = n < ENOUGH ? n : ENOUGH, got;
    if (f->flags & O_NONBLOCK)
        need = least;
    while (p->reader_open && (got = reserve(p, n, need, least)) == 0) {
        ask_for_room(p, need);
        int err = wait_more(f, &p->writers, &p->lock);
        if (err)
            return err;
    }
    return p->reader_open ? (int64)got : -EPIPE;
}

// Copies n bytes to where they are reserved.  With the turn.
// => bytes copied, of a record all; or a negative errno
static int64 fill(struct pipe *p, struct user_iter *from, size_t n, bool record)
{
    struct user_span span;
    size_t done = 0;
    while (done < n) {
        int err = user_iter_hold(from, false, &span);
        if (err)
            return done && !record ? (int64)done : err;
        size_t len = span.len < n - done ? span.len : n - done;
        stream_put(&p->stream, done, span.kva, len);
        user_release(&span);
        user_iter_advance(from, len);
        done += len;
    }
    return (int64)done;
}

// Writes as much as there is room for, of a record all, once there is any.  With the turn.
// => bytes written, or a negative errno
static int64 write_some(struct file *f, struct pipe *p, struct user_iter *from, bool record)
{
    spin_lock(&p->lock);
    int64 got = await_room(f, p, from->left, record);
    spin_unlock(&p->lock);
    if (got < 0)
        return got;
    got = fill(p, from, (size_t)got, record);
    spin_lock(&p->lock);
    stream_commit(&p->stream, got > 0 ? (size_t)got : 0);
    if (got > 0)
        wake_waiting(&p->readers);
    spin_unlock(&p->lock);
    return got;
}

static __attribute__((noinline)) int64 write_in_turn(struct file *f, struct user_iter *from)
{
    struct pipe *p = f->obj;
    bool record = from->left <= PIPE_BUF;
    int64 done = 0;
    spin_lock(&p->lock);
    int64 got = take_writing_turn(f, p);
    spin_unlock(&p->lock);
    if (got < 0)
        return got;
    do {
        got = write_some(f, p, from, record);
        done += got > 0 ? got : 0;
    } while (got >= 0 && from->left > 0 && !thread_breathe_at_rest());
    spin_lock(&p->lock);
    p->writing = false;
    wake_waiting(&p->writers);
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

// --- poll -------------------------------------------------------------------------------------

// A turn that somebody has is no state to read or write in without waiting; its end is told.
static uint32 poll_reader(struct file *f, struct poll_news *news)
{
    struct pipe *p = f->obj;
    news->queue[0] = &p->readers;
    spin_lock(&p->lock);
    uint32 got = bytes_in(p) > 0 && !p->reading ? POLLIN : 0;
    if (!p->writer_open)
        got |= POLLHUP;
    spin_unlock(&p->lock);
    return got;
}

static uint32 poll_writer(struct file *f, struct poll_news *news)
{
    struct pipe *p = f->obj;
    news->queue[0] = &p->writers;
    spin_lock(&p->lock);
    uint32 got = room_in(p) >= PIPE_BUF && !p->writing ? POLLOUT : 0;
    if (!got)
        ask_for_room(p, PIPE_BUF);
    if (!p->reader_open)
        got |= POLLERR;
    spin_unlock(&p->lock);
    return got;
}

static int64 pipe_ioctl(struct file *f, struct aspace *as, uint32 request, uint64 arg)
{
    struct pipe *p = f->obj;
    if (request != FIONREAD)
        return -ENOTTY;
    spin_lock(&p->lock);
    int n = (int)bytes_in(p);
    spin_unlock(&p->lock);
    return copyout(as, arg, &n, sizeof n);
}

// --- life -------------------------------------------------------------------------------------

static int pipe_stat(struct file *f, struct linux_stat *out)
{
    memset(out, 0, sizeof *out);
    out->st_mode = S_IFIFO | 0600;
    out->st_nlink = 1;
    out->st_blksize = PGSIZE;
    return 0;
}

static void pipe_free(struct pipe *p)
{
    spin_lock(&pipes_lock);
    list_remove(&p->all);
    spin_unlock(&pipes_lock);
    stream_free(&p->stream);
    obj_free(&pipe_cache, p);
}

// The end that closes second frees the pipe.
static void close_end(struct pipe *p, bool *end)
{
    spin_lock(&p->lock);
    *end = false;
    bool last = !p->reader_open && !p->writer_open;
    wake_waiting(&p->readers);
    wake_waiting(&p->writers);
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
    .ioctl = pipe_ioctl,
    .poll = poll_reader,
    .stat = pipe_stat,
    .release = release_reader,
};

static const struct file_ops writer_ops = {
    .read = not_open_for_this,
    .write = pipe_write,
    .ioctl = pipe_ioctl,
    .poll = poll_writer,
    .stat = pipe_stat,
    .release = release_writer,
};

// => a pipe with both ends open, NULL if out of memory
static struct pipe *pipe_alloc(void)
{
    struct pipe *p = obj_alloc_zeroed(&pipe_cache);
    if (!p)
        return NULL;
    if (stream_init(&p->stream) != 0) {
        obj_free(&pipe_cache, p);
        return NULL;
    }
    spin_init(&p->lock, "pipe", RANK_PIPE);
    waitq_init(&p->readers, "pipe read");
    waitq_init(&p->writers, "pipe write");
    p->need = NOBODY;
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
        stream_audit(&container_of(l, struct pipe, all)->stream);
    spin_unlock(&pipes_lock);
}

void file_init(void)
{
    audit_register("pipes", audit_pipes);
}
