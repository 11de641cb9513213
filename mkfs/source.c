// Files of the host (mkfs/source.h).

#define _GNU_SOURCE // SEEK_DATA
#include "mkfs/source.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mkfs/mkfs.h"

off_t source_next_data(int fd, off_t off)
{
    off_t data = lseek(fd, off, SEEK_DATA);
    if (data < 0)
        return errno == ENXIO ? -1 : off;
    return data - data % FS_BLOCK;
}

size_t source_read(int fd, const char *path, char *buf, size_t size, off_t off)
{
    size_t have = 0;
    ssize_t n;
    while (have < size && (n = pread(fd, buf + have, size - have, off + (off_t)have)) != 0) {
        if (n < 0)
            fail("%s cannot be read: %s", path, strerror(errno));
        have += (size_t)n;
    }
    return have;
}

// --- files with several names -----------------------------------------------------------------

struct name {
    dev_t dev;
    ino_t ino;
    char inside[];
};

static void *names;

static int compare(const void *a, const void *b)
{
    const struct name *x = a, *y = b;
    if (x->dev != y->dev)
        return x->dev < y->dev ? -1 : 1;
    return x->ino == y->ino ? 0 : x->ino < y->ino ? -1 : 1;
}

const char *source_other_name(const struct stat *st, const char *inside)
{
    struct name *new = malloc(sizeof *new + strlen(inside) + 1);
    if (new == NULL)
        fail("out of memory");
    new->dev = st->st_dev;
    new->ino = st->st_ino;
    strcpy(new->inside, inside);
    struct name **found = tsearch(new, &names, compare);
    if (found == NULL)
        fail("out of memory");
    if (*found == new)
        return NULL;
    free(new);
    return (*found)->inside;
}
