// What workloads do: one transaction each, noted.
#pragma once

#include "tests/crash/cut.h"

// "prefix" + n; the last four are good.
const char *numbered(const char *prefix, uint64 n);

// The disk may be full for these three.
void make(const char *path);                               // a file that is not there
void write_inode(struct inode *ino, uint64 off, size_t n); // n random bytes, up to the page's end
void write_at(const char *path, uint64 off, size_t n);
void truncate_to(const char *path, uint64 size); // the disk may be full only for more
void fsync_path(const char *path);
void take_away(const char *path);
uint64 size_of(const char *path);
// Once in `one_in` times.
void sometimes_sync(uint64 one_in);
