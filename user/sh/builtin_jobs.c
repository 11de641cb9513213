// Builtins about processes.
#include "user/lib/lib.h"
#include "user/sh/builtins.h"
#include "user/sh/jobs.h"
#include "user/sh/output.h"
#include "user/sh/shell.h"
#include "user/sh/text.h"
#include "user/sh/trap.h"
#include "user/user.h"

int do_wait(struct args *args)
{
    int status = 0;
    if (args->n == 1)
        return jobs_wait_all();
    for (int i = 1; i < args->n; i++) {
        struct job *j = job_named(args->v[i]);
        status = j ? job_wait(j) : NOT_FOUND;
        if (signal_that_came())
            break;
        if (j)
            job_forget(j);
    }
    return status;
}

// fg and bg: the job that is named, or the last one.
static struct job *chosen(struct args *args)
{
    const char *name = args->n > 1 ? args->v[1] : "%%";
    struct job *j = job_named(name);
    if (!j)
        complain("%s: %s: no such job", args->v[0], name);
    return j;
}

int do_fg(struct args *args)
{
    struct job *j = chosen(args);
    if (!j)
        return FAILED;
    out_format("%s\n", job_source(j));
    out_flush();
    job_continue(j, true);
    return job_finish(j);
}

int do_bg(struct args *args)
{
    struct job *j = chosen(args);
    if (!j)
        return FAILED;
    out_format("%s\n", job_source(j));
    job_continue(j, false);
    return 0;
}

int do_jobs(struct args *args)
{
    jobs_list();
    return 0;
}

// A job stands for its group, or for its last process.
int do_kill(struct args *args)
{
    for (int i = 1; i < args->n; i++) {
        struct job *j = args->v[i][0] == '%' ? job_named(args->v[i]) : 0;
        if (j)
            args->v[i] = (char *)number_text(job_group(j), temp_alloc(NUMBER_ROOM));
    }
    return kill_command(args->n, args->v);
}
