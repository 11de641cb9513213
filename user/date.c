// date [+FORMAT]: the date and time, in UTC.
#include "kernel/types.h"
#include "kernel/syscall.h"
#include "user/lib/calendar.h"
#include "user/lib/lines.h"
#include "user/user.h"

const char usage_text[] = "usage: date [+FORMAT]   the date and time, in UTC\n"
                          "  %Y %m %d year, month, day    %H %M %S hour, minute, second\n"
                          "  %a %b names of day and month %s seconds since 1970   %F %T %%\n";

static const char days[] = "SunMonTueWedThuFriSat";
static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

static void put_name(const char *names, int i)
{
    for (int k = 0; k < 3; k++)
        printf("%c", names[3 * i + k]);
}

static void put_directive(char c, const struct calendar *d, int64 seconds)
{
    switch (c) {
    case 'Y': printf("%d", d->year); break;
    case 'm': printf("%02d", d->month); break;
    case 'd': printf("%02d", d->day); break;
    case 'e': printf("%2d", d->day); break;
    case 'H': printf("%02d", d->hour); break;
    case 'M': printf("%02d", d->minute); break;
    case 'S': printf("%02d", d->second); break;
    case 'a': put_name(days, d->weekday); break;
    case 'b': put_name(months, d->month - 1); break;
    case 's': printf("%ld", seconds); break;
    case 'F': printf("%d-%02d-%02d", d->year, d->month, d->day); break;
    case 'T': printf("%02d:%02d:%02d", d->hour, d->minute, d->second); break;
    default: printf("%c", c);
    }
}

int main(int argc, char **argv)
{
    struct timespec now;
    struct calendar d;
    const char *f = argc > 1 ? argv[1] : "+%a %b %e %T UTC %Y";
    if (argc > 2 || *f != '+')
        misused();
    if (syscall_errno(syscall(SYS_clock_gettime, CLOCK_REALTIME, &now)) < 0)
        return complain_of("date", "clock");
    calendar_of(now.tv_sec, &d);
    for (f++; *f; f++)
        if (f[0] == '%' && f[1])
            put_directive(*++f, &d, now.tv_sec);
        else
            printf("%c", *f);
    printf("\n");
    return 0;
}
