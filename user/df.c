// df [PATH...]: the space of the volumes that hold the paths, in units of 1,024 bytes.  Used is
// what files cannot take any more, what the file system keeps back for its own work included.
#include "kernel/types.h"
#include "user/kine.h"
#include "user/user.h"

const char usage_text[] =
    "usage: df [PATH...]   the space of the volumes that hold the paths, in KiB\n";

static int show(const char *path)
{
    struct statfs st;
    if (statfs(path, &st) < 0) {
        fprintf(2, "df: %s: %s\n", path, strerror(errno));
        return 1;
    }
    uint64 unit = (uint64)st.f_bsize / 1024, used = st.f_blocks - st.f_bfree;
    uint64 usable = used + st.f_bavail;
    uint64 percent = usable ? (used * 100 + usable - 1) / usable : 0;
    printf("%-10s %11lu %10lu %9lu %7lu%% /\n", "root", st.f_blocks * unit, used * unit,
           st.f_bavail * unit, percent);
    return 0;
}

int main(int argc, char **argv)
{
    int status = 0;
    printf("Filesystem 1024-blocks       Used Available Capacity Mounted on\n");
    if (argc < 2)
        return show("/");
    for (int i = 1; i < argc; i++)
        status |= show(argv[i]);
    return status;
}
