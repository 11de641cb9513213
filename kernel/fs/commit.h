// Commits: generations are closed, and written (commit.c tells how).
#pragma once

#include "fs/volume.h"

// Makes all that was changed before the call durable; if it is nothing, waits for the commit that
// is under way.  => 0, -EIO, -ENOMEM, -EROFS; then nothing is lost from memory, and the next commit
// tries again.  Neither the volume's mutex nor its commit lock is held.
int commit(struct volume *vol);

// The same; and when the generation is closed runs fn, with the volume's mutex held, as the first
// transaction of the next: no block is ours then, so any of them may be shared.  => its error too
typedef int commit_fn(struct volume *vol, void *arg);
int commit_and(struct volume *vol, commit_fn *fn, void *arg);

// Has volume_serve() make a commit soon.
void commit_ask(struct volume *vol);

// --- for the parts of a commit ----------------------------------------------------------------

void commit_init(struct closing *c);
// The page f is to be written to `block`.
void commit_add(struct volume *vol, struct frame *f, uint64 block);
// => the page that is on its way to the block that p names, borrowed; NULL.  The mutex is held.
struct frame *commit_in_flight(const struct volume *vol, const struct blkptr *p);
// The volume goes: so do pages that could not be written.
void commit_abandon(struct volume *vol);
