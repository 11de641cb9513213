// The long form of ls (user/ls/long.h).
#include "kernel/types.h"
#include "user/kine.h"
#include "user/ls/long.h"
#include "user/user.h"

#define DAY 86400

static char target[4096];

static char type_letter(uint mode)
{
    switch (mode & S_IFMT) {
    case S_IFDIR: return 'd';
    case S_IFCHR: return 'c';
    case S_IFLNK: return 'l';
    default: return '-';
    }
}

static void mode_text(uint mode, char text[11])
{
    text[0] = type_letter(mode);
    for (int i = 0; i < 9; i++)
        text[1 + i] = mode >> (8 - i) & 1 ? "rwxrwxrwx"[i] : '-';
    text[10] = '\0';
}

static bool leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in(int month, int year)
{
    static const char days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    return days[month] + (month == 1 && leap(year));
}

static void show_time(int64 seconds)
{
    int64 day = seconds / DAY, rest = seconds % DAY;
    int year = 1970, month = 0;
    for (; day >= 365 + leap(year); year++)
        day -= 365 + leap(year);
    for (; day >= days_in(month, year); month++)
        day -= days_in(month, year);
    printf("%04d-%02d-%02d %02d:%02d ", year, month + 1, (int)day + 1, (int)(rest / 3600),
           (int)(rest / 60 % 60));
}

void show_long(const char *name, const char *path, const struct linux_stat *st)
{
    char mode[11];
    mode_text(st->st_mode, mode);
    printf("%s %3u %9ld ", mode, st->st_nlink, st->st_size);
    show_time(st->st_mtim.tv_sec);
    printf("%s", name);
    if ((st->st_mode & S_IFMT) == S_IFLNK) {
        int n = readlink(path, target, sizeof target - 1);
        target[n < 0 ? 0 : n] = '\0';
        printf(" -> %s", target);
    }
    printf("\n");
}
