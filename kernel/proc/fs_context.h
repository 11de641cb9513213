// Where a thread stands in the file system: its current directory, and the permission bits that
// files it makes do not get.  Counted, because clone may share it.
#pragma once

#include "types.h"
#include "riscv/spinlock.h"

struct inode;
struct volume;

struct fs_context {
    struct spinlock lock; // RANK_CWD
    uint32 refs;          // atomic: threads that use it
    uint32 umask;         // atomic
    struct inode *cwd;    // by lock; holds a reference
};

// => one reference, which takes over that to cwd; NULL: no memory, and the caller keeps cwd.
struct fs_context *fs_context_new(struct inode *cwd, uint32 umask);
struct fs_context *fs_context_copy(struct fs_context *old); // fork; NULL: no memory
void fs_context_get(struct fs_context *fs);                 // clone with CLONE_FS
void fs_context_put(struct fs_context *fs);

// => the bits as they were before
static inline uint32 fs_context_set_umask(struct fs_context *fs, uint32 umask)
{
    return __atomic_exchange_n(&fs->umask, umask, __ATOMIC_RELAXED);
}
static inline uint32 fs_context_umask(const struct fs_context *fs)
{
    return __atomic_load_n(&fs->umask, __ATOMIC_RELAXED);
}

// Makes `dir` the current directory; takes over the reference.
void fs_context_chdir(struct fs_context *fs, struct inode *dir);

// The current directory for the time of one system call of a thread whose context it is.  One that
// nobody shares cannot change meanwhile but at rest (task/rest.h), so no reference is needed.
struct cwd_use {
    struct inode *dir;
    bool counted; // we hold a reference
};
struct cwd_use cwd_use_counted(struct fs_context *fs);
void cwd_use_put(struct cwd_use use);
static inline struct cwd_use cwd_use(struct fs_context *fs)
{
    if (__atomic_load_n(&fs->refs, __ATOMIC_ACQUIRE) == 1)
        return (struct cwd_use){ fs->cwd, false };
    return cwd_use_counted(fs);
}
static inline void cwd_use_end(struct cwd_use use)
{
    if (use.counted)
        cwd_use_put(use);
}

// => that of the current directory
struct volume *fs_context_volume(struct fs_context *fs);

// After a rollback, with the system at rest: who works in what was the root works in the root.
void fs_context_return_to_root(struct fs_context *fs);
