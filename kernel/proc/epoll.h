// epoll: a list of files that is waited for again and again.
//
// An epoll keeps an *item* for each file that it watches, from epoll_ctl(ADD) until it is told to
// forget it, or until the file's last reference goes.  Wakeups of the file mark the item as changed;
// whoever waits looks at changed items only.  An item that is looked at and found ready stays
// changed (level-triggered), or does not until the next wakeup (EPOLLET).
//
//     struct file (an epoll's)          struct file (a pipe's)     struct pipe
//         │ obj                              │ items                  │ readers
//         ▼                                  ▼                        ▼
//     struct epoll ── items ──▶ struct epoll_item ◀── watchers in the queue
//         │ changed                      changed
//         ▼
//     who waits for it: epoll_wait(), poll(), another epoll
//
// An epoll can watch another one, but not one that watches others; so there are no loops, and
// nothing to be searched for them.
//
// Invariants
//   E1  an item hangs in its epoll's list, in its file's, and in the queues of the file
//   E2  an item of which `changed` is 0 was not ready when it was looked at last, or is
//       edge-triggered, or switched off (EPOLLONESHOT)
#pragma once

#include "types.h"
#include "abi.h"
#include "proc/file.h"

// => 0, -ENFILE, -ENOMEM
int epoll_new(struct file **out);
// EPOLL_CTL_ADD, DEL, MOD of f, which the caller knows as fd.
// => 0; -EINVAL (no epoll, or itself), -EPERM (it never waits), -EEXIST, -ENOENT, -ELOOP, -ENOMEM
int epoll_control(struct file *epoll, int what, struct file *f, int fd,
                  const struct epoll_event *event);
// Waits until files are ready, or until `ns` (of clock_ns(), or WAIT_FOREVER).
// => how many events, at most `max`; 0: the time is over; -EINTR, -EINVAL (no epoll)
#define EPOLL_BATCH 32
int epoll_wait(struct file *epoll, struct epoll_event events[EPOLL_BATCH], int max, uint64 ns);

// The file's last reference has gone, and it has been watched.
void epoll_forget(struct file *f);
