// Character devices by major number.  The table is filled at boot and only read afterwards.

#include "dev/chardev.h"
#include "lib/panic.h"

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
