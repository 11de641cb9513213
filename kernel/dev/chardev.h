// Character devices by major number, as mknod() names them.
#pragma once

#include "types.h"
#include "file.h"
#include "param.h"

#define DEV_CONSOLE CONSOLE
#define DEV_MEM     2 // minor 0: null, 1: zero, 2: full, 3: random
#define DEV_DISK    3 // minor: which disk.  It has a name for swapon(), and cannot be opened
#define DEV_TTY     5 // minor 0: the controlling terminal of the caller

// Reads and writes go by kernel buffers of at most CHARDEV_MAX bytes; the file layer copies to
// and from the user, and calls again for more.  => bytes done, or a negative errno (-EAGAIN: it
// would have to wait, and `wait` is false).
#define CHARDEV_MAX 512

// An ioctl(): its argument is a number, or an address of the user's.
#define CHARDEV_REQUEST_MAX 64
struct chardev_request {
    uint32 code;
    uint64 value;
    size_t answers;                 // bytes of data[] that are to go to the user at `value`
    char data[CHARDEV_REQUEST_MAX]; // what the user has there, of what the request takes
};

struct waitq;

struct chardev {
    const char *name;
    bool by_record; // one read of the user's is one call: what that gives is a unit, as a line is
    bool placeless; // an offset is taken, and says nothing
    int64 (*read)(int minor, void *buf, size_t n, bool wait);
    int64 (*write)(int minor, const void *buf, size_t n, bool wait);
    // NULL: ENOTTY.  takes: how many bytes at the user's address the request is about
    size_t (*ioctl_takes)(uint32 code);
    int64 (*ioctl)(int minor,
                   struct chardev_request *r); // => 0 or more; -ENOTTY: not of this device
    // As `poll` of struct file_ops.  NULL: always ready
    uint32 (*poll)(int minor, struct waitq *queues[2]);
    // => is a map of it memory of zeros?  NULL: it cannot be mapped
    bool (*maps_zeros)(int minor);
};

// Says what goes to the user.  => 0
int64 chardev_answer(struct chardev_request *r, const void *answer, size_t size);

void chardev_register(int major, const struct chardev *dev);
const struct chardev *chardev_find(int major); // NULL if there is none
