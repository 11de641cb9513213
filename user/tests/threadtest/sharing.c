// What clone shares, and what it does not.

#include "user/tests/threadtest/threadtest.h"

static char stack[4096] __attribute__((aligned(16)));

// Runs fn in a child of these flags and waits until it has ended.
static void with(uint64 flags, job *fn)
{
    long pid =
        clone_raw(flags | CLONE_VM | CLONE_VFORK, stack + sizeof stack, NULL, NULL, NULL, fn, NULL);
    CHECK(pid > 0, "clone with 0x%lx: %ld", flags, pid);
    if (!(flags & CLONE_THREAD))
        EXPECT(sys(SYS_wait4, pid, 0, __WALL), pid, "that child");
}

static void goes_away(void *arg)
{
    sys(SYS_chdir, "/tt.dir");
    sys(SYS_umask, 055);
}

static bool is_in_root(void)
{
    char path[64];
    return sys(SYS_getcwd, path, sizeof path) == 2;
}

void share_directory(void)
{
    EXPECT(mkdir("/tt.dir"), 0, "mkdir");
    sys(SYS_umask, 022);
    with(SIGCHLD, goes_away);
    with(CLONE_SIGHAND | CLONE_THREAD, goes_away);
    EXPECT(is_in_root(), true, "the directory is our own");
    EXPECT(sys(SYS_umask, 022), 022, "the mask is our own");
    with(CLONE_FS | SIGCHLD, goes_away);
    EXPECT(is_in_root(), false, "the directory is shared");
    EXPECT(sys(SYS_umask, 022), 055, "the mask is shared");
    sys(SYS_chdir, "/");
    with(CLONE_FS | CLONE_SIGHAND | CLONE_THREAD, goes_away);
    EXPECT(is_in_root(), false, "a thread's directory is shared");
    sys(SYS_chdir, "/");
    EXPECT(sys(SYS_unlinkat, AT_FDCWD, "/tt.dir", AT_REMOVEDIR), 0, "rmdir");
}

static volatile long opened;

static void opens(void *arg)
{
    opened = sys(SYS_openat, AT_FDCWD, "/", O_RDONLY);
}

static void share_table(uint64 flags, bool shared)
{
    with(flags, opens);
    CHECK(opened > 2, "open: %ld", opened);
    EXPECT(sys(SYS_close, opened), shared ? 0 : -EBADF, "what a child with 0x%lx opened", flags);
}

void share_descriptors(void)
{
    share_table(SIGCHLD, false);
    share_table(CLONE_FILES | SIGCHLD, true);
    share_table(CLONE_SIGHAND | CLONE_THREAD, false);
    share_table(CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD, true);
    share_table(CLONE_FILES | CLONE_FS | CLONE_SIGHAND | SIGCHLD, true);
}

static void notes_its_id(void *arg)
{
    opened = gettid();
}

// Every combination of what can be shared is honoured or refused by the rule.
void share_every_way(void)
{
    static const uint64 flag[] = { CLONE_VM,      CLONE_FS,      CLONE_FILES,
                                   CLONE_SIGHAND, CLONE_THREAD,  CLONE_PARENT,
                                   CLONE_SETTLS,  CLONE_SYSVSEM, CLONE_DETACHED };
    for (uint bits = 0; bits < 1 << 9; bits++) {
        uint64 flags = CLONE_VFORK;
        for (int i = 0; i < 9; i++)
            flags |= bits >> i & 1 ? flag[i] : 0;
        bool good = !(flags & CLONE_THREAD && !(flags & CLONE_SIGHAND)) &&
                    !(flags & CLONE_SIGHAND && !(flags & CLONE_VM));
        opened = -1;
        long id = clone_raw(flags, stack + sizeof stack, NULL, NULL, NULL, notes_its_id, NULL);
        CHECK((id > 0) == good && (good || id == -EINVAL), "clone with 0x%lx: %ld", flags, id);
        if (!good)
            continue;
        EXPECT(opened, flags & CLONE_VM ? id : -1, "what a child with 0x%lx stored", flags);
        if (!(flags & (CLONE_THREAD | CLONE_PARENT)))
            EXPECT(sys(SYS_wait4, id, 0, __WALL), id, "the child of 0x%lx", flags);
    }
}

static void has_a_brother(void *arg)
{
    long pid = clone_raw(CLONE_PARENT | CLONE_VM | CLONE_VFORK, stack + sizeof stack, NULL, NULL,
                         NULL, do_nothing, NULL);
    EXPECT(sys(SYS_wait4, pid, 0, __WALL), -ECHILD, "a brother is no child");
}

// A child's brother is ours.
void brothers(void)
{
    must_pass("a child with a brother", has_a_brother, NULL);
    EXPECT(sys(SYS_wait4, -1, 0, 0) > 0, true, "the brother");
    EXPECT(sys(SYS_wait4, -1, 0, __WALL), -ECHILD, "nobody else");
}
