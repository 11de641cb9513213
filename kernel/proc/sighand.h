// What a process does about signals: the actions that rt_sigaction() sets.
//
// A process has none (NULL) until it sets the first.  Counted, because clone may share it
// (CLONE_SIGHAND); fork copies what is not the default.
//
// The tree lock guards the contents, as it does all that is known of signals (proc/signal.h).
#pragma once

#include "signals.h"
#include "types.h"

struct sighand {
    uint32 refs;                   // atomic: processes that use it
    uint64 given;                  // by the tree lock: signals whose action is not the default
    struct sigaction action[NSIG]; // by the tree lock: of those, by number - 1
};

// => is any action not the default?  If none is, a child does as well without a table.
static inline bool sighand_says(const struct sighand *sh) // sh may be NULL
{
    return sh && __atomic_load_n(&sh->given, __ATOMIC_RELAXED);
}

// => every signal has its default, one reference; NULL: no memory
struct sighand *sighand_new(void);
struct sighand *sighand_copy(const struct sighand *old); // fork.  The tree lock is not held
void sighand_get(struct sighand *sh);                    // clone with CLONE_SIGHAND
void sighand_put(struct sighand *sh);

// => tree_lock held, from here on; sh may be NULL
struct sigaction sighand_action(const struct sighand *sh, int sig);
// sh is not NULL
void sighand_set(struct sighand *sh, int sig, const struct sigaction *action);
static inline void sighand_reset(struct sighand *sh, int sig) // to the default
{
    sh->given &= ~SIGBIT(sig);
}
// For another program: what has a handler gets its default, what is ignored stays so.
void sighand_forget_handlers(struct sighand *sh);
