// Open character devices.
//
// Data goes through a buffer of CHARDEV_MAX bytes on the kernel stack, so that what the device gets
// in one call is in one piece, whatever pages of the user's it comes from.  Devices have no offset;
// a wait inside the device is under no lock of the file's.

#include "abi.h"
#include "dev/chardev.h"
#include "errno.h"
#include "fs/fs.h"
#include "proc/inode_file_priv.h"
#include "task/thread.h"
#include "vm/usercopy.h"

static const struct chardev *device_of(struct inode *ino)
{
    return chardev_find(MAJOR(inode_rdev(ino)));
}

bool device_exists(struct inode *ino)
{
    return device_of(ino) != NULL;
}

// => of n > 0 bytes at buf, how many can be written, made present; a negative errno if there are
// none
static int64 writable(struct aspace *as, uint64 buf, size_t n)
{
    struct user_span span;
    for (size_t done = 0; done < n; done += span.len) {
        int err = user_hold(as, buf + done, n - done, true, &span);
        if (err)
            return done ? (int64)done : err;
        user_release(&span);
    }
    return (int64)n;
}

// One call of the device.  What the device gives up must find a place, so that is looked for first.
// => bytes done, or a negative errno
static int64 read_piece(struct file *f, struct aspace *as, uint64 buf, size_t n)
{
    char piece[CHARDEV_MAX];
    int64 got = writable(as, buf, n);
    if (got > 0)
        got = device_of(f->obj)->read(MINOR(inode_rdev(f->obj)), piece, (size_t)got);
    if (got <= 0)
        return got;
    int err = copyout(as, buf, piece, (size_t)got);
    return err ? err : got;
}

static int64 write_piece(struct file *f, struct aspace *as, uint64 buf, size_t n)
{
    char piece[CHARDEV_MAX];
    int err = copyin(as, piece, buf, n);
    if (err)
        return err;
    return device_of(f->obj)->write(MINOR(inode_rdev(f->obj)), piece, n);
}

typedef int64 piece_fn(struct file *f, struct aspace *as, uint64 buf, size_t n);

// => bytes moved, or a negative errno if there are none
static int64 move(struct file *f, struct aspace *as, uint64 buf, size_t n, piece_fn *fn, bool once)
{
    size_t done = 0;
    while (done < n) {
        size_t want = n - done < CHARDEV_MAX ? n - done : CHARDEV_MAX;
        int64 got = fn(f, as, buf + done, want);
        if (got < 0)
            return done ? (int64)done : got;
        done += (size_t)got;
        if (once || (size_t)got < want || thread_interrupted())
            break;
        thread_breathe();
    }
    return (int64)done;
}

static int64 device_read(struct file *f, struct aspace *as, uint64 buf, size_t n, uint64 *pos)
{
    return pos ? -ESPIPE : move(f, as, buf, n, read_piece, device_of(f->obj)->by_record);
}

static int64 device_write(struct file *f, struct aspace *as, uint64 buf, size_t n, uint64 *pos)
{
    return pos ? -ESPIPE : move(f, as, buf, n, write_piece, false);
}

static int64 device_ioctl(struct file *f, struct aspace *as, uint32 request, uint64 arg)
{
    char answer[CHARDEV_MAX];
    size_t size = 0;
    const struct chardev *dev = device_of(f->obj);
    if (!dev->ioctl)
        return -ENOTTY;
    int64 result = dev->ioctl(MINOR(inode_rdev(f->obj)), request, answer, &size);
    if (result < 0 || size == 0)
        return result;
    int err = copyout(as, arg, answer, size);
    return err ? err : result;
}

const struct file_ops device_file_ops = {
    .read = device_read,
    .write = device_write,
    .ioctl = device_ioctl,
    .stat = inode_file_stat,
    .release = inode_file_release,
};
