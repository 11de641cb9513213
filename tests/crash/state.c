// The state of a mounted volume as a number (tests/crash/state.h).

#include <stdio.h>
#include <string.h>

#include "lib/crc.h"
#include "tests/crash/state.h"

#define TYPE(mode) ((mode) >> 12)
#define REGULAR    010
#define DIRECTORY  004
#define SYMLINK    012
#define LINK       012

// Every bit of the result hangs on every bit of both numbers.
static uint64 mix(uint64 a, uint64 b)
{
    uint64 x = (a ^ b * 0x9e3779b97f4a7c15UL) * 0x2545f4914f6cdd1dUL;
    x ^= x >> 29;
    return x * 0xd6e8feb86659fd93UL;
}

static int content(struct inode *ino, uint64 size, uint64 *digest)
{
    static unsigned char buf[1 << 16];
    uint32 crc = 0;
    for (uint64 off = 0; off < size;) {
        int64 n = inode_read(ino, buf, off, sizeof buf);
        if (n <= 0)
            return n < 0 ? (int)n : -1;
        crc = crc32c(crc, buf, (size_t)n);
        off += (uint64)n;
    }
    *digest = mix(*digest, crc);
    return 0;
}

static int target(struct inode *root, const char *path, uint64 *digest)
{
    static char text[PATH_LONGEST];
    int64 n = path_readlink(root, path, text, sizeof text);
    if (n < 0)
        return (int)n;
    *digest = mix(*digest, crc32c(0, text, (size_t)n));
    return 0;
}

static int directory(struct inode *root, const char *path, uint64 *digest);

// What the path leads to, and all that is below it.
static int tree(struct inode *root, const char *path, uint64 *digest)
{
    struct inode *ino;
    struct inode_info info;
    int err = path_lookup_link(root, path, &ino);
    if (err)
        return err;
    inode_info(ino, &info);
    *digest = mix(crc32c(0, path, strlen(path)), mix(info.mode, info.nlink));
    bool has_content = TYPE(info.mode) == REGULAR || TYPE(info.mode) == LINK;
    *digest = mix(*digest, has_content ? info.size : 0);
    if (has_content)
        err = content(ino, info.size, digest);
    inode_put(ino);
    if (!err && TYPE(info.mode) == SYMLINK)
        err = target(root, path, digest);
    if (!err && TYPE(info.mode) == DIRECTORY)
        err = directory(root, path, digest);
    return err;
}

// The order of the records makes no difference.
static int directory(struct inode *root, const char *path, uint64 *digest)
{
    struct inode *dir;
    struct dir_entry e;
    uint64 pos = 0, sum = 0;
    char below[2048];
    int err = path_lookup(root, path, &dir), more;
    if (err)
        return err;
    while (!err && (more = dir_next(dir, &pos, &e)) != 0) {
        uint64 one = 0;
        if (more < 0)
            err = more;
        if (err || strcmp(e.name, ".") == 0 || strcmp(e.name, "..") == 0)
            continue;
        snprintf(below, sizeof below, "%s%s%s", path, path[1] ? "/" : "", e.name);
        err = tree(root, below, &one);
        sum += one;
    }
    inode_put(dir);
    *digest = mix(*digest, sum);
    return err;
}

int state_digest(struct volume *vol, struct inode *root, uint64 *digest)
{
    struct snapshot_info s;
    uint32 id = 0;
    int more, err = tree(root, "/", digest);
    while (!err && (more = snapshot_next(vol, &id, &s)) != 0) {
        char path[128];
        uint64 one = 0;
        snprintf(path, sizeof path, "/.snapshots/%s", s.name);
        err = more < 0 ? more : tree(root, path, &one);
        *digest = mix(*digest, mix(one, s.id));
    }
    return err;
}
