// What a round needs, and what it leaves.

#include "user/tests/fuzzcalls/fuzzcalls.h"

static void copy(const char *from, const char *to)
{
    char buf[512];
    int in = must_open(from, O_RDONLY), out = must_open(to, O_CREATE | O_TRUNC | O_WRONLY), n;
    while ((n = read(in, buf, sizeof buf)) > 0)
        EXPECT(write(out, buf, n), n, "write to %s", to);
    close(in);
    close(out);
}

void make_directories(int families)
{
    char name[16];
    CHECK(mkdir(TOP) == 0, "mkdir of %s: %s", TOP, strerror(errno));
    for (int i = 0; i < families; i++) {
        EXPECT(chdir(TOP), 0, "chdir to %s", TOP);
        CHECK(mkdir(numbered(name, "f", i)) == 0, "mkdir of %s: %s", name, strerror(errno));
        EXPECT(chdir(name), 0, "chdir to %s", name);
        copy("/true", PROGRAM);
        CHECK(mknod(DEVICE, 2, 0) == 0, "mknod of %s: %s", DEVICE, strerror(errno));
        CHECK(symlink("loop", "loop") == 0, "symlink: %s", strerror(errno));
    }
    EXPECT(chdir("/"), 0, "chdir to /");
}

static bool is_dot(const char *name)
{
    return name[0] == '.' && (name[1] == 0 || (name[1] == '.' && name[2] == 0));
}

// Removes what is in the current directory, and goes down into the first directory that has
// something in it.  => did it?
static bool remove_here(void)
{
    static char records[2048] __attribute__((aligned(8)));
    int fd = must_open(".", O_RDONLY), n;
    bool down = false;
    while (!down && (n = getdents(fd, records, sizeof records)) > 0) {
        for (int at = 0; at < n && !down;) {
            struct linux_dirent64 *d = (struct linux_dirent64 *)(records + at);
            at += d->d_reclen;
            if (!is_dot(d->d_name) && unlink(d->d_name) < 0)
                down = chdir(d->d_name) == 0;
        }
    }
    close(fd);
    return down;
}

// Removes a name in the root, whatever is below it.
static void remove_tree(const char *name)
{
    unlink(name);
    if (chdir("/") < 0 || chdir(name) < 0)
        return;
    for (int depth = 0; depth >= 0;) {
        if (remove_here()) {
            depth++;
        } else {
            EXPECT(chdir(".."), 0, "chdir to the directory above");
            if (--depth < 0)
                must_unlink(name);
        }
    }
}

static void remove_snapshots(void)
{
    struct kine_snapshot at = { .id = 0 };
    while (kine_snapshot_next(&at) == 1)
        CHECK(kine_snapshot(KINE_SNAPSHOT_DELETE, at.name) == 0, "deletion of snapshot %s: %s",
              at.name, strerror(errno));
}

void remove_everything(void)
{
    remove_snapshots();
    EXPECT(chdir("/"), 0, "chdir to /");
    remove_tree(TOP + 1);
    for (int i = 0; name_of(i); i++)
        remove_tree(name_of(i));
    EXPECT(chdir("/"), 0, "chdir to /");
}
