// One process and its files: opening, reading, writing, cutting, removing.

#include "user/tests/usertests/usertests.h"

#define NAME "ut.file"

// What a descriptor is open for is what it can be used for.
void open_modes(void)
{
    char byte = 'x';
    EXPECT(sys(SYS_openat, AT_FDCWD, "ut.none", O_RDONLY), -ENOENT, "open of nothing");
    EXPECT(sys(SYS_openat, AT_FDCWD, "ut.none", O_WRONLY), -ENOENT, "open of nothing");
    int fd = must_open(NAME, O_CREATE | O_WRONLY);
    EXPECT(sys(SYS_read, fd, &byte, 1), -EBADF, "read of a file open for writing");
    EXPECT(write(fd, &byte, 1), 1, "write");
    close(fd);
    fd = must_open(NAME, O_RDONLY);
    EXPECT(sys(SYS_write, fd, &byte, 1), -EBADF, "write of a file open for reading");
    EXPECT(read(fd, &byte, 1), 1, "read");
    close(fd);
    EXPECT(sys(SYS_openat, AT_FDCWD, "/", O_WRONLY), -EISDIR, "open of / for writing");
    EXPECT(sys(SYS_openat, AT_FDCWD, "/", O_RDWR), -EISDIR, "open of / for both");
    EXPECT(open("/", O_CREATE | O_RDONLY), -1, "open of / with O_CREATE");
    EXPECT(sys(SYS_openat, AT_FDCWD, NAME "/x", O_RDONLY), -ENOTDIR, "open below a file");
    must_unlink(NAME);
    EXPECT(sys(SYS_openat, AT_FDCWD, NAME, O_RDONLY), -ENOENT, "open of what is removed");
}

void create_flags(void)
{
    int fd = must_open(NAME, O_CREATE | O_EXCL | O_RDWR);
    EXPECT(write(fd, "12345", 5), 5, "write");
    close(fd);
    EXPECT(sys(SYS_openat, AT_FDCWD, NAME, O_CREAT | O_EXCL | O_RDWR, 0644), -EEXIST,
           "O_EXCL of what exists");
    fd = must_open(NAME, O_CREATE | O_RDWR);
    struct stat st;
    EXPECT(fstat(fd, &st), 0, "fstat");
    EXPECT(st.size, 5, "size after O_CREATE of what exists");
    close(fd);
    EXPECT(sys(SYS_openat, AT_FDCWD, NAME, O_RDONLY | O_DIRECTORY), -ENOTDIR,
           "O_DIRECTORY of a file");
    close(must_open(NAME, O_TRUNC | O_WRONLY));
    EXPECT(stat(NAME, &st), 0, "stat");
    EXPECT(st.size, 0, "size after O_TRUNC");
    EXPECT(open("ut.nodir/x", O_CREATE | O_RDWR), -1, "O_CREATE in no directory");
    must_unlink(NAME);
}

// Sizes around the edges of blocks and pages.
void write_read(void)
{
    static const int size[] = { 0, 1, 511, 512, 1023, 1024, 1025, 4095, 4096, 4097, 12288, 20000 };
    for (size_t i = 0; i < sizeof size / sizeof size[0]; i++) {
        make_file(NAME, (size_t)size[i], 7);
        check_file(NAME, (size_t)size[i], 7);
    }
    char *big = heap_pages(8);
    fill(big, 30000, 3);
    int fd = must_open(NAME, O_TRUNC | O_RDWR);
    EXPECT(write(fd, big, 30000), 30000, "one write");
    EXPECT(read(fd, big, 10), 0, "read at the end");
    close(fd);
    fd = must_open(NAME, O_RDONLY);
    EXPECT(read(fd, big, 8 * PGSIZE), 30000, "one read");
    check_filled(big, 30000, 3);
    EXPECT(read(fd, big, 0), 0, "read of nothing");
    must_unlink(NAME);
}

// A file that is cut under a reader: the reader finds the end, then what comes anew.
void truncate_open(void)
{
    char buf[16];
    int writer = must_open(NAME, O_CREATE | O_TRUNC | O_WRONLY);
    EXPECT(write(writer, "abcd", 4), 4, "write");
    int reader = must_open(NAME, O_RDONLY);
    EXPECT(read(reader, buf, sizeof buf), 4, "read");
    int cutter = must_open(NAME, O_WRONLY | O_TRUNC);
    EXPECT(read(reader, buf, sizeof buf), 0, "read after the cut");
    EXPECT(write(writer, "efgh", 4), -1, "write beyond the end of the cut file");
    EXPECT(write(cutter, "ABCDEF", 6), 6, "write from the start");
    EXPECT(read(reader, buf, sizeof buf), 2, "read of what is beyond the reader's place");
    EXPECT(memcmp(buf, "EF", 2), 0, "those bytes");
    EXPECT(write(writer, "xy", 2), 2, "write at the writer's place");
    struct stat st;
    EXPECT(fstat(writer, &st), 0, "fstat");
    EXPECT(st.size, 6, "size");
    must_unlink(NAME);
}

static uint64 blocks_free(void)
{
    struct statfs fs;
    sys(SYS_sync);
    EXPECT(statfs("/", &fs), 0, "statfs");
    return fs.f_bfree;
}

// An open that is to cut the file and cannot, at each allocation, keeps nothing of it: once its name is
// gone its space comes back.
void truncate_fails(void)
{
    long err = -ENOMEM, failures = 0;
    uint64 before = blocks_free();
    for (long n = 1; err < 0; n++) {
        make_file(NAME, 5 * PGSIZE + 100, 3);
        sys(SYS_sync);
        EXPECT(sys(SYS_kine_inject, KINE_FAIL_KALLOC, n), 0, "kine_inject");
        err = sys(SYS_openat, AT_FDCWD, NAME, O_RDWR | O_TRUNC);
        EXPECT(sys(SYS_kine_inject, KINE_FAIL_KALLOC, 0), 0, "kine_inject");
        if (err < 0) {
            EXPECT(err, -ENOMEM, "open without allocation %ld", n);
            failures++;
        } else {
            close((int)err);
        }
        must_unlink(NAME);
        CHECK(blocks_free() + 1 >= before, "open without allocation %ld: %lu blocks are lost", n,
              before - blocks_free());
    }
    CHECK(failures > 0, "no open has failed");
}

void truncate_size(void)
{
    make_file(NAME, 10000, 2);
    int fd = must_open(NAME, O_RDWR);
    char first[512];
    EXPECT(sys(SYS_ftruncate, fd, 5000), 0, "ftruncate down");
    EXPECT(sys(SYS_ftruncate, fd, 300), 0, "ftruncate down again");
    EXPECT(sys(SYS_ftruncate, fd, -1), -EINVAL, "ftruncate to a negative size");
    EXPECT(read(fd, first, 512), 300, "read of what is left");
    check_filled(first, 300, 2);
    EXPECT(write(fd, "tail", 4), 4, "write at the end");
    struct stat st;
    EXPECT(fstat(fd, &st), 0, "fstat");
    EXPECT(st.size, 304, "size");
    close(fd);
    fd = must_open(NAME, O_RDONLY);
    CHECK(sys(SYS_ftruncate, fd, 0) < 0, "ftruncate of a file open for reading");
    must_unlink(NAME);
}

// A classic volume has no holes: a write that would start beyond the end fails.
void no_holes(void)
{
    int fd = must_open(NAME, O_CREATE | O_TRUNC | O_RDWR);
    EXPECT(write(fd, "1234", 4), 4, "write");
    EXPECT(sys(SYS_lseek, fd, 5, SEEK_SET), 5, "lseek beyond the end");
    EXPECT(write(fd, "x", 1), -1, "write beyond the end");
    EXPECT(sys(SYS_pwrite64, fd, "x", 1, 1 << 20) < 0, true, "pwrite far beyond the end");
    EXPECT(sys(SYS_lseek, fd, 4, SEEK_SET), 4, "lseek to the end");
    EXPECT(write(fd, "x", 1), 1, "write at the end");
    struct stat st;
    EXPECT(fstat(fd, &st), 0, "fstat");
    EXPECT(st.size, 5, "size");
    must_unlink(NAME);
}

void seek(void)
{
    char c;
    int fd = must_open(NAME, O_CREATE | O_TRUNC | O_RDWR), pipe_end[2];
    EXPECT(write(fd, "0123456789", 10), 10, "write");
    EXPECT(sys(SYS_lseek, fd, 3, SEEK_SET), 3, "lseek from the start");
    EXPECT(read(fd, &c, 1), 1, "read");
    EXPECT(c, '3', "the byte at 3");
    EXPECT(sys(SYS_lseek, fd, 2, SEEK_CUR), 6, "lseek from here");
    EXPECT(sys(SYS_lseek, fd, -1, SEEK_END), 9, "lseek from the end");
    EXPECT(read(fd, &c, 1), 1, "read");
    EXPECT(c, '9', "the last byte");
    EXPECT(sys(SYS_lseek, fd, -1, SEEK_SET), -EINVAL, "lseek to -1");
    EXPECT(sys(SYS_lseek, fd, -11, SEEK_END), -EINVAL, "lseek before the start");
    EXPECT(sys(SYS_lseek, fd, 0x7fffffffffffffffL, SEEK_CUR), -EINVAL, "lseek that overflows");
    EXPECT(sys(SYS_lseek, fd, 0, 9), -EINVAL, "lseek from nowhere");
    EXPECT(sys(SYS_lseek, fd, 0, SEEK_CUR), 10, "the place after lseeks that failed");
    must_pipe(pipe_end);
    EXPECT(sys(SYS_lseek, pipe_end[0], 0, SEEK_SET), -ESPIPE, "lseek of a pipe");
    must_unlink(NAME);
}

// pread and pwrite leave the offset alone.
void positioned(void)
{
    char buf[8];
    int fd = must_open(NAME, O_CREATE | O_TRUNC | O_RDWR), pipe_end[2];
    EXPECT(write(fd, "abcdefgh", 8), 8, "write");
    EXPECT(sys(SYS_pwrite64, fd, "XY", 2, 2), 2, "pwrite");
    EXPECT(sys(SYS_pread64, fd, buf, 4, 1), 4, "pread");
    EXPECT(memcmp(buf, "bXYe", 4), 0, "what was read");
    EXPECT(sys(SYS_pread64, fd, buf, 8, 6), 2, "pread across the end");
    EXPECT(sys(SYS_pread64, fd, buf, 8, 8), 0, "pread at the end");
    EXPECT(sys(SYS_pread64, fd, buf, 8, 1 << 20), 0, "pread beyond the end");
    EXPECT(sys(SYS_pread64, fd, buf, 8, -1), -EINVAL, "pread at -1");
    EXPECT(sys(SYS_pwrite64, fd, buf, 8, -1), -EINVAL, "pwrite at -1");
    EXPECT(sys(SYS_lseek, fd, 0, SEEK_CUR), 8, "the offset");
    must_pipe(pipe_end);
    EXPECT(sys(SYS_pread64, pipe_end[0], buf, 1, 0), -ESPIPE, "pread of a pipe");
    EXPECT(sys(SYS_pwrite64, pipe_end[1], buf, 1, 0), -ESPIPE, "pwrite of a pipe");
    must_unlink(NAME);
}

void vectors(void)
{
    char a[4], b[6];
    struct iovec out[] = { { "one", 3 }, { NULL, 0 }, { "twothree", 8 } };
    struct iovec in[] = { { a, 4 }, { b, 6 } };
    int fd = must_open(NAME, O_CREATE | O_TRUNC | O_RDWR);
    EXPECT(sys(SYS_writev, fd, out, 3), 11, "writev");
    EXPECT(sys(SYS_lseek, fd, 0, SEEK_SET), 0, "lseek");
    EXPECT(sys(SYS_readv, fd, in, 2), 10, "readv");
    EXPECT(memcmp(a, "onet", 4) || memcmp(b, "wothre", 6), 0, "what was read");
    EXPECT(sys(SYS_readv, fd, in, 2), 1, "readv at the end");
    EXPECT(sys(SYS_readv, fd, in, 0), 0, "readv into nothing");
    EXPECT(sys(SYS_readv, fd, in, 1025), -EINVAL, "readv into 1,025 buffers");
    EXPECT(sys(SYS_readv, fd, in, -1), -EINVAL, "readv into -1 buffers");
    in[1].iov_base = (void *)KERNBASE;
    EXPECT(sys(SYS_lseek, fd, 0, SEEK_SET), 0, "lseek");
    EXPECT(sys(SYS_readv, fd, in, 2), 4, "readv whose second buffer is bad");
    must_unlink(NAME);
}

#define MANY_BUFFERS 40

// A transfer ends at the first buffer that is bad or cut short, however many come after it.
void vectors_end(void)
{
    struct iovec iov[MANY_BUFFERS];
    char back[MANY_BUFFERS];
    for (int i = 0; i < MANY_BUFFERS; i++)
        iov[i] = (struct iovec){ "x", 1 };
    int fd = must_open(NAME, O_CREATE | O_TRUNC | O_RDWR);
    EXPECT(sys(SYS_writev, fd, iov, MANY_BUFFERS), MANY_BUFFERS, "writev of many buffers");
    iov[3].iov_base = (void *)KERNBASE;
    EXPECT(sys(SYS_writev, fd, iov, MANY_BUFFERS), 3, "writev whose fourth buffer is bad");
    iov[0].iov_len = -1UL;
    EXPECT(sys(SYS_writev, fd, iov, MANY_BUFFERS), -EINVAL, "writev of a negative length");
    for (int i = 0; i < MANY_BUFFERS; i++)
        iov[i] = (struct iovec){ back + i, 1 };
    iov[5].iov_base = (void *)KERNBASE;
    EXPECT(sys(SYS_lseek, fd, 0, SEEK_SET), 0, "lseek");
    EXPECT(sys(SYS_readv, fd, iov, MANY_BUFFERS), 5, "readv whose sixth buffer is bad");
    EXPECT(sys(SYS_lseek, fd, 0, SEEK_CUR), 5, "the offset after it");
    must_unlink(NAME);
}

// O_APPEND writes at the end, wherever the end has gone.
void append(void)
{
    int one = must_open(NAME, O_CREATE | O_TRUNC | O_WRONLY | O_APPEND);
    int two = must_open(NAME, O_WRONLY | O_APPEND);
    for (int i = 0; i < 100; i++)
        EXPECT(write(i % 2 ? one : two, i % 2 ? "b" : "a", 1), 1, "write %d", i);
    char buf[100];
    int fd = must_open(NAME, O_RDONLY);
    EXPECT(read(fd, buf, 100), 100, "read");
    for (int i = 0; i < 100; i++)
        EXPECT(buf[i], i % 2 ? 'b' : 'a', "byte %d", i);
    must_unlink(NAME);
}

// The longest file that classic programs write, and one that is a good deal longer.
void big_file(void)
{
    make_file(NAME, MAXFILE * BSIZE, 1);
    check_file(NAME, MAXFILE * BSIZE, 1);
    make_file(NAME, 3 << 20, 2);
    check_file(NAME, 3 << 20, 2);
    must_unlink(NAME);
}

#define MANY 200

void many_files(void)
{
    char name[16];
    for (int i = 0; i < MANY; i++)
        make_file(numbered(name, "ut.m", i), (size_t)i, (uint)i);
    for (int i = 0; i < MANY; i++)
        check_file(numbered(name, "ut.m", i), (size_t)i, (uint)i);
    for (int i = 0; i < MANY; i++)
        must_unlink(numbered(name, "ut.m", i));
    EXPECT(open("ut.m7", O_RDONLY), -1, "open of one that is removed");
}

// A file without a name lives as long as it is open.
void unlink_open(void)
{
    char buf[8];
    int fd = must_open(NAME, O_CREATE | O_TRUNC | O_RDWR);
    EXPECT(write(fd, "hello", 5), 5, "write");
    must_unlink(NAME);
    EXPECT(open(NAME, O_RDONLY), -1, "open of the removed name");
    int other = must_open(NAME, O_CREATE | O_TRUNC | O_RDWR);
    EXPECT(write(other, "===", 3), 3, "write to another of that name");
    close(other);
    EXPECT(sys(SYS_pread64, fd, buf, 8, 0), 5, "read of the file without a name");
    EXPECT(memcmp(buf, "hello", 5), 0, "its bytes");
    EXPECT(write(fd, "1234567890", 10), 10, "write to it");
    struct stat st;
    EXPECT(fstat(fd, &st), 0, "fstat");
    EXPECT(st.nlink, 0, "its names");
    EXPECT(st.size, 15, "its size");
    close(fd);
    must_unlink(NAME);
}

void file_status(void)
{
    struct stat by_fd, by_name, root;
    make_file(NAME, 777, 1);
    int fd = must_open(NAME, O_RDONLY);
    EXPECT(fstat(fd, &by_fd), 0, "fstat");
    EXPECT(stat(NAME, &by_name), 0, "stat");
    EXPECT(stat("/", &root), 0, "stat of /");
    EXPECT(memcmp(&by_fd, &by_name, sizeof by_fd), 0, "fstat and stat differ");
    EXPECT(by_fd.type, T_FILE, "type");
    EXPECT(by_fd.size, 777, "size");
    EXPECT(by_fd.nlink, 1, "names");
    EXPECT(by_fd.dev, root.dev, "device");
    EXPECT(root.type, T_DIR, "type of /");
    EXPECT(root.ino, ROOTINO, "inode number of /");
    EXPECT(stat("ut.none", &root), -1, "stat of nothing");
    must_unlink(NAME);
}

void pipe_status(void)
{
    int fds[2];
    struct stat st;
    struct linux_stat full;
    EXPECT(pipe(fds), 0, "pipe");
    for (int i = 0; i < 2; i++) {
        EXPECT(fstat(fds[i], &st), 0, "fstat");
        EXPECT(st.type, T_DEVICE, "type");
        EXPECT(syscall(SYS_fstat, fds[i], &full), 0, "fstat as Linux has it");
        EXPECT(full.st_mode & S_IFMT, S_IFIFO, "mode");
        close(fds[i]);
    }
}

// A device has a name and no content of its own; one that nobody serves cannot be opened.
void devices(void)
{
    EXPECT(mknod("ut.dev", 13, 5), 0, "mknod");
    EXPECT(mknod("ut.dev", 13, 5), -1, "mknod of what exists");
    struct stat st;
    EXPECT(stat("ut.dev", &st), 0, "stat");
    EXPECT(st.type, T_DEVICE, "type");
    EXPECT(open("ut.dev", O_RDWR), -1, "open of a device that is not there");
    must_unlink("ut.dev");
    EXPECT(fstat(1, &st) == 0 && st.type != T_DIR, true, "fstat of the standard output");
}

// Each of their places is as any other; a terminal has none.
void device_offsets(void)
{
    char buf[4] = "abc";
    EXPECT(mknod("ut.dev", 2, 1), 0, "mknod of zeros");
    int fd = must_open("ut.dev", O_RDWR), console = must_open("/console", O_RDWR);
    EXPECT(sys(SYS_lseek, fd, 100, SEEK_SET), 0, "lseek");
    EXPECT(sys(SYS_lseek, fd, -7, SEEK_END), 0, "lseek from the end");
    EXPECT(sys(SYS_lseek, fd, 0, 9), -EINVAL, "lseek from nowhere");
    EXPECT(sys(SYS_pread64, fd, buf, 3, 1L << 40), 3, "pread");
    EXPECT(buf[0] | buf[1] | buf[2], 0, "zeros");
    EXPECT(sys(SYS_pwrite64, fd, buf, 3, 5), 3, "pwrite");
    EXPECT(sys(SYS_lseek, console, 0, SEEK_CUR), -ESPIPE, "lseek of the console");
    EXPECT(sys(SYS_pwrite64, console, buf, 1, 0), -ESPIPE, "pwrite to the console");
    close(fd);
    close(console);
    must_unlink("ut.dev");
}
