// Dates.
#pragma once

#include "user/kine.h"

struct calendar {
    int year, month, day; // month and day from 1
    int hour, minute, second;
    int weekday; // 0: Sunday
};
// Of a time in seconds since 1970, in UTC.
void calendar_of(int64 seconds, struct calendar *c) KINE(calendar_of);
