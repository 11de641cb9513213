// Arguments being built: bytes come in, and fields go out, cut at the bytes of IFS, with file names
// in the place of patterns.
#pragma once

#include "user/kine.h"
#include "user/sh/expand.h"
#include "user/sh/memory.h"

enum field_mode {
    FIELDS,     // several, cut, and matched with file names
    ONE_TEXT,   // one text
    ONE_PATTERN // one text, in which what is quoted has a backslash before it
};

struct field {
    enum field_mode mode;
    const char *ifs;
    struct args *args;  // where finished fields go
    struct buffer text; // the one at hand; a pattern unless ONE_TEXT
    bool present;       // it exists, though it may be empty: there were quotes
    int inside;         // words of ${NAME:-word} around: their text is cut, too
    bool after_blank;   // the last field has been ended by a blank of IFS
};

void field_start(struct field *f, enum field_mode mode, struct args *args);
// A byte that no IFS cuts; quoted: nor is it part of a pattern.
void field_put(struct field *f, char c, bool quoted);
// A value: outside quotes it is cut.
void field_put_value(struct field *f, const char *value, bool quoted);
// Ends the field at hand, if there is one.
void field_end(struct field *f);
// => the text of a field_start() that made ONE, in temporary memory
char *field_text(struct field *f);
