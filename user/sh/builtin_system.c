// Builtins that ask or change what the system keeps for the shell's process.
#include "kernel/syscall.h"
#include "user/sh/builtins.h"
#include "user/sh/output.h"
#include "user/sh/shell.h"
#include "user/sh/text.h"
#include "user/sh/vars.h"
#include "user/user.h"

#define PATH_ROOM 4096

static char path[PATH_ROOM];

int do_cd(struct args *args)
{
    const char *home = var_get("HOME"), *where = args->n > 1 ? args->v[1] : home ? home : "/";
    bool back = strcmp(where, "-") == 0;
    if (args->n > 2)
        return builtin_misused(args);
    if (back)
        where = var_get("OLDPWD") ? var_get("OLDPWD") : ".";
    bool known = getcwd(path, PATH_ROOM);
    if (chdir(where) < 0) {
        complain("cd: %s: %s", where, strerror(errno));
        return FAILED;
    }
    if (known)
        var_set("OLDPWD", path);
    if (getcwd(path, PATH_ROOM)) {
        var_set("PWD", path);
        if (back)
            out_format("%s\n", path);
    }
    return 0;
}

int do_pwd(struct args *args)
{
    if (!getcwd(path, PATH_ROOM)) {
        complain("pwd: %s", strerror(errno));
        return FAILED;
    }
    out_format("%s\n", path);
    return 0;
}

int do_umask(struct args *args)
{
    uint mask = 0;
    const char *p = args->n > 1 ? args->v[1] : 0;
    if (!p) {
        mask = umask(0);
        umask(mask);
        for (int shift = 9; shift >= 0; shift -= 3)
            out_char((char)('0' + (mask >> shift & 7)));
        out_char('\n');
        return 0;
    }
    for (; *p >= '0' && *p <= '7' && mask <= 0777; p++)
        mask = 8 * mask + (uint)(*p - '0');
    if (*p || args->n > 2)
        return builtin_misused(args);
    umask(mask);
    return 0;
}

static void put_time(int64 hundredths, char behind)
{
    int fraction = (int)(hundredths % 100);
    out_format("%dm%d.%d%d0000s%c", (int)(hundredths / 6000), (int)(hundredths / 100 % 60),
               fraction / 10, fraction % 10, behind);
}

int do_times(struct args *args)
{
    struct tms t = { 0 };
    syscall(SYS_times, &t);
    put_time(t.tms_utime, ' ');
    put_time(t.tms_stime, '\n');
    put_time(t.tms_cutime, ' ');
    put_time(t.tms_cstime, '\n');
    return 0;
}
