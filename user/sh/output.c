// What the shell says: the output of builtins, and complaints.
#include <stdarg.h>
#include "user/sh/output.h"
#include "user/sh/memory.h"
#include "user/sh/redirect.h"
#include "user/sh/shell.h"
#include "user/sh/text.h"
#include "user/sh/vars.h"
#include "user/user.h"

static struct buffer out;

// --- formats: %s %d %c %%, and a width of a text on the left (%-20s) -----------------------------

static void put_padded(struct buffer *b, const char *text, uint width)
{
    uint end = b->len + width;
    buffer_put_text(b, text);
    while (b->len < end)
        buffer_put(b, ' ');
}

static void put_argument(struct buffer *b, char kind, uint width, va_list *ap)
{
    char room[NUMBER_ROOM];
    switch (kind) {
    case 's': put_padded(b, va_arg(*ap, const char *), width); break;
    case 'd': put_padded(b, number_text(va_arg(*ap, int), room), width); break;
    case 'c': buffer_put(b, (char)va_arg(*ap, int)); break;
    default: buffer_put(b, kind);
    }
}

static void put_format(struct buffer *b, const char *f, va_list *ap)
{
    for (; *f; f++) {
        uint width = 0;
        if (*f != '%') {
            buffer_put(b, *f);
            continue;
        }
        for (f += f[1] == '-'; f[1] >= '0' && f[1] <= '9'; f++)
            width = 10 * width + (uint)(f[1] - '0');
        put_argument(b, *++f, width, ap);
    }
}

// --- output of builtins -------------------------------------------------------------------------

void out_char(char c)
{
    buffer_put(&out, c);
}

void out_text(const char *text)
{
    buffer_put_text(&out, text);
}

void out_format(const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    put_format(&out, format, &ap);
    va_end(ap);
}

void out_quoted(const char *text)
{
    out_char('\'');
    for (; *text; text++)
        if (*text == '\'')
            out_text("'\\''");
        else
            out_char(*text);
    out_char('\'');
}

bool out_flush(void)
{
    bool all = write_all(1, out.text, out.len);
    out.len = 0;
    if (!all)
        complain("output: %s", strerror(errno));
    return all;
}

// --- complaints ---------------------------------------------------------------------------------

static void put_place(struct buffer *b)
{
    char room[NUMBER_ROOM];
    buffer_put_text(b, shell.interactive ? "sh" : param_zero);
    if (!shell.interactive) {
        buffer_put_text(b, ": line ");
        buffer_put_text(b, number_text(shell.line, room));
    }
    buffer_put_text(b, ": ");
}

static void say(const char *format, va_list *ap)
{
    struct buffer b = { 0 };
    put_place(&b);
    put_format(&b, format, ap);
    buffer_put(&b, '\n');
    write(2, b.text, (int)b.len);
    buffer_free(&b);
}

void complain(const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    say(format, &ap);
    va_end(ap);
}

void give_up(const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    say(format, &ap);
    va_end(ap);
    shell.status = MISUSED;
    shell.leaving = GIVING_UP;
}
