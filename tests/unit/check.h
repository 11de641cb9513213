// A tiny frame for unit tests on the host.
//
// A test is TEST(name) { ... } with CHECK()s in it; a program is its tests and check.c, which has
// main():
//
//     test_lib            runs every test
//     test_lib NAME...    runs those
//     test_lib --list     prints their names
//
// Tests that draw random numbers use test_random(), seeded by the variable SEED (default 1); a
// failing check prints the command that replays it.
#pragma once

#include "types.h"

struct test {
    const char *name;
    void (*run)(void);
    struct test *next;
};

void test_register(struct test *t);

#define TEST(test_name)                                                                            \
    static void test_##test_name(void);                                                            \
    __attribute__((constructor)) static void register_##test_name(void)                            \
    {                                                                                              \
        static struct test t = { .name = #test_name, .run = test_##test_name };                    \
        test_register(&t);                                                                         \
    }                                                                                              \
    static void test_##test_name(void)

// Says where and why, and ends the program with a failing status.
_Noreturn void check_failed(const char *file, int line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#define CHECK(cond)                                                                                \
    do {                                                                                           \
        if (!(cond))                                                                               \
            check_failed(__FILE__, __LINE__, "%s", #cond);                                         \
    } while (0)

// Two integers that must be equal; prints both if they are not.
#define CHECK_EQ(a, b)                                                                             \
    do {                                                                                           \
        long check_a = (long)(a), check_b = (long)(b);                                             \
        if (check_a != check_b)                                                                    \
            check_failed(__FILE__, __LINE__, "%s is %ld (%#lx), but %s is %ld (%#lx)", #a,         \
                         check_a, check_a, #b, check_b, check_b);                                  \
    } while (0)

// Runs a statement that must end in panic() (host.h).
#define CHECK_PANICS(statement)                                                                    \
    do {                                                                                           \
        if (__builtin_setjmp(panic_expected()) == 0) {                                             \
            statement;                                                                             \
            check_failed(__FILE__, __LINE__, "no panic: %s", #statement);                          \
        }                                                                                          \
        panic_over();                                                                              \
    } while (0)
void **panic_expected(void);
void panic_over(void);

uint64 test_random(void);               // 64 random bits
uint64 test_random_below(uint64 limit); // 0 .. limit - 1
