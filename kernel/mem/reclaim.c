#include "mem/reclaim.h"
#include "lib/panic.h"
#include "mem/frame.h"

#define RECLAIMERS 6
#define BATCH      32 // frames asked for at one time

static reclaim_fn *reclaimers[RECLAIMERS];
static int nreclaimers;
static reclaim_wait_fn *sleepers[RECLAIMERS];
static int nsleepers;

void reclaim_register(reclaim_fn *fn)
{
    if (nreclaimers == RECLAIMERS)
        panic("more than %d reclaimers", RECLAIMERS);
    reclaimers[nreclaimers++] = fn;
}

void reclaim_wait_register(reclaim_wait_fn *fn)
{
    if (nsleepers == RECLAIMERS)
        panic("more than %d reclaimers that sleep", RECLAIMERS);
    sleepers[nsleepers++] = fn;
}

bool reclaim(void)
{
    for (int i = 0; i < nreclaimers; i++)
        if (reclaimers[i](BATCH) > 0)
            return true;
    return false;
}

// With frames at hand it was not memory that failed, but the injector.
bool reclaim_wait(void)
{
    size_t got = 0;
    if (frames_free() > FRAMES_KEPT + BATCH)
        return false;
    for (int i = 0; i < nsleepers; i++)
        got += sleepers[i]();
    return got > 0;
}
