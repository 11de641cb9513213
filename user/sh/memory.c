// Arenas and the temporary stack are the same thing: chunks, filled from the bottom.
#include "user/sh/memory.h"
#include "user/user.h"

#define CHUNK       2000 // bytes of data; larger pieces have a chunk of their own
#define ALIGN(n)    (((n) + 7u) & ~7u)
#define STACK_LIMIT (400 * 1024) // of the 512 KiB that the Makefile gives the shell

struct chunk {
    struct chunk *below;
    uint room, used;
    uint64 data[];
};

struct arena {
    struct chunk *top;
    int holders;
};

static struct arena temporary;
static const char *stack_base;

static void *checked(void *p)
{
    if (p)
        return p;
    fprintf(2, "sh: out of memory\n");
    exit(1);
}

void *must_alloc(uint n)
{
    return memset(checked(malloc(n)), 0, n);
}

char *must_copy(const char *text)
{
    return strcpy(must_alloc(strlen(text) + 1), text);
}

// --- arenas -----------------------------------------------------------------------------------

struct arena *arena_new(void)
{
    struct arena *a = must_alloc(sizeof *a);
    a->holders = 1;
    return a;
}

void *arena_alloc(struct arena *a, uint n)
{
    struct chunk *c = a->top;
    n = ALIGN(n);
    if (!c || c->room - c->used < n) {
        uint room = n > CHUNK ? n : CHUNK;
        c = checked(malloc(sizeof *c + room));
        *c = (struct chunk){ .below = a->top, .room = room };
        a->top = c;
    }
    void *p = (char *)c->data + c->used;
    c->used += n;
    return memset(p, 0, n);
}

char *arena_copy(struct arena *a, const char *text, uint n)
{
    return memcpy(arena_alloc(a, n + 1), text, n);
}

struct arena *arena_get(struct arena *a)
{
    a->holders++;
    return a;
}

static void pop(struct arena *a)
{
    struct chunk *c = a->top;
    a->top = c->below;
    free(c);
}

void arena_put(struct arena *a)
{
    if (--a->holders > 0)
        return;
    while (a->top)
        pop(a);
    free(a);
}

// --- the stack of temporary things ------------------------------------------------------------

struct mark temp_mark(void)
{
    if (!temporary.top)
        temp_alloc(1); // so that the bottom chunk stays
    return (struct mark){ temporary.top, temporary.top->used };
}

void temp_release(struct mark m)
{
    while (temporary.top != m.top)
        pop(&temporary);
    temporary.top->used = m.used;
}

void *temp_alloc(uint n)
{
    return arena_alloc(&temporary, n);
}

char *temp_copy(const char *text, uint n)
{
    return arena_copy(&temporary, text, n);
}

// --- strings that grow ------------------------------------------------------------------------

void buffer_put(struct buffer *b, char c)
{
    if (b->len + 1 >= b->room) {
        b->room = b->room ? 2 * b->room : 64;
        char *bigger = checked(malloc(b->room));
        memcpy(bigger, b->text, b->len);
        free(b->text);
        b->text = bigger;
    }
    b->text[b->len++] = c;
    b->text[b->len] = '\0';
}

void buffer_put_text(struct buffer *b, const char *text)
{
    while (*text)
        buffer_put(b, *text++);
}

void buffer_free(struct buffer *b)
{
    free(b->text);
    *b = (struct buffer){ 0 };
}

// --- how deep ---------------------------------------------------------------------------------

void stack_starts_here(void)
{
    stack_base = __builtin_frame_address(0);
}

bool stack_is_deep(void)
{
    return stack_base - (const char *)__builtin_frame_address(0) > STACK_LIMIT;
}
