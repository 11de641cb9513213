// Files whose content the worker knows, and names that all workers fight for.

#include "kernel/fs.h"
#include "user/tests/grind/grind.h"

#define LONGEST 20000
#define NAMES   6 // in the common directory

static char *own_name(char *buf, uint i)
{
    return numbered(buf, "f", (int)i);
}

void write_file(struct worker *w)
{
    char name[16];
    uint i = pick(w, MODEL_FILES);
    w->file_size[i] = (int)pick(w, LONGEST);
    w->file_seed[i] = pick(w, 1000000);
    make_file(own_name(name, i), (size_t)w->file_size[i], w->file_seed[i]);
}

static void check_own_file(struct worker *w, uint i)
{
    char name[16];
    own_name(name, i);
    if (w->file_size[i] >= 0)
        check_file(name, (size_t)w->file_size[i], w->file_seed[i]);
    else
        EXPECT(sys(SYS_openat, AT_FDCWD, name, O_RDONLY), -ENOENT, "open of removed %s", name);
}

void look_at_file(struct worker *w)
{
    struct stat st;
    char name[16];
    uint i = pick(w, MODEL_FILES);
    check_own_file(w, i);
    if (w->file_size[i] < 0)
        return;
    EXPECT(stat(own_name(name, i), &st), 0, "stat of %s", name);
    EXPECT(st.size, w->file_size[i], "size of %s", name);
    EXPECT(st.nlink, 1, "names of %s", name);
}

void remove_file(struct worker *w)
{
    char name[16];
    uint i = pick(w, MODEL_FILES);
    long err = sys(SYS_unlinkat, AT_FDCWD, own_name(name, i), 0);
    EXPECT(err, w->file_size[i] >= 0 ? 0 : -ENOENT, "unlink of %s", name);
    w->file_size[i] = -1;
}

// Over another of our files, perhaps.
void move_file(struct worker *w)
{
    char from[16], to[16];
    uint i = pick(w, MODEL_FILES), j = pick(w, MODEL_FILES);
    long err = sys(SYS_renameat2, AT_FDCWD, own_name(from, i), AT_FDCWD, own_name(to, j), 0);
    EXPECT(err, w->file_size[i] >= 0 ? 0 : -ENOENT, "rename of %s to %s", from, to);
    if (err || i == j)
        return;
    w->file_size[j] = w->file_size[i];
    w->file_seed[j] = w->file_seed[i];
    w->file_size[i] = -1;
}

// One of our files becomes a clone of another.
void clone_file(struct worker *w)
{
    char from[16], to[16];
    uint i = pick(w, MODEL_FILES), j = pick(w, MODEL_FILES);
    if (w->file_size[i] < 0 || i == j)
        return;
    int src = must_open(own_name(from, i), O_RDONLY);
    int dst = must_open(own_name(to, j), O_CREAT | O_WRONLY);
    long err = sys(SYS_ioctl, dst, FICLONE, src);
    EXPECT(err, 0, "clone of %s to %s", from, to);
    close(src);
    close(dst);
    w->file_size[j] = w->file_size[i];
    w->file_seed[j] = w->file_seed[i];
}

// A picture by a name that all workers use.
void take_picture(struct worker *w)
{
    if (pick(w, 4) == 0)
        AMONG("snapshot", sys(SYS_kine_snapshot, KINE_SNAPSHOT_CREATE, "grind"), EEXIST, ENOSPC);
    else
        AMONG("deletion", sys(SYS_kine_snapshot, KINE_SNAPSHOT_DELETE, "grind"), ENOENT);
}

void check_model(struct worker *w)
{
    check_pages(w);
    for (uint i = 0; i < MODEL_FILES; i++)
        check_own_file(w, i);
}

// --- names that others use too ----------------------------------------------------------------

static char *common_name(struct worker *w, char *buf)
{
    return numbered(buf, COMMON "/n", (int)pick(w, NAMES));
}

static void use_common(struct worker *w, int fd)
{
    char buf[200];
    if (pick(w, 2))
        AMONG("write to a common file", sys(SYS_write, fd, buf, pick(w, sizeof buf)), EBADF,
              EINVAL);
    if (pick(w, 2))
        AMONG("read from a common file", sys(SYS_pread64, fd, buf, sizeof buf, pick(w, 5000)),
              EBADF, EISDIR);
    if (pick(w, 8) == 0)
        AMONG("ftruncate", sys(SYS_ftruncate, fd, pick(w, 3) * 100), EBADF, EINVAL);
    AMONG("lseek", sys(SYS_lseek, fd, pick(w, 300), SEEK_SET), ESPIPE);
}

void open_common(struct worker *w)
{
    static const int how[] = { O_RDONLY,
                               O_RDWR,
                               O_CREAT | O_RDWR,
                               O_CREAT | O_EXCL | O_WRONLY,
                               O_CREAT | O_RDWR | O_TRUNC,
                               O_WRONLY | O_APPEND };
    char name[32];
    common_name(w, name);
    long fd = sys(SYS_openat, AT_FDCWD, name, how[pick(w, 6)], 0644);
    AMONG("open of a common name", fd, ENOENT, EEXIST, EISDIR, ENXIO, ELOOP);
    if (fd < 0)
        return;
    use_common(w, (int)fd);
    EXPECT(close((int)fd), 0, "close");
}

void name_common(struct worker *w)
{
    char a[32], b[32];
    common_name(w, a);
    common_name(w, b);
    switch (pick(w, 8)) {
    case 0: AMONG("unlink", sys(SYS_unlinkat, AT_FDCWD, a, 0), ENOENT, EISDIR); break;
    case 1:
        AMONG("rmdir", sys(SYS_unlinkat, AT_FDCWD, a, AT_REMOVEDIR), ENOENT, ENOTDIR, ENOTEMPTY);
        break;
    case 2:
        AMONG("link", sys(SYS_linkat, AT_FDCWD, a, AT_FDCWD, b, 0), ENOENT, EEXIST, EPERM);
        break;
    case 5:
        AMONG("rename", sys(SYS_renameat2, AT_FDCWD, a, AT_FDCWD, b, 0), ENOENT, EISDIR, ENOTDIR,
              ENOTEMPTY);
        break;
    case 6: // the target is relative to the common directory
        AMONG("symlink", sys(SYS_symlinkat, b + sizeof COMMON, AT_FDCWD, a), EEXIST);
        break;
    case 7:
        AMONG("exchange", sys(SYS_renameat2, AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE), ENOENT);
        break;
    case 3: AMONG("mkdir", sys(SYS_mkdirat, AT_FDCWD, a, 0755), EEXIST); break;
    case 4:
        AMONG("mknod", sys(SYS_mknodat, AT_FDCWD, a, S_IFCHR | 0600, MAKEDEV(13, 7)), EEXIST);
        break;
    }
}

// Into a directory that somebody may remove meanwhile, and home again by a way that stays.
void walk_common(struct worker *w)
{
    char name[32], home[64];
    CHECK(sys(SYS_getcwd, home, sizeof home) > 0, "getcwd failed");
    common_name(w, name);
    long err = sys(SYS_chdir, name);
    AMONG("chdir", err, ENOENT, ENOTDIR, ELOOP);
    if (err)
        return;
    long fd = sys(SYS_openat, AT_FDCWD, "inside", O_CREAT | O_RDWR, 0644);
    AMONG("create in a common directory", fd, ENOENT);
    if (fd >= 0) {
        close((int)fd);
        AMONG("unlink of what was made", sys(SYS_unlinkat, AT_FDCWD, "inside", 0), ENOENT);
    }
    EXPECT(chdir(home), 0, "chdir home to %s", home);
}
