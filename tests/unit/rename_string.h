// On the host the C library has the standard functions too; so that ours can be tested beside
// them, ours get other names.
#pragma once

#define memset  kine_memset
#define memcpy  kine_memcpy
#define memmove kine_memmove
#define memcmp  kine_memcmp
#define memchr  kine_memchr
#define strlen  kine_strlen
#define strnlen kine_strnlen
#define strcmp  kine_strcmp
#define strncmp kine_strncmp
#define strchr  kine_strchr
