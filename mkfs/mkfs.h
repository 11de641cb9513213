// The host tool's commands.
#pragma once

#include "fs/format.h"

enum command { MAKE, CHECK, DUMP, EXTRACT, SWAP };

#define DEVICES_MAX 16

struct options {
    enum command command;
    const char *device[DEVICES_MAX]; // NAME:MAJOR:MINOR
    int ndevices;
    bool classic, progress;
    uint64 blocks;
    const char *image;
    const char *snapshot; // NULL: the volume as it is
    char **args;          // behind the image's name
    int nargs;
};

// Ends the program with the sentence, which begins with the name of what it is about.
_Noreturn void fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
// Opens an image to read it, which ends the program if that cannot be.
struct host_file;
struct image;
void open_file_of(const struct options *o, struct host_file *file);
void open_image(const struct options *o, struct host_file *file, struct image *img);
// => the tree of inodes of what the options choose: a snapshot's, or that of the volume as it is
struct disk_tree chosen_inodes(const struct options *o, struct image *img);
// A file that does not outlive fail() or a signal; NULL: none.
void remove_on_failure(const char *path);

// Each => the exit status.
int make_image(const struct options *o);    // make.c
int make_swap(const struct options *o);     // swap.c
int check_image(const struct options *o);   // inspect.c
int dump_image(const struct options *o);    // inspect.c
int extract_image(const struct options *o); // extract.c
