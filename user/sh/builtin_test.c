// test and [.  With up to four arguments their number says what each is; with more, ! -a -o and
// brackets make an expression.
#include "kernel/fcntl.h"
#include "kernel/syscall.h"
#include "user/sh/builtins.h"
#include "user/sh/memory.h"
#include "user/sh/shell.h"
#include "user/sh/text.h"
#include "user/user.h"

struct state {
    char **v;
    int n, at;
    bool failed;
};

static bool any(struct state *s);

static bool fail(struct state *s, const char *what, const char *why)
{
    if (!s->failed)
        complain("test: %s: %s", what, why);
    s->failed = true;
    return false;
}

static bool test_file(char op, const char *path)
{
    struct linux_stat st;
    int flags = op == 'h' || op == 'L' ? AT_SYMLINK_NOFOLLOW : 0;
    if (status_of(path, &st, flags) < 0)
        return false;
    switch (op) {
    case 'f': return (st.st_mode & S_IFMT) == S_IFREG;
    case 'd': return (st.st_mode & S_IFMT) == S_IFDIR;
    case 'c': return (st.st_mode & S_IFMT) == S_IFCHR;
    case 'p': return (st.st_mode & S_IFMT) == S_IFIFO;
    case 'h':
    case 'L': return (st.st_mode & S_IFMT) == S_IFLNK;
    case 's': return st.st_size > 0;
    case 'x': return (st.st_mode & 0111) || (st.st_mode & S_IFMT) == S_IFDIR;
    default: return true; // -e, and -r and -w: who is asked may do all
    }
}

static bool is_terminal(struct state *s, const char *fd)
{
    uint16 window[4];
    int64 n;
    if (!number_of(fd, &n))
        return fail(s, fd, "not a number");
    return syscall(SYS_ioctl, n, TIOCGWINSZ, window) == 0;
}

static bool is_unary(const char *op)
{
    return op[0] == '-' && op[1] && op[2] == '\0' && strchr("nzefdcphLsrwxt", op[1]);
}

static bool unary(struct state *s, const char *op, const char *arg)
{
    switch (op[1]) {
    case 'n': return *arg;
    case 'z': return *arg == '\0';
    case 't': return is_terminal(s, arg);
    default: return test_file(op[1], arg);
    }
}

// --- two sides --------------------------------------------------------------------------------

static const char *const binaries[] = { "=",   "!=",  "-eq", "-ne", "-lt", "-le", "-gt",
                                        "-ge", "-nt", "-ot", "-ef", "<",   ">",   0 };
enum binary { SAME, OTHER, EQ, NE, LT, LE, GT, GE, NEWER, OLDER, ONE_FILE, BEFORE, BEHIND, NONE };

static enum binary binary_op(const char *op)
{
    uint i = 0;
    while (binaries[i] && strcmp(binaries[i], op) != 0)
        i++;
    return (enum binary)i;
}

static int64 number_at(struct state *s, const char *text)
{
    int64 n = 0;
    uint len;
    while (*text && strchr(" \t\n", *text))
        text++;
    for (len = strlen(text); len > 0 && strchr(" \t\n", text[len - 1]);)
        len--;
    if (!number_of(temp_copy(text, len), &n))
        fail(s, text, "not a number");
    return n;
}

static bool compare_numbers(enum binary op, int64 x, int64 y)
{
    switch (op) {
    case EQ: return x == y;
    case NE: return x != y;
    case LT: return x < y;
    case LE: return x <= y;
    case GT: return x > y;
    default: return x >= y;
    }
}

static bool compare_files(enum binary op, const char *a, const char *b)
{
    struct linux_stat x, y;
    bool there = status_of(a, &x, 0) == 0, other = status_of(b, &y, 0) == 0;
    if (op == ONE_FILE)
        return there && other && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
    if (!there || !other)
        return op == NEWER ? there : other;
    int64 later = x.st_mtim.tv_sec != y.st_mtim.tv_sec ? x.st_mtim.tv_sec - y.st_mtim.tv_sec
                                                       : x.st_mtim.tv_nsec - y.st_mtim.tv_nsec;
    return op == NEWER ? later > 0 : later < 0;
}

static bool binary(struct state *s, const char *a, enum binary op, const char *b)
{
    if (op >= NEWER && op <= ONE_FILE)
        return compare_files(op, a, b);
    if (op >= EQ && op <= GE)
        return compare_numbers(op, number_at(s, a), number_at(s, b));
    int order = strcmp(a, b);
    return op == SAME     ? order == 0
           : op == OTHER  ? order != 0
           : op == BEFORE ? order < 0
                          : order > 0;
}

// --- expressions ------------------------------------------------------------------------------

static const char *arg(const struct state *s, int ahead)
{
    return s->at + ahead < s->n ? s->v[s->at + ahead] : 0;
}

static bool is(const char *a, const char *word)
{
    return a && strcmp(a, word) == 0;
}

static bool primary(struct state *s)
{
    const char *a = arg(s, 0), *b = arg(s, 1), *c = arg(s, 2);
    if (!a)
        return fail(s, s->n ? s->v[s->n - 1] : "test", "something is missing behind it");
    if (b && c && binary_op(b) != NONE) {
        s->at += 3;
        return binary(s, a, binary_op(b), c);
    }
    if (is(a, "!")) {
        s->at++;
        return b ? !primary(s) : true;
    }
    if (is(a, "(") && b) {
        s->at++;
        bool value = any(s);
        if (!is(arg(s, 0), ")"))
            return fail(s, "(", "is not closed");
        s->at++;
        return value;
    }
    if (is_unary(a) && b) {
        s->at += 2;
        return unary(s, a, b);
    }
    s->at++;
    return *a;
}

static bool all(struct state *s)
{
    bool value = primary(s);
    while (is(arg(s, 0), "-a")) {
        s->at++;
        value = primary(s) && value;
    }
    return value;
}

static bool any(struct state *s)
{
    bool value = all(s);
    while (is(arg(s, 0), "-o")) {
        s->at++;
        value = all(s) || value;
    }
    return value;
}

int do_test(struct args *args)
{
    struct state s = { .v = args->v + 1, .n = args->n - 1 };
    if (args->v[0][0] == '[' && (s.n == 0 || !is(s.v[--s.n], "]"))) {
        complain("[: the ] is missing");
        return MISUSED;
    }
    if (s.n == 0)
        return FAILED;
    bool value = any(&s);
    if (s.at < s.n)
        fail(&s, s.v[s.at], "is not expected here");
    return s.failed ? MISUSED : !value;
}
