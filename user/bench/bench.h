// What the parts of bench share: how a row is measured, and exact counting.
#pragma once

#include "user/kine.h"

// One row.  setup makes ready what the runs need (=> false: the system refuses), run measures once
// (=> the value, or UNAVAILABLE), teardown undoes setup and is called also when that has failed
// half-way.
struct row {
    const char *name;
    bool (*setup)(long arg);
    long (*run)(long arg);
    void (*teardown)(long arg);
    long arg;
};

#define UNAVAILABLE (-1L)

// Each array ends with a row without a name.
extern const struct row process_rows[], memory_rows[], file_rows[];

// Instructions from reset to this program's main.
extern uint64 start_cost;

// Instructions that this hart has executed.
static inline uint64 instructions(void)
{
    uint64 n;
    __asm__ volatile("rdinstret %0" : "=r"(n)::"memory");
    return n;
}

// A system call with nothing around it.
static inline long direct(long number, long a, long b, long c)
{
    register long a0 __asm__("a0") = a, a1 __asm__("a1") = b, a2 __asm__("a2") = c;
    register long a7 __asm__("a7") = number;
    __asm__ volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a7) : "memory");
    return a0;
}

// Heap of n bytes in which every page has been written.  => false: it cannot be had
bool heap_setup(long n);
void heap_teardown(long n);

// The same by mmap.
bool map_setup(long n);
void map_teardown(long n);

// A child that sleeps until it is killed.  => its pid once it sleeps, or -1
int sleeping_child(void);
void end_child(int pid);
