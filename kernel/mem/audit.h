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

// Recounts everything; with `say`, each broken invariant is a line on the console.  The system is
// at rest (task/rest.h): what somebody has in his hands meanwhile would look like an error.
void audit_run(struct kine_audit *out, bool say);
