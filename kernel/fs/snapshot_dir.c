// The directory of snapshots, and the ways into them and out (fs/snapshot.h).

#include "errno.h"
#include "fs/snapshot.h"
#include "fs/snapshot_index.h"
#include "fs/snapshot_record.h"
#include "lib/string.h"
#include "mem/slab.h"

int snapshot_next(struct volume *vol, uint32 *id, struct snapshot_info *out)
{
    struct record at;
    mutex_lock(&vol->lock);
    int err = record_next(vol, *id + 1, &at);
    if (!err) {
        *id = at.rec->id;
        *out = (struct snapshot_info){ .id = at.rec->id,
                                       .generation = at.rec->generation,
                                       .time_ns = at.rec->time_ns };
        memcpy(out->name, at.rec->name, sizeof out->name);
        record_put(&at);
    }
    mutex_unlock(&vol->lock);
    return err == -ENOENT ? 0 : err ? err : 1;
}

static int find_root(struct volume *vol, const char *name, struct inode **out)
{
    struct itable *table;
    struct record at;
    int err = record_find(vol, name, &at);
    if (err)
        return err;
    err = itable_load(vol, at.rec, &table);
    record_put(&at);
    return err ? err : inode_find_locked(table, FS_ROOT_INO, out);
}

// A snapshot's root directory by name.
static int lookup(struct volume *vol, const struct name *name, struct inode **out)
{
    char text[SNAPSHOT_NAME_LONGEST + 1];
    if (name->len > SNAPSHOT_NAME_LONGEST)
        return -ENOENT;
    memcpy(text, name->s, name->len);
    text[name->len] = '\0';
    mutex_lock(&vol->lock);
    int err = find_root(vol, text, out);
    mutex_unlock(&vol->lock);
    if (err || inode_is_dir(*out))
        return err;
    inode_put(*out);
    return -ENOTDIR;
}

bool snapshot_reserves(const struct inode *dir, const struct name *name)
{
    static const char dir_name[] = ".snapshots";
    return name->len == sizeof dir_name - 1 && inode_is_root(dir) && !dir->table->frozen &&
           memcmp(name->s, dir_name, sizeof dir_name - 1) == 0;
}

int snapshot_step(struct inode *dir, const struct name *name, struct inode **out)
{
    struct volume *vol = inode_volume(dir);
    bool up = name_is_dotdot(name);
    if (inode_is_snapshot_dir(dir) && !up)
        return lookup(vol, name, out);
    if (inode_is_snapshot_dir(dir) || (up && inode_was_root(dir))) {
        *out = volume_root(vol);
        return 0;
    }
    if (!(up && inode_is_root(dir) && dir->table->frozen) && !snapshot_reserves(dir, name))
        return 1;
    *out = vol->snapshot_dir;
    inode_get(*out);
    return 0;
}

// As snapshot_next(); names that no path can lead through are left out.
static int next_possible(struct volume *vol, uint32 *id, struct snapshot_info *info)
{
    int found;
    while ((found = snapshot_next(vol, id, info)) == 1) {
        struct name n = name_of(info->name, strlen(info->name));
        if (n.len > 0 && !name_is_dot(&n) && !name_is_dotdot(&n) && strchr(n.s, '/') == NULL)
            break;
        volume_damage(vol, "a snapshot with an impossible name is left out");
    }
    return found;
}

// Positions: 0 and 1 are the dots, then 1 + the id that comes next at the earliest.
int snapshot_dir_next(struct volume *vol, uint64 *pos, struct dir_entry *out)
{
    struct snapshot_info info;
    uint32 id = *pos > 1 ? (uint32)(*pos - 2) : 0;
    *out = (struct dir_entry){ .ino = FS_ROOT_INO, .mode = S_IFDIR, .name = ".." };
    if (*pos < 2) {
        out->name[*pos + 1] = '\0';
        ++*pos;
        return 1;
    }
    int found = next_possible(vol, &id, &info);
    if (found == 1) {
        memcpy(out->name, info.name, sizeof info.name);
        *pos = id + 2UL;
    }
    return found;
}

static int name_of_table(struct volume *vol, uint32 id, struct dir_entry *out)
{
    struct record at;
    mutex_lock(&vol->lock);
    int err = record_get(vol, id, &at);
    if (!err) {
        memcpy(out->name, at.rec->name, sizeof at.rec->name);
        record_put(&at);
    }
    mutex_unlock(&vol->lock);
    return err;
}

int snapshot_name_above(struct inode *parent, struct inode *dir, struct dir_entry *out)
{
    if (inode_is_snapshot_dir(parent))
        return name_of_table(inode_volume(dir), dir->table->id, out);
    if (!inode_is_snapshot_dir(dir))
        return 1;
    memcpy(out->name, ".snapshots", sizeof ".snapshots");
    return 0;
}

// --- mounting ---------------------------------------------------------------------------------

// A directory of a table of its own, which has no pages and is never the live one.
static struct inode *make_dir(struct volume *vol)
{
    struct itable *nowhere = itable_new(vol, SNAPSHOTS_MAX, NULL);
    struct inode *dir = nowhere != NULL ? inode_new(nowhere, FS_INODES_MAX) : NULL;
    if (dir == NULL) {
        kmfree(nowhere);
        return NULL;
    }
    dir->mode = S_IFDIR | 0555;
    dir->nlink = 2;
    dir->data.kind = TREE_DIR;
    dir->mtime_ns = dir->ctime_ns = inode_now_ns();
    return dir;
}

int snapshots_init(struct volume *vol)
{
    vol->snapshot_dir = make_dir(vol);
    if (vol->snapshot_dir == NULL)
        return -ENOMEM;
    mutex_lock(&vol->lock);
    int err = records_load(vol);
    mutex_unlock(&vol->lock);
    return err;
}

void snapshots_destroy(struct volume *vol)
{
    snapshot_index_destroy(vol);
    if (vol->snapshot_dir == NULL)
        return;
    itable_free(vol->snapshot_dir->table);
    inode_discard(vol->snapshot_dir);
}
