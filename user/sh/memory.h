// Memory of three lives: until free(); as long as a tree is held; and a stack for what a running
// command needs.  None of the calls => NULL: a shell without memory says so and exits.
#pragma once

#include "user/kine.h"

void *must_alloc(uint n); // zeroed, until free()
char *must_copy(const char *text);

// A tree and its texts lie in one arena, which goes when the last who holds it lets go: the one who
// runs the tree, and each function that is defined in it.
struct arena;
struct arena *arena_new(void);                               // held once
void *arena_alloc(struct arena *a, uint n);                  // zeroed
char *arena_copy(struct arena *a, const char *text, uint n); // ended by NUL
struct arena *arena_get(struct arena *a);
void arena_put(struct arena *a);

// Expanded words: a stack.  What was allocated since a mark goes at its release.
struct mark {
    struct chunk *top;
    uint used;
};
struct mark temp_mark(void);
void temp_release(struct mark m);
void *temp_alloc(uint n); // zeroed
char *temp_copy(const char *text, uint n);

// A string that grows; text is always ended by a NUL once something has been put.
struct buffer {
    char *text;
    uint len, room;
};
void buffer_put(struct buffer *b, char c);
void buffer_put_text(struct buffer *b, const char *text);
void buffer_free(struct buffer *b);

// Whether so much of the stack is used that what nests must not nest deeper.
void stack_starts_here(void);
bool stack_is_deep(void);
