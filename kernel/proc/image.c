#include "proc/image.h"
#include "abi.h"
#include "elf.h"
#include "errno.h"
#include "fs/fs.h"
#include "lib/string.h"
#include "memlayout.h"
#include "param.h"
#include "riscv.h"
#include "vm/aspace.h"

#define SEGMENTS_MAX 32
#define STACK_MAX    (64UL << 20)
#define GUARD        PGSIZE // never mapped, on either side of the stack

static int read_exactly(struct inode *ino, void *dst, uint64 off, size_t n)
{
    int64 got = inode_read(ino, dst, off, n);
    if (got < 0)
        return (int)got;
    return (size_t)got == n ? 0 : -ENOEXEC;
}

static bool good_header(const struct elf_header *h)
{
    return memcmp(h->ident, "\177ELF", 4) == 0 && h->ident[4] == ELF_CLASS_64 &&
           h->ident[5] == ELF_LITTLE_ENDIAN && h->type == ELF_EXEC && h->machine == ELF_RISCV &&
           h->phentsize == sizeof(struct elf_segment) && h->phnum > 0 && h->phnum <= SEGMENTS_MAX;
}

// Lies within the file and within user space, and can be mapped page by page.
static bool good_segment(const struct elf_segment *s, uint64 file_size)
{
    return s->filesz <= s->memsz && s->memsz > 0 && s->vaddr >= PGSIZE && s->vaddr < TRAPFRAME &&
           s->memsz <= TRAPFRAME - s->vaddr && s->offset <= file_size &&
           s->filesz <= file_size - s->offset && (s->vaddr - s->offset) % PGSIZE == 0;
}

static uint32 protection(uint32 flags)
{
    return PROT_READ | (flags & SEGMENT_W ? PROT_WRITE : 0) | (flags & SEGMENT_X ? PROT_EXEC : 0);
}

static int map_segment(struct inode *ino, struct aspace *as, const struct elf_segment *s)
{
    uint64 into = s->vaddr % PGSIZE;
    struct area a = {
        .start = s->vaddr - into,
        .end = PGROUNDUP(s->vaddr + s->memsz),
        .prot = protection(s->flags),
    };
    if (s->filesz > 0) {
        a.object = inode_object(ino);
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

static uint64 stack_pages(uint64 wanted)
{
    if (wanted == 0)
        return USERSTACK * PGSIZE;
    return PGROUNDUP(wanted < STACK_MAX ? wanted : STACK_MAX);
}

static void note_segment(const struct elf_header *h, const struct elf_segment *s, struct image *out)
{
    if (out->high == 0 || s->vaddr < out->low)
        out->low = PGROUNDDOWN(s->vaddr);
    if (s->vaddr + s->memsz > out->high)
        out->high = PGROUNDUP(s->vaddr + s->memsz);
    if (h->phoff >= s->offset && h->phoff - s->offset < s->filesz)
        out->phdr = s->vaddr + (h->phoff - s->offset);
}

static int map_segments(struct inode *ino, struct aspace *as, const struct elf_header *h,
                        uint64 file_size, struct image *out)
{
    for (unsigned i = 0; i < h->phnum; i++) {
        struct elf_segment s;
        int err = read_exactly(ino, &s, h->phoff + i * sizeof s, sizeof s);
        if (err)
            return err;
        if (s.type == SEGMENT_INTERP)
            return -ENOEXEC; // without its interpreter it would run wild
        if (s.type == SEGMENT_STACK)
            out->stack_size = s.memsz;
        out->classic |= s.type == SEGMENT_PATHS;
        if (s.type == SEGMENT_PATHS && s.memsz > 0 && s.memsz < PATH_LONGEST)
            out->path_longest = s.memsz;
        if (s.type != SEGMENT_LOAD || s.memsz == 0)
            continue;
        if (!good_segment(&s, file_size))
            return -ENOEXEC;
        if ((err = map_segment(ino, as, &s)) != 0)
            return err;
        note_segment(h, &s, out);
    }
    return out->high ? 0 : -ENOEXEC;
}

// The stack lies right below the image, so that a small program fits under one leaf table, or at
// the top of user space where there is no room for it.
static int map_stack(struct aspace *as, struct image *out)
{
    out->stack_size = stack_pages(out->stack_size);
    bool below = out->low >= out->stack_size + 3 * GUARD;
    out->stack_top = below ? out->low - GUARD : TRAPFRAME - GUARD;
    struct area a = { .start = out->stack_top - out->stack_size,
                      .end = out->stack_top,
                      .prot = PROT_READ | PROT_WRITE };
    return aspace_map(as, &a);
}

int image_map(struct inode *ino, struct aspace *as, struct image *out)
{
    struct elf_header h;
    struct inode_info info;
    *out = (struct image){ .path_longest = PATH_LONGEST };
    int err = read_exactly(ino, &h, 0, sizeof h);
    if (err)
        return err;
    if (!good_header(&h))
        return -ENOEXEC;
    inode_info(ino, &info);
    if ((err = map_segments(ino, as, &h, info.size, out)) != 0)
        return err;
    out->entry = h.entry;
    out->phnum = h.phnum;
    aspace_set_heap(as, out->high);
    if ((err = map_stack(as, out)) == 0)
        aspace_promise(as);
    return err;
}
