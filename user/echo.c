// echo WORD...: writes its arguments with a space between them and a newline at the end, by one
// write.
#include "kernel/types.h"
#include "user/kine.h"
#include "user/user.h"

const char usage_text[] = "usage: echo [WORD...]   writes its arguments\n";

static uint length(int n, char **words)
{
    uint total = 1;
    for (int i = 0; i < n; i++)
        total += strlen(words[i]) + 1;
    return total;
}

static int failed(void)
{
    fprintf(2, "echo: output: %s\n", strerror(errno));
    return 1;
}

int main(int argc, char **argv)
{
    char *line = malloc(length(argc - 1, argv + 1)), *end = line;
    if (!line)
        return failed();
    for (int i = 1; i < argc; i++) {
        if (i > 1)
            *end++ = ' ';
        strcpy(end, argv[i]);
        end += strlen(argv[i]);
    }
    *end++ = '\n';
    int n = (int)(end - line);
    return write(1, line, n) == n ? 0 : failed();
}
