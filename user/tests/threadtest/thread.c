#include "user/tests/threadtest/thread.h"

// The new thread finds fn and arg on its stack.
__asm__(".text\n"
        ".globl clone_raw\n"
        "clone_raw:\n"
        "    andi a1, a1, -16\n"
        "    addi a1, a1, -16\n"
        "    sd   a5, 0(a1)\n"
        "    sd   a6, 8(a1)\n"
        "    li   a7, 220\n"
        "    ecall\n"
        "    bnez a0, 1f\n"
        "    ld   t0, 0(sp)\n"
        "    ld   a0, 8(sp)\n"
        "    jalr t0\n"
        "    li   a0, 0\n"
        "    li   a7, 93\n"
        "    ecall\n"
        "1:  ret\n");

long futex(volatile void *word, int op, uint value, const void *time_or_value, volatile void *word2,
           uint value3)
{
    return sys(SYS_futex, word, op, value, time_or_value, word2, value3);
}

int gettid(void)
{
    return (int)sys(SYS_gettid);
}

long try_begin(struct uthread *t, job *fn, void *arg)
{
    long at =
        sys(SYS_mmap, 0, THREAD_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at < 0 && at > -4096)
        return at;
    t->stack = (char *)at;
    long tid = clone_raw(PTHREAD_FLAGS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID,
                         t->stack + THREAD_STACK, &t->tid, NULL, &t->tid, fn, arg);
    if (tid < 0)
        sys(SYS_munmap, t->stack, THREAD_STACK);
    return tid;
}

void begin(struct uthread *t, job *fn, void *arg)
{
    long tid = try_begin(t, fn, arg);
    CHECK(tid > 0, "a thread: error %ld", -tid);
}

void join(struct uthread *t)
{
    int tid;
    while ((tid = t->tid) != 0)
        futex(&t->tid, FUTEX_WAIT, (uint)tid, NULL, NULL, 0);
    EXPECT(sys(SYS_munmap, t->stack, THREAD_STACK), 0, "munmap of a stack");
}

void lock(struct lock *l)
{
    uint seen = 0;
    if (__atomic_compare_exchange_n(&l->word, &seen, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
        return;
    while (__atomic_exchange_n(&l->word, 2, __ATOMIC_ACQUIRE) != 0)
        futex(&l->word, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 2, NULL, NULL, 0);
}

void unlock(struct lock *l)
{
    if (__atomic_exchange_n(&l->word, 0, __ATOMIC_RELEASE) == 2)
        futex(&l->word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0);
}

void meet(struct barrier *b)
{
    uint round = b->round;
    if (__atomic_add_fetch(&b->come, 1, __ATOMIC_ACQ_REL) == b->n) {
        b->come = 0;
        __atomic_add_fetch(&b->round, 1, __ATOMIC_RELEASE);
        futex(&b->round, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1000000, NULL, NULL, 0);
        return;
    }
    while (b->round == round)
        futex(&b->round, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, round, NULL, NULL, 0);
}
