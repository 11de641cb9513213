// What the parser makes: words of parts, and commands in a tree.  All of a tree lies in one arena.
#pragma once

#include "user/kine.h"
#include "user/sh/memory.h"

// --- words ------------------------------------------------------------------------------------

enum part_kind {
    TEXT,    // as it stands
    VALUE,   // $NAME, ${NAME...}
    COMMAND, // $( ... ) or `...`
    ARITH,   // $(( ... ))
};

// What ${NAME...} does with the value.
enum value_op {
    AS_IT_IS,
    OR_WORD,   // :-
    OR_ASSIGN, // :=
    OR_FAIL,   // :?
    AND_WORD,  // :+
    LENGTH,    // ${#NAME}
    CUT_FRONT, // #  (longest: ##)
    CUT_BACK,  // %  (longest: %%)
};

struct part {
    struct part *next;
    enum part_kind kind;
    bool quoted;      // what comes of it is neither cut into fields nor a pattern
    const char *text; // of TEXT; the name of VALUE
    enum value_op op;
    bool colon;           // of an op: an empty value counts as none
    bool longest;         // of CUT_*
    struct part *word;    // of an op; the expression of ARITH
    struct node *command; // of COMMAND
};

struct word {
    struct word *next;
    struct part *parts;
};

// => the length of the NAME that a text begins with; 0: it does not
uint name_length(const char *text);
// => the length of NAME if the word is NAME=..., else 0
uint assignment(const struct word *w);

// --- commands ---------------------------------------------------------------------------------

enum redirect_kind { FROM_FILE, TO_FILE, APPEND_FILE, READ_WRITE, COPY_FD, DOCUMENT };

struct redirect {
    struct redirect *next;
    enum redirect_kind kind;
    int fd;
    struct part *target; // the file, the descriptor, or the document itself
};

// Which members a node of each kind has, besides its redirects (SIMPLE and what has brackets or
// ends with a word) and its line:
enum node_kind {
    SIMPLE,   // assignments, words
    PIPELINE, // left: the first stage; the others by `next`
    NOT,      // left
    AND,
    OR,         // left, right
    SEQUENCE,   // left, right
    BACKGROUND, // left
    SUBSHELL,   // left
    GROUP,      // left
    IF,         // test, left; right: what else, or NULL
    WHILE,      // test, left
    UNTIL,      // test, left
    FOR,        // name, words (NULL with `all_args`: "$@"), left
    CASE,       // words: what is looked at; clauses
    FUNCTION,   // name, left
};

struct clause {
    struct clause *next;
    struct word *patterns;
    struct node *body; // NULL: nothing to do
};

struct node {
    enum node_kind kind;
    uint line;
    struct node *next; // stage of a pipeline
    struct node *test, *left, *right;
    struct word *assignments, *words;
    struct redirect *redirects;
    struct clause *clauses;
    const char *name;
    bool all_args;
    const char *source; // of a pipeline or a background command: its words, for `jobs`
};
