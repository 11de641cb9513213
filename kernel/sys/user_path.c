// Paths of the user's.

#include "sys/user_path.h"
#include "errno.h"
#include "fcntl.h"
#include "fs/fs.h"
#include "proc/file.h"
#include "proc/proc.h"
#include "task/hand.h"
#include "vm/usercopy.h"

// An absolute path does not ask what dirfd is.  Whether base is a directory the walk finds out.
static int find_base(int dirfd, struct user_path *path)
{
    path->dir = NULL;
    if (dirfd == AT_FDCWD || path->text[0] == '/') {
        path->cwd = cwd_use(current_fs());
        path->base = path->cwd.dir;
        return 0;
    }
    path->dir = files_get(current_files(), dirfd);
    if (!path->dir)
        return -EBADF;
    path->base = file_inode(path->dir);
    if (path->base)
        return 0;
    file_put(path->dir);
    return -ENOTDIR;
}

static void free_text(struct user_path *path)
{
    if (path->text != path->here)
        page_from_hand(path->text);
}

// => its length, or a negative errno and there is nothing to free
static int64 fetch(uint64 uaddr, struct user_path *out)
{
    struct proc *p = current_proc();
    bool all_short = p->path_longest <= USER_PATH_SHORT;
    out->text = out->here;
    int64 len =
        copyinstr(p->aspace, out->text, uaddr, all_short ? p->path_longest : USER_PATH_SHORT);
    if (len != -ENAMETOOLONG || all_short)
        return len;
    out->text = page_in_hand();
    if (!out->text)
        return -ENOMEM;
    len = copyinstr(p->aspace, out->text, uaddr, p->path_longest);
    if (len < 0)
        page_from_hand(out->text);
    return len;
}

int user_path_get(int dirfd, uint64 uaddr, struct user_path *out)
{
    int64 len = fetch(uaddr, out);
    if (len < 0)
        return (int)len;
    int err = find_base(dirfd, out);
    if (err)
        free_text(out);
    return err;
}

int user_paths_get(const uint64 *arg, struct user_path *from, struct user_path *to)
{
    int64 len = fetch(arg[1], from);
    if (len < 0)
        return (int)len;
    int err = user_path_get((int)arg[2], arg[3], to);
    if (!err && (err = find_base((int)arg[0], from)) != 0)
        user_path_put(to);
    if (err)
        free_text(from);
    return err;
}

void user_path_put(struct user_path *path)
{
    if (path->dir)
        file_put(path->dir);
    else
        cwd_use_end(path->cwd);
    free_text(path);
}
