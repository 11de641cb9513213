// wc [FILE...]: counts lines, words and bytes.
#include "kernel/types.h"
#include "kernel/fcntl.h"
#include "user/kine.h"
#include "user/user.h"

const char usage_text[] = "usage: wc [FILE...]   counts lines, words and bytes\n";

struct counts {
    long lines, words, bytes;
    bool in_word;
};

static char buf[4096];

static void count(struct counts *c, const char *text, int n)
{
    c->bytes += n;
    for (const char *end = text + n; text < end; text++) {
        bool blank = *text == ' ' || (*text >= '\t' && *text <= '\r') || *text == '\0';
        c->lines += *text == '\n';
        c->words += !blank && !c->in_word;
        c->in_word = !blank;
    }
}

static int count_file(int fd, const char *name)
{
    struct counts c = { 0 };
    int n;
    while ((n = read(fd, buf, sizeof buf)) > 0)
        count(&c, buf, n);
    if (n < 0) {
        fprintf(2, "wc: %s: %s\n", name, strerror(errno));
        return 1;
    }
    printf("%ld %ld %ld %s\n", c.lines, c.words, c.bytes, name);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return count_file(0, "");
    int status = 0;
    for (int i = 1; i < argc; i++) {
        int fd = open(argv[i], O_RDONLY);
        if (fd < 0) {
            fprintf(2, "wc: %s: %s\n", argv[i], strerror(errno));
            status = 1;
            continue;
        }
        status |= count_file(fd, argv[i]);
        close(fd);
    }
    return status;
}
