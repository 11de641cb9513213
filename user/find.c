// find [PATH...] [TEST...]: walks trees of files and does something with those that pass all tests.
#include "kernel/types.h"
#include "kernel/fcntl.h"
#include "user/lib/lines.h"
#include "user/lib/pattern.h"
#include "user/user.h"

#define PATH_ROOM 4096
#define MOST      32 // tests

const char usage_text[] =
    "usage: find [PATH...] [TEST...]   the files under PATH (.) that pass all tests\n"
    "  -name PATTERN   -type f|d|l|c|p   -size [+-]N[ck] (more, less; units of 512, 1, 1024 "
    "bytes)\n"
    "  -maxdepth N   ! TEST: not that   -print   -exec PROGRAM ARG... ; with {} for the path\n";

enum kind { NAME, TYPE, SIZE, PRINT, EXEC };

struct test {
    enum kind kind;
    bool negated;
    const char *word; // of NAME and TYPE
    int64 size, unit;
    char sign;   // of SIZE
    char **call; // of EXEC, ended by NULL
};

static struct test tests[MOST];
static int ntests, most_depth = 1000, status;
static bool acts; // some test prints or executes
static char path[PATH_ROOM];

// --- tests ------------------------------------------------------------------------------------

static bool is_type(char letter, uint mode)
{
    static const char letters[] = "fdlcp";
    static const uint types[] = { S_IFREG, S_IFDIR, S_IFLNK, S_IFCHR, S_IFIFO };
    const char *at = strchr(letters, letter);
    return at && (mode & S_IFMT) == types[at - letters];
}

static bool has_size(const struct test *t, int64 bytes)
{
    int64 n = (bytes + t->unit - 1) / t->unit;
    return t->sign == '+' ? n > t->size : t->sign == '-' ? n < t->size : n == t->size;
}

static bool execute(const struct test *t)
{
    char *call[64];
    int n = 0;
    for (; t->call[n] && n < 63; n++)
        call[n] = strcmp(t->call[n], "{}") == 0 ? path : t->call[n];
    call[n] = 0;
    out_end();
    return run_command(call) == 0;
}

static const char *last_part(void)
{
    const char *part = path;
    for (const char *p = path; *p; p++)
        if (*p == '/' && p[1] != '\0')
            part = p + 1;
    return part;
}

static bool passes(const struct test *t, const struct linux_stat *st)
{
    switch (t->kind) {
    case NAME: return pattern_matches(t->word, last_part(), strlen(last_part()));
    case TYPE: return is_type(t->word[0], st->st_mode);
    case SIZE: return has_size(t, st->st_size);
    case EXEC: return execute(t);
    default: out_line(path, (int)strlen(path)); return true;
    }
}

static void look_at(const struct linux_stat *st)
{
    for (int i = 0; i < ntests; i++)
        if (passes(&tests[i], st) == tests[i].negated)
            return;
    if (!acts)
        out_line(path, (int)strlen(path));
}

// --- the walk ---------------------------------------------------------------------------------

struct name {
    struct name *next;
    char text[];
};

static struct name *keep(const char *text)
{
    struct name *n = malloc(sizeof *n + strlen(text) + 1);
    if (n) {
        n->next = 0;
        strcpy(n->text, text);
    }
    return n;
}

// The names are read before anything is done with them, so that few files are open.
static struct name *names_in(const char *directory)
{
    static char entries[4096] __attribute__((aligned(8)));
    struct name *first = 0, **last = &first;
    int fd = open(directory, O_RDONLY | O_DIRECTORY), n = -1;
    while (fd >= 0 && (n = getdents(fd, entries, sizeof entries)) > 0)
        for (int i = 0; i < n;) {
            const struct linux_dirent64 *d = (const void *)(entries + i);
            i += d->d_reclen;
            if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0 &&
                (*last = keep(d->d_name)))
                last = &(*last)->next;
        }
    if (n < 0)
        status = complain_of("find", directory);
    close(fd);
    return first;
}

static void walk(int depth)
{
    struct linux_stat st;
    uint len = strlen(path);
    if (status_of(path, &st, AT_SYMLINK_NOFOLLOW) < 0) {
        status = complain_of("find", path);
        return;
    }
    look_at(&st);
    if ((st.st_mode & S_IFMT) != S_IFDIR || depth == most_depth)
        return;
    for (struct name *n = names_in(path), *next; n; n = next) {
        next = n->next;
        if (len + strlen(n->text) + 2 <= PATH_ROOM) {
            strcpy(path + len, path[len - 1] == '/' ? "" : "/");
            strcpy(path + strlen(path), n->text);
            walk(depth + 1);
            path[len] = '\0';
        }
        free(n);
    }
}

// --- arguments --------------------------------------------------------------------------------

static bool read_size(struct test *t, const char *p)
{
    t->unit = 512;
    if (*p == '+' || *p == '-')
        t->sign = *p++;
    for (t->size = 0; *p >= '0' && *p <= '9'; p++)
        t->size = 10 * t->size + (*p - '0');
    if (*p == 'c' || *p == 'k')
        t->unit = *p++ == 'c' ? 1 : 1024;
    return *p == '\0';
}

// -exec's words up to the `;`.  => how many; -1: there is none
static int take_call(struct test *t, int argc, char **argv)
{
    int n = 0;
    while (n < argc && strcmp(argv[n], ";") != 0)
        n++;
    if (n == 0 || n == argc)
        return -1;
    argv[n] = 0;
    t->call = argv;
    return n + 1;
}

// A test.  => the words it has taken; -1: it is none
static int take_test(struct test *t, int argc, char **argv)
{
    const char *word = argv[0], *value = argc > 1 ? argv[1] : 0;
    acts |= strcmp(word, "-print") == 0 || strcmp(word, "-exec") == 0;
    if (strcmp(word, "-print") == 0) {
        t->kind = PRINT;
        return 1;
    }
    if (!value)
        return -1;
    t->word = value;
    if (strcmp(word, "-name") == 0) {
        t->kind = NAME;
    } else if (strcmp(word, "-type") == 0 && strchr("fdlcp", value[0])) {
        t->kind = TYPE;
    } else if (strcmp(word, "-size") == 0 && read_size(t, value)) {
        t->kind = SIZE;
    } else if (strcmp(word, "-exec") == 0) {
        t->kind = EXEC;
        int n = take_call(t, argc - 1, argv + 1);
        return n < 0 ? -1 : n + 1;
    } else {
        return -1;
    }
    return 2;
}

static bool take_tests(int argc, char **argv)
{
    for (int i = 0, n; i < argc; i += n) {
        if (strcmp(argv[i], "-maxdepth") == 0 && i + 1 < argc) {
            most_depth = parse_number(argv[i + 1]);
            n = 2;
            continue;
        }
        bool negated = strcmp(argv[i], "!") == 0;
        i += negated;
        if (i == argc || ntests == MOST || (n = take_test(&tests[ntests], argc - i, argv + i)) < 0)
            return false;
        tests[ntests++].negated = negated;
    }
    return true;
}

static void find(const char *from)
{
    if (strlen(from) >= PATH_ROOM)
        return;
    strcpy(path, from);
    walk(0);
}

int main(int argc, char **argv)
{
    int paths = 1;
    while (paths < argc && argv[paths][0] != '-' && argv[paths][0] != '!')
        paths++;
    if (!take_tests(argc - paths, argv + paths))
        misused();
    if (paths == 1)
        find(".");
    for (int i = 1; i < paths; i++)
        find(argv[i]);
    return out_end() ? status : complain_of("find", "output");
}
