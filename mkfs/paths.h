// By which paths the inodes of a table are reached.
#pragma once

#include "mkfs/image.h"

struct paths;

// Goes through the directories below the root, each once, as far as they can be read.
struct paths *paths_load(struct image *img, const struct image_table *table);
void paths_free(struct paths *p);
// => the inode to which the path leads from the root; no links are followed.  0: none
uint64 path_to_inode(struct image *img, const struct image_table *table, const char *path);
// Writes one path of the inode, with bytes that cannot be printed as \xNN, cut if it is too long.
// => false: no name leads to it
bool paths_find(const struct paths *p, uint64 number, char *buf, size_t size);

// => is it "." or ".."?
bool record_is_dots(const struct dir_record *r);
// Writes the bytes so that they can be printed; at most size - 1, and a NUL.  => buf
char *printable(char *buf, size_t size, const char *bytes, size_t n);
// The longest text of a name in a record.
#define PRINTABLE_NAME (4 * 255 + 1)
