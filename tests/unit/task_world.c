#include <string.h>
#include "riscv/hart.h"
#include "riscv/timer.h"
#include "task/clock.h"
#include "task/sched.h"
#include "task/timers.h"
#include "task_world.h"

struct spinlock lk = SPINLOCK_INIT("test", RANK_PIPE);
struct waitq wq;
struct mutex m;
char story[4096];
struct thread *thread[64];
int result[64];

void tell(char c)
{
    size_t n = strlen(story);
    CHECK(n < sizeof(story) - 1);
    story[n] = c;
    story[n + 1] = 0;
}

void check_story_at(const char *file, int line, const char *expected)
{
    if (strcmp(story, expected))
        check_failed(file, line, "\"%s\" happened, not \"%s\"", story, expected);
    story[0] = 0;
}

void boot(int harts_n)
{
    turns_boot(harts_n);
    memset(&wq, 0xa5, sizeof(wq)); // what memory holds when it is made something
    memset(&m, 0xa5, sizeof(m));
    waitq_init(&wq, "test");
    mutex_init(&m, "test", RANK_FILE);
    spin_init(&lk, "test", RANK_PIPE);
    story[0] = 0;
    memset(result, 0xff, sizeof(result));
}

void spawn(int n, void (*fn)(void *))
{
    thread[n] = thread_spawn("test", fn, (void *)(long)n);
    CHECK(thread[n] != NULL);
}

void end(void)
{
    CHECK(turns_all_ended());
    CHECK(list_empty(&wq.waiters));
    CHECK(list_empty(&m.waiters.waiters));
    CHECK_EQ(m.owner, 0);
    for (int i = 0; i < nharts; i++)
        CHECK_EQ(harts[i].spin_depth, 0);
}

void says(void *n)
{
    sleep_ns(NS_PER_TICK);
    tell((char)('a' + (long)n));
}

void sleeper(void *n)
{
    spin_lock(&lk);
    wait_on(&wq, &lk);
    CHECK(spin_held(&lk));
    CHECK_EQ(current_thread()->state, THREAD_RUNNING);
    tell((char)('a' + (long)n));
    spin_unlock(&lk);
}

void sleepers(int n, void (*fn)(void *))
{
    for (int i = 0; i < n; i++) {
        spawn(i, fn);
        turns_run();
        CHECK_EQ(thread[i]->state, THREAD_SLEEPING);
    }
}

uint64 nap[64], woke[64];

void napper(void *n)
{
    long i = (long)n;
    uint64 begin = time_now();
    result[i] = sleep_ns(nap[i] * NS_PER_TICK);
    woke[i] = time_now() - begin;
    tell((char)('a' + i));
}
