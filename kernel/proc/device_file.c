// Open character devices.
//
// Data goes through a buffer of CHARDEV_MAX bytes on the kernel stack, so that what the device gets
// in one call is in one piece, whatever pages of the user's it comes from.  Devices have no offset;
// a wait inside the device is under no lock of the file's.

#include "abi.h"
#include "dev/chardev.h"
#include "errno.h"
#include "fcntl.h"
#include "fs/fs.h"
#include "proc/inode_file_priv.h"
#include "task/thread.h"
#include "vm/area.h"
#include "vm/usercopy.h"

static const struct chardev *device_of(struct inode *ino)
{
    return chardev_find(MAJOR(inode_rdev(ino)));
}

bool device_exists(struct inode *ino)
{
    return device_of(ino) != NULL;
}

static bool may_wait(const struct file *f)
{
    return !(f->flags & O_NONBLOCK);
}

// One call of the device.  What the device gives up must find a place, so that is looked for first.
// => bytes done, or a negative errno
static int64 read_piece(struct file *f, struct user_iter *to, size_t n)
{
    char piece[CHARDEV_MAX];
    int64 got = user_iter_writable(to, n);
    if (got > 0)
        got = device_of(f->obj)->read(MINOR(inode_rdev(f->obj)), piece, (size_t)got, may_wait(f));
    if (got <= 0)
        return got;
    int err = user_iter_out(to, piece, (size_t)got);
    return err ? err : got;
}

static int64 write_piece(struct file *f, struct user_iter *from, size_t n)
{
    char piece[CHARDEV_MAX];
    int err = user_iter_in(from, piece, n);
    if (err)
        return err;
    return device_of(f->obj)->write(MINOR(inode_rdev(f->obj)), piece, n, may_wait(f));
}

typedef int64 piece_fn(struct file *f, struct user_iter *it, size_t n);

// => bytes moved, or a negative errno if there are none
static int64 move(struct file *f, struct user_iter *it, piece_fn *fn, bool once)
{
    size_t done = 0;
    while (it->left > 0) {
        size_t want = it->left < CHARDEV_MAX ? it->left : CHARDEV_MAX;
        int64 got = fn(f, it, want);
        if (got < 0)
            return done ? (int64)done : got;
        done += (size_t)got;
        if (once || (size_t)got < want || thread_breathe_at_rest())
            break;
    }
    return (int64)done;
}

static bool device_placeless(struct file *f)
{
    return device_of(f->obj)->placeless;
}

static int64 device_read(struct file *f, struct user_iter *to, uint64 *pos)
{
    return pos && !device_placeless(f) ? -ESPIPE
                                       : move(f, to, read_piece, device_of(f->obj)->by_record);
}

static int64 device_write(struct file *f, struct user_iter *from, uint64 *pos)
{
    return pos && !device_placeless(f) ? -ESPIPE : move(f, from, write_piece, false);
}

static int64 device_ioctl(struct file *f, struct aspace *as, uint32 request, uint64 arg)
{
    struct chardev_request r = { .code = request, .value = arg };
    const struct chardev *dev = device_of(f->obj);
    if (!dev->ioctl)
        return -ENOTTY;
    size_t takes = dev->ioctl_takes ? dev->ioctl_takes(request) : 0;
    if (takes && copyin(as, r.data, arg, takes))
        return -EFAULT;
    int64 result = dev->ioctl(MINOR(inode_rdev(f->obj)), &r);
    if (result >= 0 && r.answers && copyout(as, arg, r.data, r.answers))
        return -EFAULT;
    return result;
}

static uint32 device_poll(struct file *f, struct poll_news *news)
{
    const struct chardev *dev = device_of(f->obj);
    return dev->poll ? dev->poll(MINOR(inode_rdev(f->obj)), news->queue) : POLLIN | POLLOUT;
}

static int device_map(struct file *f, struct area *what)
{
    const struct chardev *dev = device_of(f->obj);
    bool zeros = dev->maps_zeros && dev->maps_zeros(MINOR(inode_rdev(f->obj)));
    return zeros ? 0 : -ENODEV;
}

const struct file_ops device_file_ops = {
    .map = device_map,
    .read = device_read,
    .write = device_write,
    .ioctl = device_ioctl,
    .poll = device_poll,
    .stat = inode_file_stat,
    .placeless = device_placeless,
    .sync = inode_file_sync,
    .release = inode_file_release,
};
