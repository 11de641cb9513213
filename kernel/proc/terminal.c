#include "proc/terminal.h"
#include "dev/tty.h"
#include "proc/group.h"
#include "proc/lwp.h"
#include "proc/proc_priv.h"
#include "proc/sighand.h"
#include "proc/signal.h"

static void signal_group(int pgid, int sig)
{
    struct siginfo info = { .si_signo = sig, .si_code = SI_KERNEL };
    signal_post_group(pgid, &info);
}

static struct tty_caller caller(void)
{
    struct proc *p = current_proc();
    spin_lock(&tree_lock);
    int sid = p->group->session->sid;
    struct tty_caller c = { .session = sid, .group = p->group->pgid, .leads = sid == p->pid };
    spin_unlock(&tree_lock);
    return c;
}

static bool can_stop(int sig)
{
    struct proc *p = current_proc();
    spin_lock(&tree_lock);
    bool ignored = sighand_action(p->sighand, sig).sa_handler == SIG_IGN;
    bool blocked = current_lwp()->signals.blocked & SIGBIT(sig);
    bool can = !ignored && !blocked && !group_is_orphaned(p->group);
    spin_unlock(&tree_lock);
    return can;
}

static int session_of(int pgid)
{
    spin_lock(&tree_lock);
    const struct group *g = group_find(pgid);
    int sid = g ? g->session->sid : 0;
    spin_unlock(&tree_lock);
    return sid;
}

static bool is_led(int session)
{
    spin_lock(&tree_lock);
    const struct proc *leader = proc_find(session);
    bool led = leader && !leader->zombie && leader->group->session->sid == session;
    spin_unlock(&tree_lock);
    return led;
}

void terminal_init(void)
{
    static const struct tty_upcalls upcalls = {
        .signal_group = signal_group,
        .caller = caller,
        .can_stop = can_stop,
        .session_of = session_of,
        .is_led = is_led,
    };
    tty_register(&upcalls);
}
