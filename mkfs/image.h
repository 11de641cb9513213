// An image as kernel/fs/format.h has it, read without kernel/fs: for what looks at images from
// outside.  Every function survives any image; what is wrong with it is told in words.
#pragma once

#include "dev/blk.h"
#include "fs/format.h"

struct image {
    struct blkdev *dev;
    struct superblock sb; // the newest that is valid
    uint32 *visited;      // for each block the last walk that met it
    uint32 walks;
};

// => NULL, or why it cannot be read; then nothing is to be closed.
const char *image_open(struct image *img, struct blkdev *dev);
void image_close(struct image *img);

// Reads a superblock slot.  => true if it is valid
bool image_slot(struct blkdev *dev, uint64 slot, struct superblock *sb);

// Could a pointer say this?
bool image_pointer_possible(const struct image *img, const struct blkptr *p);
// Reads the block that p names.  => NULL, or what is wrong with it
const char *image_read(const struct image *img, const struct blkptr *p, void *page);

// A walk over the pages of a tree, in ascending order.  It goes once into each pointer block, so
// that it ends on any image.  A walk must not be started while another one goes on.
struct image_walk {
    // A page that is there.  => false ends the walk
    bool (*page)(struct image_walk *w, uint64 index, const struct blkptr *p);
    // A block that cannot be gone into; NULL: passed over in silence.
    void (*trouble)(struct image_walk *w, const struct blkptr *p, const char *why);
    uint64 from; // pages before this one are passed over
    bool once;   // the same block again is trouble for pages too
    void *arg;
};
void image_walk(struct image *img, struct image_walk *w, const struct disk_tree *tree);

// The inodes of a table, in memory.
struct image_table {
    uint64 npages;
    struct table_page {
        uint64 index;
        struct disk_inode *inode; // INODES_PER_BLOCK
    } * page;
};
// Loads what can be read; `trouble` as in a walk.
void table_load(struct image *img, struct image_table *t, const struct disk_tree *tree,
                void (*trouble)(struct image_walk *w, const struct blkptr *p, const char *why),
                void *arg);
void table_free(struct image_table *t);
// => an inode that is in use, or NULL
const struct disk_inode *table_find(const struct image_table *t, uint64 number);
// => the place of the inode among npages * INODES_PER_BLOCK; ~0 if its page is not there
uint64 table_place(const struct image_table *t, uint64 number);

// Calls `each` for every record in use of a directory's page, up to the first that is not
// well-formed.  => the byte at which that stands, FS_BLOCK if there is none
uint32 image_records(const struct image *img, const void *page,
                     void (*each)(void *arg, const struct dir_record *r), void *arg);

// The snapshot of that name.  => false: there is none that can be read
bool image_snapshot(struct image *img, const char *name, struct disk_snapshot *out);
