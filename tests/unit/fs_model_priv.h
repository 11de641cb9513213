// Shared by the files of the model only.
#pragma once

#include "fs_model.h"

#define NAMES     12 // names that a directory can have
#define NODES     64
#define FILE_MAX  150000
#define OPEN_MAX  6
#define DEPTH_MAX 4

struct node {
    bool used, dir;
    bool link;           // a symbolic link: `data` is its target
    uint32 bits;         // of the mode
    int nlink;           // names; a directory has one at most
    int opens;           // in `opened`
    int child[NAMES];    // of a directory: node index, 0: none
    unsigned char *data; // FILE_MAX bytes
    size_t size;
};

extern struct node nodes[NODES]; // nodes[0] is never used, nodes[1] is the root
struct opened {
    struct inode *ino;
    int node;
};
extern struct opened opened[OPEN_MAX];
extern bool classic_volume;

// A random place: a directory, a name in it, and the path.
struct place {
    int dir, name;
    char path[1024];
};

struct place random_place(void);
int *slot(const struct place *p);
// Is that the answer, and a good one?
bool disk_full(int err);

extern uint64 model_state;

void step_write(void);
void step_truncate(void);
void step_read(void);

const char *name_text(int i);
int new_node(bool dir); // => its index, 0: there are too many
void node_gone(int n);  // if it has neither names nor users any more
void compare_file(struct inode *ino, const struct node *f);
