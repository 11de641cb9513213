#include "riscv/lockcheck.h"
#include "abi.h"
#include "lib/panic.h"

#ifdef DEBUG

// Ranks of which two may be held at one time, in an order that lockorder.h tells.
static bool pairs(enum lock_rank rank)
{
    return rank == RANK_ASPACE || rank == RANK_INODE || rank == RANK_FUTEX ||
           rank == RANK_WAITQ_ABOVE || rank == RANK_NONE;
}

static int kind_of(enum lock_rank rank)
{
    return rank < RANK_PIPE ? KINE_LONGEST_MUTEX : KINE_LONGEST_SPIN;
}

void lockcheck_take(struct locks_held *held, const void *lock, enum lock_rank rank,
                    const char *name, bool ordered)
{
    for (int i = 0; i < held->n; i++) {
        if (held->lock[i].lock == lock)
            panic("lock %s taken twice", name);
        if (ordered && rank != RANK_NONE &&
            (held->lock[i].rank > rank || (held->lock[i].rank == rank && !pairs(rank))))
            panic("lock order: %s (rank %d) taken while %s (rank %d) is held", name, rank,
                  held->lock[i].name, held->lock[i].rank);
    }
    if (held->n == LOCKS_HELD)
        panic("more than %d locks held", LOCKS_HELD);
    held->lock[held->n].lock = lock;
    held->lock[held->n].rank = rank;
    held->lock[held->n].name = name;
    held->n++;
}

void lockcheck_had(struct locks_held *held, uint64 place)
{
    longest_hold(&held->lock[held->n - 1].hold, place);
}

void lockcheck_drop(struct locks_held *held, const void *lock, uint64 place)
{
    for (int i = held->n - 1; i >= 0; i--) {
        if (held->lock[i].lock != lock)
            continue;
        longest_drop(&held->lock[i].hold, kind_of(held->lock[i].rank), held->lock[i].name, place);
        held->lock[i] = held->lock[--held->n];
        return;
    }
    panic("a lock is dropped that is not held");
}

void lockcheck_rest(const struct locks_held *held)
{
    for (int i = 0; i < held->n; i++)
        if (!RANK_IS_TURN(held->lock[i].rank))
            panic("a thread rests with %s held", held->lock[i].name);
}

#endif
