// What workloads do (tests/crash/steps.h).

#include "errno.h"
#include "tests/crash/steps.h"

const char *numbered(const char *prefix, uint64 n)
{
    static char name[4][40];
    static unsigned turn;
    char *to = name[turn++ % 4];
    snprintf(to, sizeof name[0], "%s%lu", prefix, n);
    return to;
}

static unsigned char *random_bytes(size_t n)
{
    static unsigned char buf[FS_BLOCK];
    unsigned char first = (unsigned char)cut_pick(256), step = (unsigned char)cut_pick(256);
    for (size_t i = 0; i < n; i++)
        buf[i] = (unsigned char)(first + i * step);
    return buf;
}

void make(const char *path)
{
    struct inode *ino;
    int err = path_open(root, path, true, true, REGULAR, 0, &ino);
    EXPECT(err == 0 || err == -ENOSPC);
    if (!err)
        inode_put(ino);
    cut_note();
}

// Within a page: more would be several transactions.
void write_inode(struct inode *ino, uint64 off, size_t n)
{
    if (n > FS_BLOCK - off % FS_BLOCK)
        n = FS_BLOCK - off % FS_BLOCK;
    int64 done = inode_write(ino, random_bytes(n), off, n);
    EXPECT(done == (int64)n || done == -ENOSPC);
    cut_note();
}

void write_at(const char *path, uint64 off, size_t n)
{
    struct inode *ino = open_file(path);
    write_inode(ino, off, n);
    inode_put(ino);
}

void truncate_to(const char *path, uint64 size)
{
    bool grows = size > size_of(path);
    struct inode *ino = open_file(path);
    int err = inode_truncate(ino, size);
    EXPECT(err == 0 || (err == -ENOSPC && grows));
    inode_put(ino);
    cut_note();
}

void fsync_path(const char *path)
{
    struct inode *ino = open_file(path);
    cut_fsync(ino);
    inode_put(ino);
}

void take_away(const char *path)
{
    EXPECT_EQ(unlink_path(path), 0);
    cut_note();
}

uint64 size_of(const char *path)
{
    struct inode_info info;
    struct inode *ino = open_file(path);
    inode_info(ino, &info);
    inode_put(ino);
    return info.size;
}

void sometimes_sync(uint64 one_in)
{
    if (cut_pick(one_in) == 0)
        cut_sync();
}
