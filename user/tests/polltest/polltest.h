// The parts of polltest, by the file that holds them.
#pragma once

#include "user/tests/lib/test.h"

#define MS 1000000L // nanoseconds

// => what ppoll() says of one descriptor; *got: its revents
int poll_one(int fd, int events, int ms, int *got);
// Makes a pipe that never waits.
void must_pipe_nonblock(int fd[2]);
// => how many milliseconds have passed since `begin` (of now_ns())
long ms_since(uint64 begin);
// Fills a pipe; => bytes
long fill_pipe(int fd);

// poll.c
void pipe_states(void), poll_times(void), poll_refuses(void), poll_many(void), poll_wakes(void),
    poll_killed(void), poll_races(void), poll_bytes(void), wait_flags(void);
// select.c
void select_sets(void), select_refuses(void), select_wakes(void), wait_masks(void);
// event.c
void event_counts(void), event_waits(void), event_refuses(void), timer_expires(void),
    timer_repeats(void), timer_polls(void), timer_refuses(void);
// epoll.c
void epoll_levels(void), epoll_edges(void), epoll_once(void), epoll_control(void),
    epoll_closed(void), epoll_shared(void), epoll_nested(void), epoll_many(void), epoll_waits(void),
    epoll_timer(void), epoll_races(void);
