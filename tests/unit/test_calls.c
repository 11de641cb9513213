// System calls that move bytes (sys/sys_file.c, proc/inode_file.c, proc/device_file.c): what is
// moved, how much of it, and what is refused before anything is.
#include <string.h>
#include "calls.h"
#include "dev/chardev.h"
#include "fs/fs.h"
#include "proc/file.h"

#define SIZE (5 * PGSIZE)

static uchar bytes[DATA_PAGES * PGSIZE], got[sizeof bytes];

static void fill(void)
{
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uchar)(i * 31 + i / 4096 + 1);
}

static int64 seek(int fd, int64 offset, int whence)
{
    return call(SYS_lseek, fd, offset, whence);
}

TEST(read_and_write_straddle_pages)
{
    fill();
    calls_begin(true);
    int fd = open_file("f", O_CREAT | O_RDWR);
    put(DATA + 100, bytes, 3 * PGSIZE);
    CHECK_EQ(call(SYS_write, fd, DATA + 100, 3 * PGSIZE), 3 * PGSIZE);
    expect_file("f", bytes, 3 * PGSIZE);
    CHECK_EQ(call(SYS_read, fd, DATA, 10), 0); // at the end
    CHECK_EQ(seek(fd, 5, SEEK_SET), 5);
    CHECK_EQ(call(SYS_read, fd, DATA + 10 * PGSIZE - 7, 2 * PGSIZE + 1), 2 * PGSIZE + 1);
    get(got, DATA + 10 * PGSIZE - 7, 2 * PGSIZE + 1);
    CHECK_EQ(memcmp(got, bytes + 5, 2 * PGSIZE + 1), 0);
    CHECK_EQ(seek(fd, 0, SEEK_CUR), 5 + 2 * PGSIZE + 1);
    CHECK_EQ(call(SYS_read, fd, DATA, SIZE), PGSIZE - 6); // what is left
    CHECK_EQ(seek(fd, 0, SEEK_CUR), 3 * PGSIZE);
    calls_end();
}

TEST(offsets_of_their_own)
{
    fill();
    calls_begin(true);
    int fd = make_file("f", bytes, SIZE);
    CHECK_EQ(seek(fd, 9, SEEK_SET), 9);
    CHECK_EQ(call(SYS_pread64, fd, DATA, 100, 50), 100);
    get(got, DATA, 100);
    CHECK_EQ(memcmp(got, bytes + 50, 100), 0);
    put(DATA, "new", 3);
    CHECK_EQ(call(SYS_pwrite64, fd, DATA, 3, PGSIZE - 1), 3);
    memcpy(bytes + PGSIZE - 1, "new", 3);
    expect_file("f", bytes, SIZE);
    CHECK_EQ(seek(fd, 0, SEEK_CUR), 9); // neither has moved it
    CHECK_EQ(call(SYS_pread64, fd, DATA, 1, -1), -EINVAL);
    CHECK_EQ(call(SYS_pwrite64, fd, DATA, 1, -1), -EINVAL);
    CHECK_EQ(call(SYS_pwrite64, fd, DATA, 1, 1UL << 63), -EINVAL);
    CHECK_EQ(call(SYS_pread64, fd, DATA, 1, (1UL << 63) - 1), 0);
    CHECK_EQ(call(SYS_pread64, fd, DATA, 1, 0), 1);
    calls_end();
}

TEST(seeking)
{
    fill();
    calls_begin(true);
    int fd = make_file("f", bytes, 1000), dir = open_file("/", O_RDONLY);
    CHECK_EQ(seek(fd, 1, SEEK_SET), 1);
    CHECK_EQ(seek(fd, 10, SEEK_CUR), 11);
    CHECK_EQ(seek(fd, -11, SEEK_CUR), 0);
    CHECK_EQ(seek(fd, -1, SEEK_CUR), -EINVAL);
    CHECK_EQ(seek(fd, -1, SEEK_SET), -EINVAL);
    CHECK_EQ(seek(fd, -1000, SEEK_END), 0);
    CHECK_EQ(seek(fd, -1001, SEEK_END), -EINVAL);
    CHECK_EQ(seek(fd, 7, SEEK_END), 1007);
    CHECK_EQ(seek(fd, INT64_MAX, SEEK_END), -EINVAL);
    CHECK_EQ(seek(fd, INT64_MAX, SEEK_SET), INT64_MAX);
    CHECK_EQ(seek(fd, 1, SEEK_CUR), -EINVAL);
    CHECK_EQ(seek(fd, 0, 3), -EINVAL);
    CHECK_EQ(seek(fd, 0, -1), -EINVAL);
    CHECK_EQ(seek(fd, 0, SEEK_CUR), INT64_MAX); // what was refused has not moved it
    CHECK_EQ(seek(dir, 0, SEEK_SET), 0);
    CHECK_EQ(seek(NO_FD, 0, SEEK_SET), -EBADF);
    calls_end();
}

TEST(files_are_read_and_written_as_they_were_opened)
{
    calls_begin(true);
    make_file("f", "text", 4);
    int in = open_file("f", O_RDONLY), out = open_file("f", O_WRONLY);
    struct iovec one = { (void *)DATA, 1 };
    put(DATA + PGSIZE, &one, sizeof one);
    CHECK_EQ(call(SYS_write, in, DATA, 1), -EBADF);
    CHECK_EQ(call(SYS_pwrite64, in, DATA, 1, 0), -EBADF);
    CHECK_EQ(call(SYS_writev, in, DATA + PGSIZE, 1), -EBADF);
    CHECK_EQ(call(SYS_ftruncate, in, 0), -EINVAL);
    CHECK_EQ(call(SYS_read, out, DATA, 1), -EBADF);
    CHECK_EQ(call(SYS_pread64, out, DATA, 1, 0), -EBADF);
    CHECK_EQ(call(SYS_readv, out, DATA + PGSIZE, 1), -EBADF);
    CHECK_EQ(call(SYS_read, in, DATA, 1), 1);
    CHECK_EQ(call(SYS_readv, in, DATA + PGSIZE, 1), 1);
    CHECK_EQ(call(SYS_write, out, DATA, 1), 1);
    CHECK_EQ(call(SYS_writev, out, DATA + PGSIZE, 1), 1);
    for (int n = SYS_readv; n <= SYS_writev; n++)
        CHECK_EQ(call((uint64)n, NO_FD, DATA + PGSIZE, 1), -EBADF);
    for (int n = SYS_pread64; n <= SYS_pwrite64; n++)
        CHECK_EQ(call((uint64)n, NO_FD, DATA, 1, 0), -EBADF);
    CHECK_EQ(call(SYS_read, NO_FD, DATA, 1), -EBADF);
    CHECK_EQ(call(SYS_write, -1, DATA, 1), -EBADF);
    expect_file("f", "eext", 4);
    calls_end();
}

TEST(lengths_are_signed)
{
    static const int64 wrong[] = { -1, -PGSIZE, INT64_MIN };
    calls_begin(true);
    int fd = make_file("f", "text", 4);
    for (size_t i = 0; i < 3; i++) {
        uint64 n = (uint64)wrong[i];
        CHECK_EQ(call(SYS_read, fd, DATA, n), -EINVAL);
        CHECK_EQ(call(SYS_write, fd, DATA, n), -EINVAL);
        CHECK_EQ(call(SYS_pread64, fd, DATA, n, 0), -EINVAL);
        CHECK_EQ(call(SYS_pwrite64, fd, DATA, n, 0), -EINVAL);
        CHECK_EQ(call(SYS_ftruncate, fd, n), -EINVAL);
        CHECK_EQ(call(SYS_getdents64, fd, DATA, n), -EINVAL);
        CHECK_EQ(call(SYS_getcwd, DATA, n), -EINVAL);
        CHECK_EQ(call(SYS_kine_procs, DATA, n), -EINVAL);
        CHECK_EQ(call(SYS_kine_inject, KINE_FAIL_KALLOC, n), -EINVAL);
    }
    CHECK_EQ(call(SYS_read, fd, DATA, INT64_MAX), 4); // no more than there is
    CHECK_EQ(call(SYS_read, fd, NOWHERE, 0), 0);      // nothing is no mistake
    CHECK_EQ(call(SYS_write, fd, NOWHERE, 0), 0);
    expect_file("f", "text", 4);
    calls_end();
}

// What comes before memory that may not be touched is moved; then the call fails.
TEST(memory_that_ends)
{
    fill();
    calls_begin(true);
    int fd = make_file("f", bytes, SIZE);
    CHECK_EQ(call(SYS_read, fd, CONSTANTS - PGSIZE - 10, SIZE), PGSIZE + 10);
    CHECK_EQ(seek(fd, 0, SEEK_CUR), PGSIZE + 10);
    CHECK_EQ(call(SYS_read, fd, CONSTANTS, 1), -EFAULT);
    CHECK_EQ(call(SYS_write, fd, NOWHERE, 1), -EFAULT);
    CHECK_EQ(seek(fd, 0, SEEK_SET), 0);
    memset(bytes, 0, PGSIZE);
    CHECK_EQ(call(SYS_write, fd, CONSTANTS, 2 * PGSIZE), PGSIZE);
    expect_file("f", bytes, SIZE);
    CHECK_EQ(seek(fd, 0, SEEK_CUR), PGSIZE);
    calls_end();
}

TEST(a_signal_ends_a_transfer_between_two_pages)
{
    fill();
    calls_begin(true);
    int fd = make_file("f", bytes, SIZE);
    host_interrupt(0, true);
    CHECK_EQ(call(SYS_read, fd, DATA, SIZE), PGSIZE);
    CHECK_EQ(call(SYS_write, fd, DATA, SIZE), PGSIZE);
    host_interrupt(0, false);
    CHECK_EQ(seek(fd, 0, SEEK_CUR), 2 * PGSIZE);
    calls_end();
}

TEST(appending)
{
    calls_begin(true);
    make_file("f", "one", 3);
    int fd = open_file("f", O_WRONLY | O_APPEND);
    put(DATA, "two", 3);
    CHECK_EQ(call(SYS_write, fd, DATA, 3), 3);
    CHECK_EQ(seek(fd, 0, SEEK_CUR), 6);
    CHECK_EQ(seek(fd, 0, SEEK_SET), 0);
    CHECK_EQ(call(SYS_write, fd, DATA, 3), 3);
    CHECK_EQ(seek(fd, 0, SEEK_CUR), 9);
    expect_file("f", "onetwotwo", 9);
    CHECK_EQ(call(SYS_fcntl, fd, F_SETFL, 0), 0);
    CHECK_EQ(seek(fd, 0, SEEK_SET), 0);
    CHECK_EQ(call(SYS_write, fd, DATA, 1), 1);
    expect_file("f", "tnetwotwo", 9);
    calls_end();
}

TEST(an_offset_that_is_shared)
{
    fill();
    calls_begin(true);
    int fd = make_file("f", bytes, SIZE);
    int64 same = call(SYS_dup, fd);
    CHECK_EQ(call(SYS_read, fd, DATA, PGSIZE), PGSIZE);
    CHECK_EQ(call(SYS_read, same, DATA, 10), 10);
    get(got, DATA, 10);
    CHECK_EQ(memcmp(got, bytes + PGSIZE, 10), 0);
    CHECK_EQ(seek(fd, 0, SEEK_CUR), PGSIZE + 10);
    CHECK(mutex_trylock(&calls_proc.leader.files->table->fd[fd]->lock)); // nobody has kept it
    mutex_unlock(&calls_proc.leader.files->table->fd[fd]->lock);
    calls_end();
}

TEST(what_must_be_durable_is_committed)
{
    struct volume_info before, after;
    calls_begin(true);
    make_file("f", "", 0);
    int fd = open_file("f", O_WRONLY), through = open_file("f", O_WRONLY | O_SYNC);
    int pipe[2];
    CHECK_EQ(call(SYS_pipe2, DATA, 0), 0);
    get(pipe, DATA, sizeof pipe);
    for (int i = 0; i < 7; i++) {
        CHECK_EQ(call(SYS_write, fd, DATA, 1), 1);
        volume_info(calls_volume, &before);
        switch (i) {
        case 0: break;
        case 1: CHECK_EQ(call(SYS_fsync, fd), 0); break;
        case 2: CHECK_EQ(call(SYS_fdatasync, fd), 0); break;
        case 3: CHECK_EQ(call(SYS_syncfs, fd), 0); break;
        case 4: CHECK_EQ(call(SYS_sync, 0), 0); break;
        case 5: CHECK_EQ(call(SYS_write, through, DATA, 1), 1); break;
        case 6: CHECK_EQ(call(SYS_write, through, DATA, 0), 0); break;
        }
        volume_info(calls_volume, &after);
        CHECK_EQ(after.generation - before.generation, i > 0 && i < 6);
    }
    CHECK_EQ(call(SYS_fsync, NO_FD), -EBADF);
    CHECK_EQ(call(SYS_syncfs, NO_FD), -EBADF);
    CHECK_EQ(call(SYS_fsync, pipe[0]), -EINVAL);
    CHECK_EQ(call(SYS_syncfs, pipe[0]), -EINVAL);
    calls_disk.fail_write = 1;
    calls_disk.failing_on = true;
    CHECK_EQ(call(SYS_write, through, DATA, 1), -EIO);
    CHECK_EQ(call(SYS_fsync, fd), -EIO);
    CHECK_EQ(call(SYS_syncfs, fd), -EIO);
    calls_disk.fail_write = 0;
    calls_disk.failing_on = false;
    CHECK_EQ(call(SYS_fsync, fd), 0);
    calls_end();
}

TEST(truncating)
{
    fill();
    calls_begin(true);
    int fd = make_file("f", bytes, SIZE), dir = open_file("/", O_RDONLY);
    CHECK_EQ(call(SYS_ftruncate, fd, PGSIZE + 1), 0);
    expect_file("f", bytes, PGSIZE + 1);
    CHECK_EQ(call(SYS_ftruncate, fd, 0), 0);
    expect_file("f", bytes, 0);
    CHECK_EQ(call(SYS_ftruncate, dir, 0), -EINVAL);
    CHECK_EQ(call(SYS_ftruncate, NO_FD, 0), -EBADF);
    CHECK_EQ(call(SYS_pipe2, DATA, 0), 0);
    int pipe[2];
    get(pipe, DATA, sizeof pipe);
    CHECK_EQ(call(SYS_ftruncate, pipe[1], 0), -EINVAL);
    calls_end();
}

TEST(clones)
{
    fill();
    calls_begin(true);
    int fd = make_file("f", bytes, SIZE), to = make_file("to", "old", 3);
    int in = open_file("to", O_RDONLY), out = open_file("f", O_WRONLY);
    int end = open_file("to", O_WRONLY | O_APPEND), pipe[2];
    CHECK_EQ(call(SYS_pipe2, DATA, 0), 0);
    get(pipe, DATA, sizeof pipe);
    CHECK_EQ(call(SYS_ioctl, in, FICLONE, fd), -EBADF);
    CHECK_EQ(call(SYS_ioctl, to, FICLONE, out), -EBADF);
    CHECK_EQ(call(SYS_ioctl, end, FICLONE, fd), -EBADF);
    CHECK_EQ(call(SYS_ioctl, to, FICLONE, NO_FD), -EBADF);
    CHECK_EQ(call(SYS_ioctl, NO_FD, FICLONE, fd), -EBADF);
    CHECK_EQ(call(SYS_ioctl, to, FICLONE, pipe[0]), -EINVAL);
    CHECK_EQ(call(SYS_ioctl, pipe[1], FICLONE, fd), -EINVAL);
    expect_file("to", "old", 3);
    CHECK_EQ(call(SYS_ioctl, to, FICLONE, fd), 0);
    expect_file("to", bytes, SIZE);
    CHECK_EQ(call(SYS_ioctl, to, TIOCGWINSZ, DATA), -ENOTTY);
    calls_end();
}

// --- several buffers --------------------------------------------------------------------------

static struct iovec vec[1024];

static int64 vectored(uint64 number, int fd, uint64 count)
{
    put(DATA, vec, sizeof vec);
    return call(number, fd, DATA, count);
}

TEST(vectors_of_every_length)
{
    uint64 base = DATA + 8 * PGSIZE;
    fill();
    calls_begin(true);
    put(base, bytes, 40 * PGSIZE);
    for (uint64 count = 0; count <= 40; count++) {
        static uchar wanted[40 * PGSIZE];
        size_t n = 0, at = 0;
        for (uint64 i = 0; i < count; i++) {
            size_t len = i % 3 == 1 ? 0 : test_random_below(700);
            at += test_random_below(3000);
            vec[i] = (struct iovec){ (void *)(base + at), len };
            memcpy(wanted + n, bytes + at, len);
            n += len;
        }
        int fd = open_file("f", O_CREAT | O_TRUNC | O_RDWR);
        CHECK_EQ(vectored(SYS_writev, fd, count), n);
        expect_file("f", wanted, n);
        CHECK_EQ(seek(fd, 0, SEEK_SET), 0);
        for (uint64 i = 0; i < count; i++)
            vec[i].iov_base = (void *)(base + i * 1000);
        put(base, got, 40 * PGSIZE);
        CHECK_EQ(vectored(SYS_readv, fd, count), n);
        for (uint64 i = 0, from = 0; i < count; from += vec[i++].iov_len) {
            get(got, base + i * 1000, vec[i].iov_len);
            CHECK_EQ(memcmp(got, wanted + from, vec[i].iov_len), 0);
        }
        memset(got, 0, sizeof got);
        put(base, bytes, 40 * PGSIZE);
        CHECK_EQ(call(SYS_close, fd), 0);
    }
    calls_end();
}

// Each piece may be longer than a page, and begin anywhere in one.
TEST(long_pieces)
{
    uint64 base = DATA + 8 * PGSIZE;
    fill();
    for (size_t second = PGSIZE - 1; second < 4 * PGSIZE; second += PGSIZE / 2) {
        calls_begin(true);
        put(base, bytes, 20 * PGSIZE);
        vec[0] = (struct iovec){ (void *)(base + 1), 10 };
        vec[1] = (struct iovec){ (void *)(base + PGSIZE + 100), second };
        vec[2] = (struct iovec){ (void *)(base + 11), 2 * PGSIZE };
        int fd = open_file("f", O_CREAT | O_RDWR);
        CHECK_EQ(vectored(SYS_writev, fd, 3), 10 + second + 2 * PGSIZE);
        memcpy(got, bytes + 1, 10);
        memcpy(got + 10, bytes + PGSIZE + 100, second);
        memcpy(got + 10 + second, bytes + 11, 2 * PGSIZE);
        expect_file("f", got, 10 + second + 2 * PGSIZE);
        calls_end();
    }
}

TEST(vectors_that_are_refused_move_nothing)
{
    calls_begin(true);
    int fd = make_file("f", "text", 4);
    vec[0] = (struct iovec){ (void *)NOWHERE, 0 };
    vec[1] = (struct iovec){ (void *)(DATA + 20 * PGSIZE), 1 };
    vec[2] = (struct iovec){ (void *)(DATA + 20 * PGSIZE), (uint64)-1 };
    CHECK_EQ(vectored(SYS_writev, fd, 3), -EINVAL);
    CHECK_EQ(vectored(SYS_readv, fd, 3), -EINVAL);
    vec[2].iov_len = INT64_MAX;
    CHECK_EQ(vectored(SYS_writev, fd, 3), -EINVAL); // the sum
    vec[1].iov_len = 0;
    CHECK_EQ(vectored(SYS_readv, fd, 3), 4);
    for (int i = 3; i < 1024; i++)
        vec[i] = vec[0];
    CHECK_EQ(vectored(SYS_readv, fd, 1024), 0); // at the end
    CHECK_EQ(vectored(SYS_readv, fd, 1025), -EINVAL);
    CHECK_EQ(vectored(SYS_readv, fd, (uint64)-1), -EINVAL);
    vec[20].iov_len = (uint64)-1; // beyond the first window
    CHECK_EQ(vectored(SYS_writev, fd, 30), -EINVAL);
    CHECK_EQ(vectored(SYS_writev, fd, 20), NOWHERE - DATA - 20 * PGSIZE); // as far as it goes
    CHECK_EQ(call(SYS_writev, fd, NOWHERE, 1), -EFAULT);
    CHECK_EQ(call(SYS_writev, fd, NOWHERE - 8, 1), -EFAULT);
    CHECK_EQ(call(SYS_writev, fd, NOWHERE, 0), 0);
    CHECK_EQ(vectored(SYS_writev, NO_FD, 1), -EBADF);
    calls_end();
}

// --- against a model --------------------------------------------------------------------------

static uchar model[2 * SIZE];
static size_t model_size, model_at;

static void step(int fd)
{
    size_t n = test_random_below(2 * PGSIZE), at = test_random_below(3 * PGSIZE);
    uint64 uaddr = DATA + at;
    switch (test_random_below(5)) {
    case 0:
        model_at = test_random_below(model_size + 1);
        CHECK_EQ(seek(fd, (int64)model_at, SEEK_SET), model_at);
        break;
    case 1:
    case 2: {
        size_t left = model_size - model_at, moved = n < left ? n : left;
        CHECK_EQ(call(SYS_read, fd, uaddr, n), moved);
        get(got, uaddr, moved);
        CHECK_EQ(memcmp(got, model + model_at, moved), 0);
        model_at += moved;
        break;
    }
    default:
        if (model_at + n > sizeof model)
            return;
        size_t from = test_random_below(PGSIZE);
        put(uaddr, bytes + from, n);
        CHECK_EQ(call(SYS_write, fd, uaddr, n), n);
        memcpy(model + model_at, bytes + from, n);
        model_at += n;
        if (model_at > model_size)
            model_size = model_at;
    }
}

TEST(transfers_at_random)
{
    fill();
    calls_begin(true);
    model_size = model_at = 0;
    int fd = open_file("f", O_CREAT | O_RDWR);
    for (int i = 0; i < 1000; i++) {
        step(fd);
        CHECK_EQ(seek(fd, 0, SEEK_CUR), model_at);
        if (i % 50 == 0)
            expect_file("f", model, model_size);
    }
    calls_end();
}

// --- devices ----------------------------------------------------------------------------------

#define MAJOR_STREAM 4
#define MAJOR_LINES  5
#define MAJOR_NONE   6

static struct { // what the device was asked
    int calls, minor;
    bool wait;
    size_t longest, total;
    int64 answer; // what it says at the call number `at`, instead of doing all
    int at;
    uchar bytes[8 * CHARDEV_MAX];
} device;

static int64 device_moves(int minor, size_t n, bool wait)
{
    device.minor = minor;
    device.wait = wait;
    if (n > device.longest)
        device.longest = n;
    if (++device.calls == device.at && device.answer < (int64)n)
        n = device.answer < 0 ? 0 : (size_t)device.answer;
    return (int64)n;
}

static int64 device_gives(int minor, void *buf, size_t n, bool wait)
{
    int64 moved = device_moves(minor, n, wait);
    memcpy(buf, device.bytes + device.total, (size_t)moved);
    device.total += (size_t)moved;
    return device.calls == device.at && device.answer < 0 ? device.answer : moved;
}

static int64 device_takes(int minor, const void *buf, size_t n, bool wait)
{
    int64 moved = device_moves(minor, n, wait);
    memcpy(device.bytes + device.total, buf, (size_t)moved);
    device.total += (size_t)moved;
    return device.calls == device.at && device.answer < 0 ? device.answer : moved;
}

static size_t device_request_takes(uint32 code)
{
    return code == TIOCSWINSZ ? sizeof(struct winsize) : 0;
}

static int64 device_answers(int minor, struct chardev_request *r)
{
    switch (r->code) {
    case TIOCGWINSZ: chardev_answer(r, "rows", 4); return 3;
    case TIOCSWINSZ: return ((struct winsize *)r->data)->ws_col;
    case TCFLSH: return r->value == 7 ? 5 : -EINVAL;
    default: return -ENOTTY;
    }
}

static const struct chardev stream = { .name = "stream",
                                       .read = device_gives,
                                       .write = device_takes };
static const struct chardev lines = { .name = "lines",
                                      .by_record = true,
                                      .read = device_gives,
                                      .write = device_takes,
                                      .ioctl_takes = device_request_takes,
                                      .ioctl = device_answers };

static int open_device(const char *name, int major)
{
    if (!chardev_find(MAJOR_STREAM)) {
        chardev_register(MAJOR_STREAM, &stream);
        chardev_register(MAJOR_LINES, &lines);
    }
    memset(&device, 0, sizeof device);
    for (size_t i = 0; i < sizeof device.bytes; i++)
        device.bytes[i] = (uchar)(i * 7);
    CHECK_EQ(call(SYS_mknodat, (uint64)AT_FDCWD, text(name), S_IFCHR | 0666, MAKEDEV(major, 9)), 0);
    return open_file(name, O_RDWR);
}

TEST(devices_are_written_in_pieces)
{
    fill();
    calls_begin(true);
    int fd = open_device("dev", MAJOR_STREAM);
    put(DATA + PGSIZE - 100, bytes, 3 * CHARDEV_MAX);
    CHECK_EQ(call(SYS_write, fd, DATA + PGSIZE - 100, 3 * CHARDEV_MAX - 5), 3 * CHARDEV_MAX - 5);
    CHECK_EQ(device.calls, 3);
    CHECK_EQ(device.longest, CHARDEV_MAX);
    CHECK_EQ(device.minor, 9);
    CHECK_EQ(device.total, 3 * CHARDEV_MAX - 5);
    CHECK_EQ(memcmp(device.bytes, bytes, device.total), 0);
    device.calls = 0;
    device.total = 0;
    CHECK_EQ(call(SYS_read, fd, DATA + 2 * PGSIZE - 9, 2 * CHARDEV_MAX), 2 * CHARDEV_MAX);
    get(got, DATA + 2 * PGSIZE - 9, 2 * CHARDEV_MAX);
    CHECK_EQ(memcmp(got, bytes, 2 * CHARDEV_MAX), 0);
    CHECK_EQ(device.calls, 2);
    CHECK_EQ(call(SYS_pread64, fd, DATA, 1, 0), -ESPIPE);
    CHECK_EQ(call(SYS_pwrite64, fd, DATA, 1, 0), -ESPIPE);
    CHECK_EQ(seek(fd, 0, SEEK_SET), -ESPIPE);
    CHECK_EQ(call(SYS_ftruncate, fd, 0), -EINVAL);
    CHECK_EQ(call(SYS_ioctl, fd, TIOCGWINSZ, DATA), -ENOTTY); // it takes no requests
    CHECK_EQ(call(SYS_read, fd, DATA, 0), 0);
    CHECK_EQ(device.calls, 2);
    calls_end();
}

// A device that does less is asked no more; one that fails later has done what it has done.
TEST(devices_that_do_less)
{
    static const struct {
        int at;
        int64 answer;
        int64 result;
        int calls;
    } cases[] = {
        { 1, 10, 10, 1 },     { 2, 10, CHARDEV_MAX + 10, 2 },
        { 1, -EIO, -EIO, 1 }, { 2, -EIO, CHARDEV_MAX, 2 },
        { 1, 0, 0, 1 },       { 3, 0, 2 * CHARDEV_MAX, 3 },
    };
    calls_begin(true);
    int fd = open_device("dev", MAJOR_STREAM);
    for (int reads = 0; reads < 2; reads++)
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            memset(&device, 0, sizeof device);
            device.at = cases[i].at;
            device.answer = cases[i].answer;
            CHECK_EQ(call(reads ? SYS_read : SYS_write, fd, DATA, 4 * CHARDEV_MAX),
                     cases[i].result);
            CHECK_EQ(device.calls, cases[i].calls);
        }
    memset(&device, 0, sizeof device);
    host_interrupt(0, true);
    CHECK_EQ(call(SYS_write, fd, DATA, 4 * CHARDEV_MAX), CHARDEV_MAX);
    host_interrupt(0, false);
    calls_end();
}

// What a device gives up must find a place.
TEST(devices_give_up_only_what_finds_a_place)
{
    calls_begin(true);
    int fd = open_device("dev", MAJOR_LINES);
    CHECK_EQ(call(SYS_read, fd, CONSTANTS, 10), -EFAULT);
    CHECK_EQ(call(SYS_read, fd, NOWHERE, 10), -EFAULT);
    CHECK_EQ(device.calls, 0);
    CHECK_EQ(call(SYS_read, fd, CONSTANTS - 5, 10), 5);
    CHECK_EQ(device.total, 5);
    vec[0] = (struct iovec){ (void *)(DATA + PGSIZE * 20), 3 };
    vec[1] = (struct iovec){ (void *)(CONSTANTS - 4), 4 };
    vec[2] = (struct iovec){ (void *)NOWHERE, 4 };
    CHECK_EQ(vectored(SYS_readv, fd, 3), 7);
    CHECK_EQ(device.total, 12);
    get(got, DATA + PGSIZE * 20, 3);
    CHECK_EQ(memcmp(got, device.bytes + 5, 3), 0);
    get(got, CONSTANTS - 4, 4);
    CHECK_EQ(memcmp(got, device.bytes + 8, 4), 0);
    CHECK_EQ(call(SYS_write, fd, NOWHERE - 4, 5), -EFAULT);
    CHECK_EQ(device.total, 12);
    CHECK_EQ(call(SYS_read, fd, CONSTANTS - 5, 6), 5); // for the last byte there is none
    CHECK_EQ(device.total, 17);
    calls_end();
}

TEST(a_device_s_record_is_one_read)
{
    calls_begin(true);
    int fd = open_device("dev", MAJOR_LINES);
    CHECK_EQ(call(SYS_read, fd, DATA, 4 * CHARDEV_MAX), CHARDEV_MAX);
    CHECK_EQ(device.calls, 1);
    CHECK_EQ(call(SYS_write, fd, DATA, 4 * CHARDEV_MAX), 4 * CHARDEV_MAX);
    CHECK(device.wait);
    CHECK_EQ(call(SYS_fcntl, fd, F_SETFL, O_NONBLOCK), 0);
    CHECK_EQ(call(SYS_write, fd, DATA, 1), 1);
    CHECK(!device.wait);
    CHECK_EQ(call(SYS_ioctl, fd, TIOCGWINSZ, DATA), 3);
    get(got, DATA, 4);
    CHECK_EQ(memcmp(got, "rows", 4), 0);
    CHECK_EQ(call(SYS_ioctl, fd, TCFLSH, 7), 5); // a number, not an address
    CHECK_EQ(call(SYS_ioctl, fd, TIOCGWINSZ, NOWHERE), -EFAULT);
    struct winsize window = { .ws_col = 132 };
    put(DATA, &window, sizeof window);
    CHECK_EQ(call(SYS_ioctl, fd, TIOCSWINSZ, DATA), 132);
    CHECK_EQ(call(SYS_ioctl, fd, TIOCSWINSZ, NOWHERE), -EFAULT);
    CHECK_EQ(call(SYS_ioctl, fd, 2, DATA), -ENOTTY);
    calls_end();
}

TEST(a_device_that_is_none)
{
    struct linux_stat st;
    calls_begin(true);
    int fd = open_device("dev", MAJOR_STREAM);
    CHECK_EQ(call(SYS_fstat, fd, DATA), 0);
    get(&st, DATA, sizeof st);
    CHECK_EQ(st.st_mode, S_IFCHR | 0666);
    CHECK_EQ(st.st_rdev, MAKEDEV(MAJOR_STREAM, 9));
    CHECK_EQ(call(SYS_mknodat, (uint64)AT_FDCWD, text("no"), S_IFCHR, MAKEDEV(MAJOR_NONE, 0)), 0);
    CHECK_EQ(call(SYS_openat, (uint64)AT_FDCWD, text("no"), O_RDONLY, 0), -ENXIO);
    CHECK_EQ(open_file("f", O_CREAT), fd + 1); // nothing was kept
    calls_end();
}
