// Running what the parser made.  Every stage of a pipeline is a process; what the shell does itself
// (a builtin, an assignment) it does without one when it stands alone.
#include "kernel/fcntl.h"
#include "kernel/syscall.h"
#include "user/kine.h"
#include "user/sh/sh.h"
#include "user/user.h"

#define SIGNAL_STATUS 128 // $? of a killed program is this and its signal

#define FDS       10       // descriptors that a redirection can name: 0 and on
#define UNTOUCHED (-10000) // no descriptor, and no error

static int run_list(struct list *l);

// Waits for one process and keeps how it ended.
static void wait_status(int pid)
{
    struct siginfo info;
    if (syscall(SYS_waitid, P_PID, pid, &info, WEXITED, 0) < 0) {
        shell.status = 1;
        return;
    }
    bool killed = info.si_code != CLD_EXITED;
    shell.status = killed ? SIGNAL_STATUS + info.si_status : info.si_status;
}

void reap_background(void)
{
    while (waitpid(-1, 0, WNOHANG) > 0)
        ;
}

// --- in the child -----------------------------------------------------------------------------

// The descriptor of `>&N`, as one more.
static int copy_of(const char *number)
{
    return dup(parse_number(number));
}

static int redirect_source(const struct redirect *r, const char *target)
{
    switch (r->kind) {
    case FROM_FILE: return open(target, O_RDONLY);
    case TO_FILE: return open(target, O_WRONLY | O_CREATE | O_TRUNC);
    case APPEND_FILE: return open(target, O_WRONLY | O_CREATE | O_APPEND);
    default: return copy_of(target);
    }
}

static bool redirect_all(const struct redirect *r)
{
    for (; r; r = r->next) {
        const char *target = expand_one(r->target);
        int fd = redirect_source(r, target);
        if (fd < 0) {
            fprintf(2, "sh: %s: %s\n", target, strerror(errno));
            return false;
        }
        if (fd != r->fd) {
            dup2(fd, r->fd);
            close(fd);
        }
    }
    return true;
}

// NAME=value words at the beginning are done; => the arguments that are left
static struct args prepare(const struct word *w, bool export)
{
    struct args args = { 0 };
    uint len;
    for (; w && (len = assignment(w->raw)) > 0; w = w->next) {
        var_set(w->raw, len, expand_one(w->raw + len + 1));
        if (export)
            var_export(w->raw, len);
    }
    for (; w; w = w->next)
        expand(w->raw, &args);
    return args;
}

static int run_child(const struct command *c)
{
    if (!redirect_all(c->redirects))
        return 1;
    if (c->group)
        return run_list(c->group);
    struct args args = prepare(c->words, true); // what stands before a program is for it
    if (args.n == 0)
        return 0;
    builtin b = find_builtin(args.v[0]);
    return b ? b(&args) : become_program(&args);
}

// --- pipelines --------------------------------------------------------------------------------

static void move_fd(int from, int to)
{
    if (from != to) {
        dup2(from, to);
        close(from);
    }
}

// Starts a stage that reads `in` and, when others follow, writes a pipe.  => the end that the next
// one reads; -1 if it could not be started
static int start(struct command *c, int in)
{
    int ends[2] = { 0, 1 };
    if (c->next && pipe(ends) < 0) {
        fprintf(2, "sh: pipe: %s\n", strerror(errno));
        return -1;
    }
    c->pid = fork();
    if (c->pid == 0) {
        if (c->next)
            close(ends[0]);
        move_fd(in, 0);
        move_fd(ends[1], 1);
        exit(run_child(c));
    }
    if (c->next)
        close(ends[1]);
    if (c->pid > 0)
        return ends[0];
    fprintf(2, "sh: fork: %s\n", strerror(errno));
    if (c->next)
        close(ends[0]);
    return -1;
}

// => false if a stage could not be started; those before it end for want of a reader
static bool start_all(const struct pipeline *p)
{
    int in = 0;
    for (struct command *c = p->first; c; c = c->next) {
        int out = start(c, in);
        if (in != 0)
            close(in);
        if (out < 0)
            return false;
        in = out;
    }
    return true;
}

static void run_processes(const struct pipeline *p)
{
    bool started = start_all(p);
    for (struct command *c = p->first; c && c->pid > 0; c = c->next)
        wait_status(c->pid);
    if (!started)
        shell.status = 1;
}

// A command that the shell does itself has no program's name.  The name is the first argument that
// the words become.
static bool is_inside(const struct pipeline *p)
{
    const struct command *c = p->first;
    struct args args = { 0 };
    if (c->next || c->group)
        return false;
    const struct word *w = c->words;
    while (w && assignment(w->raw))
        w = w->next;
    for (; w && args.n == 0; w = w->next)
        expand(w->raw, &args);
    return args.n == 0 || find_builtin(args.v[0]);
}

static int run_builtin(const struct command *c)
{
    if (!redirect_all(c->redirects))
        return 1;
    struct args args = prepare(c->words, false);
    return args.n ? find_builtin(args.v[0])(&args) : 0;
}

// Copies what the redirections will replace: copies[fd] is UNTOUCHED, negative for a closed fd, or
// the copy.
static void save_fds(const struct redirect *r, int copies[FDS])
{
    for (int fd = 0; fd < FDS; fd++)
        copies[fd] = UNTOUCHED;
    for (; r; r = r->next)
        if (copies[r->fd] == UNTOUCHED)
            copies[r->fd] = (int)syscall(SYS_fcntl, r->fd, F_DUPFD_CLOEXEC, FDS);
}

static void restore_fds(const int copies[FDS])
{
    for (int fd = 0; fd < FDS; fd++)
        if (copies[fd] >= 0)
            move_fd(copies[fd], fd);
        else if (copies[fd] != UNTOUCHED)
            close(fd);
}

static void run_inside(const struct command *c)
{
    int copies[FDS];
    save_fds(c->redirects, copies);
    shell.status = run_builtin(c);
    restore_fds(copies);
}

static void run_pipeline(const struct pipeline *p)
{
    if (is_inside(p))
        run_inside(p->first);
    else
        run_processes(p);
}

// --- lists ------------------------------------------------------------------------------------

static void run_pipelines(const struct pipeline *p)
{
    for (; p; p = p->next)
        if (p->condition == ALWAYS || (p->condition == IF_OK) == (shell.status == 0))
            run_pipeline(p);
}

// A lone stage needs no shell of its own.
static void run_background(const struct pipeline *p)
{
    if (!p->next && !p->first->next) {
        if (!start_all(p)) {
            shell.status = 1;
            return;
        }
        shell.background = p->first->pid;
    } else {
        int pid = fork();
        if (pid == 0) {
            run_pipelines(p);
            exit(shell.status);
        }
        if (pid < 0) {
            fprintf(2, "sh: fork: %s\n", strerror(errno));
            shell.status = 1;
            return;
        }
        shell.background = pid;
    }
    shell.status = 0;
}

static int run_list(struct list *l)
{
    for (; l; l = l->next)
        if (l->background)
            run_background(l->first);
        else
            run_pipelines(l->first);
    return shell.status;
}

void run_line(const char *line)
{
    bool failed;
    struct list *l = parse(line, &failed);
    if (failed)
        shell.status = SYNTAX_STATUS;
    else
        run_list(l);
    line_free();
}
