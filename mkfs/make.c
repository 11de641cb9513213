// Making an image (mkfs/mkfs.h): through the calls of fs/fs.h.

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs/fs.h"
#include "mkfs/host.h"
#include "mkfs/make.h"
#include "mkfs/mkfs.h"

#define MEMORY (256UL << 20)

// --- progress ---------------------------------------------------------------------------------

#define PROGRESS_STEP (8UL << 20) // bytes from one line to the next

void show_progress(struct making *m, uint64 bytes)
{
    uint64 before = m->bytes;
    m->bytes += bytes;
    if (!m->progress || m->bytes / PROGRESS_STEP == before / PROGRESS_STEP)
        return;
    fprintf(stderr, m->terminal ? "\r%lu MiB copied" : "%lu MiB copied\n", m->bytes >> 20);
    m->shown = true;
}

static void end_progress(struct making *m)
{
    if (m->shown && m->terminal)
        fputc('\n', stderr);
}

// --- errors -----------------------------------------------------------------------------------

_Noreturn void fail_to_add(const struct making *m, const char *path, int64 err)
{
    if (m->shown && m->terminal)
        fputc('\n', stderr);
    if (err == -ENOSPC)
        fail("%s does not fit into the image: make it larger with --size", path);
    if (err == -EEXIST)
        fail("%s: its name is taken in the image%s: rename one of the two", path,
             m->classic ? ", where names have 14 bytes" : "");
    if (err == -EFBIG)
        fail("%s is too long for a file of Kine: leave it out", path);
    fail("%s cannot be put into the image: %s", path, strerror((int)-err));
}

// --- filling ----------------------------------------------------------------------------------

// The name by which a file goes into the image.
static const char *target_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    return name[0] == '_' && name[1] != '\0' ? name + 1 : name;
}

static void add_argument(struct making *m, const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0)
        fail("%s cannot be found (%s): name a file or a folder", path, strerror(errno));
    if (S_ISDIR(st.st_mode))
        add_folder(m, m->root, path, "");
    else if (S_ISREG(st.st_mode))
        add_file(m, m->root, path, target_name(path), PROGRAM_MODE);
    else
        fail("%s is neither a file nor a folder: leave it out", path);
}

// NAME:MAJOR:MINOR; the folders in the name are there
static void add_device(struct making *m, const char *text)
{
    char name[NAME_LONGEST + 1], end;
    unsigned major, minor;
    struct inode *ino;
    if (sscanf(text, "%255[^:]:%u:%u%c", name, &major, &minor, &end) != 3 || major > 255 ||
        minor > 255)
        fail("%s is no device: name one like console:1:0, with numbers up to 255", text);
    uint64 rdev = (uint64)major << 8 | minor; // as MAKEDEV of kernel/abi.h
    int err = path_open(m->root, name, true, true, S_IFCHR | 0666u, rdev, &ino);
    if (err)
        fail_to_add(m, text, err);
    inode_put(ino);
    m->files++;
}

static void fill_volume(struct making *m, const struct options *o)
{
    m->root = volume_root(m->vol);
    for (int i = 0; i < o->nargs; i++)
        add_argument(m, o->args[i]);
    for (int i = 0; i < o->ndevices; i++)
        add_device(m, o->device[i]);
    inode_put(m->root);
    end_progress(m);
}

static void fill_image(struct blkdev *dev, struct making *m, const struct options *o)
{
    struct volume_info info;
    int err = volume_format(dev, o->blocks, o->classic);
    if (!err)
        err = volume_mount(dev, &m->vol);
    if (err)
        fail("%s cannot be written: %s", o->image, strerror(-err));
    fill_volume(m, o);
    volume_info(m->vol, &info);
    err = volume_unmount(m->vol);
    if (err)
        fail("%s cannot be written: %s", o->image, strerror(-err));
    printf("%s: %lu blocks of 4 KiB, %lu free, %lu files%s\n", o->image, info.blocks,
           info.free_blocks, m->files, info.classic ? ", classic" : "");
}

// --- the image's file -------------------------------------------------------------------------

static void see_that_it_is_a_file(const char *path)
{
    struct stat st;
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
        fail("%s is there and no regular file: give the image another name", path);
}

static void open_draft(struct making *m, struct host_file *file, char *draft, uint64 blocks)
{
    struct stat st;
    see_that_it_is_a_file(draft);
    int err = host_file_open(file, draft, blocks, false);
    if (file->fd >= 0)
        remove_on_failure(draft);
    if (err)
        fail("%s cannot be made: %s", draft, strerror(err));
    if (fstat(file->fd, &st) != 0)
        fail("%s cannot be looked at: %s", draft, strerror(errno));
    m->draft_dev = st.st_dev;
    m->draft_ino = st.st_ino;
}

// The image is made under another name, so that what stands under its own is whole.
int make_image(const struct options *o)
{
    struct host_file file;
    struct making m = { .classic = o->classic, .terminal = isatty(STDERR_FILENO) };
    char *draft = malloc(strlen(o->image) + sizeof ".new");
    m.progress = o->progress || m.terminal;
    if (draft == NULL)
        fail("out of memory");
    sprintf(draft, "%s.new", o->image);
    see_that_it_is_a_file(o->image);
    host_memory(MEMORY / FS_BLOCK);
    open_draft(&m, &file, draft, o->blocks);
    fill_image(&file.dev, &m, o);
    int err = host_file_close(&file);
    if (err)
        fail("%s cannot be written: %s", draft, strerror(err));
    if (rename(draft, o->image) != 0)
        fail("the finished image cannot be put in the place of %s: %s", o->image, strerror(errno));
    remove_on_failure(NULL);
    free(draft);
    return 0;
}
