// Names: one component of a path, as bytes with their length and the hash that indexes know them by.
#pragma once

#include "types.h"
#include "lib/mix.h"

struct volume;

struct name {
    const char *s; // not NUL-terminated
    uint32 len;
    uint32 key;
};

extern uint64 name_secret[2]; // dir_index_seed(); constant after boot

static inline uint32 name_key(const char *s, size_t len)
{
    return (uint32)mix_bytes(name_secret, s, len);
}

// What a record on the disk says of its name: FNV-1a, 32 bits.
static inline uint32 name_hash(const char *s, size_t len)
{
    uint32 h = 2166136261u;
    for (size_t i = 0; i < len; i++)
        h = (h ^ (uchar)s[i]) * 16777619u;
    return h;
}

static inline struct name name_of(const char *s, size_t len)
{
    return (struct name){ .s = s, .len = (uint32)len, .key = name_key(s, len) };
}

static inline bool name_is_dot(const struct name *n)
{
    return n->len == 1 && n->s[0] == '.';
}

static inline bool name_is_dotdot(const struct name *n)
{
    return n->len == 2 && n->s[0] == '.' && n->s[1] == '.';
}
