// Tokens.  Text comes from a string, or line by line from a source as it is needed, so that a
// command may go on over several lines.
#pragma once

#include "user/kine.h"
#include "user/sh/tree.h"

enum token {
    END,
    NEWLINE,
    WORD,
    REDIRECT,
    SEMICOLON,
    DOUBLE_SEMICOLON,
    AMPERSAND,
    AND_IF,
    OR_IF,
    PIPE,
    OPEN,
    CLOSE,
};

// Where lines come from.
struct source {
    // Appends a line with its newline.  inside: a command has begun and goes on.  => false: none
    bool (*line)(struct source *s, struct buffer *to, bool inside);
};

struct document {
    struct document *next;
    struct redirect *redirect; // which gets the text
    char *end;                 // the line that ends it
    bool literal, tabs;        // its end was quoted; leading tabs go (<<-)
};

struct lexer {
    const char *text; // all of the command that there is so far
    uint at;
    uint line;             // in which `at` is
    struct source *source; // of more, or NULL
    struct buffer lines;   // what came from it
    bool ended;            // the source had no more for this command
    struct arena *arena;   // for words
    bool inside;           // a token of a command has been seen

    enum token token;           // the one at hand,
    uint start, end;            // where it stands in the text,
    struct part *word;          // of a WORD,
    enum redirect_kind kind;    // of a REDIRECT, and
    int fd;                     // the descriptor it redirects,
    bool tabs;                  // <<-
    struct document *documents; // whose text begins behind the next newline

    const char *error; // why there are no more tokens, with the line in which that is
    uint error_line;
};

// Text from a string, or from a source.  The lexer's memory goes by lex_end().
void lex_string(struct lexer *l, const char *text, uint line);
void lex_source(struct lexer *l, struct source *source);
void lex_end(struct lexer *l);
// Forgets the command before; the next one's words go into the arena.  Reads no token.
void lex_command(struct lexer *l, struct arena *arena);

void lex_next(struct lexer *l);
// From now on every token is END.  The first error counts; format as for what is said of a token.
void lex_fail(struct lexer *l, const char *why);
// The document of a `<<` whose delimiter is the word at hand.
void lex_document(struct lexer *l, struct redirect *r, const struct part *delimiter);
// What a word would be if it has no quotes or values: "" for others.
const char *plain_text(const struct part *parts);
