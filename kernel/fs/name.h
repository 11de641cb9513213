// Names: one component of a path, as bytes with their length and hash.
#pragma once

#include "types.h"

struct volume;

struct name {
    const char *s; // not NUL-terminated
    uint32 len;
    uint32 hash;
};

// FNV-1a, 32 bits.
static inline uint32 name_hash(const char *s, size_t len)
{
    uint32 h = 2166136261u;
    for (size_t i = 0; i < len; i++)
        h = (h ^ (uchar)s[i]) * 16777619u;
    return h;
}

static inline struct name name_of(const char *s, size_t len)
{
    return (struct name){ .s = s, .len = (uint32)len, .hash = name_hash(s, len) };
}

static inline bool name_is_dot(const struct name *n)
{
    return n->len == 1 && n->s[0] == '.';
}

static inline bool name_is_dotdot(const struct name *n)
{
    return n->len == 2 && n->s[0] == '.' && n->s[1] == '.';
}
