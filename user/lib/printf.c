// Formatted output: %d %i %u %x %o %p %c %s %%, with l, ll, a width, '0' and '-'.  As classic
// programs expect, hexadecimal digits are capitals, %p has all its digits, and a bare %l, before
// anything that is no directive, is an unsigned long.  A call's text goes out in as few writes as
// its length allows, so that a short line is not torn by another process.
#include <stdarg.h>
#include "user/kine.h"
#include "user/user.h"

#define BUFFER        512
#define POINTER_WIDTH 18 // 0x and 16 digits

struct out {
    int fd, n;
    char buf[BUFFER];
};

struct spec {
    bool left, zero, longer;
    int width;
};

static void flush(struct out *o)
{
    if (o->n > 0)
        write(o->fd, o->buf, o->n);
    o->n = 0;
}

static void put(struct out *o, char c)
{
    if (o->n == BUFFER)
        flush(o);
    o->buf[o->n++] = c;
}

static void pad(struct out *o, char c, int n)
{
    while (n-- > 0)
        put(o, c);
}

static void put_text(struct out *o, const struct spec *s, const char *text)
{
    int len = (int)strlen(text);
    if (!s->left)
        pad(o, ' ', s->width - len);
    while (*text)
        put(o, *text++);
    if (s->left)
        pad(o, ' ', s->width - len);
}

// prefix: "-", "0x" or "", before any zeros
static void put_number(struct out *o, const struct spec *s, uint64 v, uint base, const char *prefix)
{
    char digits[24];
    int n = 0;
    do
        digits[n++] = "0123456789ABCDEF"[v % base];
    while ((v /= base) != 0);
    int fill = s->width - n - (int)strlen(prefix);
    if (!s->left && !s->zero)
        pad(o, ' ', fill);
    while (*prefix)
        put(o, *prefix++);
    if (!s->left && s->zero)
        pad(o, '0', fill);
    while (n > 0)
        put(o, digits[--n]);
    if (s->left)
        pad(o, ' ', fill);
}

static const char *parse_spec(const char *f, struct spec *s)
{
    *s = (struct spec){ 0 };
    for (; *f == '-' || *f == '0'; f++) {
        s->left |= *f == '-';
        s->zero |= *f == '0';
    }
    for (; *f >= '0' && *f <= '9'; f++)
        s->width = 10 * s->width + (*f - '0');
    for (; *f == 'l' || *f == 'z'; f++)
        s->longer = true;
    return f;
}

static bool is_directive(char c)
{
    return c && strchr("diuxXopcs%", c);
}

static void put_pointer(struct out *o, uint64 v)
{
    const struct spec all = { .zero = true, .width = POINTER_WIDTH };
    put_number(o, &all, v, 16, "0x");
}

static void put_signed(struct out *o, const struct spec *s, int64 v)
{
    put_number(o, s, v < 0 ? -(uint64)v : (uint64)v, 10, v < 0 ? "-" : "");
}

static void put_one(struct out *o, const struct spec *s, char kind, va_list *ap)
{
    switch (kind) {
    case 'd':
    case 'i': put_signed(o, s, s->longer ? va_arg(*ap, int64) : va_arg(*ap, int)); break;
    case 'u': put_number(o, s, s->longer ? va_arg(*ap, uint64) : va_arg(*ap, uint), 10, ""); break;
    case 'x':
    case 'X': put_number(o, s, s->longer ? va_arg(*ap, uint64) : va_arg(*ap, uint), 16, ""); break;
    case 'o': put_number(o, s, s->longer ? va_arg(*ap, uint64) : va_arg(*ap, uint), 8, ""); break;
    case 'p': put_pointer(o, va_arg(*ap, uint64)); break;
    case 'c': put(o, (char)va_arg(*ap, int)); break;
    case 's': {
        const char *text = va_arg(*ap, const char *);
        put_text(o, s, text ? text : "(null)");
        break;
    }
    case '%': put(o, '%'); break;
    default: // unknown: as it stands
        put(o, '%');
        put(o, kind);
    }
}

static void print(int fd, const char *fmt, va_list *ap)
{
    struct out o;
    o.fd = fd;
    o.n = 0;
    while (*fmt) {
        if (*fmt != '%') {
            put(&o, *fmt++);
            continue;
        }
        struct spec s;
        fmt = parse_spec(fmt + 1, &s);
        if (s.longer && !is_directive(*fmt))
            put_one(&o, &s, 'u', ap);
        else if (*fmt)
            put_one(&o, &s, *fmt++, ap);
    }
    flush(&o);
}

void printf(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    print(1, fmt, &ap);
    va_end(ap);
}

void fprintf(int fd, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    print(fd, fmt, &ap);
    va_end(ap);
}
