#include "proc/stream.h"
#include "errno.h"
#include "lib/string.h"
#include "mem/audit.h"
#include "mem/frame.h"
#include "mem/share.h"

static char **slot_of(const struct stream *s, size_t pos)
{
    return (char **)&s->slot[pos / PGSIZE % STREAM_PAGES];
}

static size_t page_begin(size_t pos)
{
    return pos - pos % PGSIZE;
}

static size_t up_to_page_end(size_t pos, size_t n)
{
    size_t rest = PGSIZE - pos % PGSIZE;
    return n < rest ? n : rest;
}

int stream_init(struct stream *s)
{
    s->spare = kalloc(FRAME_OTHER);
    return s->spare ? 0 : -ENOMEM;
}

// => pages given back
static size_t free_all(struct stream *s)
{
    size_t n = 0;
    for (int i = 0; i < STREAM_PAGES; i++)
        if (s->slot[i]) {
            kfree(s->slot[i]);
            n++;
        }
    if (s->spare) {
        kfree(s->spare);
        n++;
    }
    return n;
}

void stream_free(struct stream *s)
{
    share_lend_end(free_all(s) - 1);
}

void stream_audit(const struct stream *s)
{
    for (int i = 0; i < STREAM_PAGES; i++)
        if (s->slot[i])
            audit_count(frame_of_page(s->slot[i]));
    if (s->spare)
        audit_count(frame_of_page(s->spare));
}

// --- pages ------------------------------------------------------------------------------------

static __attribute__((noinline)) void drop_page(struct stream *s, size_t pos)
{
    char **slot = slot_of(s, pos);
    if (s->spare) {
        kfree(*slot);
        share_lend_end(1);
    } else {
        s->spare = *slot;
    }
    *slot = NULL;
}

static char *borrow_page(void)
{
    if (!share_lend())
        return NULL;
    char *page = kalloc(FRAME_OTHER);
    if (!page)
        share_lend_end(1);
    return page;
}

// Gives the slot of pos a page if it has none.  => false: there is none to be had
static bool have_page(struct stream *s, size_t pos)
{
    char **slot = slot_of(s, pos);
    if (*slot)
        return true;
    *slot = s->spare ? s->spare : borrow_page();
    s->spare = NULL;
    return *slot != NULL;
}

// => tail and end are one.  If they are within a page that is the one it keeps, unless there is a
//    spare.
static void begin_anew(struct stream *s)
{
    if (s->spare && s->tail % PGSIZE)
        drop_page(s, s->tail);
    s->tail = s->head = s->end = page_begin(s->tail);
}

// --- bytes ------------------------------------------------------------------------------------

size_t stream_reserve(struct stream *s, size_t n)
{
    size_t room = stream_room(s);
    size_t goal = s->head + (n < room ? n : room);
    while (s->end != goal && have_page(s, s->end))
        s->end += up_to_page_end(s->end, goal - s->end);
    return s->end - s->head;
}

void stream_put(const struct stream *s, size_t ahead, const char *from, size_t n)
{
    size_t pos = s->head + ahead;
    for (size_t len; n > 0; n -= len, from += len, pos += len) {
        len = up_to_page_end(pos, n);
        memcpy(*slot_of(s, pos) + pos % PGSIZE, from, len);
    }
}

static __attribute__((noinline)) bool append_slowly(struct stream *s, const char *from, size_t n)
{
    bool all = stream_reserve(s, n) == n;
    if (all)
        stream_put(s, 0, from, n);
    stream_commit(s, all ? n : 0);
    return all;
}

bool stream_append(struct stream *s, const char *from, size_t n)
{
    size_t at = s->head % PGSIZE;
    char *page = *slot_of(s, s->head);
    if (!page || n > PGSIZE - at || n > stream_room(s))
        return append_slowly(s, from, n);
    s->head = s->end = s->head + n;
    memcpy(page + at, from, n);
    return true;
}

// Moves end back to head.  Pages in between go, but for one that tail is still in, from the other
// end.
static void shorten(struct stream *s)
{
    while (s->end != s->head) {
        size_t last = page_begin(s->end - 1);
        if (s->head > last) {
            s->end = s->head;
            return;
        }
        if (last - page_begin(s->tail) < STREAM_SIZE)
            drop_page(s, last);
        s->end = last;
    }
}

void stream_commit(struct stream *s, size_t n)
{
    s->head += n;
    shorten(s);
    if (s->tail == s->end)
        begin_anew(s);
}

// Moves tail within its page, or to the end of it.  There the page goes, unless end has come to it
// from the other end.
static void leave(struct stream *s, size_t n)
{
    s->tail += n;
    if (s->tail % PGSIZE == 0 && s->end - s->tail <= STREAM_SIZE - PGSIZE)
        drop_page(s, s->tail - PGSIZE);
    if (s->tail == s->end)
        begin_anew(s);
}

void stream_take(struct stream *s, char *to, size_t n)
{
    for (size_t len; n > 0; n -= len, to += len) {
        len = up_to_page_end(s->tail, n);
        memcpy(to, *slot_of(s, s->tail) + s->tail % PGSIZE, len);
        leave(s, len);
    }
}
