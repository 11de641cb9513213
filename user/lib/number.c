#include "user/kine.h"

#define MOST 0x7fffffff

int parse_number(const char *text)
{
    int64 n = 0;
    if (*text == '\0')
        return -1;
    for (; *text >= '0' && *text <= '9' && n <= MOST; text++)
        n = 10 * n + (*text - '0');
    return *text == '\0' && n <= MOST ? (int)n : -1;
}
