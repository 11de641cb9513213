// What a program finds when it begins: arguments, environment, auxiliary vector.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <unistd.h>

static int main_at(void)
{
    return 0;
}

static void child(int argc, char **argv)
{
    struct rlimit stack;
    getrlimit(RLIMIT_STACK, &stack);
    printf("%d arguments: %s %s\n", argc, argv[0], argv[1]);
    printf("VALUE is %s\n", getenv("VALUE"));
    printf("pages of %lu bytes, secure %lu, path %s\n", getauxval(AT_PAGESZ), getauxval(AT_SECURE),
           (char *)getauxval(AT_EXECFN));
    printf("stack: %lu KiB\n", (unsigned long)stack.rlim_cur >> 10);
    printf("interpreter: %s\n", getauxval(AT_BASE) ? "yes" : "no");
    printf("random bytes: %s\n", getauxval(AT_RANDOM) ? "yes" : "no");
    printf("code and stack lie apart: %s\n", (char *)main_at < (char *)&stack ? "yes" : "no");
    printf("the last argument has %zu bytes\n", strlen(argv[argc - 1]));
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        child(argc, argv);
        return 0;
    }
    size_t n = 1000 * 1000;
    char *large = malloc(n + 1), *env[] = { "VALUE=here", NULL };
    memset(large, 'x', n);
    large[n] = '\0';
    execle(argv[0], "me", "one", large, (char *)NULL, env);
    perror(argv[0]);
    return 1;
}
