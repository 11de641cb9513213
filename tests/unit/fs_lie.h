// An image of which a part is changed, with all checksums made right again: a lie that only the
// checks of meaning find.
#pragma once

#include "fs_seal.h"
#include "fs_test.h"

#define BLOCKS SEAL_BLOCKS

extern unsigned char *image; // the good one

// Directories /d, /d/e and /d/e/sub, files in them, links, a snapshot, a clone, an orphan: on the
// disk, not mounted.
void make_image(bool classic);
void forget_image(void);
