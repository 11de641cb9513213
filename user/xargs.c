// xargs [-n N] [PROGRAM [ARG...]]: the words of its input become arguments.
#include "kernel/types.h"
#include "user/lib/lines.h"
#include "user/user.h"

#define MOST  256  // words for one call
#define BYTES 2000 // of them: a program's stack is small

const char usage_text[] =
    "usage: xargs [-n N] [PROGRAM [ARG...]]   calls it with words of the input\n"
    "  as often as needed; without a program: echo; quotes and \\ protect blanks   -n N: N words "
    "at the most\n";

static char words[BYTES + 1];
static char *call[MOST + 64];
static int fixed, count, used, most = MOST;

static int run(void)
{
    int status = run_command(call);
    for (int i = fixed; i < fixed + count; i++)
        call[i] = 0;
    count = used = 0;
    return status == 0 ? 0 : status == 126 || status == 127 ? status : 123;
}

// A byte of the input; -1 at the end.
static int next(void)
{
    static uchar buf[1024];
    static int at, n;
    if (at == n) {
        at = 0;
        n = read(0, buf, sizeof buf);
        if (n <= 0) {
            n = 0;
            return -1;
        }
    }
    return buf[at++];
}

static bool is_blank(int c)
{
    return c == ' ' || c == '\t' || c == '\n';
}

// => the length of the next word, which is in `word`; -1: there is none; -2: it is too long
static int read_word(char word[BYTES])
{
    int c, quote = 0, n = 0;
    bool some = false;
    while (is_blank(c = next()))
        ;
    for (; c >= 0 && (quote || !is_blank(c)); c = next()) {
        some = true;
        if (quote ? c == quote : c == '\'' || c == '"') {
            quote = quote ? 0 : c;
            continue;
        }
        if (c == '\\' && !quote)
            c = next();
        if (n + 1 >= BYTES)
            return -2;
        word[n++] = (char)c;
    }
    word[n] = '\0';
    return some ? n : -1;
}

static void add(const char *word, int n)
{
    call[fixed + count++] = strcpy(words + used, word);
    used += n + 1;
}

int main(int argc, char **argv)
{
    static char word[BYTES];
    static char *echo[] = { "echo", 0 };
    int first = 1, status = 0, n;
    bool ran = false;
    if (argc > 2 && strcmp(argv[1], "-n") == 0) {
        most = parse_number(argv[2]);
        most = most > MOST ? MOST : most;
        first = 3;
    }
    if (most < 1 || (first < argc && argv[first][0] == '-') || argc - first > 60)
        misused();
    char **program = first < argc ? argv + first : echo;
    for (; program[fixed]; fixed++)
        call[fixed] = program[fixed];
    while ((n = read_word(word)) >= 0) {
        if (count == most || used + n + 1 > BYTES) {
            status |= run();
            ran = true;
        }
        add(word, n);
    }
    if (n == -2) {
        fprintf(2, "xargs: a word is longer than %d bytes\n", BYTES);
        return 1;
    }
    if (count > 0 || !ran)
        status |= run();
    return status;
}
