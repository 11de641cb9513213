// Paths of the user's.

#include "sys/user_path.h"
#include "errno.h"
#include "fcntl.h"
#include "fs/fs.h"
#include "mem/frame.h"
#include "proc/file.h"
#include "proc/proc.h"
#include "vm/usercopy.h"

// An absolute path does not ask what dirfd is.  Whether base is a directory the walk finds out.
static int find_base(int dirfd, struct user_path *path)
{
    struct proc *p = current_proc();
    path->dir = NULL;
    path->base = p->cwd;
    if (dirfd == AT_FDCWD || path->text[0] == '/')
        return 0;
    path->dir = files_get(p->files, dirfd);
    if (!path->dir)
        return -EBADF;
    path->base = file_inode(path->dir);
    if (path->base)
        return 0;
    file_put(path->dir);
    return -ENOTDIR;
}

int user_path_get(int dirfd, uint64 uaddr, struct user_path *out)
{
    out->text = kalloc(FRAME_OTHER);
    if (!out->text)
        return -ENOMEM;
    struct proc *p = current_proc();
    int64 len = copyinstr(p->aspace, out->text, uaddr, p->path_longest);
    int err = len < 0 ? (int)len : find_base(dirfd, out);
    if (err)
        kfree(out->text);
    return err;
}

void user_path_put(struct user_path *path)
{
    if (path->dir)
        file_put(path->dir);
    kfree(path->text);
}
