// Shared by the files of the checker only.
#pragma once

#include "mkfs/check.h"
#include "mkfs/paths.h"

#define CLASSIC_NAME 14 // bytes of a name on a classic volume

struct snapshot_name {
    uint32 id;
    char name[SNAPSHOT_NAME_LONGEST + 1];
};

struct check {
    struct image img;
    struct check_result *out;
    uint32 *found; // for each block: pointers that name it
    uint32 *told;  // and what its count on the disk says
    uint32 *gen;   // in which it was written
    uchar *visited;
    struct age ages[AGES_MAX]; // as found, with the borders of the superblock's
    const char *where;         // begins each message: which snapshot
    uint64 nsnapshots, ngoing, nnames;
    struct snapshot_name *names; // of the snapshots so far

    // For messages: the inode they are about, in the table under way; 0: none.
    uint64 subject;
    const struct disk_tree *inodes;
    struct image_table table; // with `paths`, from the first message on
    struct paths *paths;
};

// A walk through one tree.
struct tree_walk {
    const char *what; // for messages
    // For each page that is there, with its checksum right.
    void (*page)(struct check *c, struct tree_walk *w, uint64 index, const void *page);
    void *arg;
    uint64 nblocks; // found by the walk
    uint64 limit;   // as many there should be
    bool fresh;     // what is being looked at is seen for the first time
    bool copied;    // it is of those of which removals may copy each block
    bool going;     // its blocks are being given back: it may be empty and not say so yet
    uint32 born;    // no block is older
};

// An inode table, and what is said of it.
struct table_check {
    const char *where;
    bool live;
    bool going; // only its blocks count
    struct disk_tree inodes;
    uint64 ninodes, lowest_ino, orphans, nremovals;
};

bool zeros(const void *bytes, size_t n);
void complain_at(struct check *c, struct sentence *at, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
// A line, and an error more.
#define complain(c, fmt, ...)                                                                      \
    do {                                                                                           \
        static struct sentence at_ = { fmt, __FILE__, __LINE__, 0 };                               \
        static struct sentence *const listed_ __attribute__((section("check_sentences"), used)) =  \
            &at_;                                                                                  \
        complain_at(c, listed_, fmt, ##__VA_ARGS__);                                               \
    } while (0)
void forget_paths(struct check *c); // of the table that was under way
// `fresh`: the pointer to its root is seen for the first time.
void walk_tree(struct check *c, struct tree_walk *w, const struct disk_tree *tree, bool fresh);
void check_snapshots(struct check *c);
void check_ages_begin(struct check *c);
struct age *age_found(struct check *c, uint64 gen); // that of a block written in `gen`
void check_ages_end(struct check *c);
// Goes through all inodes, files and directories of a table.
void check_table(struct check *c, const struct table_check *t);
