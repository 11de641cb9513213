// The parts of the shell, in the order in which a line passes through them:
//
//   sh.c      reads a line
//   lex.c     cuts it into tokens
//   parse.c   makes a tree of them, or reports a syntax error before anything has been done
//   expand.c  takes quotes away and puts values in, when a command is about to run
//   run.c     walks the tree: processes, pipes, redirections; builtin.c and program.c at its ends
//
// Trees and expanded words live in memory that line_free() gives back when the line is done.
#pragma once

#include "user/kine.h"

// --- memory (memory.c) ------------------------------------------------------------------------

// Both => never NULL: a shell without memory says so and exits.
void *line_alloc(uint n); // zeroed, until line_free()
void *must_alloc(uint n); // until free()
void line_free(void);
char *line_copy(const char *text, uint n);

// A string that grows.  text is ended by a NUL once it holds anything.
struct buffer {
    char *text;
    uint len, room;
};
void buffer_put(struct buffer *b, char c);
void buffer_put_text(struct buffer *b, const char *text);

// --- tokens (lex.c) ---------------------------------------------------------------------------

enum token { END, NEWLINE, WORD, SEMICOLON, BACKGROUND, AND, OR, PIPE, OPEN, CLOSE, REDIRECT, BAD };

enum redirect_kind { FROM_FILE, TO_FILE, APPEND_FILE, COPY_FD };

struct lexer {
    const char *at;          // where the next token begins
    enum token token;        // the one at hand,
    const char *text;        // where it stands in the line,
    uint len;                // and its length
    enum redirect_kind kind; // of a REDIRECT, and
    int fd;                  // the descriptor it redirects
    const char *error;       // of a BAD token
};

void lex_start(struct lexer *l, const char *line);
void lex_next(struct lexer *l);

// --- the tree (parse.c) -----------------------------------------------------------------------

struct word {
    struct word *next;
    const char *raw; // with its quotes
};

struct redirect {
    struct redirect *next;
    enum redirect_kind kind;
    int fd;
    const char *target; // raw
};

struct command { // one stage of a pipeline
    struct command *next;
    struct word *words; // of a simple command
    struct list *group; // of `( ... )`, else NULL
    struct redirect *redirects;
    int pid; // while it runs
};

enum condition { ALWAYS, IF_OK, IF_FAILED };

struct pipeline {
    struct pipeline *next;
    enum condition condition; // on the status so far
    struct command *first;
};

struct list { // pipelines joined by && and ||, and what comes after `;` or `&`
    struct list *next;
    struct pipeline *first;
    bool background;
};

// => NULL for an empty line, or after a syntax error, which has then been reported and *failed set
struct list *parse(const char *line, bool *failed);

// --- variables and words (vars.c, expand.c) ---------------------------------------------------

void vars_start(int argc, char **argv); // the script's name and its arguments: $0, $1 ...
// NAME, ?, $, !, # or a digit.  => NULL if it is not set
const char *var_get(const char *name, uint len);
// A new variable is the shell's own until it is exported: then programs get it in their
// environment.
void var_set(const char *name, uint len, const char *value);
void var_export(const char *name, uint len); // does nothing if it is not set
char *const *var_args(void);                 // $1 and on, ended by NULL

struct args {
    char **v; // ended by NULL
    int n, room;
};

// Appends what a word becomes: no argument, one or several.
void expand(const char *raw, struct args *args);
// The same without splitting: always one.
char *expand_one(const char *raw);
// => the length of the NAME that a text begins with
uint name_length(const char *text);
// => the length of NAME if the word is NAME=value, else 0
uint assignment(const char *raw);

#define SYNTAX_STATUS 2 // of a line that was not run

// --- running (run.c, program.c, builtin.c) ----------------------------------------------------

struct shell {
    int status;     // $?: of the last command; 128 + the signal if it was killed
    int background; // $!: the last process started with `&`, 0 at first
};
extern struct shell shell;

void run_line(const char *line);
void reap_background(void);

typedef int (*builtin)(struct args *args); // => its status
builtin find_builtin(const char *name);    // NULL if there is none

#define CANNOT_RUN 126 // statuses of a program that does not start
#define NOT_FOUND  127

bool is_text(const char *path); // it can be opened and begins with nothing but text
// Becomes the program, which is looked for here and then in the root; or a shell that runs the
// text file.  Comes back only to fail, with a status, having said why.
int become_program(struct args *args);
