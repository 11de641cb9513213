#include "mem/share.h"
#include "mem/frames_priv.h"
#include "mem/kmap.h"

// The kernel's share, in frames: 2 MiB of a machine of 32 MiB, 8 of 128 MiB, never more than 16.
#define KERNEL_PART  16
#define KERNEL_LEAST 512
#define KERNEL_MOST  4096
#define LENT_PART    4 // of the kernel's share

static size_t kernel_share, user_share;
static long promised; // atomic
static size_t lent;   // atomic
static long spare;    // atomic

void share_init(size_t nframes)
{
    kernel_share = frames_total() / KERNEL_PART;
    if (kernel_share < KERNEL_LEAST)
        kernel_share = KERNEL_LEAST;
    if (kernel_share > KERNEL_MOST)
        kernel_share = KERNEL_MOST;
    if (kernel_share > nframes / 2)
        kernel_share = nframes / 2;
    user_share = nframes - kernel_share;
}

size_t share_of_users(void)
{
    return user_share;
}

void share_promise(long frames)
{
    __atomic_fetch_add(&promised, frames, __ATOMIC_RELAXED);
}

static size_t promises(void)
{
    return (size_t)__atomic_load_n(&promised, __ATOMIC_RELAXED);
}

bool share_lend(void)
{
    if (__atomic_add_fetch(&lent, 1, __ATOMIC_RELAXED) <= kernel_share / LENT_PART)
        return true;
    share_lend_end(1);
    return false;
}

void share_lend_end(size_t frames)
{
    __atomic_sub_fetch(&lent, frames, __ATOMIC_RELAXED);
}

// Frames of FRAME_OTHER that are charged.
static size_t others(void)
{
    size_t all = frames_in_use(FRAME_OTHER), not_charged = __atomic_load_n(&lent, __ATOMIC_RELAXED);
    return all > not_charged ? all - not_charged : 0;
}

size_t share_charged(void)
{
    size_t stacks = frames_in_use(FRAME_STACK), spare = kstack_spare_frames();
    return promises() + frames_in_use(FRAME_USER) + frames_in_use(FRAME_TABLE) + others() +
           (stacks > spare ? stacks - spare : 0);
}

// What is not free is charged or the kernel's; so with the whole kernel's share and the promises
// still free there is room in the users' share, and the sum over the harts need not be made.
bool share_has(size_t want, size_t keep)
{
    want += keep;
    if (pool.nfree + pool.nfree_fresh >= kernel_share + promises() + want)
        return true;
    return share_charged() + want <= user_share;
}

void share_spare(long pages)
{
    __atomic_fetch_add(&spare, pages, __ATOMIC_RELAXED);
}

bool share_has_in_all(size_t want, size_t keep)
{
    size_t elsewhere = (size_t)__atomic_load_n(&spare, __ATOMIC_RELAXED);
    return share_has(want, keep) || share_charged() + want + keep <= user_share + elsewhere;
}
