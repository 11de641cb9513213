// Files of the host that go into an image.
#pragma once

#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

// => where the next bytes are that the host keeps, from `off` on, at the beginning of a page; -1:
//    nowhere
off_t source_next_data(int fd, off_t off);
// Reads as much as there is, up to `size`: a shorter piece would put the pages behind it askew.
size_t source_read(int fd, const char *path, char *buf, size_t size, off_t off);

// Files with several names.  => the path by which this file went into the image before, or NULL:
// never, and from now on it is `inside`
const char *source_other_name(const struct stat *st, const char *inside);

#ifdef __APPLE__
#define st_mtim st_mtimespec
#endif
