// The host tool's commands.
#pragma once

#include "fs/format.h"

enum command { MAKE, CHECK, DUMP, EXTRACT };

struct options {
    enum command command;
    bool classic, progress;
    uint64 blocks;
    const char *image;
    const char *snapshot; // NULL: the volume as it is
    char **args;          // behind the image's name
    int nargs;
};

// Ends the program with the sentence, which begins with the name of what it is about.
_Noreturn void fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
// Opens an image to read it.
struct host_file;
void open_image(struct host_file *file, const char *path);
// A file that does not outlive fail() or a signal; NULL: none.
void remove_on_failure(const char *path);

// Each => the exit status.
int make_image(const struct options *o);    // make.c
int dump_image(const struct options *o);    // dump.c
int extract_image(const struct options *o); // extract.c
