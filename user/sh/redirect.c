#include "user/sh/redirect.h"
#include "kernel/fcntl.h"
#include "kernel/syscall.h"
#include "user/sh/expand.h"
#include "user/sh/process.h"
#include "user/sh/shell.h"
#include "user/sh/text.h"
#include "user/user.h"

#define UNTOUCHED (-10000) // no descriptor, and no error
#define CLOSED    (-2)     // what a redirection may ask for
#define PIPE_ROOM 4096     // bytes that an empty pipe takes at once

void move_fd(int from, int to)
{
    if (from != to) {
        dup2(from, to);
        close(from);
    }
}

int own_fd(int fd)
{
    int own = (int)syscall_errno(syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, NAMED_FDS));
    close(fd);
    return own;
}

int read_on(int fd, void *buf, uint n)
{
    int got;
    while ((got = read(fd, buf, (int)n)) < 0 && errno == EINTR)
        ;
    return got;
}

bool write_all(int fd, const char *text, uint n)
{
    for (uint done = 0; done < n;) {
        int k = write(fd, text + done, (int)(n - done));
        if (k == 0 || (k < 0 && errno != EINTR))
            return false;
        done += k > 0 ? (uint)k : 0;
    }
    return true;
}

// A here-document is read from a pipe; a child writes what does not fit.
static int open_document(const char *text)
{
    int ends[2];
    uint n = strlen(text);
    if (pipe(ends) < 0)
        return -1;
    if (n <= PIPE_ROOM) {
        write_all(ends[1], text, n);
    } else if (start_process() == 0) {
        close(ends[0]);
        exit(!write_all(ends[1], text, n));
    }
    close(ends[1]);
    return ends[0];
}

// >&N and >&-
static int copy_of(const char *number)
{
    int64 fd;
    if (strcmp(number, "-") == 0)
        return CLOSED;
    return dup(number_of(number, &fd) && fd >= 0 && fd < NAMED_FDS ? (int)fd : -1);
}

static int open_target(const struct redirect *r, const char *target)
{
    switch (r->kind) {
    case FROM_FILE: return open(target, O_RDONLY);
    case TO_FILE: return open(target, O_WRONLY | O_CREATE | O_TRUNC);
    case APPEND_FILE: return open(target, O_WRONLY | O_CREATE | O_APPEND);
    case READ_WRITE: return open(target, O_RDWR | O_CREATE);
    case COPY_FD: return copy_of(target);
    default: return open_document(target);
    }
}

// Copies what is to be replaced: negative, if it is closed.
static void save(struct saved_fds *saved, int fd)
{
    if (saved && saved->copies[fd] == UNTOUCHED)
        saved->copies[fd] = (int)syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, NAMED_FDS);
}

static bool redirect_one(const struct redirect *r, struct saved_fds *saved)
{
    const char *target = expand_one(r->target);
    if (shell.leaving != STAYING)
        return false;
    save(saved, r->fd);
    int fd = open_target(r, target);
    if (fd == CLOSED) {
        close(r->fd);
    } else if (fd < 0) {
        complain("%s: %s", r->kind == DOCUMENT ? "here-document" : target, strerror(errno));
        return false;
    } else {
        move_fd(fd, r->fd);
    }
    return true;
}

bool redirect(const struct redirect *r, struct saved_fds *saved)
{
    for (int fd = 0; saved && fd < NAMED_FDS; fd++)
        saved->copies[fd] = UNTOUCHED;
    for (; r; r = r->next)
        if (!redirect_one(r, saved))
            return false;
    return true;
}

void redirect_undo(struct saved_fds *saved)
{
    for (int fd = 0; fd < NAMED_FDS; fd++)
        if (saved->copies[fd] >= 0)
            move_fd(saved->copies[fd], fd);
        else if (saved->copies[fd] != UNTOUCHED)
            close(fd);
}

void redirect_keep(struct saved_fds *saved)
{
    for (int fd = 0; fd < NAMED_FDS; fd++)
        if (saved->copies[fd] >= 0)
            close(saved->copies[fd]);
}
