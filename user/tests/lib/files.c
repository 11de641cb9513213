// Files with a known content, and calls that must not fail.

#include "user/tests/lib/test.h"

#define PIECE 512 // bytes written or read at a time: stacks are small

int must_open(const char *name, int flags)
{
    int fd = open(name, flags);
    if (fd < 0)
        FAIL("open(%s, 0x%x) failed: %s", name, flags, strerror(errno));
    return fd;
}

void must_pipe(int fd[2])
{
    if (pipe(fd) < 0)
        FAIL("pipe failed: %s", strerror(errno));
}

void must_unlink(const char *name)
{
    if (unlink(name) < 0)
        FAIL("unlink(%s) failed: %s", name, strerror(errno));
}

void make_file(const char *name, size_t n, uint seed)
{
    char piece[PIECE];
    int fd = must_open(name, O_CREATE | O_TRUNC | O_RDWR);
    for (size_t done = 0; done < n; done += PIECE) {
        int len = n - done < PIECE ? (int)(n - done) : PIECE;
        fill(piece, PIECE, seed + (uint)(done / PIECE));
        EXPECT(write(fd, piece, len), len, "write to %s at %ld", name, (long)done);
    }
    close(fd);
}

void check_file(const char *name, size_t n, uint seed)
{
    char piece[PIECE];
    int fd = must_open(name, O_RDONLY);
    for (size_t done = 0; done < n; done += PIECE) {
        int len = n - done < PIECE ? (int)(n - done) : PIECE;
        EXPECT(read(fd, piece, len), len, "read of %s at %ld", name, (long)done);
        check_filled(piece, (size_t)len, seed + (uint)(done / PIECE));
    }
    EXPECT(read(fd, piece, 1), 0, "read at the end of %s", name);
    close(fd);
}

char *numbered(char *buf, const char *prefix, int n)
{
    char digits[12];
    int len = 0;
    strcpy(buf, prefix);
    char *end = buf + strlen(buf);
    do
        digits[len++] = (char)('0' + n % 10);
    while ((n /= 10) > 0);
    while (len > 0)
        *end++ = digits[--len];
    *end = 0;
    return buf;
}
