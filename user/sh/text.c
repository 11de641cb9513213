#include "user/sh/text.h"
#include "user/user.h"

const char *number_text(int64 value, char room[NUMBER_ROOM])
{
    char *end = room + NUMBER_ROOM - 1;
    uint64 n = value < 0 ? -(uint64)value : (uint64)value;
    *end = '\0';
    do
        *--end = (char)('0' + n % 10);
    while ((n /= 10) != 0);
    if (value < 0)
        *--end = '-';
    return end;
}

bool number_of(const char *text, int64 *value)
{
    bool negative = *text == '-';
    uint64 n = 0;
    text += negative || *text == '+';
    const char *digits = text;
    for (; *text >= '0' && *text <= '9'; text++)
        n = 10 * n + (uint64)(*text - '0');
    *value = (int64)(negative ? -n : n);
    return text > digits && *text == '\0';
}
