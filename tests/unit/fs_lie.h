// An image of which a part is changed, with all checksums made right again: a lie that only the
// checks of meaning find.
#pragma once

#include "fs_test.h"

#define BLOCKS 400

extern unsigned char *image;   // the good one
extern uint64 targets[BLOCKS]; // blocks with structures in them: trees, inodes, directories
extern size_t ntargets;

// Directories /d, /d/e and /d/e/sub, files in them, links, an orphan: on the disk, not mounted.
void make_image(bool classic);
void forget_image(void);

void *block_at(uint64 block); // on the disk
struct superblock *newest_slot(void);
// Makes all checksums right, and finds the targets.
void seal_volume(void);
