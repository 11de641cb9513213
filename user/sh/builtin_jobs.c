// Builtins about processes.
#include "user/lib/lib.h"
#include "user/sh/builtins.h"
#include "user/sh/jobs.h"
#include "user/sh/output.h"
#include "user/sh/shell.h"
#include "user/sh/text.h"
#include "user/user.h"

int do_wait(struct args *args)
{
    int status = 0;
    if (args->n == 1)
        jobs_wait_all();
    for (int i = 1; i < args->n; i++) {
        struct job *j = job_named(args->v[i]);
        status = j ? job_wait(j) : NOT_FOUND;
        if (j)
            job_forget(j);
    }
    return status;
}

int do_jobs(struct args *args)
{
    jobs_list();
    return 0;
}

// A job stands for its last process.
int do_kill(struct args *args)
{
    for (int i = 1; i < args->n; i++) {
        struct job *j = args->v[i][0] == '%' ? job_named(args->v[i]) : 0;
        if (j)
            args->v[i] = (char *)number_text(job_last(j), temp_alloc(NUMBER_ROOM));
    }
    return kill_command(args->n, args->v);
}
