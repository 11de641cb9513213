// Waiting for children: that one ends, stops, or goes on.
#pragma once

#include "task/thread.h"
#include "types.h"

struct proc;

struct wait_for {
    int type; // P_ALL; P_PID: child `id`; P_PGID: those in group `id`, 0: in the caller's
    int id;
    uint32 options; // WEXITED, WSTOPPED, WCONTINUED: for what; WNOHANG; WNOWAIT: the news stays;
                    // __WALL, __WCLONE, __WNOTHREAD
};

// What a child did.
struct wait_news {
    int pid;    // 0: nothing yet (WNOHANG)
    int code;   // CLD_*
    int status; // the full int given to exit, or the signal
    struct cpu_time spent;
    struct proc *zombie; // if it has ended, else NULL
};

// Waits for news.  A zombie is the caller's alone until he reaps it, or puts it back because the
// news of it has no place to go, or is to stay.  => 0; -ECHILD, -EINTR.
int proc_wait(const struct wait_for *what, struct wait_news *news);
void proc_reap(struct proc *zombie);
void proc_unwait(struct proc *zombie);
