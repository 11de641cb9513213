// The shell on the host (tests/shell/host.c): names that the host's C library has too, with another
// meaning.
#pragma once

#define fork    guest_fork
#define exit    guest_exit
#define pipe    guest_pipe
#define read    guest_read
#define write   guest_write
#define close   guest_close
#define open    guest_open
#define dup     guest_dup
#define chdir   guest_chdir
#define getpid  guest_getpid
#define malloc  guest_malloc
#define free    guest_free
#define strcpy  guest_strcpy
#define strchr  guest_strchr
#define strcmp  guest_strcmp
#define strlen  guest_strlen
#define memset  guest_memset
#define memcmp  guest_memcmp
#define memcpy  guest_memcpy
#define memmove guest_memmove
#define fprintf guest_fprintf
