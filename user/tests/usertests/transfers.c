// What one call transfers is one thing: its lengths are looked at first, and nobody else's bytes
// come in between.

#include "user/tests/usertests/usertests.h"

#define NAME "ut.t"

// --- lengths ----------------------------------------------------------------------------------

static const long negative[] = { -1, -4096, -0x7ffff000L, -1L << 40, 1L << 63 };

static void refuse_count(long n, int file, int dir, const int pipe_end[2])
{
    static char buf[64];
    EXPECT(sys(SYS_read, file, buf, n), -EINVAL, "read of %ld", n);
    EXPECT(sys(SYS_write, file, buf, n), -EINVAL, "write of %ld", n);
    EXPECT(sys(SYS_pread64, file, buf, n, 0), -EINVAL, "pread of %ld", n);
    EXPECT(sys(SYS_pwrite64, file, buf, n, 0), -EINVAL, "pwrite of %ld", n);
    EXPECT(sys(SYS_pread64, file, buf, 1, n), -EINVAL, "pread at %ld", n);
    EXPECT(sys(SYS_pwrite64, file, buf, 1, n), -EINVAL, "pwrite at %ld", n);
    EXPECT(sys(SYS_lseek, file, n, SEEK_SET), -EINVAL, "lseek to %ld", n);
    EXPECT(sys(SYS_ftruncate, file, n), -EINVAL, "ftruncate to %ld", n);
    EXPECT(sys(SYS_write, pipe_end[1], buf, n), -EINVAL, "write of %ld to a pipe", n);
    EXPECT(sys(SYS_read, pipe_end[0], buf, n), -EINVAL, "read of %ld from a pipe", n);
    EXPECT(sys(SYS_write, 1, buf, n), -EINVAL, "write of %ld to the console", n);
    EXPECT(sys(SYS_getdents64, dir, buf, n), -EINVAL, "getdents64 of %ld", n);
    EXPECT(sys(SYS_getcwd, buf, n), -EINVAL, "getcwd of %ld", n);
    EXPECT(sys(SYS_readlinkat, AT_FDCWD, "ut.link", buf, n), -EINVAL, "readlink of %ld", n);
    EXPECT(sys(SYS_readv, file, buf, n), -EINVAL, "readv of %ld buffers", n);
    EXPECT(sys(SYS_writev, file, buf, n), -EINVAL, "writev of %ld buffers", n);
    EXPECT(sys(SYS_kine_procs, buf, n), -EINVAL, "%ld processes", n);
    EXPECT(sys(SYS_munmap, 1UL << 32, n), -EINVAL, "munmap of %ld", n);
    EXPECT(sys(SYS_madvise, 1UL << 32, n, MADV_POPULATE_WRITE), -EINVAL, "madvise of %ld", n);
    EXPECT(sys(SYS_mmap, 0, n, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), -ENOMEM,
           "mmap of %ld", n);
    for (size_t i = 0; i < sizeof buf; i++)
        EXPECT(buf[i], 0, "byte %d of a buffer that nothing was read to", (int)i);
}

// A negative length is a mistake and not "everything", in every call that takes one.
void negative_counts(void)
{
    int pipe_end[2];
    int file = must_open(NAME, O_CREATE | O_TRUNC | O_RDWR), dir = must_open("/", O_RDONLY);
    must_pipe(pipe_end);
    EXPECT(write(file, "content", 7), 7, "write");
    EXPECT(write(pipe_end[1], "content", 7), 7, "write to the pipe");
    EXPECT(sys(SYS_lseek, file, 3, SEEK_SET), 3, "lseek");
    EXPECT(symlink("target", "ut.link"), 0, "symlink");
    for (size_t i = 0; i < sizeof negative / sizeof negative[0]; i++)
        refuse_count(negative[i], file, dir, pipe_end);
    EXPECT(sys(SYS_nanosleep, ((long[]){ -1, 0 }), 0), -EINVAL, "nanosleep of -1 s");
    // the classic calls, whose lengths are ints
    EXPECT(write(file, "x", -1), -1, "write() of -1");
    EXPECT(read(file, NAME, -1), -1, "read() of -1");
    EXPECT(getdents(dir, NAME, -1), -1, "getdents() of -1");
    struct stat st;
    EXPECT(fstat(file, &st), 0, "fstat");
    EXPECT(st.size, 7, "the size of the file");
    EXPECT(sys(SYS_lseek, file, 0, SEEK_CUR), 3, "the offset");
    must_unlink(NAME);
    must_unlink("ut.link");
}

#define MANY 40

// One bad length among many, or too large a sum, and nothing has moved.
void vectors_checked(void)
{
    static char bytes[MANY];
    struct iovec iov[MANY];
    int pipe_end[2], file = must_open(NAME, O_CREATE | O_TRUNC | O_RDWR);
    must_pipe(pipe_end);
    for (int bad = 0; bad < MANY; bad += 13) {
        for (int i = 0; i < MANY; i++)
            iov[i] = (struct iovec){ bytes + i, 1 };
        iov[bad].iov_len = 1UL << 63;
        EXPECT(sys(SYS_writev, file, iov, MANY), -EINVAL, "writev, buffer %d negative", bad);
        EXPECT(sys(SYS_writev, pipe_end[1], iov, MANY), -EINVAL, "to a pipe, %d negative", bad);
        EXPECT(sys(SYS_readv, file, iov, MANY), -EINVAL, "readv, buffer %d negative", bad);
        iov[bad].iov_len = ~0UL >> 1; // with all the others it is more than a signed number holds
        EXPECT(sys(SYS_writev, file, iov, MANY), -EINVAL, "writev, buffer %d too long", bad);
    }
    char *page = mmap(0, 2 * PGSIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK((long)page > 0 && munmap(page + PGSIZE, PGSIZE) == 0, "a page and nothing behind it");
    EXPECT(sys(SYS_writev, file, page, 1024), -EFAULT, "a list that ends");
    EXPECT(sys(SYS_lseek, file, 0, SEEK_END), 0, "the size of the file");
    close(pipe_end[1]);
    EXPECT(read(pipe_end[0], bytes, MANY), 0, "read from the pipe");
    must_unlink(NAME);
}

// --- records ----------------------------------------------------------------------------------

#define RECORD  1200
#define PIECES  12
#define RECORDS 250
#define WRITERS 3

struct writer {
    int fd;
    char letter;
    bool plain; // by write(), across a page's end
    uint64 when;
};

static void write_records(void *arg)
{
    struct writer *w = arg;
    struct iovec iov[PIECES];
    char *record = heap_pages(2) + PGSIZE - RECORD / 2;
    memset(record, w->letter, RECORD);
    for (int i = 0; i < PIECES; i++)
        iov[i] = (struct iovec){ record + i * (RECORD / PIECES), RECORD / PIECES };
    spin_until(w->when);
    for (int i = 0; i < RECORDS; i++) {
        long n =
            w->plain ? sys(SYS_write, w->fd, record, RECORD) : sys(SYS_writev, w->fd, iov, PIECES);
        EXPECT(n, RECORD, "record %d", i);
    }
}

// Starts writers of whom each but the last uses many buffers.
static void start_writers(int fd, int *pid)
{
    uint64 when = now_ns() + 50000000;
    for (int i = 0; i < WRITERS; i++) {
        struct writer w = { fd, (char)('a' + i), i == WRITERS - 1, when };
        pid[i] = start(write_records, &w);
    }
}

static void finish_writers(const int *pid)
{
    for (int i = 0; i < WRITERS; i++) {
        struct ending end = finish(pid[i]);
        EXPECT(end.signal | end.status, 0, "the end of writer %d", i);
    }
}

// Reads records until the end, from a file or a pipe.
static void check_records(int fd, const char *what)
{
    char record[RECORD];
    for (int n = 0; n < WRITERS * RECORDS; n++) {
        for (int have = 0, got; have < RECORD; have += got) {
            got = read(fd, record + have, RECORD - have);
            CHECK(got > 0, "%s ends in record %d", what, n);
        }
        for (int i = 1; i < RECORD; i++)
            EXPECT(record[i], record[0], "%s: byte %d of record %d", what, i, n);
    }
    EXPECT(read(fd, record, 1), 0, "%s: read at the end", what);
}

static void mix_records(const char *what, int flags)
{
    int pid[WRITERS];
    int fd = must_open(NAME, O_CREATE | O_TRUNC | O_RDWR | flags);
    start_writers(fd, pid);
    finish_writers(pid);
    EXPECT(sys(SYS_lseek, fd, 0, SEEK_SET), 0, "lseek");
    check_records(fd, what);
    must_unlink(NAME);
    close(fd);
}

void records_whole(void)
{
    mix_records("an offset shared", 0);
    mix_records("O_APPEND", O_APPEND);
    int pid[WRITERS], fd[2];
    must_pipe(fd);
    start_writers(fd[1], pid);
    close(fd[1]);
    check_records(fd[0], "a pipe");
    finish_writers(pid);
}

static void read_records(void *arg)
{
    char record[RECORD];
    int *fd = arg;
    struct iovec iov[PIECES];
    for (int i = 0; i < PIECES; i++)
        iov[i] = (struct iovec){ record + i * (RECORD / PIECES), RECORD / PIECES };
    for (long n;;) {
        n = fd[1] ? sys(SYS_readv, fd[0], iov, PIECES) : sys(SYS_read, fd[0], record, RECORD);
        if (n == 0)
            break;
        EXPECT(n, RECORD, "bytes of a record");
        for (int i = 1; i < RECORD; i++)
            EXPECT(record[i], record[0], "byte %d of a record", i);
    }
}

// Readers that share an offset: each gets whole records.
void records_shared(void)
{
    int pid[WRITERS], fd = must_open(NAME, O_CREATE | O_TRUNC | O_RDWR);
    char record[RECORD];
    for (int n = 0; n < WRITERS * RECORDS; n++) {
        memset(record, n, RECORD);
        EXPECT(write(fd, record, RECORD), RECORD, "write of record %d", n);
    }
    EXPECT(sys(SYS_lseek, fd, 0, SEEK_SET), 0, "lseek");
    for (int i = 0; i < WRITERS; i++) {
        int how[2] = { fd, i };
        pid[i] = start(read_records, how);
    }
    finish_writers(pid);
    must_unlink(NAME);
}

// --- a record in a pipe is all or nothing -----------------------------------------------------

static void write_vector(void *fd)
{
    static char half[500];
    struct iovec iov[] = { { half, sizeof half }, { half, sizeof half } };
    sys(SYS_writev, *(int *)fd, iov, 2);
}

// The writer waits for room for the second half, and is killed.
void record_killed(void)
{
    static char block[PGSIZE];
    int fd[2];
    must_pipe(fd);
    long before = fill_pipe(fd, 700); // leaves room for one half
    int pid = start(write_vector, &fd[1]);
    sleep_ms(50);
    kill(pid);
    EXPECT(finish(pid).signal, SIGKILL, "the signal that killed the writer");
    close(fd[1]);
    long n = 0;
    for (int got; (got = read(fd[0], block, PGSIZE)) > 0; n += got)
        ;
    EXPECT(n, before, "bytes in the pipe");
}

// The second half is nowhere: of a record up to PIPE_BUF nothing is written.
void record_faults(void)
{
    static char block[PGSIZE];
    struct iovec iov[] = { { block, 100 }, { (void *)KERNBASE, 100 } };
    int fd[2];
    must_pipe(fd);
    EXPECT(sys(SYS_writev, fd[1], iov, 2), -EFAULT, "writev whose second half is bad");
    char *end = heap_pages(1) + PGSIZE;
    EXPECT(sys(SYS_write, fd[1], end - 10, 20), -EFAULT, "write from across the end of memory");
    EXPECT(write(fd[1], "next", 4), 4, "write after it");
    EXPECT(read(fd[0], block, PGSIZE), 4, "bytes in the pipe");
}

// --- commits ----------------------------------------------------------------------------------

static long generation_of(const char *name)
{
    struct kine_snapshot at = { .id = 0 };
    while (kine_snapshot_next(&at) == 1)
        if (strcmp(at.name, name) == 0)
            return (long)at.generation;
    FAIL("there is no snapshot %s", name);
}

// => generations from before to after a synchronous transfer of n one-byte buffers
static long generations_of(int n)
{
    struct iovec iov[MANY];
    for (int i = 0; i < n; i++)
        iov[i] = (struct iovec){ "x", 1 };
    int fd = must_open(NAME, O_CREATE | O_TRUNC | O_RDWR | O_SYNC);
    EXPECT(kine_snapshot(KINE_SNAPSHOT_CREATE, "ut.before"), 0, "the first snapshot");
    EXPECT(sys(SYS_writev, fd, iov, n), n, "writev of %d buffers", n);
    EXPECT(kine_snapshot(KINE_SNAPSHOT_CREATE, "ut.after"), 0, "the second snapshot");
    long past = generation_of("ut.after") - generation_of("ut.before");
    EXPECT(kine_snapshot(KINE_SNAPSHOT_DELETE, "ut.before"), 0, "deletion");
    EXPECT(kine_snapshot(KINE_SNAPSHOT_DELETE, "ut.after"), 0, "deletion");
    close(fd);
    must_unlink(NAME);
    return past;
}

// However many buffers, O_SYNC commits once (and a timer's commit may fall into it).
void vector_synced_once(void)
{
    long one = generations_of(1), many = generations_of(MANY);
    CHECK(many <= one + 2, "%d buffers made %ld commits, one buffer %ld", MANY, many, one);
}
