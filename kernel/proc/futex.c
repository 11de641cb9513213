#include "proc/futex.h"
#include "abi.h"
#include "cache/object.h"
#include "errno.h"
#include "lib/list.h"
#include "lib/mix.h"
#include "mem/audit.h"
#include "memlayout.h"
#include "param.h"
#include "riscv.h"
#include "riscv/spinlock.h"
#include "task/thread.h"
#include "vm/area.h"
#include "vm/aspace.h"
#include "vm/pagetable.h"
#include "vm/usercopy.h"

#define BUCKETS 256

static struct bucket {
    struct spinlock lock; // RANK_FUTEX
    struct list sleepers; // struct sleeper.link, who sleeps longest first; by lock
} buckets[BUCKETS];

// Whoever makes keys collide makes a bucket longer, but not longer than there are threads.
#define MIX_1 0x9e3779b97f4a7c15UL
#define MIX_2 0xd6e8feb86659fd93UL

struct key {
    struct object *object; // NULL: it is in an address space
    struct aspace *as;
    uint64 at; // byte of the object, or address
};

struct sleeper {
    struct waiter waiter;
    uint32 bitset; // constant
    // by the lock of its bucket
    struct list link; // in none once it is woken
    struct key key;
    struct bucket *bucket; // read without the lock to find that
};

// At most so many can sleep at one word; so many are woken before others may run.
#define SLEEPERS_MOST (NPROC + NTHREAD)
#define BREATH        64

// --- keys and buckets -------------------------------------------------------------------------

// => if the word may be shared, the address space is locked
static int key_of(struct futex word, struct key *out)
{
    *out = (struct key){ .as = word.as, .at = word.uva };
    if (!word.shared)
        return 0;
    const struct area *a = areas_find(&word.as->areas, word.uva);
    if (!a)
        return -EFAULT;
    if (a->mapping.shared)
        *out = (struct key){ .object = a->object, .at = a->offset + (word.uva - a->start) };
    return 0;
}

static bool same(const struct key *a, const struct key *b)
{
    return a->object == b->object && a->as == b->as && a->at == b->at;
}

static struct bucket *bucket_of(const struct key *key)
{
    uint64 of = (uint64)key->object ^ (uint64)key->as;
    return &buckets[mix_fold(of ^ MIX_1, key->at ^ MIX_2) % BUCKETS];
}

static int check(struct futex word)
{
    if (word.uva % sizeof(uint32) != 0)
        return -EINVAL;
    return word.uva >= USER_MAX ? -EFAULT : 0;
}

// The word in place, with its address space locked until user_release().
static int hold(struct futex word, bool write, struct user_span *out, struct key *key)
{
    int err = check(word);
    if (!err)
        err = user_hold(word.as, word.uva, sizeof(uint32), write, out);
    if (err)
        return err;
    err = key_of(word, key);
    if (err)
        user_release(out);
    return err;
}

static uint32 value_of(const struct user_span *word)
{
    return __atomic_load_n((uint32 *)word->kva, __ATOMIC_SEQ_CST);
}

// --- sleep ------------------------------------------------------------------------------------

// => the bucket is locked, and the address space
static void enter(struct sleeper *s, struct bucket *b)
{
    if (s->key.object)
        object_get(s->key.object);
    __atomic_store_n(&s->bucket, b, __ATOMIC_RELAXED);
    list_push_back(&b->sleepers, &s->link);
}

static int fall_asleep(struct sleeper *s, struct futex word, uint32 value)
{
    struct user_span span;
    int err = hold(word, false, &span, &s->key);
    if (err)
        return err;
    struct bucket *b = bucket_of(&s->key);
    spin_lock(&b->lock);
    if (value_of(&span) == value)
        enter(s, b);
    else
        err = -EAGAIN;
    spin_unlock(&b->lock);
    user_release(&span);
    return err;
}

// Takes it out of its bucket, which may change until that is locked.  => false: it has been woken
static bool give_up(struct sleeper *s)
{
    for (;;) {
        struct bucket *b = __atomic_load_n(&s->bucket, __ATOMIC_RELAXED);
        spin_lock(&b->lock);
        bool here = b == s->bucket, asleep = here && !list_empty(&s->link);
        if (asleep)
            list_remove(&s->link);
        spin_unlock(&b->lock);
        if (here)
            return asleep;
    }
}

int futex_wait(struct futex word, uint32 value, uint32 bitset, uint64 until)
{
    struct sleeper s = { .bitset = bitset };
    waiter_init(&s.waiter, NULL);
    list_init(&s.link);
    int err = fall_asleep(&s, word, value);
    if (err)
        return err;
    err = waiter_sleep_until(&s.waiter, until);
    if (!give_up(&s))
        err = 0;
    if (s.key.object)
        object_put(s.key.object);
    return err;
}

// --- wakeups ----------------------------------------------------------------------------------

// => the bucket is locked.  How many were woken
static int wake(struct bucket *b, const struct key *key, int most, uint32 bitset)
{
    int n = 0;
    list_for_each_safe (l, &b->sleepers) {
        struct sleeper *s = container_of(l, struct sleeper, link);
        if (n >= most)
            break;
        if (!same(&s->key, key) || !(s->bitset & bitset))
            continue;
        list_remove(l);
        waiter_fire(&s->waiter);
        n++;
    }
    return n;
}

// The space of a word that may be shared stays locked, and what it maps stays mapped.
static int lock_key(struct futex word, struct key *key)
{
    int err = check(word);
    if (err)
        return err;
    if (word.shared)
        mutex_lock(&word.as->lock);
    err = key_of(word, key);
    if (err)
        mutex_unlock(&word.as->lock);
    return err;
}

static int wake_some(struct futex word, int most, uint32 bitset)
{
    struct key key;
    int err = lock_key(word, &key);
    if (err)
        return err;
    struct bucket *b = bucket_of(&key);
    spin_lock(&b->lock);
    int n = wake(b, &key, most, bitset);
    spin_unlock(&b->lock);
    if (word.shared)
        mutex_unlock(&word.as->lock);
    return n;
}

// Whoever sleeps again at once is woken again: that ends with as many as there are threads.
int64 futex_wake(struct futex word, int most, uint32 bitset)
{
    int done = 0, n;
    most = most < 1 ? 1 : most < SLEEPERS_MOST ? most : SLEEPERS_MOST;
    do {
        int some = most - done < BREATH ? most - done : BREATH;
        n = wake_some(word, some, bitset);
        if (n < 0)
            return done ? done : n;
        done += n;
        thread_breathe();
    } while (n == BREATH && done < most);
    return done;
}

// --- two words --------------------------------------------------------------------------------

struct two {
    struct key from, to;
    struct bucket *from_bucket, *to_bucket;
};

// Locks the buckets of both.  => the address space is locked
static int lock_two(struct futex from, struct futex to, struct two *out)
{
    int err = key_of(from, &out->from);
    if (!err)
        err = key_of(to, &out->to);
    if (err)
        return err;
    struct bucket *a = out->from_bucket = bucket_of(&out->from);
    struct bucket *b = out->to_bucket = bucket_of(&out->to);
    spin_lock(&(a < b ? a : b)->lock);
    if (a != b)
        spin_lock(&(a < b ? b : a)->lock);
    return 0;
}

static void unlock_two(const struct two *two)
{
    spin_unlock(&two->from_bucket->lock);
    if (two->to_bucket != two->from_bucket)
        spin_unlock(&two->to_bucket->lock);
}

// => how many were to be moved, at most `most`.  The map keeps the object that they leave.
static int move(const struct two *two, int most)
{
    int n = 0;
    list_for_each_safe (l, &two->from_bucket->sleepers) {
        struct sleeper *s = container_of(l, struct sleeper, link);
        if (n >= most)
            break;
        if (!same(&s->key, &two->from))
            continue;
        n++;
        if (same(&two->from, &two->to))
            continue;
        list_remove(l);
        s->key = two->to;
        enter(s, two->to_bucket);
    }
    return n;
}

// References of sleepers to the object that they have left; the map that led to it has one more.
static void forget(const struct two *two, int moved)
{
    if (two->from.object && !same(&two->from, &two->to))
        while (moved-- > 0)
            object_put(two->from.object);
}

// => the address space is locked
static int64 requeue(struct futex from, struct futex to, int most, int most_moved,
                     const uint32 *word, uint32 value)
{
    struct two two;
    int err = lock_two(from, to, &two);
    if (err)
        return err;
    int woken = 0, moved = 0;
    if (word && __atomic_load_n(word, __ATOMIC_SEQ_CST) != value)
        err = -EAGAIN;
    if (!err) {
        woken = wake(two.from_bucket, &two.from, most, FUTEX_ANY);
        moved = move(&two, most_moved);
    }
    unlock_two(&two);
    forget(&two, moved);
    return err ? err : woken + moved;
}

int64 futex_requeue(struct futex from, struct futex to, int most, int most_moved,
                    const uint32 *value)
{
    struct user_span span = { .kva = NULL };
    int err = check(from);
    if (!err)
        err = check(to);
    if (err)
        return err;
    if (value)
        err = user_hold(from.as, from.uva, sizeof *value, false, &span);
    else
        mutex_lock(&from.as->lock);
    if (err)
        return err;
    int64 n = requeue(from, to, most, most_moved, span.kva, value ? *value : 0);
    mutex_unlock(&from.as->lock);
    return n;
}

// --- operation and wakeup ---------------------------------------------------------------------

// The encoding of an operation: 1 bit (the operand is a number of bits to shift 1 by), 3 bits of
// operation, 4 of comparison, 12 of operand and 12 of what is compared with, both signed.
static int32 signed12(uint32 bits)
{
    return (int32)(bits << 20) >> 20;
}

// Changes the word.  => 0 and what it was; -ENOSYS
static int operate(uint32 *word, uint32 op, uint32 *was)
{
    uint32 operand = (uint32)signed12(op >> 12 & 0xfff);
    if (op >> 31)
        operand = 1U << (operand & 31);
    switch (op >> 28 & 7) {
    case FUTEX_OP_SET: *was = __atomic_exchange_n(word, operand, __ATOMIC_SEQ_CST); break;
    case FUTEX_OP_ADD: *was = __atomic_fetch_add(word, operand, __ATOMIC_SEQ_CST); break;
    case FUTEX_OP_OR: *was = __atomic_fetch_or(word, operand, __ATOMIC_SEQ_CST); break;
    case FUTEX_OP_ANDN: *was = __atomic_fetch_and(word, ~operand, __ATOMIC_SEQ_CST); break;
    case FUTEX_OP_XOR: *was = __atomic_fetch_xor(word, operand, __ATOMIC_SEQ_CST); break;
    default: return -ENOSYS;
    }
    return 0;
}

// => 1 if what the word was compares as op says, 0 if not; -ENOSYS
static int compares(uint32 op, uint32 was)
{
    int32 a = (int32)was, b = signed12(op & 0xfff);
    switch (op >> 24 & 0xf) {
    case FUTEX_OP_CMP_EQ: return a == b;
    case FUTEX_OP_CMP_NE: return a != b;
    case FUTEX_OP_CMP_LT: return a < b;
    case FUTEX_OP_CMP_LE: return a <= b;
    case FUTEX_OP_CMP_GT: return a > b;
    case FUTEX_OP_CMP_GE: return a >= b;
    default: return -ENOSYS;
    }
}

// => the address space is locked
static int64 operate_and_wake(struct futex from, struct futex to, int most, int most_to, uint32 op,
                              uint32 *word)
{
    struct two two;
    uint32 was;
    int n = 0, err = lock_two(from, to, &two);
    if (err)
        return err;
    err = operate(word, op, &was);
    if (!err) {
        n = wake(two.from_bucket, &two.from, most, FUTEX_ANY);
        if (compares(op, was))
            n += wake(two.to_bucket, &two.to, most_to, FUTEX_ANY);
    }
    unlock_two(&two);
    return err ? err : n;
}

int64 futex_wake_op(struct futex from, struct futex to, int most, int most_to, uint32 op)
{
    struct user_span span;
    int err = check(from);
    if (!err)
        err = check(to);
    if (!err)
        err = compares(op, 0);
    if (err >= 0)
        err = user_hold(to.as, to.uva, sizeof(uint32), true, &span);
    if (err)
        return err;
    int64 n = operate_and_wake(from, to, most, most_to, op, span.kva);
    user_release(&span);
    return n;
}

// --- audit ------------------------------------------------------------------------------------

static void audit_bucket(struct bucket *b)
{
    list_for_each (l, &b->sleepers) {
        struct sleeper *s = container_of(l, struct sleeper, link);
        if (s->bucket != b || bucket_of(&s->key) != b)
            audit_error("X1: a sleeper of futex %p stands in a bucket that is not its key's",
                        (void *)s->key.at);
        if (s->key.object && __atomic_load_n(&s->key.object->refs, __ATOMIC_RELAXED) == 0)
            audit_error("X2: a sleeper's object has no reference");
    }
}

static void audit_sleepers(void)
{
    for (int i = 0; i < BUCKETS; i++) {
        spin_lock(&buckets[i].lock);
        audit_bucket(&buckets[i]);
        spin_unlock(&buckets[i].lock);
    }
}

void futex_init(void)
{
    for (int i = 0; i < BUCKETS; i++) {
        spin_init(&buckets[i].lock, "futex", RANK_FUTEX);
        list_init(&buckets[i].sleepers);
    }
    audit_register("futexes", audit_sleepers);
}
