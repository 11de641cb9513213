#include "proc/image.h"
#include "abi.h"
#include "dev/random.h"
#include "errno.h"
#include "fs/fs.h"
#include "memlayout.h"
#include "proc/elf_file.h"
#include "proc/program.h"
#include "riscv.h"
#include "task/hand.h"
#include "vm/aspace.h"

#define GUARD       PGSIZE          // never mapped, on either side of the stack
#define GUARD_LARGE (1UL << 20)     // below a stack that what grows on it may step over
#define ANYWHERE    (TRAPFRAME / 2) // where programs lie that may lie anywhere

// Pages by which things are moved at random, at the most.
#define MOVE_STACK   (1UL << 14)
#define MOVE_MAPS    (1UL << 18)
#define MOVE_PROGRAM (1UL << 18)
#define MOVE_HEAP    (1UL << 13)

static uint64 move(const struct image_wish *wish, uint64 pages)
{
    return wish->anywhere ? random_u64() % pages * PGSIZE : 0;
}

static uint64 smaller(uint64 a, uint64 b)
{
    return a < b ? a : b;
}

// --- the program --------------------------------------------------------------------------------

static int map_program(const struct elf_file *elf, const struct image_wish *wish, struct aspace *as,
                       struct image *out)
{
    uint64 distance = 0;
    if (elf->head.type == ELF_DYN)
        distance = (ANYWHERE + move(wish, MOVE_PROGRAM)) & ~(elf->align - 1);
    int err = elf_map(elf, as, distance);
    if (err)
        return err;
    out->begin = out->entry = elf->head.entry + distance;
    out->phdr = elf_headers(elf, distance);
    out->phnum = elf->head.phnum;
    return aspace_set_heap(as, elf->high + distance + move(wish, MOVE_HEAP));
}

// --- the interpreter ----------------------------------------------------------------------------

// At the highest place that there is, like any other map.
static int map_interpreter(const struct elf_file *elf, struct aspace *as, struct image *out)
{
    uint64 distance = 0;
    if (elf->head.type == ELF_DYN) {
        uint64 room = aspace_find_room(as, elf->high - elf->low + elf->align - PGSIZE);
        if (room == 0)
            return -ENOMEM;
        distance = ((room + elf->align - 1) & ~(elf->align - 1)) - (elf->low & ~(elf->align - 1));
    }
    int err = elf_map(elf, as, distance);
    out->base = distance;
    out->begin = elf->head.entry + distance;
    return err;
}

static int load_interpreter(const char *path, struct aspace *as, struct image *out)
{
    struct program prog;
    struct elf_file elf;
    int err = program_open(path, &prog);
    if (err)
        return err;
    err = elf_open(&prog, &elf);
    if (!err) {
        err = map_interpreter(&elf, as, out);
        elf_close(&elf);
    }
    program_close(&prog);
    return err == -ENOEXEC ? -ELIBBAD : err;
}

// Its path is what the segment has in the file, with a NUL at its end.
static int read_path(const struct program *prog, const struct elf_segment *s, char *path)
{
    if (s->filesz < 2 || s->filesz > PATH_LONGEST)
        return -ENOEXEC;
    int64 got = inode_read(prog->ino, path, s->offset, s->filesz);
    if (got < 0)
        return (int)got;
    return (uint64)got == s->filesz && path[got - 1] == '\0' ? 0 : -ENOEXEC;
}

static int find_interpreter(const struct program *prog, const struct elf_segment *s,
                            struct aspace *as, struct image *out)
{
    char *path = page_in_hand();
    if (!path)
        return -ENOMEM;
    int err = read_path(prog, s, path);
    if (!err)
        err = load_interpreter(path, as, out);
    page_from_hand(path);
    return err;
}

// --- the stack ----------------------------------------------------------------------------------

static int map_stack(struct aspace *as, struct image *out)
{
    struct area a = { .start = out->stack_top - out->stack_size,
                      .end = out->stack_top,
                      .prot = PROT_READ | PROT_WRITE };
    return aspace_map(as, &a);
}

// The stack that the program says it wants lies right below it, or at the top of user space where
// there is no room for that.
static void place_said(uint64 low, uint64 wanted, struct aspace *as, struct image *out)
{
    out->stack_size = PGROUNDUP(smaller(wanted, STACK_MOST));
    bool below = low >= out->stack_size + 3 * GUARD;
    out->stack_top = below ? low - GUARD : TRAPFRAME - GUARD;
    if (!below)
        aspace_set_top(as, out->stack_top - out->stack_size - GUARD_LARGE);
}

static void place_at_top(const struct image_wish *wish, struct aspace *as, struct image *out)
{
    out->stack_size = PGROUNDUP(smaller(wish->stack, STACK_MOST));
    out->stack_top = TRAPFRAME - GUARD - move(wish, MOVE_STACK);
    aspace_set_top(as, out->stack_top - out->stack_size - GUARD_LARGE - move(wish, MOVE_MAPS));
}

// --- all of it ----------------------------------------------------------------------------------

static int map_all(const struct elf_file *elf, struct image_wish wish, struct aspace *as,
                   struct image *out)
{
    const struct elf_segment *stack = elf_find(elf, SEGMENT_STACK);
    const struct elf_segment *paths = elf_find(elf, SEGMENT_PATHS);
    const struct elf_segment *interpreter = elf_find(elf, SEGMENT_INTERP);
    bool said = stack && stack->memsz > 0;
    wish.anywhere = wish.anywhere && !said;
    out->classic = paths != NULL;
    if (paths && paths->memsz > 0 && paths->memsz < PATH_LONGEST)
        out->path_longest = paths->memsz;
    if (said)
        place_said(elf->low, stack->memsz, as, out);
    else
        place_at_top(&wish, as, out);
    int err = map_program(elf, &wish, as, out);
    if (!err)
        err = map_stack(as, out);
    if (!err && interpreter)
        err = find_interpreter(elf->prog, interpreter, as, out);
    if (!err)
        aspace_promise(as);
    return err;
}

int image_map(const struct program *prog, const struct image_wish *wish, struct aspace *as,
              struct image *out)
{
    struct elf_file elf;
    *out = (struct image){ .path_longest = PATH_LONGEST };
    int err = elf_open(prog, &elf);
    if (err)
        return err;
    err = map_all(&elf, *wish, as, out);
    elf_close(&elf);
    return err;
}
