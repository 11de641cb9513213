// What programs share that work on texts.
#pragma once

#include "user/kine.h"

// --- arguments --------------------------------------------------------------------------------

// The letters of words like -ru are taken, each sets its flag; "--" ends them.  => the index of the first
// argument that is no such word; -1: a letter is not known
int take_flags(int argc, char **argv, const char *known, bool *flags) KINE(take_flags);
// "PROGRAM: WHAT: why the last call failed".  => 1
int complain_of(const char *program, const char *what) KINE(complain_of);
// Opens a file and gives it to `work`.  => what that returns; 1 if it cannot be opened, and that is told
int with_file(const char *program, const char *name, int (*work)(int fd, const char *name))
    KINE(with_file);

// --- lines ------------------------------------------------------------------------------------

struct line_reader {
    int fd;
    char *line; // without its newline, ended by NUL; good until the next one is read
    int len, room;
    bool ended;  // there was a newline
    bool failed; // a read has failed, or memory was short; errno says which
    char ahead[4096];
    int at, n;
};
void lines_start(struct line_reader *r, int fd) KINE(lines_start);
// => false: there are no more, or it has failed
bool lines_next(struct line_reader *r) KINE(lines_next);

// --- output -----------------------------------------------------------------------------------

// Gathers bytes for standard output.
void out_bytes(const char *text, int n) KINE(out_bytes);
void out_line(const char *text, int n) KINE(out_line); // and a newline
// => false, once, if not all could be written since the last time
bool out_end(void) KINE(out_end);

// --- calling programs -------------------------------------------------------------------------

// => where a program is that is called by this name: in the directories of $PATH; where that is not set,
// in the current one and in the root.  NULL: nowhere.  To be freed.
char *program_named(const char *name) KINE(program_named);
// Runs it and waits.  => its status as the shell has it (126, 127, 128 + N)
int run_command(char **argv) KINE(run_command);
