// Where a program may be that is called by a name: in the directories of a list like $PATH, in turn;
// a name with a slash stands for itself.
#pragma once

#include "user/kine.h"

#define DEFAULT_PATH ":/" // the current directory, then the root

struct search {
    const char *list; // of directories that are still to come; NULL: none
    const char *name;
};

void search_start(struct search *s, const char *list, const char *name) KINE(search_start);
// => the next DIRECTORY/NAME, in memory had by `alloc`; NULL: there is none, or no memory
char *search_next(struct search *s, void *(*alloc)(uint n)) KINE(search_next);
// Is there a regular file of this path?
bool is_file(const char *path) KINE(is_file);
