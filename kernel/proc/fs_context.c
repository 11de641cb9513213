#include "proc/fs_context.h"
#include "fs/fs.h"
#include "mem/slab.h"

static struct obj_cache contexts =
    OBJ_CACHE_INIT(contexts, "fs context", sizeof(struct fs_context));

struct fs_context *fs_context_new(struct inode *cwd, uint32 umask)
{
    struct fs_context *fs = obj_alloc(&contexts);
    if (!fs)
        return NULL;
    spin_init(&fs->lock, "fs context", RANK_CWD);
    fs->refs = 1;
    fs->umask = umask;
    fs->cwd = cwd;
    return fs;
}

struct fs_context *fs_context_copy(struct fs_context *old)
{
    struct cwd_use cwd = cwd_use(old);
    if (!cwd.counted)
        inode_get(cwd.dir);
    struct fs_context *fs = fs_context_new(cwd.dir, fs_context_umask(old));
    if (!fs)
        inode_put(cwd.dir);
    return fs;
}

void fs_context_get(struct fs_context *fs)
{
    __atomic_add_fetch(&fs->refs, 1, __ATOMIC_RELAXED);
}

void fs_context_put(struct fs_context *fs)
{
    if (__atomic_sub_fetch(&fs->refs, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    inode_put(fs->cwd);
    obj_free(&contexts, fs);
}

void fs_context_chdir(struct fs_context *fs, struct inode *dir)
{
    spin_lock(&fs->lock);
    struct inode *old = fs->cwd;
    fs->cwd = dir;
    spin_unlock(&fs->lock);
    inode_put(old);
}

struct cwd_use cwd_use_counted(struct fs_context *fs)
{
    spin_lock(&fs->lock);
    struct cwd_use use = { fs->cwd, true };
    inode_get(use.dir);
    spin_unlock(&fs->lock);
    return use;
}

void cwd_use_put(struct cwd_use use)
{
    inode_put(use.dir);
}

struct volume *fs_context_volume(struct fs_context *fs)
{
    struct cwd_use cwd = cwd_use(fs);
    struct volume *vol = volume_of(cwd.dir);
    cwd_use_end(cwd);
    return vol;
}

void fs_context_return_to_root(struct fs_context *fs)
{
    if (inode_was_root(fs->cwd))
        fs_context_chdir(fs, volume_root(volume_of(fs->cwd)));
}
