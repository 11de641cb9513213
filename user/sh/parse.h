// From tokens to a tree.  Errors are the lexer's (l->error); where there is one there is no tree.
#pragma once

#include "user/sh/lex.h"

// The next complete command: all up to a newline that ends it.  => NULL: an empty line, the end
// (l->token is END), or an error
struct node *parse_command(struct lexer *l);
// For the reader of words: behind `$(`, up to and over its `)`.  => NULL: nothing is in it
struct node *parse_within(struct lexer *l);
// The same for a text of its own.
struct node *parse_text_within(struct lexer *l, const char *text, uint line);
