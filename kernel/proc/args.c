#include "proc/args.h"
#include "abi.h"
#include "errno.h"
#include "lib/string.h"
#include "proc/image.h"
#include "riscv.h"
#include "task/hand.h"
#include "task/thread.h"
#include "vm/usercopy.h"

#define POINTERS_MAX (PGSIZE / sizeof(uint64) - 32) // room for auxv and the NULLs in the page
#define CHUNK        256                            // bytes of a string copied at one time

struct building {
    struct aspace *from, *to;
    uint64 sp;      // lowest byte used of the stack
    uint64 limit;   // sp must not go below
    uint64 *vector; // one page: argc, pointers, auxv, as they will stand on the stack
    size_t n;       // words in it
};

// => the length of the string at uva in the old address space; -E2BIG: with its NUL it has more
// than `room` bytes
static int64 string_length(struct aspace *as, uint64 uva, size_t room)
{
    struct user_span span;
    for (size_t n = 0; n < room; n += span.len) {
        int err = user_hold(as, uva + n, room - n, false, &span);
        if (err)
            return err;
        const char *end = memchr(span.kva, 0, span.len);
        size_t more = end ? (size_t)(end - (const char *)span.kva) : 0;
        user_release(&span);
        if (end)
            return (int64)(n + more);
        if ((err = thread_breathe_at_rest()) != 0)
            return err;
    }
    return -E2BIG;
}

// Copies n bytes from space to space; another thread may be changing them, so the NUL is ours.
static int copy_across(struct building *b, uint64 dst, uint64 src, size_t n)
{
    char chunk[CHUNK];
    while (n > 0) {
        size_t len = n < CHUNK ? n : CHUNK;
        int err = copyin(b->from, chunk, src, len);
        if (!err)
            err = copyout(b->to, dst, chunk, len);
        if (err)
            return err;
        dst += len;
        src += len;
        n -= len;
        err = thread_breathe_at_rest();
        if (err)
            return err;
    }
    return copyout(b->to, dst, "", 1);
}

static int push_string(struct building *b, uint64 src)
{
    int64 n = string_length(b->from, src, b->sp - b->limit);
    if (n < 0)
        return (int)n;
    b->sp -= (uint64)n + 1;
    b->vector[b->n++] = b->sp;
    return copy_across(b, b->sp, src, (size_t)n);
}

// => how many strings, or a negative errno
static int64 push_vector(struct building *b, uint64 uvec)
{
    int64 count = 0;
    for (; uvec; uvec += sizeof(uint64), count++) {
        uint64 string;
        int err = copyin(b->from, &string, uvec, sizeof string);
        if (err)
            return err;
        if (string == 0)
            break;
        if (b->n >= POINTERS_MAX)
            return -E2BIG;
        if ((err = push_string(b, string)) != 0)
            return err;
    }
    b->vector[b->n++] = 0;
    return count;
}

// A program always finds a name for itself, if an empty one (as in Linux): programs look at
// argv[1] without asking whether there is an argv[0].  The vector is argc and a NULL so far.
// => the number of arguments, 1, or a negative errno
static int push_no_name(struct building *b)
{
    b->vector[b->n - 1] = --b->sp;
    b->vector[b->n++] = 0;
    int err = copyout(b->to, b->sp, "", 1);
    return err ? err : 1;
}

static void push_aux(struct building *b, uint64 type, uint64 value)
{
    b->vector[b->n++] = type;
    b->vector[b->n++] = value;
}

static int build(struct building *b, uint64 argv, uint64 envp, const struct image *image)
{
    b->n = 1;
    int64 argc = push_vector(b, argv);
    if (argc == 0)
        argc = push_no_name(b);
    if (argc < 0)
        return (int)argc;
    b->vector[0] = (uint64)argc;
    int64 envc = push_vector(b, envp);
    if (envc < 0)
        return (int)envc;
    push_aux(b, AT_PAGESZ, PGSIZE);
    push_aux(b, AT_ENTRY, image->entry);
    if (image->phdr) {
        push_aux(b, AT_PHDR, image->phdr);
        push_aux(b, AT_PHENT, 56);
        push_aux(b, AT_PHNUM, image->phnum);
    }
    push_aux(b, AT_NULL, 0);
    size_t size = b->n * sizeof(uint64);
    if (size > b->sp - b->limit)
        return -E2BIG;
    b->sp = (b->sp - size) & ~15UL;
    return copyout(b->to, b->sp, b->vector, size);
}

int args_copy(struct aspace *from, uint64 argv, uint64 envp, struct aspace *to,
              const struct image *image, uint64 *sp)
{
    struct building b = { .from = from, .to = to, .sp = image->stack_top };
    b.limit = image->stack_top - image->stack_size / 4;
    b.vector = page_in_hand();
    if (!b.vector)
        return -ENOMEM;
    int err = build(&b, argv, envp, image);
    page_from_hand(b.vector);
    *sp = b.sp;
    return err;
}
