#include "proc/sighand.h"
#include "lib/bitmap.h"
#include "mem/slab.h"
#include "proc/proc_priv.h"

static struct obj_cache sighands = OBJ_CACHE_INIT(sighands, "sighand", sizeof(struct sighand));

struct sighand *sighand_new(void)
{
    struct sighand *sh = obj_alloc(&sighands);
    if (!sh)
        return NULL;
    sh->refs = 1;
    sh->given = 0;
    return sh;
}

static void copy_actions(struct sighand *sh, const struct sighand *old)
{
    spin_lock(&tree_lock);
    sh->given = old->given;
    for (uint64 left = old->given; left; left &= left - 1) {
        uint64 i = bit_lowest(left);
        sh->action[i] = old->action[i];
    }
    spin_unlock(&tree_lock);
}

struct sighand *sighand_copy(const struct sighand *old)
{
    struct sighand *sh = sighand_new();
    if (sh && sighand_says(old))
        copy_actions(sh, old);
    return sh;
}

void sighand_get(struct sighand *sh)
{
    __atomic_add_fetch(&sh->refs, 1, __ATOMIC_RELAXED);
}

void sighand_put(struct sighand *sh)
{
    if (__atomic_sub_fetch(&sh->refs, 1, __ATOMIC_ACQ_REL) == 0)
        obj_free(&sighands, sh);
}

struct sigaction sighand_action(const struct sighand *sh, int sig)
{
    if (sh && sh->given & SIGBIT(sig))
        return sh->action[sig - 1];
    return (struct sigaction){ .sa_handler = SIG_DFL };
}

void sighand_set(struct sighand *sh, int sig, const struct sigaction *action)
{
    bool plain = action->sa_handler == SIG_DFL && !action->sa_flags && !action->sa_mask;
    sh->action[sig - 1] = *action;
    sh->given = (sh->given & ~SIGBIT(sig)) | (plain ? 0 : SIGBIT(sig));
}

void sighand_forget_handlers(struct sighand *sh)
{
    for (uint64 left = sh->given; left; left &= left - 1) {
        int sig = (int)bit_lowest(left) + 1;
        if (sh->action[sig - 1].sa_handler != SIG_IGN)
            sighand_reset(sh, sig);
    }
}
