// Formatted output, and the kernel's messages.
//
// One walk over the format string serves all: vformat_to() hands each byte to a sink, vformat()
// is that with a buffer as the sink, and printk() is vformat() into a line of its own on the
// stack.  There is no lock and no shared state on the way, so it works in an interrupt handler and
// in a panic; what keeps two harts' lines apart is the registered sink, which gets whole texts.
//
// Until a sink is registered, one hart runs; its messages wait in early_text.
#include "lib/print.h"
#include "lib/string.h"

#define LINE       255
#define EARLY_SIZE 2048

struct out {
    format_sink *sink;
    void *arg;
    int count;
};

// A directive such as "%-8.3lx", taken apart.
struct directive {
    bool left, zero, plus;
    int width;
    int precision; // -1: none
    int length;    // bytes of an integer argument
    char verb;
};

static void emit(struct out *o, char c)
{
    o->sink(o->arg, c);
    o->count++;
}

static void emit_many(struct out *o, char c, int n)
{
    for (; n > 0; n--)
        emit(o, c);
}

static void emit_text(struct out *o, const char *text, size_t n)
{
    for (; n > 0; n--)
        emit(o, *text++);
}

// --- taking a directive apart -----------------------------------------------------------------

static const char *parse_flags(const char *p, struct directive *d)
{
    for (;; p++) {
        if (*p == '-')
            d->left = true;
        else if (*p == '0')
            d->zero = true;
        else if (*p == '+')
            d->plus = true;
        else
            return p;
    }
}

// Digits; what is beyond any sensible width stays there.
static const char *parse_number(const char *p, int *out)
{
    int n = 0;

    for (; *p >= '0' && *p <= '9'; p++)
        if (n < 10000)
            n = n * 10 + (*p - '0');
    *out = n;
    return p;
}

static const char *parse_length(const char *p, int *out)
{
    *out = sizeof(int);
    if (*p == 'h' && p[1] == 'h') {
        *out = sizeof(char);
        return p + 2;
    }
    if (*p == 'h') {
        *out = sizeof(short);
        return p + 1;
    }
    if (*p == 'z') {
        *out = sizeof(size_t);
        return p + 1;
    }
    for (; *p == 'l'; p++)
        *out = sizeof(long);
    return p;
}

// p is behind the '%'.  => behind the verb; at the NUL if the format ends too early.
static const char *parse_directive(const char *p, struct directive *d)
{
    *d = (struct directive){ .precision = -1 };
    p = parse_flags(p, d);
    p = parse_number(p, &d->width);
    if (*p == '.')
        p = parse_number(p + 1, &d->precision);
    p = parse_length(p, &d->length);
    d->verb = *p;
    return *p ? p + 1 : p;
}

// --- integers ---------------------------------------------------------------------------------

// => the length of the digits, written so that they end where `end` is.
static int digits_before(char *end, uint64 value, uint base, bool upper)
{
    const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    char *p = end;

    do {
        *--p = digits[value % base];
        value /= base;
    } while (value > 0);
    return end - p;
}

static void emit_integer(struct out *o, const struct directive *d, const char *sign, uint64 value,
                         uint base)
{
    char text[24];
    char *end = text + sizeof(text);
    int n = digits_before(end, value, base, d->verb == 'X');
    int nsign = strlen(sign);
    int pad = d->width - n - nsign;

    if (!d->left && !d->zero)
        emit_many(o, ' ', pad);
    emit_text(o, sign, nsign);
    if (!d->left && d->zero)
        emit_many(o, '0', pad);
    emit_text(o, end - n, n);
    if (d->left)
        emit_many(o, ' ', pad);
}

// The low `length` bytes, as the C type of that length would hold them.
static uint64 narrow_unsigned(uint64 value, int length)
{
    int shift = 64 - 8 * length;
    return value << shift >> shift;
}

static int64 narrow_signed(uint64 value, int length)
{
    int shift = 64 - 8 * length;
    return (int64)(value << shift) >> shift;
}

static void emit_signed(struct out *o, const struct directive *d, uint64 raw)
{
    int64 value = narrow_signed(raw, d->length);

    if (value < 0)
        emit_integer(o, d, "-", -(uint64)value, 10);
    else
        emit_integer(o, d, d->plus ? "+" : "", value, 10);
}

static void emit_unsigned(struct out *o, const struct directive *d, uint64 raw, uint base)
{
    emit_integer(o, d, "", narrow_unsigned(raw, d->length), base);
}

// --- the rest ---------------------------------------------------------------------------------

static void emit_string(struct out *o, const struct directive *d, const char *s)
{
    if (!s)
        s = "(null)";
    size_t n = d->precision < 0 ? strlen(s) : strnlen(s, d->precision);
    int pad = d->width - (int)n;

    if (!d->left)
        emit_many(o, ' ', pad);
    emit_text(o, s, n);
    if (d->left)
        emit_many(o, ' ', pad);
}

static void emit_char(struct out *o, const struct directive *d, char c)
{
    if (!d->left)
        emit_many(o, ' ', d->width - 1);
    emit(o, c);
    if (d->left)
        emit_many(o, ' ', d->width - 1);
}

static bool is_integer(char verb)
{
    return verb && strchr("diuxXo", verb);
}

static void emit_any_integer(struct out *o, const struct directive *d, uint64 raw)
{
    switch (d->verb) {
    case 'd':
    case 'i': emit_signed(o, d, raw); break;
    case 'u': emit_unsigned(o, d, raw, 10); break;
    case 'o': emit_unsigned(o, d, raw, 8); break;
    default: emit_unsigned(o, d, raw, 16); break;
    }
}

// An argument list by reference: va_list may be an array type, which has no plain address.
struct args {
    va_list list;
};

static void emit_directive(struct out *o, const struct directive *d, struct args *args,
                           const char *begin, const char *end)
{
    if (is_integer(d->verb) && d->length == sizeof(long))
        emit_any_integer(o, d, va_arg(args->list, uint64));
    else if (is_integer(d->verb))
        emit_any_integer(o, d, va_arg(args->list, uint));
    else if (d->verb == 'c')
        emit_char(o, d, (char)va_arg(args->list, int));
    else if (d->verb == 's')
        emit_string(o, d, va_arg(args->list, const char *));
    else if (d->verb == 'p')
        emit_integer(o, d, "0x", (uint64)va_arg(args->list, void *), 16);
    else if (d->verb == '%')
        emit(o, '%');
    else
        emit_text(o, begin, end - begin);
}

int vformat_to(format_sink *sink, void *arg, const char *fmt, va_list ap)
{
    struct out o = { sink, arg, 0 };
    struct args args;

    va_copy(args.list, ap);
    while (*fmt) {
        const char *begin = fmt++;
        if (*begin != '%') {
            emit(&o, *begin);
            continue;
        }
        struct directive d;
        fmt = parse_directive(fmt, &d);
        emit_directive(&o, &d, &args, begin, fmt);
    }
    va_end(args.list);
    return o.count;
}

// --- into a buffer ----------------------------------------------------------------------------

struct buffer {
    char *next, *last; // last: where the NUL goes at the latest
};

static void buffer_sink(void *arg, char c)
{
    struct buffer *b = arg;

    if (b->next < b->last)
        *b->next++ = c;
}

int vformat(char *buf, size_t size, const char *fmt, va_list ap)
{
    char nothing;
    struct buffer b = { &nothing, &nothing };

    if (size > 0)
        b = (struct buffer){ buf, buf + size - 1 };
    int n = vformat_to(buffer_sink, &b, fmt, ap);
    *b.next = '\0';
    return n;
}

int format(char *buf, size_t size, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    int n = vformat(buf, size, fmt, ap);
    va_end(ap);
    return n;
}

// --- the kernel's messages --------------------------------------------------------------------

static printk_sink *registered;
static char early_text[EARLY_SIZE];
static size_t early_len;

// Keeps what fits; the beginning of a boot says more than its end.
static void early_sink(const char *text, size_t len)
{
    size_t room = EARLY_SIZE - early_len;

    if (len > room)
        len = room;
    memcpy(early_text + early_len, text, len);
    early_len += len;
}

void printk(const char *fmt, ...)
{
    char line[LINE + 1];
    va_list ap;

    va_start(ap, fmt);
    int n = vformat(line, sizeof(line), fmt, ap);
    va_end(ap);
    if (n > LINE) {
        n = LINE;
        line[n - 1] = '\n';
    }
    printk_sink *sink = __atomic_load_n(&registered, __ATOMIC_ACQUIRE);
    (sink ? sink : early_sink)(line, n);
}

void printk_register(printk_sink *sink)
{
    if (sink && early_len > 0)
        sink(early_text, early_len);
    early_len = 0;
    __atomic_store_n(&registered, sink, __ATOMIC_RELEASE);
}
