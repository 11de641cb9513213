// Jobs: the processes of a pipeline, and how they ended.  A job in the foreground is waited for and
// forgotten; one in the background, or one that is stopped, stays until somebody has asked how it
// ended.
//
// With job control each job is a process group, and the terminal belongs to the one in the
// foreground: its keys (Ctrl-C, Ctrl-Z) signal that group, and only that group may read.
#pragma once

#include "user/kine.h"

enum job_state { RUNNING, STOPPED, DONE };

struct job;

// Takes the terminal, if that can be had: from now on there is job control.
void jobs_take_terminal(void);

// A job without processes yet.  source: its text, which is copied, or NULL
struct job *job_new(const char *source);
// fork(), after which the child knows that it is one, and belongs to the job.  => the child's pid, 0 in
// the child, -1 after an error, which has been said
int job_start(struct job *j, bool foreground);
// Waits for what runs in the foreground, until it has ended or stopped, and forgets it, unless it has
// stopped.  => $?
int job_finish(struct job *j);
// Waits for a process that is no job.  => its status
int process_wait(int pid);
// Keeps it as a background job, with a number.
void job_background(struct job *j);
// Waits until all of it has ended, or a signal comes.  => $?
int job_wait(struct job *j);
// Lets a job that is stopped go on.
void job_continue(struct job *j, bool foreground);
void job_forget(struct job *j);

// Notes all children that have ended or stopped, without waiting.
void jobs_poll(void);
// In a process that has just been forked: its parent's jobs are none of its own.
void jobs_drop(void);
// Waits for all that run in the background, and forgets them; or until a signal comes.  => $?
int jobs_wait_all(void);
// %N, %%, %+, %-, %TEXT or the number of one of its processes.  => NULL if there is none
struct job *job_named(const char *name);
// Writes a line for each job to the output; those that are done are forgotten.
void jobs_list(void);
int job_last(const struct job *j); // its last process; 0: it has none
int job_group(
    const struct job *j); // whom a signal to the job is for: the group as a negative number
const char *job_source(const struct job *j);
