// The parts of a word: quotes, values, command substitution.  With the bytes that the lexer gives
// to those who read words.
#pragma once

#include "user/sh/lex.h"

// The word that begins at hand.
struct part *word_read(struct lexer *l);
// What a here-document's text becomes; literal: one part.
struct part *word_of_document(struct lexer *l, const char *text, bool literal, uint line);

// The next byte; '\0' at the end, and after an error.
char lex_peek(struct lexer *l);
char lex_get(struct lexer *l);
// Goes over a backslash and a newline.
bool lex_skip_joint(struct lexer *l);
// Goes over the text if it is what comes next on the line.
bool lex_take(struct lexer *l, const char *expected);
