// Jobs: the processes of a pipeline, and how they ended.  A job in the foreground is waited for and
// forgotten; one in the background stays until somebody has asked how it ended.
#pragma once

#include "user/kine.h"

enum job_state { RUNNING, STOPPED, DONE };

struct job;

// A job without processes yet.  source: its text, which is copied, or NULL
struct job *job_new(const char *source);
void job_add(struct job *j, int pid);
// Waits until nothing of the job runs any more.  => $?
int job_wait(struct job *j);
// Keeps it as a background job, with a number.
void job_background(struct job *j);
void job_forget(struct job *j);

// Notes all children that have ended, without waiting.
void jobs_poll(void);
// In a process that has just been forked: its parent's jobs are none of its own.
void jobs_drop(void);
// Waits for all that run in the background, and forgets them.
void jobs_wait_all(void);
// %N, %%, %+, %-, %TEXT or the number of one of its processes.  => NULL if there is none
struct job *job_named(const char *name);
// Writes a line for each job to the output; those that are done are forgotten.
void jobs_list(void);
int job_last(const struct job *j); // its last process; 0: it has none
