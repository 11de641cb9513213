// Pipes.

#include "user/tests/usertests/usertests.h"

long fill_pipe(const int fd[2], long leave)
{
    static char piece[PGSIZE];
    long n = 0, got;
    sys(SYS_fcntl, fd[1], F_SETFL, O_NONBLOCK);
    while ((got = write(fd[1], piece, sizeof piece)) > 0 || (got = write(fd[1], piece, 1)) > 0)
        n += got;
    sys(SYS_fcntl, fd[1], F_SETFL, 0);
    if (leave > 0)
        EXPECT(read(fd[0], piece, leave), leave, "read from the full pipe");
    return n - leave;
}

void pipe_bytes(void)
{
    char buf[16];
    int fd[2];
    must_pipe(fd);
    EXPECT(write(fd[1], "hello", 5), 5, "write");
    EXPECT(write(fd[1], " world", 6), 6, "write");
    EXPECT(read(fd[0], buf, 3), 3, "read of a part");
    EXPECT(read(fd[0], buf + 3, 13), 8, "read of the rest");
    EXPECT(memcmp(buf, "hello world", 11), 0, "what was read");
    EXPECT(write(fd[1], buf, 0), 0, "write of nothing");
    EXPECT(sys(SYS_read, fd[1], buf, 1), -EBADF, "read from the writing end");
    EXPECT(sys(SYS_write, fd[0], buf, 1), -EBADF, "write to the reading end");
    struct linux_stat st;
    EXPECT(sys(SYS_fstat, fd[0], &st), 0, "fstat");
    EXPECT(st.st_mode & S_IFMT, S_IFIFO, "its kind");
}

// Without a writer there is an end; what was written comes first.
void pipe_end(void)
{
    char buf[8];
    int fd[2];
    must_pipe(fd);
    EXPECT(write(fd[1], "last", 4), 4, "write");
    close(fd[1]);
    EXPECT(read(fd[0], buf, 8), 4, "read of what is left");
    EXPECT(read(fd[0], buf, 8), 0, "read at the end");
    EXPECT(read(fd[0], buf, 8), 0, "read at the end again");
    close(fd[0]);
}

static void close_after_a_while(void *arg)
{
    sleep_ms(5);
}

// Without a reader a write fails, also one that waits for room already.
void pipe_broken(void)
{
    static char block[PGSIZE];
    int fd[2];
    must_pipe(fd);
    close(fd[0]);
    EXPECT(sys(SYS_write, fd[1], block, 1), -EPIPE, "write without a reader");
    close(fd[1]);
    must_pipe(fd);
    int pid = start(close_after_a_while, NULL); // holds the reading end
    close(fd[0]);
    fill_pipe(fd, 0);
    EXPECT(sys(SYS_write, fd[1], block, PGSIZE), -EPIPE, "write that waits for a reader");
    finish(pid);
}

#define TOTAL 500000

static void pump(void *arg)
{
    static char block[1033];
    int *fd = arg;
    close(fd[0]);
    for (int done = 0; done < TOTAL; done += (int)sizeof block) {
        for (size_t i = 0; i < sizeof block; i++)
            block[i] = (char)((done + i) % 251);
        EXPECT(write(fd[1], block, sizeof block), sizeof block, "write at %d", done);
    }
}

// Every byte arrives, in order, whatever the sizes on the two sides.
void pipe_large(void)
{
    static char buf[PGSIZE];
    int fd[2], seen = 0, n;
    must_pipe(fd);
    int pid = start(pump, fd);
    close(fd[1]);
    for (int size = 1; (n = read(fd[0], buf, size)) > 0; size = size * 3 % PGSIZE + 1)
        for (int i = 0; i < n; i++, seen++)
            EXPECT((uchar)buf[i], seen % 251, "byte %d", seen);
    EXPECT(n, 0, "the last read");
    CHECK(seen >= TOTAL, "%d bytes of %d arrived", seen, TOTAL);
    EXPECT(finish(pid).status, 0, "the writer's exit");
}

#define CROWD  4
#define PIPES  20
#define KIB_64 (16 * PGSIZE)

struct hoard {
    int go[2], ready[2];
};

// Fills pipes, with what there is to be had.  A record at least is in each.
static void hoard_pipes(void *arg)
{
    struct hoard *h = arg;
    char byte = 'r';
    close(h->go[1]);
    for (int i = 0; i < PIPES; i++) {
        int fd[2];
        must_pipe(fd);
        long n = fill_pipe(fd, 0);
        CHECK(n >= PGSIZE && n <= KIB_64, "%ld bytes in pipe %d", n, i);
    }
    EXPECT(write(h->ready[1], &byte, 1), 1, "write");
    read(h->go[0], &byte, 1);
}

// Those who fill all pipes that they can take no memory from others, and the others' pipes work.
void pipes_full(void)
{
    struct hoard h;
    char byte;
    int pid[CROWD], fd[2];
    must_pipe(h.go);
    must_pipe(h.ready);
    must_pipe(fd);
    EXPECT(fill_pipe(fd, 0), KIB_64, "bytes in a full pipe");
    close(fd[0]);
    close(fd[1]);
    for (int i = 0; i < CROWD; i++) {
        pid[i] = start(hoard_pipes, &h);
        EXPECT(read(h.ready[0], &byte, 1), 1, "read");
    }
    pipe_broken();
    pipe_large();
    pipe_writers();
    close(h.go[1]);
    for (int i = 0; i < CROWD; i++)
        EXPECT(finish(pid[i]).status, 0, "exit of hoarder %d", i);
    must_pipe(fd);
    EXPECT(fill_pipe(fd, 0), KIB_64, "bytes in a full pipe afterwards");
}

// What users can have does not depend on what is in pipes.
void pipes_uncounted(void)
{
    static int fd[PIPES][2];
    for (int i = 0; i < PIPES; i++)
        must_pipe(fd[i]);
    long before = count_sbrk(1);
    for (int i = 0; i < PIPES; i++)
        fill_pipe(fd[i], 0);
    EXPECT(count_sbrk(1), before, "pages that can be had beside full pipes");
}

#define PIPE_WRITERS 4
#define MESSAGES     100

static void send_messages(void *arg)
{
    int *fd_and_id = arg;
    char message[32];
    memset(message, 'A' + fd_and_id[1], sizeof message);
    for (int i = 0; i < MESSAGES; i++)
        EXPECT(write(fd_and_id[0], message, sizeof message), sizeof message, "write %d", i);
}

// Writes of several do not mix.
void pipe_writers(void)
{
    int fd[2], pid[PIPE_WRITERS], count[PIPE_WRITERS] = { 0 }, arg[2];
    char message[32];
    must_pipe(fd);
    arg[0] = fd[1];
    for (arg[1] = 0; arg[1] < PIPE_WRITERS; arg[1]++)
        pid[arg[1]] = start(send_messages, arg);
    close(fd[1]);
    for (size_t have = 0;;) {
        int n = read(fd[0], message + have, (int)(sizeof message - have));
        if (n <= 0)
            break;
        have += (size_t)n;
        if (have < sizeof message)
            continue;
        have = 0;
        for (size_t i = 1; i < sizeof message; i++)
            EXPECT(message[i], message[0], "byte %d of a message", (int)i);
        count[message[0] - 'A']++;
    }
    for (int i = 0; i < PIPE_WRITERS; i++) {
        EXPECT(count[i], MESSAGES, "messages of writer %d", i);
        EXPECT(finish(pid[i]).status, 0, "exit of writer %d", i);
    }
}

// pipe() takes two descriptors or none.
void pipe_descriptors(void)
{
    int fd[2], n = 0, last = -1, next;
    while ((next = dup(0)) >= 0) {
        last = next;
        n++;
    }
    CHECK(n > 2, "only %d descriptors are free", n);
    EXPECT(sys(SYS_pipe2, fd, 0), -EMFILE, "pipe without a free descriptor");
    close(last);
    EXPECT(sys(SYS_pipe2, fd, 0), -EMFILE, "pipe with one free descriptor");
    EXPECT(dup(0), last, "the one free descriptor");
    close(last);
    close(last - 1);
    EXPECT(pipe(fd), 0, "pipe with two free descriptors");
    EXPECT(sys(SYS_pipe2, fd, 12345), -EINVAL, "pipe with unknown flags");
}

static int blocked[2];

static void read_pipe(void *arg)
{
    char byte;
    read(blocked[0], &byte, 1);
}

// A reader that is killed leaves the pipe as it was.
void pipe_killed(void)
{
    char buf[4];
    must_pipe(blocked);
    for (int i = 0; i < 10; i++) {
        int pid = start(read_pipe, NULL);
        sleep_ms(1);
        EXPECT(kill(pid), 0, "kill");
        EXPECT(finish(pid).signal, SIGKILL, "the reader's signal");
    }
    EXPECT(write(blocked[1], "abc", 3), 3, "write");
    EXPECT(read(blocked[0], buf, 4), 3, "read");
}

void pipe_nonblock(void)
{
    static char block[PGSIZE];
    int fd[2];
    EXPECT(sys(SYS_pipe2, fd, O_NONBLOCK), 0, "pipe2 with O_NONBLOCK");
    EXPECT(sys(SYS_read, fd[0], block, 1), -EAGAIN, "read of an empty pipe");
    while (write(fd[1], block, PGSIZE) == PGSIZE)
        ;
    EXPECT(sys(SYS_write, fd[1], block, 1), -EAGAIN, "write to a full pipe");
    EXPECT(read(fd[0], block, 10), 10, "read of a full pipe");
    close(fd[1]);
    close(fd[0]);
}
