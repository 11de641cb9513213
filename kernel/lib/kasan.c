// The run time of `make KASAN=1` (lib/kasan.h).
//
// The names that begin with __asan are the compiler's (GCC's asan.cc).  Checks return at once for
// memory that is not covered: all of it until the shadow is mapped, devices and user memory always.
#ifdef KASAN
#include "lib/kasan.h"
#include "lib/panic.h"
#include "lib/print.h"
#include "lib/string.h"
#include "kstack.h"

#define GRANULE 8
#define RANGES  2
#define UNITS   256 // source files with globals

typedef uint64 __attribute__((may_alias)) word;

// What the compiler says of a global.
struct global {
    uint64 start, size, size_with_red_zone;
    const char *name, *file;
    uint64 has_constructor;
    const void *place;
    uint64 indicator;
};

static struct {
    uint64 start, end;
} covered[RANGES]; // written at boot only
static int nranges;
static struct {
    const struct global *first;
    size_t count;
} units[UNITS]; // written at boot only
static int nunits;
static kasan_describer *describer;
static uint32 reports; // atomic

extern void (*const init_begin[])(void), (*const init_end[])(void); // kernel.ld

static inline int8 *shadow(uint64 at)
{
    return (int8 *)((at >> 3) + KASAN_OFFSET);
}

static inline bool is_covered(uint64 at, size_t size)
{
    for (int i = 0; i < nranges; i++)
        if (at >= covered[i].start && at < covered[i].end && size <= covered[i].end - at)
            return true;
    return false;
}

void kasan_cover(uint64 start, uint64 size)
{
    if (nranges == RANGES)
        panic("more than %d ranges of memory have shadows", RANGES);
    covered[nranges].start = start;
    covered[nranges].end = start + size;
    nranges++;
}

void kasan_globals(void)
{
    for (void (*const *init)(void) = init_begin; init < init_end; init++)
        (*init)();
}

void kasan_register_describer(kasan_describer *describe)
{
    describer = describe;
}

uint8 kasan_shadow_of(const void *at)
{
    return is_covered((uint64)at, 1) ? (uint8)*shadow((uint64)at) : 0;
}

static void fill(uint64 start, size_t size, uint8 value)
{
    memset(shadow(start), value, size / GRANULE);
}

void kasan_poison(const void *start, size_t size, uint8 why)
{
    size = (size + GRANULE - 1) / GRANULE * GRANULE;
    if (is_covered((uint64)start, size))
        fill((uint64)start, size, why);
}

void kasan_unpoison(const void *start, size_t size)
{
    if (!is_covered((uint64)start, size))
        return;
    fill((uint64)start, size, 0);
    if (size % GRANULE)
        *shadow((uint64)start + size) = size % GRANULE;
}

// --- reports ----------------------------------------------------------------------------------

static const char *kind_of(uint8 why)
{
    switch (why) {
    case KASAN_FREE_STACK: return "use of a free kernel stack";
    case KASAN_SCOPE: return "use after scope on the stack";
    case KASAN_GLOBAL: return "out of bounds of a global";
    case KASAN_FREE_PAGE: return "use of a free page";
    case KASAN_FREED: return "use after free";
    case KASAN_RED_ZONE: return "out of bounds of an object";
    default: return "out of bounds on the stack";
    }
}

// The global that the address is in or just behind.
static void describe_global(uint64 at, char *text, size_t size)
{
    for (int u = 0; u < nunits; u++)
        for (size_t i = 0; i < units[u].count; i++) {
            const struct global *g = &units[u].first[i];
            if (at - g->start < g->size_with_red_zone)
                format(text, size, "\n    %lu bytes into '%s' of %lu bytes (%s)", at - g->start,
                       g->name, g->size, g->file);
        }
}

// => the first hart to come here, once, knows more of the address
static void describe(const void *at, char *text, size_t size)
{
    if (__atomic_fetch_add(&reports, 1, __ATOMIC_RELAXED) > 0)
        return;
    if (kasan_shadow_of(at) == KASAN_GLOBAL)
        describe_global((uint64)at, text, size);
    else if (describer)
        describer(at, text, size);
}

void kasan_report(const char *kind, const void *at, size_t size, const char *access)
{
    char more[256] = "";
    describe(at, more, sizeof more);
    nranges = 0; // the panic is not to be interrupted by another report
    panic("kasan: %s: %s of size %lu at %p%s", kind, access, size, at, more);
}

// => the first byte of [at, at + size) that may not be touched, 0 if there is none
static uint64 first_bad(uint64 at, size_t size)
{
    for (uint64 end = at + size; at < end;) {
        if (at % (GRANULE * sizeof(word)) == 0 && end - at >= GRANULE * sizeof(word) &&
            *(word *)shadow(at) == 0) {
            at += GRANULE * sizeof(word);
            continue;
        }
        int8 s = *shadow(at);
        uint64 next = at / GRANULE * GRANULE + GRANULE, last = (next < end ? next : end) - 1;
        if (s < 0)
            return at;
        if (s > 0 && last % GRANULE >= (uint64)s)
            return at % GRANULE > (uint64)s ? at : at / GRANULE * GRANULE + (uint64)s;
        at = next;
    }
    return 0;
}

static void check_slowly(uint64 at, size_t size, const char *access)
{
    uint64 bad = is_covered(at, size) ? first_bad(at, size) : 0;
    if (!bad)
        return;
    int8 s = *shadow(bad);
    if (s > 0) // the rest of a granule: the next one says of what kind
        s = *shadow(bad + GRANULE);
    kasan_report(kind_of((uint8)s), (const void *)bad, size, access);
}

void kasan_check_read(const void *start, size_t size)
{
    if (size > 0)
        check_slowly((uint64)start, size, "read");
}

void kasan_check_write(const void *start, size_t size)
{
    if (size > 0)
        check_slowly((uint64)start, size, "write");
}

// --- what the compiler calls --------------------------------------------------------------------

// Mostly one granule, all of it good.
static inline void check(uint64 at, size_t size, const char *access)
{
    if (is_covered(at, size) && (*shadow(at) != 0 || at % GRANULE + size > GRANULE))
        check_slowly(at, size, access);
}

#define CHECKS(n)                                                                                  \
    void __asan_load##n##_noabort(uint64 at);                                                      \
    void __asan_load##n##_noabort(uint64 at)                                                       \
    {                                                                                              \
        check(at, n, "read");                                                                      \
    }                                                                                              \
    void __asan_store##n##_noabort(uint64 at);                                                     \
    void __asan_store##n##_noabort(uint64 at)                                                      \
    {                                                                                              \
        check(at, n, "write");                                                                     \
    }

CHECKS(1)
CHECKS(2)
CHECKS(4)
CHECKS(8)
CHECKS(16)

void __asan_loadN_noabort(uint64 at, size_t size);
void __asan_loadN_noabort(uint64 at, size_t size)
{
    kasan_check_read((const void *)at, size);
}

void __asan_storeN_noabort(uint64 at, size_t size);
void __asan_storeN_noabort(uint64 at, size_t size)
{
    kasan_check_write((const void *)at, size);
}

// Objects whose block begins and ends.
void __asan_unpoison_stack_memory(const void *start, size_t size);
void __asan_unpoison_stack_memory(const void *start, size_t size)
{
    kasan_unpoison(start, size);
}

void __asan_poison_stack_memory(const void *start, size_t size);
void __asan_poison_stack_memory(const void *start, size_t size)
{
    kasan_poison(start, size, KASAN_SCOPE);
}

// Before a call that does not return: the frames of this stack will never be left in order, so
// their red zones go now, up to the stack's top.
void __asan_handle_no_return(void);
void __asan_handle_no_return(void)
{
    uint64 sp = (uint64)__builtin_frame_address(0) / GRANULE * GRANULE;
    kasan_unpoison((const void *)sp, (sp | (KSTACK_SIZE - 1)) + 1 - sp);
}

void __asan_register_globals(const struct global *first, size_t count);
void __asan_register_globals(const struct global *first, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64 end = first[i].start + first[i].size_with_red_zone;
        uint64 used = (first[i].start + first[i].size + GRANULE - 1) / GRANULE * GRANULE;
        kasan_unpoison((const void *)first[i].start, first[i].size);
        kasan_poison((const void *)used, end - used, KASAN_GLOBAL);
    }
    if (nunits == UNITS)
        panic("more than %d source files have globals", UNITS);
    units[nunits].first = first;
    units[nunits++].count = count;
}

void __asan_unregister_globals(const struct global *first, size_t count);
void __asan_unregister_globals(const struct global *first, size_t count)
{
}
#endif
