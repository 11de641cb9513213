// Snapshots and clones of files (kernel/abi.h: kine_snapshot; Linux's FICLONE).

#include "abi.h"
#include "errno.h"
#include "fcntl.h"
#include "fs/fs.h"
#include "lib/string.h"
#include "proc/file.h"
#include "proc/fs_context.h"
#include "proc/proc.h"
#include "sys/dispatch.h"
#include "sys/sys_file.h"
#include "task/rest.h"
#include "vm/usercopy.h"

_Static_assert(sizeof(struct kine_snapshot) == 88, "as user programs know it");

// --- snapshots --------------------------------------------------------------------------------

static int next(struct volume *vol, struct aspace *as, uint64 uout)
{
    struct kine_snapshot out;
    struct snapshot_info info;
    int err = copyin(as, &out, uout, sizeof out);
    if (err)
        return err;
    int found = snapshot_next(vol, &out.id, &info);
    if (found <= 0)
        return found;
    out = (struct kine_snapshot){ .id = info.id,
                                  .generation = info.generation,
                                  .time_ns = info.time_ns };
    memcpy(out.name, info.name, sizeof out.name);
    err = copyout(as, uout, &out, sizeof out);
    return err ? err : 1;
}

// What is dirty is written before everybody is stopped.  Who works in the root goes on in the new
// one, and does not keep the old.
static int roll_back(struct volume *vol, const char *name)
{
    int err = volume_sync(vol);
    if (!err)
        err = rest_begin();
    if (err)
        return err;
    err = snapshot_rollback(vol, name);
    if (!err)
        proc_return_to_root();
    rest_end();
    return err ? err : volume_sync(vol);
}

static int by_name(struct volume *vol, uint64 what, const char *name)
{
    switch (what) {
    case KINE_SNAPSHOT_CREATE: return snapshot_create(vol, name);
    case KINE_SNAPSHOT_DELETE: return snapshot_delete(vol, name);
    case KINE_SNAPSHOT_ROLLBACK: return roll_back(vol, name);
    default: return -EINVAL;
    }
}

int64 sys_kine_snapshot(const uint64 *arg) // what, name or struct kine_snapshot *
{
    struct proc *p = current_proc();
    struct volume *vol = fs_context_volume(current_fs());
    char name[256];
    if (arg[0] == KINE_SNAPSHOT_NEXT)
        return next(vol, p->aspace, arg[1]);
    int64 len = copyinstr(p->aspace, name, arg[1], sizeof name);
    return len < 0 ? len : by_name(vol, arg[0], name);
}

int64 sys_kine_scrub(const uint64 *arg) // struct kine_scrub *
{
    struct proc *p = current_proc();
    struct scrub_result result;
    int err = volume_scrub(fs_context_volume(current_fs()), &result);
    if (err)
        return err;
    struct kine_scrub out = { .blocks = result.blocks, .damaged = result.damaged };
    return copyout(p->aspace, arg[0], &out, sizeof out);
}

// --- clones -----------------------------------------------------------------------------------

static int clone(struct file *dst, struct file *src)
{
    struct inode *to = file_inode(dst), *from = file_inode(src);
    if ((dst->flags & O_ACCMODE) == O_RDONLY || (src->flags & O_ACCMODE) == O_WRONLY ||
        (dst->flags & O_APPEND))
        return -EBADF;
    return to && from ? inode_clone(to, from) : -EINVAL;
}

int64 sys_ficlone(struct file *dst, uint64 src_fd)
{
    struct file *src = files_get(current_files(), (int)src_fd);
    if (!src)
        return -EBADF;
    int err = clone(dst, src);
    file_put(src);
    return err;
}
