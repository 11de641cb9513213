// echo and printf.
#include "user/sh/builtins.h"
#include "user/sh/output.h"
#include "user/sh/memory.h"
#include "user/sh/shell.h"
#include "user/sh/text.h"
#include "user/user.h"

// --- escapes ----------------------------------------------------------------------------------

static int octal(const char **p, int digits)
{
    int n = 0;
    for (; digits > 0 && **p >= '0' && **p <= '7'; digits--)
        n = 8 * n + (*(*p)++ - '0');
    return n;
}

// Prints what stands behind a backslash.  zero: octal numbers begin with a 0 of their own.
// => behind it; NULL: no more is to be printed (\c)
static const char *put_escape(struct buffer *to, const char *p, bool zero)
{
    static const char names[] = "abfnrtv\\", bytes[] = "\a\b\f\n\r\t\v\\";
    const char *name = *p ? strchr(names, *p) : 0;
    if (name) {
        buffer_put(to, bytes[name - names]);
        return p + 1;
    }
    if (*p == 'c')
        return 0;
    if (zero ? *p == '0' : *p >= '0' && *p <= '7') {
        p += zero;
        buffer_put(to, (char)octal(&p, 3));
        return p;
    }
    buffer_put(to, '\\');
    return p;
}

// => false: \c was in it
static bool put_escaped(struct buffer *to, const char *text)
{
    while (*text)
        if (*text != '\\')
            buffer_put(to, *text++);
        else if (!(text = put_escape(to, text + 1, true)))
            return false;
    return true;
}

static void print(struct buffer *b)
{
    for (uint i = 0; i < b->len; i++)
        out_char(b->text[i]);
    buffer_free(b);
}

int do_echo(struct args *args)
{
    struct buffer text = { 0 };
    bool newline = args->n < 2 || strcmp(args->v[1], "-n") != 0, all = true;
    for (int i = newline ? 1 : 2; i < args->n && all; i++) {
        all = put_escaped(&text, args->v[i]);
        if (all && i + 1 < args->n)
            buffer_put(&text, ' ');
    }
    if (newline && all)
        buffer_put(&text, '\n');
    print(&text);
    return 0;
}

// --- printf -----------------------------------------------------------------------------------

struct spec {
    bool left, zero, plus, space, other;
    int width, precision; // -1: none
    char kind;
};

struct printer {
    char **args; // those that are left, ended by NULL
    int status;
    bool stopped; // by \c
};

static const char *next_arg(struct printer *p)
{
    return *p->args ? *p->args++ : 0;
}

static void put_padded(const struct spec *s, const char *text, uint len)
{
    int fill = s->width - (int)len;
    for (; !s->left && fill > 0; fill--)
        out_char(' ');
    for (uint i = 0; i < len; i++)
        out_char(text[i]);
    for (; fill > 0; fill--)
        out_char(' ');
}

// A number in any of C's forms, or a quote and the byte that is meant.
static int64 number_arg(struct printer *p)
{
    const char *text = next_arg(p), *digits = text;
    uint64 n = 0;
    if (!text || *text == '\0')
        return 0;
    if (*text == '\'' || *text == '"')
        return (uchar)text[1];
    bool negative = *digits == '-';
    digits += negative || *digits == '+';
    uint base = *digits != '0' ? 10 : (digits[1] | 32) == 'x' ? 16 : 8;
    digits += base == 16 ? 2 : 0;
    for (; *digits; digits++) {
        uint d = *digits <= '9' ? (uint)(*digits - '0') : (uint)((*digits | 32) - 'a' + 10);
        if (d >= base)
            break;
        n = n * base + d;
    }
    if (*digits) {
        complain("printf: %s: not a number", text);
        p->status = FAILED;
    }
    return (int64)(negative ? -n : n);
}

static uint base_of(char kind)
{
    return kind == 'o' ? 8 : kind == 'x' || kind == 'X' ? 16 : 10;
}

static const char *sign_of(const struct spec *s, bool is_signed, bool negative, uint64 n)
{
    if (negative)
        return "-";
    if (s->other && n && (s->kind | 32) == 'x')
        return s->kind == 'x' ? "0x" : "0X";
    if (s->other && s->kind == 'o')
        return "0";
    return !is_signed ? "" : s->plus ? "+" : s->space ? " " : "";
}

static void put_number(const struct spec *s, int64 value)
{
    struct buffer text = { 0 };
    char digits[24];
    int n = 0;
    bool is_signed = s->kind == 'd' || s->kind == 'i';
    bool negative = is_signed && value < 0;
    uint64 v = negative ? -(uint64)value : (uint64)value;
    const char *sign = sign_of(s, is_signed, negative, v);
    uint base = base_of(s->kind);
    for (; v > 0 || (n == 0 && s->precision != 0); v /= base)
        digits[n++] = (s->kind == 'X' ? "0123456789ABCDEF" : "0123456789abcdef")[v % base];
    int zeros = s->precision - n;
    if (s->zero && !s->left && s->precision < 0)
        zeros = s->width - n - (int)strlen(sign);
    buffer_put_text(&text, sign);
    for (; zeros > 0; zeros--)
        buffer_put(&text, '0');
    while (n > 0)
        buffer_put(&text, digits[--n]);
    put_padded(s, text.text ? text.text : "", text.len);
    buffer_free(&text);
}

static void put_text(const struct spec *s, const char *text, uint len)
{
    if (s->precision >= 0 && (uint)s->precision < len)
        len = (uint)s->precision;
    put_padded(s, text, len);
}

static void put_arg(struct printer *p, const struct spec *s)
{
    const char *text;
    struct buffer escaped = { 0 };
    switch (s->kind) {
    case 's':
        text = next_arg(p);
        put_text(s, text ? text : "", text ? strlen(text) : 0);
        break;
    case 'b':
        text = next_arg(p);
        p->stopped = !put_escaped(&escaped, text ? text : "");
        put_text(s, escaped.text ? escaped.text : "", escaped.len);
        buffer_free(&escaped);
        break;
    case 'c':
        text = next_arg(p);
        put_text(s, text ? text : "", text && *text ? 1 : 0);
        break;
    default: put_number(s, number_arg(p));
    }
}

static const char *read_count(struct printer *p, const char *f, int *count)
{
    if (*f == '*') {
        *count = (int)number_arg(p);
        return f + 1;
    }
    for (*count = 0; *f >= '0' && *f <= '9'; f++)
        *count = 10 * *count + (*f - '0');
    return f;
}

// Behind a `%`.  => behind the directive; NULL: it is none, which has been said
static const char *put_directive(struct printer *p, const char *f)
{
    struct spec s = { .precision = -1 };
    for (; *f && strchr("-0+ #", *f); f++) {
        s.left |= *f == '-';
        s.zero |= *f == '0';
        s.plus |= *f == '+';
        s.space |= *f == ' ';
        s.other |= *f == '#';
    }
    f = read_count(p, f, &s.width);
    if (s.width < 0) {
        s.left = true;
        s.width = -s.width;
    }
    if (*f == '.')
        f = read_count(p, f + 1, &s.precision);
    s.kind = *f;
    if (s.kind == '\0' || !strchr("diouxXscb", s.kind)) {
        complain("printf: %%%c: no such directive", s.kind ? s.kind : '%');
        p->status = FAILED;
        return 0;
    }
    put_arg(p, &s);
    return f + 1;
}

// => false: nothing more is to be printed
static bool put_format(struct printer *p, const char *f)
{
    struct buffer escaped = { 0 };
    while (f && *f && !p->stopped) {
        if (f[0] == '%' && f[1] == '%') {
            out_char('%');
            f += 2;
        } else if (*f == '%') {
            f = put_directive(p, f + 1);
        } else if (*f == '\\') {
            f = put_escape(&escaped, f + 1, false);
            print(&escaped);
        } else {
            out_char(*f++);
        }
    }
    return f && !p->stopped;
}

// The format is used again as long as it takes arguments and there are some.
int do_printf(struct args *args)
{
    int first = args->n > 1 && strcmp(args->v[1], "--") == 0 ? 2 : 1;
    if (args->n <= first)
        return builtin_misused(args);
    struct printer p = { .args = args->v + first + 1 };
    char **before;
    do
        before = p.args;
    while (put_format(&p, args->v[first]) && *p.args && p.args != before);
    return p.status;
}
