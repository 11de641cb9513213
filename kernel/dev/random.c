// A generator under one key (lib/chacha.h).  A refill makes some blocks; of the first the next key
// is taken at once, so that what has been given out cannot be computed from what is in memory; what
// is given out is erased.  The time of each refill goes into its key.
//
// What is unguessable is the firmware's seed (machine.seed; QEMU gives one).  Without it there are
// the clocks alone.

#include "dev/random.h"
#include "lib/chacha.h"
#include "lib/string.h"
#include "riscv/machine.h"
#include "riscv/spinlock.h"
#include "riscv/timer.h"
#include "task/clock.h"

#define BLOCKS    4 // of a refill: some 7,000 instructions
#define KEY_BYTES (CHACHA_KEY_WORDS * sizeof(uint32))

static struct spinlock lock = SPINLOCK_INIT("random", RANK_RANDOM);
static uint32 key[CHACHA_KEY_WORDS];             // by lock, as all below
static uint32 pool[BLOCKS * CHACHA_BLOCK_WORDS]; // its last `left` bytes are to be given out
static size_t left;

// => lock held
static void refill(void)
{
    uint64 now = time_now();
    for (uint32 i = 0; i < BLOCKS; i++) {
        const uint32 nonce[4] = { i, 0, (uint32)now, (uint32)(now >> 32) };
        chacha_block(key, nonce, pool + i * CHACHA_BLOCK_WORDS);
    }
    memcpy(key, pool, KEY_BYTES);
    memset(pool, 0, KEY_BYTES);
    left = sizeof pool - KEY_BYTES;
}

// Gives out up to n bytes.  => how many
static size_t take(void *buf, size_t n)
{
    spin_lock(&lock);
    if (left == 0)
        refill();
    size_t some = n < left ? n : left;
    char *from = (char *)pool + sizeof pool - left;
    memcpy(buf, from, some);
    memset(from, 0, some);
    left -= some;
    spin_unlock(&lock);
    return some;
}

void random_bytes(void *buf, size_t n)
{
    for (char *to = buf; n > 0;) {
        size_t some = take(to, n);
        to += some;
        n -= some;
    }
}

uint64 random_u64(void)
{
    uint64 x;
    random_bytes(&x, sizeof x);
    return x;
}

void random_init(void)
{
    uint64 seed[4] = { machine.seed[0], machine.seed[1], time_now(), 0 };
    uint32 nsec;
    clock_realtime(&seed[3], &nsec);
    seed[3] = seed[3] << 32 ^ nsec;
    memcpy(key, seed, sizeof seed);
    refill();
}
