// The commands that only look at an image: --check, --dump (mkfs/mkfs.h).

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "mkfs/check.h"
#include "mkfs/dump.h"
#include "mkfs/host.h"
#include "mkfs/mkfs.h"

void open_file_of(const struct options *o, struct host_file *file)
{
    struct stat st;
    int err = stat(o->image, &st) != 0 ? errno : 0;
    if (!err && S_ISDIR(st.st_mode))
        fail("%s is a folder: name the image, which is a file", o->image);
    if (!err)
        err = host_file_open(file, o->image, 0, true);
    if (err)
        fail("%s cannot be opened (%s): name an image that can be read", o->image, strerror(err));
}

void open_image(const struct options *o, struct host_file *file, struct image *img)
{
    open_file_of(o, file);
    const char *why = image_open(img, &file->dev);
    if (why != NULL)
        fail("%s cannot be used (%s): name a whole image of Kine's", o->image, why);
}

struct disk_tree chosen_inodes(const struct options *o, struct image *img)
{
    struct disk_snapshot s;
    if (o->snapshot == NULL)
        return img->sb.inodes;
    if (!image_snapshot(img, o->snapshot, &s))
        fail("%s has no snapshot %s: `mkfs --dump %s` lists those it has", o->image, o->snapshot,
             o->image);
    return s.inodes;
}

int check_image(const struct options *o)
{
    struct host_file file;
    struct check_result result;
    open_file_of(o, &file);
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

static void dump_one(struct image *img, const struct disk_tree *tree, const struct options *o)
{
    struct image_table t;
    table_load(img, &t, tree, print_trouble, NULL);
    uint64 number = path_to_inode(img, &t, o->args[0]);
    if (number == 0)
        fail("%s is not in %s: `mkfs --dump %s` lists what is", o->args[0], o->image, o->image);
    struct paths *paths = paths_load(img, &t);
    dump_inode(img, number, table_find(&t, number), paths);
    paths_free(paths);
    table_free(&t);
}

int dump_image(const struct options *o)
{
    struct host_file file;
    struct image img;
    open_image(o, &file, &img);
    struct disk_tree tree = chosen_inodes(o, &img);
    if (o->nargs > 0)
        dump_one(&img, &tree, o);
    else if (o->snapshot != NULL)
        dump_table(&img, &tree);
    else
        dump_volume(&img);
    image_close(&img);
    host_file_close(&file);
    return 0;
}
