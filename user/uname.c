// uname: which system this is.
#include "kernel/types.h"
#include "kernel/syscall.h"
#include "user/kine.h"
#include "user/user.h"

const char usage_text[] = "usage: uname   which system this is\n";

int main(void)
{
    static struct utsname u;
    if (syscall_errno(syscall(SYS_uname, &u)) < 0) {
        fprintf(2, "uname: %s\n", strerror(errno));
        return 1;
    }
    printf("%s %s %s %s\n", u.sysname, u.release, u.version, u.machine);
    return 0;
}
