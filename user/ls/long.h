// The long form of ls.
#pragma once

struct linux_stat;

// One line: mode, links, size, time of the last change (UTC), name, and where a link leads.  `path`
// is how to get at the file.
void show_long(const char *name, const char *path, const struct linux_stat *st);
