// mkfs: makes a disk image from files of the host, or checks one.
//
//     mkfs [--classic] [--blocks N | --size 64M] IMAGE FILE...
//     mkfs --check IMAGE
//
// The image is written by the kernel's own file system, compiled for the host.  A file keeps its
// last name; the '_' with which the names of built programs begin is dropped.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fs/format.h"
#include "fs/fs.h"
#include "mkfs/check.h"
#include "mkfs/host.h"

#define S_REGULAR      0100000u // S_IFREG; the host's headers have names of their own
#define MEMORY         (256UL << 20)
#define DEFAULT_BLOCKS 4096UL

struct options {
    bool classic, check;
    uint64 blocks;
    const char *image;
    char **files;
    int nfiles;
};

static _Noreturn void usage(const char *why, const char *what)
{
    fprintf(stderr, "mkfs: %s%s\n", why, what);
    fprintf(stderr, "usage: mkfs [--classic] [--blocks N | --size N[K|M|G]] IMAGE FILE...\n"
                    "       mkfs --check IMAGE\n");
    exit(2);
}

static const char *remove_on_failure;

static _Noreturn void fail(const char *what, const char *why)
{
    if (remove_on_failure != NULL)
        remove(remove_on_failure);
    fprintf(stderr, "mkfs: %s: %s\n", what, why);
    exit(1);
}

// A number with an optional unit.  => 0 if it is none
static uint64 parse_number(const char *text, bool units)
{
    char *end;
    if (*text < '0' || *text > '9')
        return 0;
    uint64 n = strtoull(text, &end, 10);
    int shift = 0;
    if (units && *end != '\0') {
        const char *unit = strchr("KMG", *end);
        if (unit == NULL)
            return 0;
        shift = *unit == 'K' ? 10 : *unit == 'M' ? 20 : 30;
        end++;
    }
    return *end != '\0' || n > FS_BLOCKS_MAX * FS_BLOCK >> shift ? 0 : n << shift;
}

static uint64 parse_blocks(const char *option, const char *text)
{
    bool size = strcmp(option, "--size") == 0;
    if (text == NULL)
        usage(option, " wants a number");
    uint64 n = parse_number(text, size) / (size ? FS_BLOCK : 1);
    if (n < FS_BLOCKS_MIN || n > FS_BLOCKS_MAX)
        usage("not a size from 256K to 1024G: ", text);
    return n;
}

static void parse(struct options *o, int argc, char **argv)
{
    int i = 1;
    for (; i < argc && argv[i][0] == '-'; i++) {
        if (strcmp(argv[i], "--classic") == 0) {
            o->classic = true;
        } else if (strcmp(argv[i], "--check") == 0) {
            o->check = true;
        } else if (strcmp(argv[i], "--blocks") == 0 || strcmp(argv[i], "--size") == 0) {
            o->blocks = parse_blocks(argv[i], i + 1 < argc ? argv[i + 1] : NULL);
            i++;
        } else {
            usage("unknown option ", argv[i]);
        }
    }
    if (i == argc)
        usage("no image named", "");
    o->image = argv[i];
    o->files = argv + i + 1;
    o->nfiles = argc - i - 1;
    if (o->check && (o->nfiles > 0 || o->blocks > 0 || o->classic))
        usage("--check takes an image and nothing else", "");
}

static const char *error_text(int64 err)
{
    return strerror((int)-err); // the kernel's numbers are Linux's
}

// The name by which a file goes into the image.
static const char *target_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    return name[0] == '_' && name[1] != '\0' ? name + 1 : name;
}

static void copy_content(FILE *in, const char *path, struct inode *out)
{
    static char buf[16 * FS_BLOCK];
    uint64 off = 0;
    size_t n;
    while ((n = fread(buf, 1, sizeof buf, in)) > 0) {
        int64 done = inode_write(out, buf, off, n);
        if (done != (int64)n)
            fail(path, done < 0 ? error_text(done) : "the image is full");
        off += n;
    }
    if (ferror(in))
        fail(path, "cannot be read");
}

static void copy_file(struct inode *root, const char *path)
{
    const char *name = target_name(path);
    struct inode *ino;
    FILE *in = fopen(path, "rb");
    if (in == NULL)
        fail(path, "cannot be opened");
    int err = path_open(root, name, true, true, S_REGULAR | 0755, 0, &ino);
    if (err)
        fail(name, error_text(err));
    copy_content(in, path, ino);
    inode_put(ino);
    fclose(in);
}

static void fill_image(struct blkdev *dev, const struct options *o)
{
    struct volume *vol;
    struct volume_info info;
    int err = volume_format(dev, o->blocks, o->classic);
    if (!err)
        err = volume_mount(dev, &vol);
    if (err)
        fail(o->image, error_text(err));
    struct inode *root = volume_root(vol);
    for (int i = 0; i < o->nfiles; i++)
        copy_file(root, o->files[i]);
    inode_put(root);
    volume_info(vol, &info);
    err = volume_unmount(vol);
    if (err)
        fail(o->image, error_text(err));
    printf("%s: %lu blocks of 4 KiB, %lu free, %d files%s\n", o->image, info.blocks,
           info.free_blocks, o->nfiles, info.classic ? ", classic" : "");
}

// The image is made under another name, so that what stands under its own is whole.
static int make(const struct options *o)
{
    struct host_file file;
    char *draft = malloc(strlen(o->image) + sizeof ".new");
    if (draft == NULL)
        fail(o->image, "out of memory");
    sprintf(draft, "%s.new", o->image);
    remove_on_failure = draft;
    int err = host_file_open(&file, draft, o->blocks, false);
    if (err)
        fail(o->image, strerror(err));
    fill_image(&file.dev, o);
    err = host_file_close(&file);
    if (err)
        fail(o->image, strerror(err));
    if (rename(draft, o->image) != 0)
        fail(o->image, "the finished image cannot be put in its place");
    free(draft);
    return 0;
}

static int check(const struct options *o)
{
    struct host_file file;
    struct check_result result;
    int err = host_file_open(&file, o->image, 0, true);
    if (err)
        fail(o->image, strerror(err));
    check_volume(&file.dev, &result);
    host_file_close(&file);
    if (result.errors > 0) {
        printf("%s: %lu error%s\n", o->image, result.errors, result.errors == 1 ? "" : "s");
        return 1;
    }
    printf("%s: generation %lu, %lu of %lu blocks in use, %lu files, %lu directories: no errors\n",
           o->image, result.generation, result.used, result.blocks, result.files, result.dirs);
    return 0;
}

int main(int argc, char **argv)
{
    struct options o = { .blocks = 0 };
    parse(&o, argc, argv);
    if (o.check)
        return check(&o);
    if (o.blocks == 0)
        o.blocks = DEFAULT_BLOCKS;
    host_memory(MEMORY / FS_BLOCK);
    return make(&o);
}
