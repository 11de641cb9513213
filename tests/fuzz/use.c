// Doing all that can be done with a volume that may be anything (fuzz.h).

#include "errno.h"
#include "fuzz.h"

#define VISITS 40 // a damaged directory may contain itself

static uint64 state;
static int visits;

static uint64 pick(uint64 n)
{
    return random_next(&state) % n;
}

static const char *some_path(void)
{
    static const char *const paths[] = {
        "/",
        "/small",
        "/d",
        "/d/middle",
        "/d/e",
        "/d/e/n3",
        "/soft",
        "/d/clone",
        "/.snapshots/first/d",
        "/.snapshots/second/small",
        "/d/new",
        "/d/e/../x",
        "/.snapshots/first",
        "/d/e/n7/none",
        "/new",
    };
    return paths[pick(sizeof paths / sizeof paths[0])];
}

// --- one file ---------------------------------------------------------------------------------

static void read_file(struct inode *ino)
{
    static char buf[40000];
    struct inode_info info;
    inode_info(ino, &info);
    inode_read(ino, buf, pick(3) * 4000, sizeof buf);
    inode_read(ino, buf, info.size - 5, 10);
    inode_read(ino, buf, 1UL << pick(64), 1);
}

static void change_file(struct inode *ino)
{
    static const char text[9000];
    uint64 off;
    switch (pick(8)) {
    case 0: inode_write(ino, text, pick(60000), 1 + pick(sizeof text)); break;
    case 1: inode_write(ino, text, 1UL << pick(49), 10); break;
    case 2: inode_append(ino, text, 5000, &off); break;
    case 3: inode_truncate(ino, pick(20000)); break;
    case 4: inode_truncate(ino, 1UL << pick(49)); break;
    case 5: inode_set_mode(ino, (uint32)pick(07777)); break;
    case 6: inode_set_mtime(ino, pick(1UL << 62)); break;
    default: inode_sync(ino); break;
    }
}

static void clone_to(struct inode *ino)
{
    struct inode *other;
    if (path_open(root, some_path(), true, false, REGULAR, 0, &other) != 0)
        return;
    inode_clone(other, ino);
    read_file(other);
    change_file(other);
    inode_put(other);
}

static void use_name(const char *path)
{
    static char buf[5000];
    switch (pick(8)) {
    case 0: path_unlink(root, path, (enum unlink_kind)pick(3)); break;
    case 1: path_rename(root, path, root, some_path(), (uint32)pick(3)); break;
    case 2: path_rename(root, some_path(), root, path, (uint32)pick(3)); break;
    case 3: path_link(root, path, root, some_path()); break;
    case 4: path_symlink(root, path, some_path()); break;
    case 5: path_mkdir(root, path, 0755); break;
    default: path_readlink(root, path, buf, sizeof buf); break;
    }
}

static void use_file(const char *path)
{
    struct inode *ino;
    if (path_lookup(root, path, &ino) == 0) {
        read_file(ino);
        if (pick(2))
            change_file(ino);
        if (pick(6) == 0)
            clone_to(ino);
        inode_put(ino);
    }
    if (pick(2))
        use_name(path);
}

// --- directories ------------------------------------------------------------------------------

static void use_dir(const char *path);

static void use_entry(const char *dir, const struct dir_entry *e)
{
    char *path = malloc(PATH_LONGEST);
    if (strcmp(e->name, ".") != 0 && strcmp(e->name, "..") != 0 && visits++ < VISITS) {
        snprintf(path, PATH_LONGEST, "%s/%s", dir, e->name);
        use_file(path);
        use_dir(path);
    }
    free(path);
}

static void use_dir(const char *path)
{
    static char buf[4096];
    struct inode *dir;
    struct dir_entry e;
    uint64 pos = 0;
    if (path_lookup(root, path[0] != '\0' ? path : "/", &dir) != 0)
        return;
    path_of(dir, buf, sizeof buf);
    inode_read(dir, buf, 0, sizeof buf);
    for (int n = 0; n < 50 && dir_next(dir, &pos, &e) == 1; n++)
        use_entry(path, &e);
    pos = pick(1 << 20);
    dir_next(dir, &pos, &e);
    inode_put(dir);
}

// --- the volume -------------------------------------------------------------------------------

static const char *some_name(void)
{
    static const char *const names[] = { "first", "second", "third", "" };
    return names[pick(4)];
}

static void list_snapshots(void)
{
    struct snapshot_info info;
    uint32 id = pick(2) ? 0 : (uint32)pick(1UL << 32);
    char path[100];
    for (int i = 0; i < 20 && snapshot_next(vol, &id, &info) == 1; i++) {
        snprintf(path, sizeof path, "/.snapshots/%s", info.name);
        use_dir(path);
    }
}

static void roll_back(void)
{
    snapshot_rollback(vol, some_name());
    inode_put(root);
    root = volume_root(vol);
}

static void use_whole(void)
{
    struct volume_info info;
    struct scrub_result scrubbed;
    switch (pick(9)) {
    case 0: volume_sync(vol); break;
    case 1:
        host_clock_ahead += 4;
        volume_tick(vol);
        break;
    case 2: host_reclaim_all(); break;
    case 3: snapshot_create(vol, some_name()); break;
    case 4: snapshot_delete(vol, some_name()); break;
    case 5: roll_back(); break;
    case 6: list_snapshots(); break;
    case 7: volume_scrub(vol, &scrubbed); break;
    default: volume_info(vol, &info); break;
    }
}

static void use_mounted(void)
{
    uint64 rounds = 1 + pick(2);
    root = volume_root(vol);
    for (uint64 i = 0; i < rounds; i++) {
        visits = 0;
        use_dir("");
        for (uint64 n = pick(6); n > 0; n--) {
            use_file(some_path());
            use_whole();
        }
    }
    EXPECT_EQ(host_audit(), 0);
    inode_put(root);
    volume_unmount(vol);
}

// Memory must not be lost, whatever happens.
bool use_any_volume(uint64 seed)
{
    size_t at_rest = host_frames_in_use(); // the cache's own
    bool mounted = false;
    state = seed * 2 + 1;
    host_clock_ahead = 0;
    for (uint64 i = 0, times = 1 + pick(2); i < times; i++) {
        mounted = volume_mount(&disk.dev, &vol) == 0;
        if (mounted)
            use_mounted();
        EXPECT(host_no_locks());
        EXPECT_EQ(host_objects_in_use(), 0);
        EXPECT_EQ(host_frames_in_use(), at_rest);
    }
    return mounted;
}
