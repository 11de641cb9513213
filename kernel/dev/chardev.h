// Character devices by major number, as mknod() names them.
#pragma once

#include "types.h"
#include "file.h"
#include "param.h"

#define DEV_CONSOLE CONSOLE
#define DEV_MEM     2 // minor 0: null, 1: zero

// Reads and writes go by kernel buffers of at most CHARDEV_MAX bytes; the file layer copies to
// and from the user, and calls again for more.  => bytes done, or a negative errno.
// ioctl puts its answer into `arg`, a buffer of CHARDEV_MAX bytes, and says in *arg_size how much
// of it is to go to the user.  => 0 or more; -ENOTTY (not a request of this device's).
#define CHARDEV_MAX 512
struct chardev {
    const char *name;
    bool by_record; // one read of the user's is one call: what that gives is a unit, as a line is
    int64 (*read)(int minor, void *buf, size_t n);
    int64 (*write)(int minor, const void *buf, size_t n);
    int64 (*ioctl)(int minor, uint32 request, void *arg, size_t *arg_size); // NULL: ENOTTY
    // => is a map of it memory of zeros?  NULL: it cannot be mapped
    bool (*maps_zeros)(int minor);
};

void chardev_register(int major, const struct chardev *dev);
const struct chardev *chardev_find(int major); // NULL if there is none
