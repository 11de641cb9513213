// exec: another program in the same process (proc/proc.h).
//
// The new address space is built complete beside the old one; only then, in steps that cannot
// fail, does the process change over.

#include "errno.h"
#include "abi.h"
#include "fs/fs.h"
#include "lib/string.h"
#include "proc/args.h"
#include "proc/file.h"
#include "proc/fs_context.h"
#include "proc/image.h"
#include "proc/proc_priv.h"
#include "proc/robust.h"
#include "riscv/csr.h"
#include "riscv/trap.h"
#include "task/fp.h"
#include "vm/aspace.h"

// => the program file, with a reference
static int find_program(const char *path, struct inode **out)
{
    struct cwd_use cwd = cwd_use(current_fs());
    int err = path_lookup(cwd.dir, path, out);
    cwd_use_end(cwd);
    if (err)
        return err;
    if ((inode_mode(*out) & S_IFMT) == S_IFREG)
        return 0;
    inode_put(*out);
    return -EACCES;
}

// The file counts as running before a byte of it is read.
static int map_program(struct inode *ino, struct aspace *as, struct image *image)
{
    int err = inode_open_to_run(ino);
    if (err)
        return err;
    err = image_map(ino, as, image);
    inode_close_to_run(ino);
    return err;
}

static int build(struct inode *ino, struct aspace *as, uint64 argv, uint64 envp,
                 struct image *image, uint64 *sp)
{
    int err = map_program(ino, as, image);
    if (err)
        return err;
    return args_copy(current_proc()->aspace, argv, envp, as, image, sp);
}

// The name stands in messages, which are one line each.
static void set_name(struct proc *p, const char *path)
{
    const char *name = path;
    for (const char *c = path; *c; c++)
        if (*c == '/' && c[1])
            name = c + 1;
    copy_string(p->name, name, sizeof p->name);
    for (char *c = p->name; *c; c++)
        if ((uchar)*c < ' ')
            *c = '?';
}

// The descriptors that the new program has: those of a table of its own, not marked close-on-exec.
static void change_files(struct files *own)
{
    struct files *old = current_files();
    current_lwp()->files = own;
    files_put(old);
    files_close_on_exec(own);
}

// The thread that goes on is the process's first, and whoever waited for it to leave the old memory
// need not any more.
static void take_first_place(struct proc *p)
{
    struct lwp *l = current_lwp();
    spin_lock(&tree_lock);
    end_vfork(l);
    if (l != &p->leader) {
        lwp_become_leader(l);
        pass_on_children(p, l);
    }
    spin_unlock(&tree_lock);
    if (l != &p->leader)
        lwp_free(l);
}

static void change_over(struct proc *p, struct aspace *as, uint64 entry, uint64 sp)
{
    robust_leave(current_lwp());
    spin_lock(&tree_lock);
    struct aspace *old = p->aspace;
    as->patient = p == init_proc;
    p->aspace = as;
    p->exit_notice = SIGCHLD;
    spin_unlock(&tree_lock);
    thread_set_root(as->root);
    aspace_put(old);
    take_first_place(p);

    struct trapframe *tf = current_thread()->tf;
    *tf = (struct trapframe){ .sepc = entry, .sstatus = SSTATUS_USER };
    tf->reg[REG_SP] = sp;
    fp_reset(current_thread());
}

int proc_exec(const char *path, uint64 argv, uint64 envp)
{
    struct inode *ino;
    int err = find_program(path, &ino);
    if (err)
        return err;
    struct proc *p = current_proc();
    struct aspace *as = aspace_new();
    struct files *files = NULL;
    struct image image;
    uint64 sp;
    err = as ? build(ino, as, argv, envp, &image, &sp) : -ENOMEM;
    inode_put(ino);
    if (!err)
        err = proc_end_others();
    if (!err && (files = files_own(current_files())) == NULL)
        err = -ENOMEM;
    if (!err && (err = signal_own_actions()) != 0)
        files_put(files);
    if (err) {
        if (as)
            aspace_put(as);
        return err;
    }
    set_name(p, path);
    p->path_longest = (uint32)image.path_longest;
    p->classic = image.classic;
    change_files(files);
    change_over(p, as, image.entry, sp);
    signal_exec();
    return 0;
}
