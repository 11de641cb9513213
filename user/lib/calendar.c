#include "user/lib/calendar.h"

#define DAY      86400
#define THURSDAY 4 // was the first day of 1970

static bool leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in(int month, int year)
{
    static const char days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    return days[month] + (month == 1 && leap(year));
}

void calendar_of(int64 seconds, struct calendar *c)
{
    int64 day = seconds / DAY;
    int rest = (int)(seconds % DAY), year = 1970, month = 0;
    c->weekday = (int)((day + THURSDAY) % 7);
    for (; day >= 365 + leap(year); year++)
        day -= 365 + leap(year);
    for (; day >= days_in(month, year); month++)
        day -= days_in(month, year);
    c->year = year;
    c->month = month + 1;
    c->day = (int)day + 1;
    c->hour = rest / 3600;
    c->minute = rest / 60 % 60;
    c->second = rest % 60;
}
