#include "proc/sighand.h"
#include "lib/string.h"
#include "mem/slab.h"

static struct obj_cache sighands = OBJ_CACHE_INIT(sighands, "sighand", sizeof(struct sighand));

struct sighand *sighand_new(void)
{
    struct sighand *sh = obj_alloc_zeroed(&sighands);
    if (!sh)
        return NULL;
    spin_init(&sh->lock, "sighand", RANK_SIG);
    sh->refs = 1;
    return sh;
}

struct sighand *sighand_copy(struct sighand *of)
{
    struct sighand *sh = sighand_new();
    if (!sh)
        return NULL;
    spin_lock(&of->lock);
    memcpy(sh->action, of->action, sizeof sh->action);
    spin_unlock(&of->lock);
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
