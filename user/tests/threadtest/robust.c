// Robust lists: locks whose owner ends.

#include "user/tests/threadtest/threadtest.h"

struct entry {
    struct entry *volatile next;
    volatile uint word;
};

static struct {
    struct entry *volatile first;
    long offset;
    struct entry *volatile pending;
} head;

static struct entry locks[4];

static void own(int i)
{
    locks[i].word = (uint)gettid();
}

static void links(void)
{
    head.offset = (long)offsetof(struct entry, word);
    head.first = &locks[0];
    locks[0].next = &locks[1];
    locks[1].next = (struct entry *)&head;
    head.pending = &locks[2];
    sys(SYS_set_robust_list, &head, sizeof head);
}

static void dies_with_locks(void *arg)
{
    links();
    own(0);
    own(1);
    locks[1].word |= FUTEX_WAITERS;
    own(2);
    locks[3].word = 1; // not in the list, and not its own
    sleep_ms(20);
}

static void execs_with_locks(void *arg)
{
    static char *const argv[] = { "true", NULL };
    links();
    own(0);
    execve("/true", (char **)argv, environ);
}

// Who waits is woken, and finds that the owner is dead.
void robust_owner(void)
{
    static char stack[2048];
    struct uthread t;
    begin(&t, dies_with_locks, NULL);
    uint tid = (uint)t.tid;
    while (locks[1].word != (tid | FUTEX_WAITERS))
        sched_yield();
    futex(&locks[1].word, FUTEX_WAIT, tid | FUTEX_WAITERS, NULL, NULL, 0);
    EXPECT(locks[1].word, (long)(FUTEX_OWNER_DIED | FUTEX_WAITERS), "the lock with a waiter");
    join(&t);
    EXPECT(locks[0].word, (long)FUTEX_OWNER_DIED, "the first lock");
    EXPECT(locks[2].word, (long)FUTEX_OWNER_DIED, "the one that was being taken");
    EXPECT(locks[3].word, 1, "a lock of nobody's");
    long pid = clone_raw(CLONE_VM | CLONE_VFORK | SIGCHLD, stack + sizeof stack, NULL, NULL, NULL,
                         execs_with_locks, NULL);
    EXPECT(locks[0].word, (long)FUTEX_OWNER_DIED, "the lock of one that execs");
    EXPECT(finish((int)pid).status, 0, "its end");
}

// --- lists that are none ----------------------------------------------------------------------

static void circle(void)
{
    links();
    locks[1].next = &locks[0];
}

static void nowhere(void)
{
    links();
    locks[0].next = (struct entry *)-8L;
}

static void odd(void)
{
    links();
    head.first = (struct entry *)((char *)&locks[0] + 1);
    head.offset = 2;
}

static void beyond(void)
{
    links();
    head.offset = 1L << 62;
}

static void text(void)
{
    links();
    head.first = (struct entry *)(void *)text;
    head.offset = 0;
}

static void no_head(void)
{
    sys(SYS_set_robust_list, -16L, sizeof head);
}

static void changes_for_ever(void *arg)
{
    for (;;)
        locks[0].word ^= FUTEX_WAITERS;
}

static void dies_with(void *set)
{
    void (*const how)(void) = (void (*)(void))set;
    how();
    own(0);
}

static void ends_with(void *set)
{
    static struct uthread t[2];
    begin(&t[0], changes_for_ever, NULL);
    begin(&t[1], dies_with, set);
    join(&t[1]);
}

// Whatever the list is, its owner ends, soon, and nobody else suffers.
void robust_hostile(void)
{
    static void (*const lists[])(void) = { circle, nowhere, odd, beyond, text, no_head };
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        must_pass("a process with a bad list", ends_with, (void *)lists[i]);
}
