// The long form of ls (user/ls/long.h).
#include "kernel/types.h"
#include "user/kine.h"
#include "user/lib/calendar.h"
#include "user/ls/long.h"
#include "user/user.h"

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

static void show_time(int64 seconds)
{
    struct calendar c;
    calendar_of(seconds, &c);
    printf("%04d-%02d-%02d %02d:%02d ", c.year, c.month, c.day, c.hour, c.minute);
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
