// Verifying a volume from scratch: an implementation of its own, on nothing but the format and the
// device, so that it does not share the mistakes of the file system that it checks.
#pragma once

#include "dev/blk.h"
#include "types.h"

struct check_result {
    uint64 errors; // each is a line on standard error, up to a number
    uint64 generation, blocks, used, files, dirs, orphans;
};

// Checks every pointer, checksum, reference count, inode, record and link count of the newest
// generation.
void check_volume(struct blkdev *dev, struct check_result *out);
extern bool check_quiet; // no lines
// If it is set, the lines go there instead, without snapshot and path.
extern void (*check_listener)(const char *line);

// A place in the checker that complains; the linker makes an array of all.
struct sentence {
    const char *fmt, *file;
    int line;
    uint64 told; // how often
};
extern struct sentence *const __start_check_sentences[], *const __stop_check_sentences[];
