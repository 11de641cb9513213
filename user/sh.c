#include "kernel/types.h"
#include "kernel/fcntl.h"
#include "user/user.h"
int main(void)
{
    static char buf[200];
    char *argv[20];
    for (;;) {
        printf("$ ");
        gets(buf, sizeof buf);
        if (!buf[0])
            exit(0);
        int n = 0;
        char *s = buf;
        while (*s) {
            while (*s == ' ' || *s == '\n')
                *s++ = 0;
            if (!*s)
                break;
            argv[n++] = s;
            while (*s && *s != ' ' && *s != '\n')
                s++;
        }
        argv[n] = 0;
        if (!n)
            continue;
        if (fork() == 0) {
            exec(argv[0], argv);
            printf("exec %s failed\n", argv[0]);
            exit(1);
        }
        wait(0);
    }
}
