// What programs know of devices: the numbers that mknod() takes.
#pragma once

#include "types.h"

#define CONSOLE 1 // major number of the console

#define major(dev)  ((dev) >> 16 & 0xffff)
#define minor(dev)  ((dev)&0xffff)
#define mkdev(m, n) ((uint)((m) << 16 | (n)))
