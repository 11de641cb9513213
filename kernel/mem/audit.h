// The recount (invariants M1 and M5).
//
// Every module that holds references to frames registers a walker that names each reference
// it holds, once, by audit_count().  audit_run() clears all marks, calls all walkers, and compares
// what they named with refs in every frame.
#pragma once

#include "types.h"
#include "mem/frame.h"

struct kine_audit;

typedef void audit_walker(void);
void audit_register(const char *name, audit_walker *walk);
// Called by walkers: this holder has one reference to f.
void audit_count(struct frame *f);
// Called by walkers on a broken invariant: counts it and prints the line.
void audit_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

// Recounts everything; with `say`, each broken invariant is a line on the console.  It stops nobody
// and harms nobody: each walker takes the locks that keep in being what it looks at.
// => exact at rest: what a hart has in its hands at this moment looks like an error.  One at a
//    time; may sleep.  `breathe`: task/thread.h's, which is above us.  The comparison at the end is
//    made in large pieces (128 MiB), for what moves between two of them looks like an error.
void audit_run(struct kine_audit *out, bool say, int (*breathe)(void));
