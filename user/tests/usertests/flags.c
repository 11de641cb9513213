// A flag is honoured or refused, never taken and ignored.

#include "user/tests/usertests/usertests.h"

// Every bit that means nothing here, or nothing without another.
void clone_flags(void)
{
    static const uint64 honoured = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_VFORK | CLONE_PARENT |
                                   CLONE_SYSVSEM | CLONE_SETTLS | CLONE_PARENT_SETTID |
                                   CLONE_CHILD_CLEARTID | CLONE_DETACHED | CLONE_CHILD_SETTID;
    for (int bit = 8; bit < 64; bit++)
        if (!(1UL << bit & honoured))
            must_refuse_clone(1UL << bit | SIGCHLD);
    must_refuse_clone(CLONE_VM | CLONE_THREAD | SIGCHLD);
    must_refuse_clone(CLONE_FS | CLONE_SIGHAND | SIGCHLD);
    EXPECT(sys(SYS_wait4, -1, 0, 0, 0), -ECHILD, "children that were made for nothing");
}

void open_flags(void)
{
    static const uint64 wanted = O_ACCMODE | O_CREAT | O_EXCL | O_TRUNC | O_APPEND | O_NONBLOCK |
                                 O_SYNC | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY |
                                 O_NOATIME | O_LARGEFILE;
    for (int bit = 0; bit < 32; bit++)
        if (!(1UL << bit & wanted))
            EXPECT(sys(SYS_openat, AT_FDCWD, "ut.flags", O_CREAT | O_RDWR | 1UL << bit, 0644),
                   -EINVAL, "open with 0x%lx", 1UL << bit);
    EXPECT(sys(SYS_openat, AT_FDCWD, "ut.flags", O_RDONLY), -ENOENT, "the file that was not made");
    int fd = must_open("ut.flags", O_CREAT | O_RDWR | O_NOCTTY | O_NOATIME | O_LARGEFILE);
    EXPECT(sys(SYS_fcntl, fd, F_SETFL, O_DIRECT), -EINVAL, "F_SETFL with O_DIRECT");
    EXPECT(sys(SYS_fcntl, fd, F_SETFL, O_ASYNC | O_APPEND), -EINVAL, "F_SETFL with O_ASYNC");
    EXPECT(sys(SYS_fcntl, fd, F_GETFL), O_RDWR, "flags afterwards");
    must_unlink("ut.flags");
}

// => what mmap makes of a flag that says nothing of what is mapped, or where
static long map_with(long type, uint64 flag)
{
    return sys(SYS_mmap, 0, PGSIZE, PROT_READ, type | MAP_ANONYMOUS | flag, -1, 0);
}

void mapping_flags(void)
{
    for (int bit = 8; bit < 32; bit++) {
        uint64 flag = 1UL << bit;
        if (flag & (MAP_HUGETLB | MAP_FIXED_NOREPLACE))
            continue;
        long at = map_with(MAP_PRIVATE, flag);
        CHECK(at > 0, "mmap with 0x%lx: %ld", flag, at);
        EXPECT(sys(SYS_munmap, at, PGSIZE), 0, "munmap");
        at = map_with(MAP_SHARED_VALIDATE, flag);
        CHECK(flag & MAP_KNOWN ? at > 0 : at == -EOPNOTSUPP, "0x%lx is known, or not: %ld", flag,
              at);
    }
    EXPECT(map_with(MAP_PRIVATE, MAP_HUGETLB), -ENOMEM, "huge pages");
    EXPECT(map_with(MAP_PRIVATE, MAP_FIXED_NOREPLACE), -EINVAL, "page 0");
    for (long type = 4; type < 16; type++)
        EXPECT(map_with(type, 0), -EINVAL, "mmap of type %ld", type);
}
