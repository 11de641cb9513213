// Making an image of swap space (kernel/cache/swap.h): a header in the first block, as Linux's mkswap
// writes it, and nothing else.

#include <stdlib.h>
#include <string.h>

#include "mkfs/host.h"
#include "mkfs/mkfs.h"

#define HEADER_AT 1024 // version, last block, number of bad ones: 32 bits each
#define MAGIC_AT  (BLK_SIZE - 10)

int make_swap(const struct options *o)
{
    static unsigned char block[BLK_SIZE];
    struct host_file file;
    const uint32 header[] = { 1, (uint32)(o->blocks - 1), 0 };
    remove_on_failure(o->image);
    int err = host_file_open(&file, o->image, o->blocks, false);
    if (!err) {
        memcpy(block + HEADER_AT, header, sizeof header);
        memcpy(block + MAGIC_AT, "SWAPSPACE2", 10);
        err = -blk_write(&file.dev, 0, block);
    }
    if (!err)
        err = host_file_close(&file);
    if (err)
        fail("%s cannot be written: %s", o->image, strerror(err));
    remove_on_failure(NULL);
    return 0;
}
