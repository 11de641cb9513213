// Memory that a line needs, and strings that grow.
#include "user/sh/sh.h"
#include "user/user.h"

struct piece {
    struct piece *next;
    uint64 data[];
};

static struct piece *pieces;

void *must_alloc(uint n)
{
    void *p = malloc(n);
    if (!p) {
        fprintf(2, "sh: out of memory\n");
        exit(1);
    }
    return p;
}

void *line_alloc(uint n)
{
    struct piece *p = must_alloc(sizeof *p + n);
    p->next = pieces;
    pieces = p;
    return memset(p->data, 0, n);
}

void line_free(void)
{
    while (pieces) {
        struct piece *p = pieces;
        pieces = p->next;
        free(p);
    }
}

char *line_copy(const char *text, uint n)
{
    return memcpy(line_alloc(n + 1), text, n);
}

void buffer_put(struct buffer *b, char c)
{
    if (b->len + 1 >= b->room) {
        b->room = b->room ? 2 * b->room : 64;
        char *bigger = must_alloc(b->room);
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
