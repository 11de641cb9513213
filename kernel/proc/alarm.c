#include "proc/alarm.h"
#include "errno.h"
#include "mem/slab.h"
#include "proc/proc_priv.h"
#include "proc/signal.h"
#include "riscv/timer.h"
#include "task/clock.h"
#include "task/sched.h"

#define NS_PER_S 1000000000UL
#define OFTEN_NS 2000000UL // no alarm rings more often

struct ptimer {
    struct alarm alarm;
    struct list link; // in its process's list
    struct proc *proc;
    int id;
    struct sigevent event;
    bool realtime; // its absolute times are those of the day
    int overrun;   // of its last signal that was taken
};

// What a process has of them, from the first that it sets on.
struct proc_alarms {
    struct proc *proc;
    struct alarm real;                 // ITIMER_REAL
    struct cpu_alarm computing, spent; // ITIMER_VIRTUAL, ITIMER_PROF
    struct list timers;                // struct ptimer.link: timer_create()
    int ntimers, last_id;
};

static struct obj_cache alarms = OBJ_CACHE_INIT(alarms, "alarms", sizeof(struct proc_alarms));
static struct obj_cache ptimers = OBJ_CACHE_INIT(ptimers, "timer", sizeof(struct ptimer));

static struct list set = LIST_INIT(set); // by tree_lock: alarms that are set, soonest first
static struct waitq changed = WAITQ_INIT(changed, "alarms");

// --- the clock --------------------------------------------------------------------------------

static struct alarm *soonest(void)
{
    return list_empty(&set) ? NULL : container_of(set.next, struct alarm, link);
}

static void unset(struct alarm *a)
{
    list_remove(&a->link);
    a->when = 0;
}

static void insert(struct alarm *a)
{
    struct list *at = set.prev;
    while (at != &set && container_of(at, struct alarm, link)->when > a->when)
        at = at->prev;
    list_insert_between(&a->link, at, at->next);
    if (soonest() == a)
        wake_all(&changed);
}

static void set_alarm(struct alarm *a, uint64 when, uint64 interval)
{
    unset(a);
    a->when = when;
    a->interval = interval;
    if (when)
        insert(a);
}

// All that ring too often ring at the same moments, so that the clock's thread is woken for them no
// more often than for one.
// => how many rings were due and are not heard, of one that is to ring every `interval` from `when`
static uint64 missed_rings(uint64 when, uint64 interval, uint64 now)
{
    uint64 next = when + interval, soon = (now / OFTEN_NS + 1) * OFTEN_NS;
    if (interval >= OFTEN_NS && next > now)
        return 0;
    return next >= soon ? 0 : (soon - next + interval - 1) / interval;
}

static void ring(struct alarm *a, uint64 now)
{
    uint64 when = a->when, missed = 0;
    unset(a);
    if (a->interval) {
        missed = missed_rings(when, a->interval, now);
        set_alarm(a, when + (missed + 1) * a->interval, a->interval);
    }
    a->ring(a, missed);
}

static void alarm_clock(void *arg)
{
    struct alarm *a;
    spin_lock(&tree_lock);
    for (;;) {
        uint64 now = clock_ns();
        while ((a = soonest()) != NULL && a->when <= now)
            ring(a, now);
        wait_on_until(&changed, &tree_lock, a ? a->when : WAIT_FOREVER);
    }
}

bool alarms_start(void)
{
    return thread_spawn("alarms", alarm_clock, NULL) != NULL;
}

static struct alarm_time time_left(const struct alarm *a)
{
    uint64 now = clock_ns();
    if (!a->when)
        return (struct alarm_time){ 0, 0 };
    return (struct alarm_time){ a->when > now ? a->when - now : 1, a->interval };
}

// --- setitimer() ------------------------------------------------------------------------------

static void post(struct proc *p, int sig)
{
    struct siginfo info = { .si_signo = sig, .si_code = SI_KERNEL };
    signal_post(p, &info);
}

static void ring_real(struct alarm *a, uint64 missed)
{
    post(container_of(a, struct proc_alarms, real)->proc, SIGALRM);
}

// => false: no memory
static bool need_alarms(struct proc *p)
{
    if (__atomic_load_n(&p->alarms, __ATOMIC_ACQUIRE))
        return true;
    struct proc_alarms *a = obj_alloc_zeroed(&alarms);
    if (!a)
        return false;
    a->proc = p;
    a->real.ring = ring_real;
    list_init(&a->real.link);
    list_init(&a->timers);
    spin_lock(&tree_lock);
    struct proc_alarms *spare = p->alarms ? a : NULL; // another thread was faster
    if (!spare)
        __atomic_store_n(&p->alarms, a, __ATOMIC_RELEASE);
    spin_unlock(&tree_lock);
    if (spare)
        obj_free(&alarms, spare);
    return true;
}

static void tick(struct proc *p, struct cpu_alarm *a, uint64 spent, int sig)
{
    if (!a->at || spent < a->at)
        return;
    a->at = a->interval ? spent + a->interval : 0;
    post(p, sig);
}

void alarms_tick(struct proc *p)
{
    struct proc_alarms *a = __atomic_load_n(&p->alarms, __ATOMIC_ACQUIRE);
    if (!a || (!a->computing.at && !a->spent.at))
        return;
    spin_lock(&tree_lock);
    struct cpu_time t = proc_threads_spent(p);
    uint64 user = time_to_ns(t.user);
    tick(p, &a->computing, user, SIGVTALRM);
    tick(p, &a->spent, user + time_to_ns(t.kernel), SIGPROF);
    spin_unlock(&tree_lock);
}

static uint64 cpu_now(const struct proc *p, int which)
{
    struct cpu_time t = proc_threads_spent(p);
    return time_to_ns(t.user) + (which == ITIMER_PROF ? time_to_ns(t.kernel) : 0);
}

static struct cpu_alarm *cpu_alarm_of(struct proc *p, int which)
{
    return which == ITIMER_PROF ? &p->alarms->spent : &p->alarms->computing;
}

// => tree_lock held
static struct alarm_time get(struct proc *p, int which)
{
    if (!p->alarms)
        return (struct alarm_time){ 0, 0 };
    if (which == ITIMER_REAL)
        return time_left(&p->alarms->real);
    const struct cpu_alarm *a = cpu_alarm_of(p, which);
    uint64 now = cpu_now(p, which);
    if (!a->at)
        return (struct alarm_time){ 0, 0 };
    return (struct alarm_time){ a->at > now ? a->at - now : 1, a->interval };
}

static void put(struct proc *p, int which, struct alarm_time t)
{
    if (which == ITIMER_REAL) {
        set_alarm(&p->alarms->real, t.left ? clock_ns() + t.left : 0, t.interval);
        return;
    }
    *cpu_alarm_of(p, which) =
        (struct cpu_alarm){ t.left ? cpu_now(p, which) + t.left : 0, t.interval };
}

struct alarm_time itimer_get(int which)
{
    sched_charge();
    spin_lock(&tree_lock);
    struct alarm_time t = get(current_proc(), which);
    spin_unlock(&tree_lock);
    return t;
}

int itimer_set(int which, struct alarm_time t, struct alarm_time *old)
{
    struct proc *p = current_proc();
    if (!need_alarms(p))
        return -ENOMEM;
    sched_charge();
    spin_lock(&tree_lock);
    *old = get(p, which);
    put(p, which, t);
    spin_unlock(&tree_lock);
    return 0;
}

// --- timer_create() ---------------------------------------------------------------------------

// While the signal of one ring waits, those that follow are counted in it.
static void ring_timer(struct alarm *a, uint64 missed)
{
    struct ptimer *t = container_of(a, struct ptimer, alarm);
    struct siginfo info = { .si_signo = t->event.sigev_signo,
                            .si_code = SI_TIMER,
                            .si_timerid = t->id,
                            .si_overrun = (int)missed,
                            .si_value = t->event.sigev_value };
    if (t->event.sigev_notify == SIGEV_NONE)
        return;
    struct lwp *to = t->event.sigev_notify == SIGEV_THREAD_ID ? lwp_find(t->event.sigev_tid) : NULL;
    if (to && to->proc != t->proc)
        return;
    signal_post_timer(t->proc, to, &info);
}

// => tree_lock held
static struct ptimer *find(struct proc *p, int id)
{
    if (!p->alarms)
        return NULL;
    list_for_each (l, &p->alarms->timers) {
        struct ptimer *t = container_of(l, struct ptimer, link);
        if (t->id == id)
            return t;
    }
    return NULL;
}

static int free_id(struct proc *p)
{
    struct proc_alarms *a = p->alarms;
    do
        a->last_id = (a->last_id + 1) & INT32_MAX;
    while (find(p, a->last_id));
    return a->last_id;
}

// => tree_lock held: 0, -EAGAIN, -EINVAL
static int enter(struct proc *p, struct ptimer *t)
{
    const struct lwp *to = lwp_find(t->event.sigev_tid);
    if (t->event.sigev_notify == SIGEV_THREAD_ID && (!to || to->proc != p))
        return -EINVAL;
    if (p->alarms->ntimers == TIMERS_MOST)
        return -EAGAIN;
    p->alarms->ntimers++;
    t->id = free_id(p);
    list_push_back(&p->alarms->timers, &t->link);
    return 0;
}

int ptimer_new(const struct sigevent *event, bool realtime)
{
    static const struct sigevent plain = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM };
    struct proc *p = current_proc();
    struct ptimer *t = need_alarms(p) ? obj_alloc(&ptimers) : NULL;
    if (!t)
        return -EAGAIN;
    *t = (struct ptimer){
        .alarm.ring = ring_timer, .proc = p, .event = event ? *event : plain, .realtime = realtime
    };
    list_init(&t->alarm.link);
    spin_lock(&tree_lock);
    int err = enter(p, t);
    int id = t->id;
    if (!err && !event)
        t->event.sigev_value = (uint64)id;
    spin_unlock(&tree_lock);
    if (err)
        obj_free(&ptimers, t);
    return err ? err : id;
}

// => ns since boot
static uint64 time_of_ring(const struct ptimer *t, uint64 value, bool absolute)
{
    uint64 now = clock_ns(), sec, base = now;
    uint32 nsec;
    if (!absolute)
        return value ? now + value : 0;
    if (t->realtime) {
        clock_realtime(&sec, &nsec);
        base = sec * NS_PER_S + nsec;
    }
    return value > base ? now + (value - base) : value ? now : 0;
}

int ptimer_set(int id, uint64 value, uint64 interval, bool absolute, struct alarm_time *old)
{
    spin_lock(&tree_lock);
    struct ptimer *t = find(current_proc(), id);
    if (t) {
        *old = time_left(&t->alarm);
        set_alarm(&t->alarm, time_of_ring(t, value, absolute), interval);
    }
    spin_unlock(&tree_lock);
    return t ? 0 : -EINVAL;
}

int ptimer_get(int id, struct alarm_time *out)
{
    spin_lock(&tree_lock);
    const struct ptimer *t = find(current_proc(), id);
    if (t)
        *out = time_left(&t->alarm);
    spin_unlock(&tree_lock);
    return t ? 0 : -EINVAL;
}

int ptimer_overrun(int id)
{
    spin_lock(&tree_lock);
    const struct ptimer *t = find(current_proc(), id);
    int overrun = t ? t->overrun : -EINVAL;
    spin_unlock(&tree_lock);
    return overrun;
}

void ptimer_taken(struct proc *p, const struct siginfo *info)
{
    struct ptimer *t = find(p, info->si_timerid);
    if (t)
        t->overrun = info->si_overrun;
}

// => tree_lock held
static void end(struct ptimer *t)
{
    unset(&t->alarm);
    list_remove(&t->link);
    t->proc->alarms->ntimers--;
    obj_free(&ptimers, t);
}

int ptimer_delete(int id)
{
    spin_lock(&tree_lock);
    struct ptimer *t = find(current_proc(), id);
    if (t)
        end(t);
    spin_unlock(&tree_lock);
    return t ? 0 : -EINVAL;
}

void alarms_end_timers(struct proc *p)
{
    if (p->alarms)
        list_for_each_safe (l, &p->alarms->timers)
            end(container_of(l, struct ptimer, link));
}

void alarms_end(struct proc *p)
{
    if (!p->alarms)
        return;
    alarms_end_timers(p);
    unset(&p->alarms->real);
    obj_free(&alarms, p->alarms);
    p->alarms = NULL;
}
