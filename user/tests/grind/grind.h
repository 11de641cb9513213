// grind, inside: a worker and what it can do.
//
// A worker is a process with a directory of its own (the current one) beside a directory that all
// share (COMMON).  What is its own it keeps a model of, and checks against that; at the shared
// names it only asks that each result is one that can be.
#pragma once

#include "user/tests/lib/test.h"

#define TOP    "/grind.dir"
#define COMMON "../common"

#define MODEL_PAGES 12
#define MODEL_FILES 4

struct worker {
    uint64 chance;               // the state of its generator
    char *page;                  // MODEL_PAGES pages
    uint page_seed[MODEL_PAGES]; // what fills each
    int file_size[MODEL_FILES];  // of "f0" and so on; -1: there is none
    uint file_seed[MODEL_FILES];
};

// => a random number below n
uint pick(struct worker *w, uint n);

typedef void act(struct worker *w);

// memory.c: the model's pages, the heap, mappings
act fill_page, check_pages, grow_shrink, lazy_heap, map_unmap;

// files.c: the model's files, and names that others use too
act write_file, look_at_file, remove_file, move_file, clone_file, take_picture, open_common,
    name_common, walk_common;

// processes.c: children of all kinds
act fork_and_change, fork_and_kill, run_echo, pipe_through, fork_tree, share_and_add;

// fuzz.c: calls with arguments that make no sense
act bad_pointers, senseless;

// Checks everything that the worker has a model of.
void check_model(struct worker *w);
// Fails unless result is at least 0 or the negative of one of `n` error numbers.
void expect_among(const char *what, long result, const int *error, int n);
#define AMONG(what, result, ...)                                                                   \
    do {                                                                                           \
        static const int error_[] = { __VA_ARGS__ };                                               \
        expect_among((what), (result), error_, sizeof error_ / sizeof error_[0]);                  \
    } while (0)
