// What the model does with the content of files (fs_model.h).

#include "errno.h"
#include "fs_model_priv.h"

// A file to work on: one that is open, or by its name.  => NULL if luck gave none
static struct inode *random_file(int *n)
{
    int i = (int)pick(2 * OPEN_MAX);
    struct inode *ino;
    if (i < OPEN_MAX && opened[i].ino != NULL) {
        *n = opened[i].node;
        inode_get(opened[i].ino);
        return opened[i].ino;
    }
    struct place p = random_place();
    *n = *slot(&p);
    if (*n == 0 || nodes[*n].dir || nodes[*n].link)
        return NULL;
    EXPECT_EQ(path_lookup(root, p.path, &ino), 0);
    return ino;
}

// Where writes and cuts go: small things, page boundaries, the end.
static size_t random_offset(size_t size)
{
    size_t off = pick(4) == 0   ? size
                 : pick(4) == 0 ? pick(model_file_max / FS_BLOCK) * FS_BLOCK
                                : pick(pick(3) == 0 ? model_file_max : size + 1);
    return off >= model_file_max ? model_file_max - 1 : off;
}

void step_write(void)
{
    static unsigned char buf[FILE_MAX];
    int n;
    struct inode *ino = random_file(&n);
    if (ino == NULL)
        return;
    struct node *f = &nodes[n];
    size_t off = random_offset(f->size), len = pick(pick(4) == 0 ? 60000 : 5000) + 1;
    if (len > model_file_max - off)
        len = model_file_max - off;
    for (size_t i = 0; i < len; i++)
        buf[i] = (unsigned char)random_next(&model_state);
    int64 done = inode_write(ino, buf, off, len);
    if (classic_volume && off > f->size) {
        EXPECT_EQ(done, -EINVAL);
    } else {
        if (done == -ENOSPC)
            done = 0;
        EXPECT(done >= 0 && done <= (int64)len);
        if (done < (int64)len)
            EXPECT(free_blocks() < 16);
        memcpy(f->data + off, buf, (size_t)done);
        if (done > 0 && off + (size_t)done > f->size)
            f->size = off + (size_t)done;
    }
    inode_put(ino);
}

void step_truncate(void)
{
    int n;
    struct inode *ino = random_file(&n);
    if (ino == NULL)
        return;
    struct node *f = &nodes[n];
    size_t size = random_offset(f->size);
    int err = inode_truncate(ino, size);
    EXPECT_EQ(err, classic_volume && size > f->size ? -EINVAL : 0);
    if (!err) {
        if (size < f->size)
            memset(f->data + size, 0, f->size - size);
        f->size = size;
    }
    inode_put(ino);
}

void step_read(void)
{
    static unsigned char buf[FILE_MAX];
    int n;
    struct inode *ino = random_file(&n);
    if (ino == NULL)
        return;
    const struct node *f = &nodes[n];
    size_t off = random_offset(f->size), len = pick(20000);
    size_t wanted = off >= f->size ? 0 : f->size - off < len ? f->size - off : len;
    EXPECT_EQ(inode_read(ino, buf, off, len), wanted);
    EXPECT(memcmp(buf, f->data + off, wanted) == 0);
    inode_put(ino);
}

void model_step_clone(void)
{
    int from, to;
    struct inode *src = random_file(&from), *dst = NULL;
    if (src != NULL)
        dst = random_file(&to);
    if (dst != NULL && !nodes[from].link && !nodes[to].link) {
        int err = inode_clone(dst, src);
        if (!disk_full(err)) {
            EXPECT_EQ(err, 0);
            if (from != to)
                memcpy(nodes[to].data, nodes[from].data, FILE_MAX);
            nodes[to].size = nodes[from].size;
        }
    }
    if (src != NULL)
        inode_put(src);
    if (dst != NULL)
        inode_put(dst);
}
