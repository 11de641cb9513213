// A stream: bytes on their way from who writes to who reads, in order, up to STREAM_SIZE of them.
//
// They lie in pages, which come as they are needed and go as they are read.  An empty stream begins
// anew at the beginning of a page that it keeps: so what is small, and read soon, costs no page.
// Room is reserved, then filled, then committed; only then can it be read.
//
//                tail         head          end
//      ───────────▼────────────▼─────────────▼──────────
//       read       to be read     reserved
//
// Invariants
//   S1  tail, head and end stand in that order, end at most STREAM_SIZE behind tail
//   S2  a slot has a page exactly if bytes between tail and end lie in it; but the page where an
//       empty stream begins may be there already
//   S3  one page at least is in a slot or spare: so an empty stream has room for that much, however
//       short memory is.  All others are lent (mem/share.h)
//
// Locking: the owner's.  Only stream_put() needs no lock: what is reserved belongs to who reserved
// it.
#pragma once

#include "types.h"
#include "riscv/addr.h"

#define STREAM_PAGES 16
#define STREAM_SIZE  (STREAM_PAGES * PGSIZE)

struct stream {
    size_t tail, head, end;   // bytes since it began
    char *spare;              // a page for the next slot that needs one, or NULL
    char *slot[STREAM_PAGES]; // the n-th page since it began is slot[n % STREAM_PAGES]
};

// Makes *s, which is all zeros, an empty stream.  => 0, -ENOMEM
int stream_init(struct stream *s);
// Gives its pages back, whatever they hold.
void stream_free(struct stream *s);
// Names its pages for the audit.
void stream_audit(const struct stream *s);

static inline size_t stream_bytes(const struct stream *s) // that can be read
{
    return s->head - s->tail;
}

static inline size_t stream_room(const struct stream *s) // as long as nothing is reserved
{
    return STREAM_SIZE - stream_bytes(s);
}

// Reserves room for n bytes behind head, or for as many as there is room and memory for.  Nothing
// is reserved yet.  => how many
size_t stream_reserve(struct stream *s, size_t n);
// Copies n bytes to what is reserved, `ahead` bytes behind head.
void stream_put(const struct stream *s, size_t ahead, const char *from, size_t n);
// The first n reserved bytes can be read from here on; the others are given up.
void stream_commit(struct stream *s, size_t n);
// The three at once: n bytes, or none.  => false: there is no room for all
bool stream_append(struct stream *s, const char *from, size_t n);
// Takes n bytes out, of those that can be read.
void stream_take(struct stream *s, char *to, size_t n);
