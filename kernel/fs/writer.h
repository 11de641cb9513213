// Writing many blocks: neighbours go out in one request, many requests are in flight.
#pragma once

#include "fs/volume.h"

struct block_writer;

struct block_writer *writer_new(struct blkdev *dev); // => NULL: no memory
void writer_destroy(struct block_writer *w);         // => nothing is in flight

// Hands over a page for block `block`.  Its bytes do not change, and it does not go away, until
// writer_wait().  May sleep.  Errors are told by writer_wait().
void writer_put(struct block_writer *w, uint64 block, void *page);
// Sends what is held back and waits for all.  => 0, -EIO if any write since the last wait failed.
int writer_wait(struct block_writer *w);

struct frame *writer_frame(struct block_writer *w); // for the audit
