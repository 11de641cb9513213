// One function for operators of two sides, by their precedence; what is not evaluated (behind
// && || ?:) is only read.
#include "user/sh/arith.h"
#include "user/sh/memory.h"
#include "user/sh/shell.h"
#include "user/sh/text.h"
#include "user/sh/tree.h"
#include "user/sh/vars.h"
#include "user/user.h"

struct state {
    const char *at, *all;
    bool skipping; // nothing is assigned or divided
    bool failed;
};

static int64 assignment_expression(struct state *s);
static int64 comma_expression(struct state *s);

static int64 fail(struct state *s, const char *why)
{
    if (!s->failed)
        give_up("$((%s)): %s", s->all, why);
    s->failed = true;
    s->at = "";
    return 0;
}

static void skip_blanks(struct state *s)
{
    while (*s->at && strchr(" \t\n\r", *s->at))
        s->at++;
}

// --- numbers and names ------------------------------------------------------------------------

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 'a' - 'A';
    return c >= 'a' && c <= 'z' ? c - 'a' + 10 : 99;
}

// => behind the number; p itself: there is none
static const char *read_number(const char *p, int64 *value)
{
    const char *first = p;
    int base = 10;
    uint64 n = 0;
    if (*p == '0') {
        bool hex = (p[1] == 'x' || p[1] == 'X') && digit_value(p[2]) < 16;
        base = hex ? 16 : 8;
        p += hex ? 2 : 0;
    }
    for (; digit_value(*p) < base; p++)
        n = n * (uint64)base + (uint64)digit_value(*p);
    *value = (int64)n;
    return digit_value(*p) < 99 ? first : p;
}

static int64 variable_value(struct state *s, const char *name)
{
    const char *text = var_get(name);
    int64 value;
    if (!text && shell.unset_fails && !s->skipping)
        return fail(s, "a variable is not set");
    if (!text || *text == '\0')
        return 0;
    bool negative = *text == '-';
    const char *digits = text + (negative || *text == '+');
    const char *end = read_number(digits, &value);
    if (end == digits || *end != '\0')
        return fail(s, "a variable is not a number");
    return negative ? (int64) - (uint64)value : value;
}

static char *read_name(struct state *s)
{
    uint len = name_length(s->at);
    char *name = temp_copy(s->at, len);
    s->at += len;
    skip_blanks(s);
    return name;
}

// --- operators --------------------------------------------------------------------------------

enum op {
    TIMES,
    OVER,
    MODULO,
    PLUS,
    MINUS,
    LEFT,
    RIGHT,
    LESS,
    MORE,
    UP_TO,
    FROM,
    SAME,
    OTHER,
    BIT_AND,
    BIT_XOR,
    BIT_OR,
    ALL,
    ANY,
    NO_OP
};

static const struct {
    const char text[3];
    int precedence;
} ops[NO_OP] = {
    [TIMES] = { "*", 10 }, [OVER] = { "/", 10 },   [MODULO] = { "%", 10 }, [PLUS] = { "+", 9 },
    [MINUS] = { "-", 9 },  [LEFT] = { "<<", 8 },   [RIGHT] = { ">>", 8 },  [LESS] = { "<", 7 },
    [MORE] = { ">", 7 },   [UP_TO] = { "<=", 7 },  [FROM] = { ">=", 7 },   [SAME] = { "==", 6 },
    [OTHER] = { "!=", 6 }, [BIT_AND] = { "&", 5 }, [BIT_XOR] = { "^", 4 }, [BIT_OR] = { "|", 3 },
    [ALL] = { "&&", 2 },   [ANY] = { "||", 1 },
};

// => the longest operator that stands at p
static enum op op_at(const char *p)
{
    enum op best = NO_OP;
    uint longest = 0;
    for (enum op o = 0; o < NO_OP; o++) {
        uint n = strlen(ops[o].text);
        if (n > longest && p[0] == ops[o].text[0] && (n == 1 || p[1] == ops[o].text[1])) {
            best = o;
            longest = n;
        }
    }
    return best;
}

static bool assigns(const char *p, enum op o)
{
    return o <= BIT_OR && !(o >= LESS && o <= OTHER) && p[strlen(ops[o].text)] == '=';
}

static int64 divide(struct state *s, enum op o, int64 a, int64 b)
{
    if (s->skipping)
        return 0;
    if (b == 0)
        return fail(s, "division by zero");
    if (b == -1)
        return o == OVER ? (int64) - (uint64)a : 0;
    return o == OVER ? a / b : a % b;
}

static int64 apply(struct state *s, enum op o, int64 a, int64 b)
{
    uint64 x = (uint64)a, y = (uint64)b;
    switch (o) {
    case TIMES: return (int64)(x * y);
    case OVER:
    case MODULO: return divide(s, o, a, b);
    case PLUS: return (int64)(x + y);
    case MINUS: return (int64)(x - y);
    case LEFT: return (int64)(x << (y & 63));
    case RIGHT: return a >> (y & 63);
    case LESS: return a < b;
    case MORE: return a > b;
    case UP_TO: return a <= b;
    case FROM: return a >= b;
    case SAME: return a == b;
    case OTHER: return a != b;
    case BIT_AND: return a & b;
    case BIT_XOR: return a ^ b;
    case BIT_OR: return a | b;
    case ALL: return a && b;
    default: return a || b;
    }
}

// --- the grammar ------------------------------------------------------------------------------

static int64 primary(struct state *s)
{
    int64 value;
    if (*s->at == '(') {
        s->at++;
        value = comma_expression(s);
        skip_blanks(s);
        if (*s->at != ')')
            return fail(s, "a bracket is not closed");
        s->at++;
    } else if (name_length(s->at)) {
        value = variable_value(s, read_name(s));
    } else {
        const char *end = read_number(s->at, &value);
        if (end == s->at)
            return fail(s, "a number or a name is missing");
        s->at = end;
    }
    skip_blanks(s);
    return value;
}

static int64 unary(struct state *s)
{
    skip_blanks(s);
    if (stack_is_deep())
        return fail(s, "too much is nested");
    switch (*s->at) {
    case '-': s->at++; return (int64) - (uint64)unary(s);
    case '+': s->at++; return unary(s);
    case '~': s->at++; return ~unary(s);
    case '!': s->at++; return !unary(s);
    default: return primary(s);
    }
}

static int64 binary(struct state *s, int precedence)
{
    int64 left = unary(s);
    for (;;) {
        skip_blanks(s);
        enum op o = op_at(s->at);
        if (o == NO_OP || ops[o].precedence < precedence || assigns(s->at, o))
            return left;
        s->at += strlen(ops[o].text);
        bool skipping = s->skipping;
        s->skipping |= (o == ALL && !left) || (o == ANY && left);
        int64 right = binary(s, ops[o].precedence + 1);
        s->skipping = skipping;
        left = apply(s, o, left, right);
    }
}

static int64 conditional(struct state *s)
{
    int64 test = binary(s, 1);
    if (*s->at != '?')
        return test;
    bool skipping = s->skipping;
    s->at++;
    s->skipping = skipping || !test;
    int64 yes = comma_expression(s);
    skip_blanks(s);
    if (*s->at != ':')
        return fail(s, "a ? has no :");
    s->at++;
    s->skipping = skipping || test;
    int64 no = assignment_expression(s);
    s->skipping = skipping;
    return test ? yes : no;
}

static int64 assign(struct state *s, const char *name, enum op o)
{
    s->at += o == NO_OP ? 1 : strlen(ops[o].text) + 1;
    int64 value = assignment_expression(s);
    if (o != NO_OP)
        value = apply(s, o, variable_value(s, name), value);
    if (!s->skipping && !s->failed)
        var_set_number(name, value);
    return value;
}

static int64 assignment_expression(struct state *s)
{
    skip_blanks(s);
    const char *start = s->at;
    if (name_length(s->at)) {
        char *name = read_name(s);
        enum op o = op_at(s->at);
        if (o == NO_OP ? *s->at == '=' : assigns(s->at, o))
            return assign(s, name, o);
        s->at = start;
    }
    return conditional(s);
}

static int64 comma_expression(struct state *s)
{
    int64 value = assignment_expression(s);
    while (*s->at == ',') {
        s->at++;
        value = assignment_expression(s);
    }
    return value;
}

int64 arith(const char *expression)
{
    struct state s = { .at = expression, .all = expression };
    int64 value = comma_expression(&s);
    skip_blanks(&s);
    if (*s.at != '\0')
        fail(&s, "an operator is missing");
    return s.failed ? 0 : value;
}
