// Processes: a family that forks, kills, waits and dies at random, beside a model.
#include <string.h>
#include "proc_world.h"

static struct model { // by pid; parent 0: there is none
    int parent, status;
    bool zombie;
} model[PID_END];
static int births, newest; // the last pid given

static void model_ends(int status)
{
    int pid = self()->pid;
    CHECK(!model[pid].zombie);
    if (!model[pid].parent)
        model[pid].parent = self()->ppid;
    for (int i = 1; i < PID_END; i++)
        if (model[i].parent == pid)
            model[i].parent = 1;
    model[pid].zombie = true;
    model[pid].status = status;
}

static void model_wait(bool nohang)
{
    struct proc *ended;
    int me = self()->pid, children = 0, zombies = 0;
    for (int i = 1; i < PID_END; i++) {
        children += model[i].parent == me;
        zombies += model[i].parent == me && model[i].zombie && proc_find(i)->zombie;
    }
    int err = wait_child(-1, nohang ? WNOHANG : 0, &ended);
    CHECK_EQ(err == -ECHILD, children == 0 && !ended);
    if (err || !ended) {
        CHECK(err || zombies == 0);
        return;
    }
    struct model *is = &model[ended->pid];
    CHECK(is->parent == me && is->zombie);
    CHECK_EQ(is->status, ended->exit_signal ? 1000 + ended->exit_signal : ended->exit_status);
    *is = (struct model){ 0 };
    proc_reap(ended);
}

static void lives(void);

static void model_fork(void)
{
    if (proc_count() > 300 || births++ > 1500)
        return;
    int pid = newest = start(lives);
    if (!model[pid].parent) // it may have been faster
        model[pid] = (struct model){ .parent = self()->pid };
}

static void model_kill(void)
{
    int pid = newest + 3 - (int)test_random_below(100);
    if (pid < 2)
        return;
    CHECK_EQ(send_signal(pid, 1 + (int)test_random_below(15)), model[pid].parent ? 0 : -ESRCH);
}

static void lives(void)
{
    CHECK(model[self()->pid].parent == 0 || model[self()->pid].parent == self()->ppid);
    model[self()->pid].parent = self()->ppid;
    for (int i = 0; i < 12; i++) {
        switch (test_random_below(7)) {
        case 0:
        case 1: model_fork(); break;
        case 2: model_wait(true); break;
        case 3: model_wait(false); break;
        case 4: model_kill(); break;
        default: sleep_ns(test_random_below(1000) * NS_PER_TICK);
        }
        to_user_mode(); // it may have been killed
    }
    int status = (int)test_random_below(100);
    model_ends(status);
    proc_exit(status, 0);
}

static void founds_a_family(void)
{
    births = 0;
    before_death = model_ends;
    memset(model, 0, sizeof model);
    for (int i = 0; i < 10; i++)
        model_fork();
    while (!list_empty(&self()->children))
        model_wait(false);
    before_death = NULL;
    for (int i = 2; i < PID_END; i++)
        CHECK_EQ(model[i].parent, 0);
}

TEST(a_family_at_random)
{
    for (int i = 0; i < 5; i++)
        as_init(founds_a_family);
}
