// read IMAGE DIRECTORY: the files of a directory of an image, to standard output: for each a line
// "NAME SIZE" and its bytes.  The image is not changed.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fs/fs.h"
#include "mkfs/host.h"

#define FRAMES 8192

static _Noreturn void fail(const char *what, long err)
{
    fprintf(stderr, "read: %s: %s\n", what, strerror((int)-err));
    exit(1);
}

static void print_file(struct inode *ino, const char *name)
{
    static char buf[1 << 16];
    struct inode_info info;
    inode_info(ino, &info);
    printf("%s %lu\n", name, info.size);
    for (uint64 off = 0; off < info.size;) {
        int64 n = inode_read(ino, buf, off, sizeof buf);
        if (n <= 0)
            fail(name, n);
        fwrite(buf, 1, (size_t)n, stdout);
        off += (uint64)n;
    }
}

static void print_directory(struct inode *dir)
{
    struct dir_entry e;
    uint64 pos = 0;
    int more;
    while ((more = dir_next(dir, &pos, &e)) > 0) {
        struct inode *ino;
        if ((e.mode & 0170000) != 0100000)
            continue;
        int err = path_lookup(dir, e.name, &ino);
        if (err)
            fail(e.name, err);
        print_file(ino, e.name);
        inode_put(ino);
    }
    if (more < 0)
        fail("a directory", more);
}

int main(int argc, char **argv)
{
    struct host_file file;
    struct volume *vol;
    struct inode *root, *dir;
    if (argc != 3)
        return 2;
    host_memory(FRAMES);
    int err = host_file_open(&file, argv[1], 0, true);
    if (err)
        fail(argv[1], -err);
    err = volume_mount(&file.dev, &vol);
    if (err)
        fail(argv[1], err);
    root = volume_root(vol);
    if (path_lookup(root, argv[2], &dir) == 0)
        print_directory(dir);
    return 0;
}
