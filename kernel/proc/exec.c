// exec: another program in the same process (proc/proc.h).
//
// The new address space is built complete beside the old one; only then, in steps that cannot
// fail, does the process change over.

#include "errno.h"
#include "abi.h"
#include "lib/string.h"
#include "proc/args.h"
#include "proc/file.h"
#include "proc/image.h"
#include "proc/proc_priv.h"
#include "proc/program.h"
#include "proc/robust.h"
#include "riscv/csr.h"
#include "riscv/machine.h"
#include "riscv/trap.h"
#include "task/fp.h"
#include "vm/aspace.h"

// What the process changes over to.
struct fresh {
    struct aspace *as;
    struct files *files;
    struct image image;
    uint64 sp;
};

static bool fixed_places; // written once, before there are programs

void exec_init(void)
{
    fixed_places = machine_option("places", "fixed");
}

// Where things lie is random unless a boot argument or the process says otherwise.
static struct image_wish wish_of(const struct proc *p)
{
    bool fixed = fixed_places || p->personality & ADDR_NO_RANDOMIZE;
    return (struct image_wish){ .stack = p->stack_limit, .anywhere = !fixed };
}

static int build(const struct args *args, const struct program *prog, struct aspace *as,
                 struct image *image, uint64 *sp)
{
    struct image_wish wish = wish_of(current_proc());
    int err = image_map(prog, &wish, as, image);
    return err ? err : args_copy(args, current_proc()->aspace, as, image, sp);
}

static const char *last_name(const char *path)
{
    const char *name = path;
    for (const char *c = path; *c; c++)
        if (*c == '/' && c[1])
            name = c + 1;
    return name;
}

// It stands in messages, which are one line each.
void proc_set_name(struct proc *p, const char *name)
{
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

static void change_over(struct proc *p, const struct fresh *to)
{
    struct aspace *as = to->as;
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
    *tf = (struct trapframe){ .sepc = to->image.begin, .sstatus = SSTATUS_USER };
    tf->reg[REG_SP] = to->sp;
    fp_reset(current_thread());
}

// All that can fail.  => 0, and a new address space and table of files; else nothing has changed
static int prepare(const struct args *args, const struct program *prog, struct fresh *out)
{
    out->as = aspace_new();
    if (!out->as)
        return -ENOMEM;
    int err = build(args, prog, out->as, &out->image, &out->sp);
    if (!err)
        err = proc_end_others();
    if (!err && (out->files = files_own(current_files())) == NULL)
        err = -ENOMEM;
    if (!err && (err = signal_own_actions()) != 0)
        files_put(out->files);
    if (err)
        aspace_put(out->as);
    return err;
}

int proc_exec(const char *path, uint64 argv, uint64 envp)
{
    struct args args = { .path = path, .argv = argv, .envp = envp };
    struct program prog;
    struct fresh fresh;
    int err = program_find(path, &prog, &args);
    if (!err) {
        err = prepare(&args, &prog, &fresh);
        program_close(&prog);
    }
    args_end(&args);
    if (err)
        return err;
    struct proc *p = current_proc();
    proc_set_name(p, last_name(path));
    p->path_longest = (uint32)fresh.image.path_longest;
    p->classic = fresh.image.classic;
    change_files(fresh.files);
    change_over(p, &fresh);
    signal_exec();
    return 0;
}
