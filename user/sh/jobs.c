#include "user/sh/jobs.h"
#include "kernel/syscall.h"
#include "user/sh/memory.h"
#include "user/sh/output.h"
#include "user/sh/shell.h"
#include "user/sh/process.h"
#include "user/sh/terminal.h"
#include "user/sh/text.h"
#include "user/sh/trap.h"
#include "user/user.h"

#define UNNUMBERED (-1)
#define MEMORY     32 // jobs that have ended and are remembered; older ones are forgotten

struct process {
    struct process *next;
    int pid;
    enum job_state state;
    int status;
};

struct job {
    struct job *older;
    int id; // its number, 0: it is in the foreground, UNNUMBERED: it has ended, a later one has the number
    char *source;
    struct process *first, **last;
    int status;       // of the last of its processes
    bool interrupted; // one of them has been ended by Ctrl-C
};

static struct job *newest;
static bool control; // there is job control, and this process has it

// --- the list ---------------------------------------------------------------------------------

struct job *job_new(const char *source)
{
    struct job *j = must_alloc(sizeof *j);
    j->older = newest;
    j->last = &j->first;
    j->source = must_copy(source ? source : "");
    return newest = j;
}

static void add(struct job *j, int pid)
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
    control = false;
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

int job_group(const struct job *j)
{
    return control && j->first ? -j->first->pid : job_last(j);
}

const char *job_source(const struct job *j)
{
    return j->source;
}

// --- the terminal -----------------------------------------------------------------------------

static void give_terminal(int group)
{
    syscall(SYS_ioctl, 0, TIOCSPGRP, &group);
}

// Nobody may have made a session of the terminal: then the shell does.
void jobs_take_terminal(void)
{
    int group, own = getpid();
    if (syscall(SYS_ioctl, 0, TIOCGPGRP, &group) < 0) {
        setsid();
        syscall(SYS_ioctl, 0, TIOCSCTTY, 0);
    }
    setpgid(0, 0);
    control = syscall(SYS_ioctl, 0, TIOCSPGRP, &own) == 0;
}

// Parent and child both do it: whoever comes first.
static void join(const struct job *j, int pid, bool foreground)
{
    int leader = j->first ? j->first->pid : pid;
    setpgid(pid, leader);
    if (foreground)
        give_terminal(leader);
}

int job_start(struct job *j, bool foreground)
{
    bool groups = control;
    int pid = fork();
    if (pid < 0) {
        complain("fork: %s", strerror(errno));
        return pid;
    }
    if (groups)
        join(j, pid ? pid : getpid(), foreground);
    if (pid == 0)
        become_child(true);
    if (pid == 0 && !groups && !foreground)
        signals_of_background();
    if (pid > 0)
        add(j, pid);
    return pid;
}

// --- waiting ----------------------------------------------------------------------------------

static void note(struct job *j, struct process *p, const struct siginfo *info)
{
    bool exited = info->si_code == CLD_EXITED;
    p->state = info->si_code == CLD_STOPPED     ? STOPPED
               : info->si_code == CLD_CONTINUED ? RUNNING
                                                : DONE;
    p->status = exited ? info->si_status : SIGNAL_STATUS + info->si_status;
    j->interrupted |= p->state == DONE && !exited && info->si_status == SIGINT;
    if (!p->next && p->state != RUNNING)
        j->status = p->status;
}

// Waits for a child, and notes it where it belongs.  => 0; -ECHILD: there is none; -EAGAIN: none has
// changed; -EINTR: a signal has come
static int wait_any(int options)
{
    struct siginfo info = { 0 };
    options |= WEXITED | (control ? WSTOPPED | WCONTINUED : 0);
    int err = (int)syscall(SYS_waitid, P_ALL, 0, &info, options, 0);
    if (err < 0 || info.si_pid == 0)
        return err < 0 ? err : -EAGAIN;
    for (struct job *j = newest; j; j = j->older)
        for (struct process *p = j->first; p; p = p->next)
            if (p->pid == info.si_pid && p->state != DONE)
                note(j, p, &info);
    return 0;
}

int job_wait(struct job *j)
{
    int err = 0;
    signals_hold();
    while (state_of(j) != DONE && !signal_that_came() && err != -ECHILD)
        if ((err = wait_any(WNOHANG)) == -EAGAIN)
            signals_await();
    signals_release();
    bool ended = state_of(j) == DONE || err == -ECHILD;
    return ended ? j->status : SIGNAL_STATUS + signal_that_came();
}

int process_wait(int pid)
{
    struct job *j = job_new(0);
    add(j, pid);
    while (state_of(j) == RUNNING && wait_any(0) != -ECHILD)
        ;
    int status = j->status;
    job_forget(j);
    return status;
}

static void tell_stopped(struct job *j)
{
    if (!j->id)
        job_background(j);
    syscall(SYS_ioctl, 1, KIOC_FRESH_LINE, 0);
    out_format("[%d] + Stopped              %s\n", j->id, j->source);
    out_flush();
}

// Whoever has ended or stopped a program by a key wants no more of the line that it was in.
int job_finish(struct job *j)
{
    while (state_of(j) == RUNNING && wait_any(0) != -ECHILD)
        ;
    int status = j->status;
    bool stopped = state_of(j) == STOPPED;
    if (control) {
        give_terminal(getpid());
        if (stopped)
            tell_stopped(j);
        if (stopped || status > SIGNAL_STATUS)
            terminal_restore();
        if (stopped || j->interrupted)
            break_off(status);
    }
    if (!stopped)
        job_forget(j);
    return status;
}

void job_continue(struct job *j, bool foreground)
{
    if (foreground && control)
        give_terminal(-job_group(j));
    for (struct process *p = j->first; p; p = p->next)
        if (p->state == STOPPED)
            p->state = RUNNING;
    kill_with(job_group(j), SIGCONT);
}

// All that have ended but the newest few: scripts that never wait must not fill the memory.
static void forget_done(int few)
{
    int kept = 0;
    for (struct job *j = newest, *older; j; j = older) {
        older = j->older;
        if (j->id && state_of(j) == DONE && ++kept > few)
            job_forget(j);
    }
}

void jobs_poll(void)
{
    while (wait_any(WNOHANG) == 0)
        ;
    forget_done(MEMORY);
}

static struct job *first_running(void)
{
    struct job *j = newest;
    while (j && state_of(j) != RUNNING)
        j = j->older;
    return j;
}

int jobs_wait_all(void)
{
    struct job *j;
    jobs_poll();
    while ((j = first_running())) {
        int status = job_wait(j);
        if (state_of(j) != DONE)
            return status;
        job_forget(j);
    }
    forget_done(0);
    return 0;
}

// --- names ------------------------------------------------------------------------------------

void job_background(struct job *j)
{
    j->id = 1;
    for (const struct job *k = newest; k; k = k->older)
        if (k != j && k->id >= j->id && state_of(k) != DONE)
            j->id = k->id + 1;
    for (struct job *k = newest; k; k = k->older)
        if (k != j && k->id == j->id)
            k->id = UNNUMBERED;
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
    if (j->id == UNNUMBERED)
        return false;
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
        if (j->id && is_called(j, name, nth))
            return j;
        else
            nth += j->id > 0;
    return 0;
}

void jobs_list(void)
{
    static const char *const words[] = { "Running", "Stopped", "Done" };
    jobs_poll();
    for (struct job *j = newest, *older; j; j = older) {
        older = j->older;
        if (j->id <= 0)
            continue;
        out_format("[%d] %c %-20s %s\n", j->id, j == newest ? '+' : ' ', words[state_of(j)],
                   j->source);
        if (state_of(j) == DONE)
            job_forget(j);
    }
}
