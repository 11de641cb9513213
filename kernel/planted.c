// Planted faults (planted.h), one for each kind that the sanitizer knows; tests/guest/test_kasan.py
// boots with each and reads the report.  The compiler is kept from seeing what is done.
#ifdef KASAN
#include "planted.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mem/frame.h"
#include "mem/kmap.h"
#include "mem/slab.h"
#include "riscv/machine.h"

struct thing {
    char bytes[72];
};
static struct obj_cache things = OBJ_CACHE_INIT(things, "thing", sizeof(struct thing));
static char global_thing[40], global_copy[40];
static char *volatile escaped; // what the compiler must not follow

static __attribute__((noinline)) void touch(size_t at)
{
    escaped[at]++;
}

static void object_after_free(void)
{
    escaped = obj_alloc(&things);
    obj_free(&things, escaped);
    touch(16);
}

// Others come and go in between.
static void object_long_after_free(void)
{
    char *stale = obj_alloc(&things);
    obj_free(&things, stale);
    for (int i = 0; i < 500; i++)
        obj_free(&things, obj_alloc(&things));
    escaped = stale;
    touch(0);
}

static void object_behind(void)
{
    escaped = obj_alloc(&things);
    touch(sizeof(struct thing));
}

static void object_before(void)
{
    escaped = obj_alloc(&things);
    touch(-1UL);
}

static void object_freed_twice(void)
{
    escaped = obj_alloc(&things);
    obj_free(&things, escaped);
    obj_free(&things, escaped);
}

static void kmalloc_behind(void)
{
    escaped = kmalloc(30); // of 32
    touch(30);
}

static void kmalloc_behind_half_a_page(void)
{
    escaped = kmalloc(KMALLOC_OBJ + 100);
    touch(KMALLOC_OBJ + 100);
}

static void kmalloc_copy_behind(void)
{
    escaped = kmalloc(100);
    memset(escaped, 0, 108);
}

static void page_after_free(void)
{
    escaped = kalloc(FRAME_OTHER);
    kfree(escaped);
    touch(2000);
}

static void page_copied_after_free(void)
{
    void *other = kalloc(FRAME_OTHER);
    escaped = kalloc(FRAME_OTHER);
    kfree(escaped);
    page_copy(other, escaped);
}

static __attribute__((noinline)) void stack_behind(void)
{
    char local[24];
    escaped = local;
    memset(local, 0, sizeof local);
    touch(24);
}

static void stack_after_scope(void)
{
    {
        char local[24];
        escaped = local;
        touch(0);
    }
    touch(0);
}

static void kernel_stack_after_free(void)
{
    escaped = kstack_alloc();
    kstack_free(escaped);
    touch(100);
}

static void global_behind(void)
{
    escaped = global_thing;
    touch(sizeof global_thing);
}

static void global_copied_too_far(void)
{
    escaped = global_thing;
    memcpy(global_copy, escaped, sizeof global_copy + 1);
}

static const struct {
    const char *name;
    void (*commit)(void);
} faults[] = {
    { "object-after-free", object_after_free },
    { "object-long-after-free", object_long_after_free },
    { "object-behind", object_behind },
    { "object-before", object_before },
    { "object-freed-twice", object_freed_twice },
    { "kmalloc-behind", kmalloc_behind },
    { "kmalloc-behind-half-a-page", kmalloc_behind_half_a_page },
    { "kmalloc-copy-behind", kmalloc_copy_behind },
    { "page-after-free", page_after_free },
    { "page-copied-after-free", page_copied_after_free },
    { "stack-behind", stack_behind },
    { "stack-after-scope", stack_after_scope },
    { "kernel-stack-after-free", kernel_stack_after_free },
    { "global-behind", global_behind },
    { "global-copied-too-far", global_copied_too_far },
};

void planted_fault(void)
{
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
        if (machine_option("kasan-test", faults[i].name)) {
            faults[i].commit();
            printk("kasan-test: %s was not seen\n", faults[i].name);
        }
}
#endif
