#include "user/sh/process.h"
#include "user/sh/jobs.h"
#include "user/sh/redirect.h"
#include "user/sh/run.h"
#include "user/sh/shell.h"
#include "user/sh/trap.h"
#include "user/user.h"

void become_child(bool job)
{
    shell.in_child = true;
    jobs_drop();
    traps_drop(job);
}

int start_process(void)
{
    int pid = fork();
    if (pid < 0)
        complain("fork: %s", strerror(errno));
    if (pid == 0)
        become_child(false);
    return pid;
}

// The child's end: what the tree ended with.
static void run_and_exit(const struct node *n)
{
    run(n, LAST);
    shell_exit(shell.status);
}

// started: all of it could be
static void finish(struct job *j, bool started)
{
    int status = job_finish(j);
    if (shell.leaving == STAYING)
        shell.status = started ? status : MISUSED;
}

void run_program(void (*program)(void *arg), void *arg, const char *source)
{
    struct job *j = job_new(source);
    int pid = job_start(j, true);
    if (pid == 0) {
        program(arg);
        shell_exit(shell.status);
    }
    finish(j, pid > 0);
}

// --- pipelines --------------------------------------------------------------------------------

// Starts a stage that reads `in` and, when others follow, writes a pipe.  => the end that the next
// one reads; -1 if it could not be started
static int start_stage(const struct node *n, int in, struct job *j, bool foreground)
{
    int ends[2] = { 0, 1 };
    if (n->next && pipe(ends) < 0) {
        complain("pipe: %s", strerror(errno));
        return -1;
    }
    int pid = job_start(j, foreground);
    if (pid == 0) {
        if (n->next)
            close(ends[0]);
        move_fd(in, 0);
        move_fd(ends[1], 1);
        run_and_exit(n);
    }
    if (n->next)
        close(ends[1]);
    if (pid > 0)
        return ends[0];
    if (n->next)
        close(ends[0]);
    return -1;
}

// => false if a stage could not be started; those before it end for want of a reader
static bool start_stages(const struct node *first, struct job *j, bool foreground)
{
    int in = 0;
    for (const struct node *n = first; n; n = n->next) {
        int out = start_stage(n, in, j, foreground);
        if (in != 0)
            close(in);
        if (out < 0)
            return false;
        in = out;
    }
    return true;
}

void run_pipeline(const struct node *n)
{
    struct job *j = job_new(n->source);
    finish(j, start_stages(n->left, j, true));
}

// --- beside the shell -------------------------------------------------------------------------

// What runs in the background is one process, or all stages of its pipeline.
void run_background(const struct node *n)
{
    struct node stage = *n->left;
    const struct node *first = stage.kind == PIPELINE ? stage.left : &stage;
    struct job *j = job_new(n->source);
    stage.next = 0;
    shell.status = start_stages(first, j, false) ? 0 : MISUSED;
    if (job_last(j)) {
        shell.background = job_last(j);
        job_background(j);
    } else {
        job_forget(j);
    }
}

void run_subshell(const struct node *n, int how)
{
    if (how & LAST) {
        if (redirect(n->redirects, 0))
            run_and_exit(n->left);
        shell_exit(MISUSED);
    }
    struct job *j = job_new(n->source);
    int pid = job_start(j, true);
    if (pid == 0)
        run_subshell(n, LAST);
    finish(j, pid > 0);
}

// --- $( ... ) ---------------------------------------------------------------------------------

static void gather(int fd, struct buffer *out)
{
    char buf[512];
    int n;
    while ((n = read_on(fd, buf, sizeof buf)) > 0)
        for (int i = 0; i < n; i++)
            if (buf[i] != '\0')
                buffer_put(out, buf[i]);
    while (out->len > 0 && out->text[out->len - 1] == '\n')
        out->text[--out->len] = '\0';
}

void command_output(const struct node *n, struct buffer *out)
{
    int ends[2];
    shell.substituted = true;
    shell.status = 0;
    if (!n)
        return;
    if (pipe(ends) < 0) {
        give_up("pipe: %s", strerror(errno));
        return;
    }
    int pid = start_process();
    if (pid == 0) {
        close(ends[0]);
        move_fd(ends[1], 1);
        run_and_exit(n);
    }
    close(ends[1]);
    gather(ends[0], out);
    close(ends[0]);
    shell.status = pid > 0 ? process_wait(pid) : MISUSED;
}
