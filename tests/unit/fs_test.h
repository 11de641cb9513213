// What the tests of the file system share: a volume on a disk in memory, and checking.
//
//     test_fs_PART [--list | NAME]      (part of a name is enough)
//
// A test binary prints "ok NAME" or "FAIL NAME: why" for each test, ends with "N passed, M failed",
// and exits with a status that is not 0 if any failed.  With an argument it runs only the tests
// whose names contain it.
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fs/fs.h"
#include "fs/format.h"
#include "mkfs/check.h"
#include "mkfs/host.h"

#define REGULAR 0100644u
#define DEVICE  0020644u

struct test {
    const char *name;
    void (*run)(void);
};

// Runs the tests.  => the exit status
int run_tests(int argc, char **argv, size_t frames, const struct test *tests, size_t n);

// Ends the test in progress as failed.
_Noreturn void test_fail(const char *file, int line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

extern bool test_fatal; // it ends the program instead, as a crash

#define EXPECT(cond)                                                                               \
    do {                                                                                           \
        if (!(cond))                                                                               \
            test_fail(__FILE__, __LINE__, "%s", #cond);                                            \
    } while (0)
#define EXPECT_EQ(got, wanted)                                                                     \
    do {                                                                                           \
        long got_ = (long)(got), wanted_ = (long)(wanted);                                         \
        if (got_ != wanted_)                                                                       \
            test_fail(__FILE__, __LINE__, "%s is %ld, not %ld", #got, got_, wanted_);              \
    } while (0)

// The volume under test.
extern struct mem_disk disk;
extern struct volume *vol;
extern struct inode *root;

void make_volume(uint64 nblocks, bool classic); // on a fresh disk, mounted
void mount_volume(void);
void unmount_volume(void); // and the image is checked, and no memory is lost
void drop_volume(void);    // unmounts, whatever becomes of it; the disk is gone
void check_image(void);    // no errors
void check_audit(void);    // every frame is accounted for

// Files by path, from the root.  Those that do not return an error end the test if they fail.
struct inode *open_file(const char *path);
struct inode *create_file(const char *path);
void write_file(const char *path, const void *data, size_t n); // made anew or over its beginning
void fill_file(const char *path, size_t n, uint64 seed);       // with bytes that depend on seed
void expect_file(const char *path, size_t n, uint64 seed);
int unlink_path(const char *path);
bool exists(const char *path);
uint64 free_blocks(void);
void sync_volume(void);
void remount(void);
// Many files in /d, each with bytes of its own; below what path they are looked for.
void make_tree(int files, size_t bytes);
void expect_tree(const char *below, int files, size_t bytes);
void remove_tree(int files);
void take_snapshots(int from, int to); // s0, s1 and so on
void clone_path(const char *to, const char *from);

// A number from the environment.
uint64 test_number(const char *name, uint64 otherwise);
// The n-th seed of a test; the environment's SEED chooses others.  Tells how to repeat it.
uint64 test_seed(uint64 n);
// A generator of numbers that a seed repeats.
uint64 random_next(uint64 *state);
