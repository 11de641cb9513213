// Reading, writing and cutting files (fs/fs.h: inodes).

#include "cache/cache.h"
#include "errno.h"
#include "fs/classic.h"
#include "fs/inode.h"
#include "fs/tx.h"
#include "lib/string.h"

static bool is_regular(const struct inode *ino)
{
    uint32 type = ino->mode & S_IFMT;
    return type == S_IFREG || type == S_IFLNK;
}

// Bytes from `off` to the end of its page, at most n.
static size_t piece_length(uint64 off, size_t n)
{
    size_t rest = FS_BLOCK - off % FS_BLOCK;
    return n < rest ? n : rest;
}

// => of the n bytes at `off`, how many the file has in one page, and that page; 0 at the end
static int64 read_piece(struct inode *ino, uint64 off, size_t n, struct frame **page)
{
    if (off >= ino->size || n == 0)
        return 0;
    int err = object_page(&ino->data.obj, off / FS_BLOCK, page);
    if (err)
        return err;
    return (int64)piece_length(off, n < ino->size - off ? n : ino->size - off);
}

static int64 read_file(struct inode *ino, char *dst, uint64 off, size_t n)
{
    size_t done = 0;
    struct frame *f;
    for (int64 len; (len = read_piece(ino, off + done, n - done, &f)) != 0; done += (size_t)len) {
        if (len < 0)
            return done > 0 ? (int64)done : len;
        memcpy(dst + done, (char *)frame_page(f) + (off + done) % FS_BLOCK, (size_t)len);
        frame_put(f);
    }
    return (int64)done;
}

int64 inode_read(struct inode *ino, void *dst, uint64 off, size_t n)
{
    int64 done = -EINVAL;
    mutex_lock(&ino->lock);
    if (inode_is_dir(ino))
        done = directory_read(ino, dst, off, n);
    else if (is_regular(ino))
        done = read_file(ino, dst, off, n);
    mutex_unlock(&ino->lock);
    return done;
}

// The records of a directory, on a page of their own.
static int64 read_records(struct inode *dir, uint64 off, size_t n, struct frame **page)
{
    char *records = kalloc(FRAME_OTHER);
    if (records == NULL)
        return -ENOMEM;
    int64 got = directory_read(dir, records + off % FS_BLOCK, off, piece_length(off, n));
    if (got > 0)
        *page = frame_of_page(records);
    else
        kfree(records);
    return got;
}

int64 inode_read_page(struct inode *ino, uint64 off, size_t n, struct frame **page)
{
    int64 got = -EINVAL;
    mutex_lock(&ino->lock);
    if (inode_is_dir(ino))
        got = read_records(ino, off, n, page);
    else if (is_regular(ino))
        got = read_piece(ino, off, n, page);
    mutex_unlock(&ino->lock);
    return got;
}

// Makes sure that there is room to own page `index` and the inode.
static int room_for_page(struct inode *ino, uint64 index)
{
    int err;
    do {
        uint64 takes = 0, keeps = 0;
        err = tree_cost(&ino->data, index, &takes, &keeps);
        if (!err)
            err = inode_cost(ino, &takes);
        if (!err)
            err = tx_room(inode_volume(ino), takes, keeps);
    } while (err == -EAGAIN);
    return err;
}

// In a transaction: makes the inode, and page `index`, which f is, ours.
static int own_for_write(struct inode *ino, uint64 index, struct frame *f)
{
    if (ino->dirty && (f->flags & CACHE_DIRTY)) // they are (T2)
        return 0;
    int err = inode_own(ino);
    return err ? err : tree_own(&ino->data, index, &f); // claimed: it stays this frame
}

// Bytes of a file to be written within one page.
struct piece {
    const char *src;
    uint64 off; // in the file
    size_t n;
    uint64 now_ns; // the time of the change
};

static void store(struct inode *ino, struct frame *f, const struct piece *p)
{
    memcpy((char *)frame_page(f) + p->off % FS_BLOCK, p->src, p->n);
    if (p->off + p->n > ino->size)
        ino->size = p->off + p->n;
    ino->mtime_ns = ino->ctime_ns = p->now_ns;
}

// In a transaction.  f: the page with a reference, which ends here, or NULL if its content does not
// matter.
static int write_owned(struct inode *ino, struct frame *f, const struct piece *p)
{
    bool fresh;
    uint64 index = p->off / FS_BLOCK;
    int err = 0;
    if (!ino->dirty || !cache_is_dirty(&ino->data.obj, index))
        err = room_for_page(ino, index);
    if (err) {
        if (f != NULL)
            frame_put(f);
        return err;
    }
    err = cache_claim(&ino->data.obj, index, &f, &fresh);
    if (err)
        return err;
    err = own_for_write(ino, index, f);
    if (!err)
        store(ino, f, p);
    cache_release(f, err && fresh);
    return err;
}

static int write_piece(struct inode *ino, const struct piece *p)
{
    struct frame *f = NULL;
    uint64 page_start = p->off - p->off % FS_BLOCK;
    // What the page holds matters unless all of it is overwritten or it lies behind the end.
    if (p->n < FS_BLOCK && page_start < ino->size) {
        int err = object_page(&ino->data.obj, p->off / FS_BLOCK, &f);
        if (err)
            return err;
    }
    int err = tx_begin(inode_volume(ino));
    if (err) {
        if (f != NULL)
            frame_put(f);
        return err;
    }
    err = write_owned(ino, f, p);
    tx_end(inode_volume(ino));
    return err;
}

int inode_own_page(struct inode *ino, uint64 index)
{
    struct piece nothing = { "", index * FS_BLOCK, 0, inode_now_ns() };
    return write_piece(ino, &nothing);
}

// The file is to grow to more than it has, to `size` at least.  What is behind its end, in its last
// page, becomes part of it as zeros; it is that already, unless somebody has stored there through a
// map.
static int grow_by_zeros(struct inode *ino, uint64 size)
{
    static const char zeros[FS_BLOCK];
    if (!inode_was_stored_to(ino) || ino->size % FS_BLOCK == 0)
        return 0;
    struct piece p = { zeros, ino->size, piece_length(ino->size, size - ino->size),
                       inode_now_ns() };
    return write_piece(ino, &p);
}

static int64 write_locked(struct inode *ino, const char *src, uint64 off, size_t n)
{
    size_t done = 0;
    if (inode_is_dir(ino))
        return -EISDIR;
    if (!is_regular(ino) || write_may_begin(inode_volume(ino), off, ino->size) != 0)
        return -EINVAL;
    if (off >= FS_SIZE_MAX && n > 0)
        return -EFBIG;
    if (n > FS_SIZE_MAX - off)
        n = FS_SIZE_MAX - off;
    uint64 now = inode_now_ns();
    int grown = off > ino->size ? grow_by_zeros(ino, off) : 0;
    if (grown)
        return grown;
    while (done < n) {
        struct piece p = { src + done, off + done, piece_length(off + done, n - done), now };
        int err = write_piece(ino, &p);
        if (err)
            return done > 0 ? (int64)done : err;
        done += p.n;
    }
    return (int64)done;
}

int64 inode_write(struct inode *ino, const void *src, uint64 off, size_t n)
{
    mutex_lock(&ino->lock);
    int64 done = write_locked(ino, src, off, n);
    mutex_unlock(&ino->lock);
    return done;
}

int64 inode_append(struct inode *ino, const void *src, size_t n, uint64 *off_out)
{
    mutex_lock(&ino->lock);
    *off_out = ino->size;
    int64 done = write_locked(ino, src, ino->size, n);
    mutex_unlock(&ino->lock);
    return done;
}

static int set_size(struct inode *ino, uint64 size)
{
    struct volume *vol = inode_volume(ino);
    int err = tx_begin_names(vol, 0);
    if (err)
        return err;
    err = inode_own(ino);
    if (!err) {
        ino->size = size;
        inode_touch(ino, true);
    }
    tx_end(vol);
    return err;
}

// => 1 if nothing is stored for page `index`, 0 if something is; negative errno
static int page_is_hole(struct inode *ino, uint64 index)
{
    struct blkptr p;
    mutex_lock(&inode_volume(ino)->lock);
    int err = tree_lookup(&ino->data, index, &p);
    mutex_unlock(&inode_volume(ino)->lock);
    return err ? err : p.block == 0;
}

// Brings in the page in the middle of which the new end lies.  => 0, and *f with a reference, or
// NULL if there is none or nothing is stored for it
static int page_of_end(struct inode *ino, uint64 size, struct frame **f)
{
    *f = NULL;
    int hole = size % FS_BLOCK != 0 ? page_is_hole(ino, size / FS_BLOCK) : 1;
    if (hole != 0)
        return hole < 0 ? hole : 0;
    return object_page(&ino->data.obj, size / FS_BLOCK, f);
}

// In a transaction.  f: the page of the new end, claimed, or NULL.  Bytes behind the end of the
// last page are zeros, always: whoever writes behind the end later makes them part of the file.
static int cut_claimed(struct inode *ino, uint64 size, struct frame *f)
{
    int err = f != NULL ? own_for_write(ino, size / FS_BLOCK, f) : inode_own(ino);
    if (!err)
        err = tree_cut(&ino->data, (size + FS_BLOCK - 1) / FS_BLOCK);
    if (err)
        return err;
    if (f != NULL)
        memset((char *)frame_page(f) + size % FS_BLOCK, 0, FS_BLOCK - size % FS_BLOCK);
    ino->size = size;
    inode_touch(ino, true);
    return 0;
}

// In a transaction.  f: as above, not claimed yet; the reference to it ends here.
static int cut(struct inode *ino, uint64 size, struct frame *f)
{
    bool fresh;
    int err = f != NULL ? cache_claim(&ino->data.obj, size / FS_BLOCK, &f, &fresh) : 0;
    if (err)
        return err;
    err = cut_claimed(ino, size, f);
    if (f != NULL)
        cache_release(f, false);
    return err;
}

static int shorten(struct inode *ino, uint64 size)
{
    struct frame *f;
    int err = page_of_end(ino, size, &f);
    if (err)
        return err;
    err = tx_begin_names(inode_volume(ino), 0);
    if (err) {
        if (f != NULL)
            frame_put(f);
        return err;
    }
    err = cut(ino, size, f);
    tx_end(inode_volume(ino));
    inode_forget_maps(ino, ino->size);
    return err;
}

static int resize(struct inode *ino, uint64 size)
{
    if (size < ino->size)
        return shorten(ino, size);
    if (size > ino->size && write_may_begin(inode_volume(ino), size, ino->size) != 0)
        return -EINVAL;
    int err = size > ino->size ? grow_by_zeros(ino, size) : 0;
    return err ? err : set_size(ino, size);
}

int inode_truncate(struct inode *ino, uint64 size)
{
    if (inode_is_dir(ino))
        return -EISDIR;
    if (!is_regular(ino))
        return -EINVAL;
    if (size > FS_SIZE_MAX)
        return -EFBIG;
    inode_write_begin(ino);
    mutex_lock(&ino->lock);
    int err = resize(ino, size);
    mutex_unlock(&ino->lock);
    inode_write_end(ino);
    return err;
}
