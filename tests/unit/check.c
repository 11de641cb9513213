// main() of every unit test program, random numbers, and panic() on the host (check.h).
#include "check.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lib/panic.h"

static struct test *tests;
static struct test *running;
static const char *program;
static uint64 seed;
static uint64 random_state;
static void *panic_target[5];
static bool panic_wanted;

// Keeps the order of the file.
void test_register(struct test *t)
{
    struct test **end = &tests;

    while (*end)
        end = &(*end)->next;
    *end = t;
}

static void replay_hint(void)
{
    fprintf(stderr, "replay: SEED=%lu %s %s\n", seed, program, running ? running->name : "");
}

void check_failed(const char *file, int line, const char *fmt, ...)
{
    va_list ap;

    fprintf(stderr, "%s:%d: check failed: ", file, line);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fprintf(stderr, "\n");
    replay_hint();
    exit(1);
}

void **panic_expected(void)
{
    panic_wanted = true;
    return panic_target;
}

void panic_over(void)
{
    panic_wanted = false;
}

void panic(const char *fmt, ...)
{
    va_list ap;

    if (panic_wanted)
        __builtin_longjmp(panic_target, 1);
    fprintf(stderr, "panic: ");
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fprintf(stderr, "\n");
    replay_hint();
    abort();
}

// xorshift64*, started from the seed and the test's name, so that tests do not depend on each
// other's order.
uint64 test_random(void)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return random_state * 0x2545f4914f6cdd1dUL;
}

uint64 test_random_below(uint64 limit)
{
    return test_random() % limit;
}

static void run(struct test *t)
{
    random_state = (seed + 1) * 0x9e3779b97f4a7c15UL;
    for (const char *p = t->name; *p; p++)
        random_state = random_state * 31 + (uchar)*p;
    random_state |= 1;
    running = t;
    t->run();
    printf("ok %s\n", t->name);
}

static void run_named(const char *name)
{
    for (struct test *t = tests; t; t = t->next) {
        if (strcmp(t->name, name) == 0) {
            run(t);
            return;
        }
    }
    fprintf(stderr, "%s: no test is called %s\n", program, name);
    exit(2);
}

int main(int argc, char **argv)
{
    program = argv[0];
    seed = getenv("SEED") ? strtoul(getenv("SEED"), NULL, 0) : 1;
    if (argc > 1 && strcmp(argv[1], "--list") == 0) {
        for (struct test *t = tests; t; t = t->next)
            printf("%s\n", t->name);
        return 0;
    }
    for (int i = 1; i < argc; i++)
        run_named(argv[i]);
    if (argc == 1)
        for (struct test *t = tests; t; t = t->next)
            run(t);
    return 0;
}
