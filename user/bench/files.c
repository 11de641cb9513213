// Rows about files, all in the cache.
#include "kernel/fcntl.h"
#include "kernel/syscall.h"
#include "user/bench/bench.h"
#include "user/kine.h"
#include "user/user.h"

#define NAME   "bench.tmp"
#define FRESH  "bench.new"
#define PIECE  4096
#define SIZE   (1024 * 1024)
#define SMALL  1024
#define ROUNDS 32

// Page-aligned, as a program that moves pages has it: across a page boundary each piece costs the
// kernel two looks at the page table and two at the file, some 600 instructions more.
static char data[PIECE] __attribute__((aligned(PIECE)));
static int fd;

static bool write_pieces(void)
{
    for (int i = 0; i < SIZE / PIECE; i++)
        if (direct(SYS_write, fd, (long)data, PIECE) != PIECE)
            return false;
    return true;
}

static bool file_setup(long arg)
{
    fd = open(NAME, O_RDWR | O_CREATE | O_TRUNC);
    return fd >= 0 && write_pieces();
}

static void file_teardown(long arg)
{
    close(fd);
    unlink(NAME);
}

static long open_close(long arg)
{
    uint64 start = instructions();
    for (int i = 0; i < ROUNDS; i++)
        close(open(NAME, O_RDONLY));
    return (long)(instructions() - start) / ROUNDS;
}

static long read_small(long arg)
{
    lseek(fd, 0, SEEK_SET);
    uint64 start = instructions();
    for (int i = 0; i < ROUNDS; i++)
        if (direct(SYS_read, fd, (long)data, SMALL) != SMALL)
            return UNAVAILABLE;
    return (long)(instructions() - start) / ROUNDS;
}

static long write_all(long arg)
{
    lseek(fd, 0, SEEK_SET);
    uint64 start = instructions();
    return write_pieces() ? (long)(instructions() - start) : UNAVAILABLE;
}

static long read_all(long arg)
{
    lseek(fd, 0, SEEK_SET);
    uint64 start = instructions();
    for (int i = 0; i < SIZE / PIECE; i++)
        if (direct(SYS_read, fd, (long)data, PIECE) != PIECE)
            return UNAVAILABLE;
    return (long)(instructions() - start);
}

static long create_unlink(long arg)
{
    uint64 start = instructions();
    int fresh = open(FRESH, O_WRONLY | O_CREATE);
    if (fresh < 0)
        return UNAVAILABLE;
    close(fresh);
    unlink(FRESH);
    return (long)(instructions() - start);
}

const struct row file_rows[] = {
    { "open-close", file_setup, open_close, file_teardown, 0 },
    { "read-1k", file_setup, read_small, file_teardown, 0 },
    { "write-1m", file_setup, write_all, file_teardown, 0 },
    { "read-1m", file_setup, read_all, file_teardown, 0 },
    { "create-unlink", 0, create_unlink, 0, 0 },
    { 0 },
};
