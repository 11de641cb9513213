// Character devices by major number.  The table is filled at boot and only read afterwards.

#include "dev/chardev.h"
#include "lib/panic.h"
#include "lib/string.h"

static const struct chardev *devices[NDEV];

void chardev_register(int major, const struct chardev *dev)
{
    assert(major >= 0 && major < NDEV && !devices[major]);
    devices[major] = dev;
}

const struct chardev *chardev_find(int major)
{
    return major >= 0 && major < NDEV ? devices[major] : NULL;
}

int64 chardev_answer(struct chardev_request *r, const void *answer, size_t size)
{
    assert(size <= CHARDEV_REQUEST_MAX);
    memcpy(r->data, answer, size);
    r->answers = size;
    return 0;
}
