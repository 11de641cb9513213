// From the shell to another program.
#pragma once

#include "user/sh/expand.h"

// Whether it can be opened and begins with nothing but text.
bool is_text(const char *path);
// => where a program is that is called by this name, in temporary memory; NULL: nowhere
char *program_path(const char *name);
// Calls `each` for every file in the directories in which programs are looked for.
void each_program(void (*each)(const char *name, void *arg), void *arg);
// Becomes the program, or a shell that runs the text file.  Comes back only to fail, with a status,
// having said why.
int become_program(struct args *args);
