// Redirections, in the shell itself and in its children.
#pragma once

#include "user/kine.h"
#include "user/sh/tree.h"

#define NAMED_FDS 10 // descriptors that a redirection can name: 0 and on; the shell's own are above

struct saved_fds {
    int copies[NAMED_FDS];
};

// Makes the descriptors what the redirections say, as far as they succeed.  saved, unless NULL: how
// to get back.  => false, having said why, if one fails
bool redirect(const struct redirect *r, struct saved_fds *saved);
void redirect_undo(struct saved_fds *saved);
void redirect_keep(struct saved_fds *saved); // there is no way back
// Makes `to` what `from` is, and closes `from`.
void move_fd(int from, int to);
// => the descriptor among the shell's own; -1: it could not be had, with errno
int own_fd(int fd);
// read() that a signal does not end; all of it is written in spite of signals.
int read_on(int fd, void *buf, uint n);
bool write_all(int fd, const char *text, uint n); // => false: with errno
