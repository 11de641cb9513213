// pwd: the path of the current directory.
#include "kernel/types.h"
#include "user/kine.h"
#include "user/user.h"

const char usage_text[] = "usage: pwd   the current directory\n";

int main(void)
{
    static char path[4096];
    if (getcwd(path, sizeof path) == NULL) {
        fprintf(2, "pwd: %s\n", strerror(errno));
        return 1;
    }
    printf("%s\n", path);
    return 0;
}
