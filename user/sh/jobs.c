#include "user/sh/jobs.h"
#include "kernel/syscall.h"
#include "user/sh/memory.h"
#include "user/sh/output.h"
#include "user/sh/shell.h"
#include "user/sh/text.h"
#include "user/user.h"

#define MEMORY 32 // jobs that have ended and are remembered; older ones are forgotten

struct process {
    struct process *next;
    int pid;
    enum job_state state;
    int status;
};

struct job {
    struct job *older;
    int id; // 0: in the foreground
    char *source;
    struct process *first, **last;
    int status; // of the last of its processes
};

static struct job *newest;

// --- the list ---------------------------------------------------------------------------------

struct job *job_new(const char *source)
{
    struct job *j = must_alloc(sizeof *j);
    j->older = newest;
    j->last = &j->first;
    j->source = must_copy(source ? source : "");
    return newest = j;
}

void job_add(struct job *j, int pid)
{
    struct process *p = *j->last = must_alloc(sizeof *p);
    p->pid = pid;
    j->last = &p->next;
}

void job_forget(struct job *j)
{
    struct job **at = &newest;
    while (*at != j)
        at = &(*at)->older;
    *at = j->older;
    for (struct process *p = j->first, *next; p; p = next) {
        next = p->next;
        free(p);
    }
    free(j->source);
    free(j);
}

void jobs_drop(void)
{
    while (newest)
        job_forget(newest);
}

static enum job_state state_of(const struct job *j)
{
    enum job_state state = DONE;
    for (const struct process *p = j->first; p; p = p->next)
        if (p->state < state)
            state = p->state;
    return state;
}

int job_last(const struct job *j)
{
    const struct process *p = j->first;
    while (p && p->next)
        p = p->next;
    return p ? p->pid : 0;
}

// --- waiting ----------------------------------------------------------------------------------

static void note(struct job *j, struct process *p, const struct siginfo *info)
{
    p->state = DONE;
    p->status = info->si_code == CLD_EXITED ? info->si_status : SIGNAL_STATUS + info->si_status;
    if (!p->next)
        j->status = p->status;
}

// Waits for a child, and notes it where it belongs.  => false: there is none (that has ended)
static bool wait_any(int options)
{
    struct siginfo info = { 0 };
    if (syscall(SYS_waitid, P_ALL, 0, &info, WEXITED | options, 0) < 0 || info.si_pid == 0)
        return false;
    for (struct job *j = newest; j; j = j->older)
        for (struct process *p = j->first; p; p = p->next)
            if (p->pid == info.si_pid && p->state != DONE)
                note(j, p, &info);
    return true;
}

int job_wait(struct job *j)
{
    while (state_of(j) == RUNNING && wait_any(0))
        ;
    return j->status;
}

// Scripts that never wait must not fill the memory.
static void forget_old(void)
{
    int kept = 0;
    for (struct job *j = newest, *older; j; j = older) {
        older = j->older;
        if (j->id && state_of(j) == DONE && ++kept > MEMORY)
            job_forget(j);
    }
}

void jobs_poll(void)
{
    while (wait_any(WNOHANG))
        ;
    forget_old();
}

static struct job *first_running(void)
{
    struct job *j = newest;
    while (j && state_of(j) != RUNNING)
        j = j->older;
    return j;
}

void jobs_wait_all(void)
{
    struct job *j;
    while ((j = first_running())) {
        job_wait(j);
        job_forget(j);
    }
    jobs_drop();
}

// --- names ------------------------------------------------------------------------------------

void job_background(struct job *j)
{
    j->id = 1;
    for (const struct job *k = newest; k; k = k->older)
        if (k != j && k->id >= j->id)
            j->id = k->id + 1;
}

static bool is_called(const struct job *j, const char *name, int nth)
{
    int64 number;
    if (*name != '%') {
        const struct process *p = j->first;
        while (p && (!number_of(name, &number) || p->pid != number))
            p = p->next;
        return p;
    }
    name++;
    if (*name == '\0' || *name == '%' || *name == '+')
        return nth == 0;
    if (*name == '-')
        return nth == 1;
    if (number_of(name, &number))
        return j->id == number;
    return memcmp(j->source, name, strlen(name)) == 0;
}

struct job *job_named(const char *name)
{
    int nth = 0;
    for (struct job *j = newest; j; j = j->older)
        if (j->id && is_called(j, name, nth++))
            return j;
    return 0;
}

void jobs_list(void)
{
    static const char *const words[] = { "Running", "Stopped", "Done" };
    jobs_poll();
    for (struct job *j = newest, *older; j; j = older) {
        older = j->older;
        if (!j->id)
            continue;
        out_format("[%d] %c %-20s %s\n", j->id, j == newest ? '+' : ' ', words[state_of(j)],
                   j->source);
        if (state_of(j) == DONE)
            job_forget(j);
    }
}
