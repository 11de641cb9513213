// One inode in words (mkfs/dump.h).

#include <stdio.h>
#include <stdlib.h>

#include "lib/panic.h"
#include "mkfs/dump.h"

static const char *type_text(uint32 mode)
{
    switch (MODE_TYPE(mode)) {
    case TYPE_CHR: return "device";
    case TYPE_DIR: return "directory";
    case TYPE_REG: return "file";
    case TYPE_LNK: return "symbolic link";
    default: return "of unknown type";
    }
}

// --- directories ------------------------------------------------------------------------------

struct listing {
    struct image *img;
    uint64 index;
};

static void print_record(void *arg, const struct dir_record *r)
{
    char name[PRINTABLE_NAME];
    printf("    %s -> inode %lu\n", printable(name, sizeof name, r->name, r->namelen), r->ino);
}

static bool print_records(struct image_walk *w, uint64 index, const struct blkptr *p)
{
    struct listing *l = w->arg;
    void *page = malloc(FS_BLOCK);
    assert(page != NULL);
    const char *why = image_read(l->img, p, page);
    printf("  page %lu -> block %lu\n", index, p->block);
    if (why != NULL) {
        print_trouble(w, p, why);
    } else {
        uint32 end = image_records(l->img, page, print_record, NULL);
        if (end < FS_BLOCK)
            printf("  DAMAGE: no record at byte %u of page %lu\n", end, index);
    }
    free(page);
    return true;
}

// --- files ------------------------------------------------------------------------------------

// Pages of a file that stand side by side in the file and on the disk.
struct run {
    uint64 page, block, n;
};

static void print_run(const struct run *r)
{
    if (r->n == 1)
        printf("  page %lu -> block %lu\n", r->page, r->block);
    else if (r->n > 1)
        printf("  pages %lu-%lu -> blocks %lu-%lu\n", r->page, r->page + r->n - 1, r->block,
               r->block + r->n - 1);
}

static bool add_to_run(struct image_walk *w, uint64 index, const struct blkptr *p)
{
    struct run *r = w->arg;
    if (r->n > 0 && index == r->page + r->n && p->block == r->block + r->n) {
        r->n++;
        return true;
    }
    print_run(r);
    *r = (struct run){ index, p->block, 1 };
    return true;
}

static void print_target(struct image *img, const struct disk_inode *d)
{
    char text[4 * FS_BLOCK + 1], *page = malloc(FS_BLOCK);
    assert(page != NULL);
    if (d->data.height == 0 && d->size < FS_BLOCK && image_read(img, &d->data.root, page) == NULL)
        printf("  leads to %s\n", printable(text, sizeof text, page, d->size));
    free(page);
}

// --- both -------------------------------------------------------------------------------------

static void print_status(const struct disk_inode *d)
{
    printf(", %04o, %u name%s, %lu bytes", d->mode & 07777, d->nlink, d->nlink == 1 ? "" : "s",
           d->size);
    if (MODE_TYPE(d->mode) == TYPE_CHR)
        printf(", device %lu", d->rdev);
    if (d->nlink == 0)
        printf(", orphan (the next is inode %lu)", d->next_orphan);
    printf("\n  changed ");
    print_time(d->mtime_ns);
    printf(", status ");
    print_time(d->ctime_ns);
    printf("\n  tree: ");
    print_tree(&d->data);
}

static void print_pages(struct image *img, const struct disk_inode *d)
{
    struct run r = { .n = 0 };
    struct listing l = { .img = img };
    bool dir = MODE_TYPE(d->mode) == TYPE_DIR;
    struct image_walk w = { .page = dir ? print_records : add_to_run,
                            .trouble = print_trouble,
                            .once = dir,
                            .arg = dir ? (void *)&l : &r };
    image_walk(img, &w, &d->data);
    print_run(&r);
}

void dump_inode(struct image *img, uint64 number, const struct disk_inode *d,
                const struct paths *paths)
{
    char path[4096];
    printf("inode %lu", number);
    if (paths != NULL && paths_find(paths, number, path, sizeof path))
        printf(" %s", path);
    printf(": %s", type_text(d->mode));
    print_status(d);
    if (MODE_TYPE(d->mode) == TYPE_LNK)
        print_target(img, d);
    print_pages(img, d);
}
