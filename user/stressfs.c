// stressfs: five processes write and read a file each at the same time, and check what they read.
#include "kernel/types.h"
#include "kernel/fcntl.h"
#include "user/kine.h"
#include "user/user.h"

const char usage_text[] =
    "usage: stressfs   five processes write and read files at the same time\n";

#define WORKERS 5
#define ROUNDS  20
#define PIECE   512

static char data[PIECE];

static int failed(const char *what, int id)
{
    fprintf(2, "stressfs: worker %d: %s: %s\n", id, what, strerror(errno));
    return 1;
}

static int write_file(const char *name, int id)
{
    int fd = open(name, O_CREATE | O_RDWR | O_TRUNC);
    if (fd < 0)
        return failed("create", id);
    for (int i = 0; i < ROUNDS; i++) {
        memset(data, 'a' + (id + i) % 26, PIECE);
        if (write(fd, data, PIECE) != PIECE)
            return failed("write", id);
    }
    close(fd);
    return 0;
}

static int read_file(const char *name, int id)
{
    int fd = open(name, O_RDONLY);
    if (fd < 0)
        return failed("open", id);
    for (int i = 0; i < ROUNDS; i++) {
        if (read(fd, data, PIECE) != PIECE)
            return failed("read", id);
        for (int k = 0; k < PIECE; k++)
            if (data[k] != 'a' + (id + i) % 26)
                return failed("wrong data", id);
    }
    close(fd);
    return 0;
}

static int work(int id)
{
    char name[] = "stressfs0";
    name[sizeof name - 2] = (char)('0' + id);
    int status = write_file(name, id) || read_file(name, id);
    unlink(name);
    return status;
}

int main(void)
{
    printf("stressfs starting\n");
    int status = 0, child = 0, started = 0;
    for (; started < WORKERS; started++) {
        int pid = fork();
        if (pid == 0)
            return work(started);
        if (pid < 0)
            break;
    }
    while (wait(&child) > 0)
        status |= child != 0;
    printf(status || started < WORKERS ? "stressfs: failed\n" : "stressfs: OK\n");
    return status || started < WORKERS;
}
