#include "proc/elf_file.h"
#include "errno.h"
#include "fs/fs.h"
#include "lib/string.h"
#include "memlayout.h"
#include "proc/program.h"
#include "riscv.h"
#include "task/hand.h"
#include "vm/aspace.h"

#define SEGMENTS_MAX (PGSIZE / sizeof(struct elf_segment))
#define ALIGN_MAX    (1UL << 30)

// --- headers ------------------------------------------------------------------------------------

static bool good_header(const struct elf_header *h)
{
    return memcmp(h->ident, "\177ELF", 4) == 0 && h->ident[4] == ELF_CLASS_64 &&
           h->ident[5] == ELF_LITTLE_ENDIAN && (h->type == ELF_EXEC || h->type == ELF_DYN) &&
           h->machine == ELF_RISCV && h->phentsize == sizeof(struct elf_segment) && h->phnum > 0 &&
           h->phnum <= SEGMENTS_MAX;
}

// Lies within the file and within user space, and can be mapped page by page.
static bool good_segment(const struct elf_file *elf, const struct elf_segment *s)
{
    uint64 low = elf->head.type == ELF_EXEC ? PGSIZE : 0;
    return s->filesz <= s->memsz && s->vaddr >= low && s->vaddr < TRAPFRAME &&
           s->memsz <= TRAPFRAME - s->vaddr && s->offset <= elf->size &&
           s->filesz <= elf->size - s->offset && (s->vaddr - s->offset) % PGSIZE == 0;
}

static bool is_loaded(const struct elf_segment *s)
{
    return s->type == SEGMENT_LOAD && s->memsz > 0;
}

static void note_segment(struct elf_file *elf, const struct elf_segment *s)
{
    bool power_of_two = (s->align & (s->align - 1)) == 0;
    if (power_of_two && s->align > elf->align && s->align <= ALIGN_MAX)
        elf->align = s->align;
    if (elf->high == 0 || s->vaddr < elf->low)
        elf->low = PGROUNDDOWN(s->vaddr);
    if (s->vaddr + s->memsz > elf->high)
        elf->high = PGROUNDUP(s->vaddr + s->memsz);
}

static int look_at_segments(struct elf_file *elf)
{
    for (unsigned i = 0; i < elf->head.phnum; i++) {
        const struct elf_segment *s = &elf->segments[i];
        if (!is_loaded(s))
            continue;
        if (!good_segment(elf, s))
            return -ENOEXEC;
        note_segment(elf, s);
    }
    return elf->high ? 0 : -ENOEXEC;
}

static int read_segments(struct elf_file *elf)
{
    size_t n = elf->head.phnum * sizeof *elf->segments;
    int64 got = inode_read(elf->prog->ino, elf->segments, elf->head.phoff, n);
    if (got < 0)
        return (int)got;
    return (size_t)got == n ? look_at_segments(elf) : -ENOEXEC;
}

int elf_open(const struct program *prog, struct elf_file *out)
{
    struct inode_info info;
    *out = (struct elf_file){ .prog = prog, .align = PGSIZE };
    memcpy(&out->head, prog->head, sizeof out->head);
    if (prog->n < sizeof out->head || !good_header(&out->head))
        return -ENOEXEC;
    inode_info(prog->ino, &info);
    out->size = info.size;
    out->segments = page_in_hand();
    if (!out->segments)
        return -ENOMEM;
    int err = read_segments(out);
    if (err)
        elf_close(out);
    return err;
}

void elf_close(struct elf_file *elf)
{
    page_from_hand(elf->segments);
}

const struct elf_segment *elf_find(const struct elf_file *elf, uint32 type)
{
    for (unsigned i = 0; i < elf->head.phnum; i++)
        if (elf->segments[i].type == type)
            return &elf->segments[i];
    return NULL;
}

uint64 elf_headers(const struct elf_file *elf, uint64 distance)
{
    uint64 phoff = elf->head.phoff;
    for (unsigned i = 0; i < elf->head.phnum; i++) {
        const struct elf_segment *s = &elf->segments[i];
        if (is_loaded(s) && phoff >= s->offset && phoff - s->offset < s->filesz)
            return s->vaddr + (phoff - s->offset) + distance;
    }
    return 0;
}

// --- mapping ------------------------------------------------------------------------------------

static uint32 protection(uint32 flags)
{
    return PROT_READ | (flags & SEGMENT_W ? PROT_WRITE : 0) | (flags & SEGMENT_X ? PROT_EXEC : 0);
}

static int map_segment(const struct elf_file *elf, struct aspace *as, const struct elf_segment *s,
                       uint64 distance)
{
    uint64 into = s->vaddr % PGSIZE;
    struct area a = {
        .start = s->vaddr - into + distance,
        .end = PGROUNDUP(s->vaddr + s->memsz) + distance,
        .prot = protection(s->flags),
    };
    if (s->filesz > 0) {
        a.object = inode_object(elf->prog->ino);
        a.offset = s->offset - into;
        a.bytes = into + s->filesz;
        // What follows the file's bytes in the last page is not looked at if nobody can write
        // there: the cache's own page will do.
        if (!(s->flags & SEGMENT_W) && s->filesz == s->memsz)
            a.bytes = PGROUNDUP(a.bytes);
    }
    int err = aspace_map(as, &a);
    return err == -EINVAL || err == -EACCES ? -ENOEXEC : err;
}

int elf_map(const struct elf_file *elf, struct aspace *as, uint64 distance)
{
    for (unsigned i = 0; i < elf->head.phnum; i++) {
        const struct elf_segment *s = &elf->segments[i];
        int err = is_loaded(s) ? map_segment(elf, as, s, distance) : 0;
        if (err)
            return err;
    }
    return 0;
}
