// A descriptor that the child closes and opens anew leaves the parent's file readable; the offset of
// one that both have is one.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void make(const char *name, const char *text)
{
    int fd = open(name, O_CREAT | O_TRUNC | O_WRONLY, 0644);
    if (fd < 0 || dprintf(fd, "%s", text) < 0) {
        perror(name);
        exit(1);
    }
    close(fd);
}

static void show(const char *who, int fd)
{
    char word[6] = "";
    ssize_t n = read(fd, word, 5);
    printf("%s reads %zd bytes: %s\n", who, n, word);
    fflush(stdout);
}

int main(void)
{
    make("first.txt", "alphabravo");
    make("other.txt", "OTHER");
    int fd = open("first.txt", O_RDONLY);
    if (fork() == 0) {
        show("child", fd);
        close(fd);
        int fresh = open("other.txt", O_RDONLY);
        printf("child: the same number again: %s\n", fresh == fd ? "yes" : "no");
        show("child", fresh);
        return 0;
    }
    wait(NULL);
    show("parent", fd); // goes on where the child has read
    unlink("first.txt");
    unlink("other.txt");
    return 0;
}
