// null takes everything and gives nothing; zero takes everything and gives zeros; full gives zeros
// and takes nothing; random gives random bytes, and takes everything, which stirs nothing.

#include "dev/memdev.h"
#include "dev/chardev.h"
#include "dev/random.h"
#include "errno.h"
#include "lib/string.h"

#define MINOR_NULL   0
#define MINOR_ZERO   1
#define MINOR_FULL   2
#define MINOR_RANDOM 3

static int64 memdev_read(int minor, void *buf, size_t n, bool wait)
{
    switch (minor) {
    case MINOR_NULL: return 0;
    case MINOR_FULL:
    case MINOR_ZERO: memset(buf, 0, n); return (int64)n;
    case MINOR_RANDOM: random_bytes(buf, n); return (int64)n;
    default: return -ENXIO;
    }
}

static int64 memdev_write(int minor, const void *buf, size_t n, bool wait)
{
    if (minor == MINOR_FULL)
        return -ENOSPC;
    return minor >= MINOR_NULL && minor <= MINOR_RANDOM ? (int64)n : -ENXIO;
}

static bool memdev_maps_zeros(int minor)
{
    return minor == MINOR_ZERO;
}

static const struct chardev memory_device = {
    .name = "mem",
    .placeless = true,
    .read = memdev_read,
    .write = memdev_write,
    .maps_zeros = memdev_maps_zeros,
};

void memdev_init(void)
{
    chardev_register(DEV_MEM, &memory_device);
}
