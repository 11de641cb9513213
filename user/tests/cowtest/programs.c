// Programs that do not load, made by hand: exec fails and the caller goes on, however far the
// loading had come.  (Hazard 14.)

#include "kernel/elf.h"
#include "user/tests/cowtest/cowtest.h"

// A whole program in one page: its code, and a page of zeros to write to.
struct program {
    struct elf_header h;
    struct elf_segment text, data;
    uint code[4];
};

#define TEXT_AT 0x10000
#define DATA_AT 0x20000
#define EXITS   7

static const struct program good = {
    .h = { .ident = { 0x7f, 'E', 'L', 'F', ELF_CLASS_64, ELF_LITTLE_ENDIAN, ELF_VERSION },
           .type = ELF_EXEC,
           .machine = ELF_RISCV,
           .version = ELF_VERSION,
           .entry = TEXT_AT + offsetof(struct program, code),
           .phoff = sizeof(struct elf_header),
           .ehsize = sizeof(struct elf_header),
           .phentsize = sizeof(struct elf_segment),
           .phnum = 2 },
    .text = { .type = SEGMENT_LOAD,
              .flags = SEGMENT_R | SEGMENT_X,
              .vaddr = TEXT_AT,
              .filesz = sizeof(struct program),
              .memsz = sizeof(struct program),
              .align = PGSIZE },
    .data = { .type = SEGMENT_LOAD,
              .flags = SEGMENT_R | SEGMENT_W,
              .vaddr = DATA_AT,
              .memsz = PGSIZE,
              .align = PGSIZE },
    .code = { 0x00000513 | EXITS << 20, 0x00000893 | SYS_exit << 20, 0x00000073, 0x00000000 },
};

#define NAME "cow.program"

static void put_program(const struct program *p, size_t n)
{
    int fd = must_open(NAME, O_CREATE | O_TRUNC | O_WRONLY);
    EXPECT(write(fd, p, (int)n), (long)n, "write of a program");
    close(fd);
}

#define REFUSED 78

static void try_exec(void *arg)
{
    static char *argv[] = { NAME, NULL };
    char *page = arg;
    long err = sys(SYS_execve, NAME, argv, 0);
    check_filled(page, PGSIZE, 1);
    fill(page, PGSIZE, 2);
    CHECK(err == -ENOEXEC || err == -ENOMEM || err == -EINVAL, "exec gave %ld", err);
    exit(REFUSED);
}

static void expect_refused(const char *what, const struct program *p, size_t n, char *page)
{
    put_program(p, n);
    struct ending end = run(try_exec, page);
    CHECK(end.signal == 0 && end.status == REFUSED, "%s: expected exit %d, got signal %d, exit %d",
          what, REFUSED, end.signal, end.status);
    check_filled(page, PGSIZE, 1);
}

static void truncated(char *page)
{
    static const size_t length[] = { 0,   1,   4,   63,  64,  100,
                                     119, 120, 150, 175, 176, sizeof(struct program) - 1 };
    for (size_t i = 0; i < sizeof length / sizeof length[0]; i++)
        expect_refused("a program cut short", &good, length[i], page);
}

#define DAMAGED(what, damage)                                                                      \
    do {                                                                                           \
        struct program p = good;                                                                   \
        damage;                                                                                    \
        expect_refused(what, &p, sizeof p, page);                                                  \
    } while (0)

static void damaged_headers(char *page)
{
    DAMAGED("a wrong magic", p.h.ident[0] = 0x7e);
    DAMAGED("a 32-bit program", p.h.ident[4] = 1);
    DAMAGED("another machine", p.h.machine = 62);
    DAMAGED("an object file", p.h.type = 1);
    DAMAGED("no segments", p.h.phnum = 0);
    DAMAGED("65,535 segments", p.h.phnum = 65535);
    DAMAGED("a segment table outside of the file", p.h.phoff = 1L << 40);
    DAMAGED("a segment table at the end of everything", p.h.phoff = ~0UL - 8);
    DAMAGED("segments of an odd size", p.h.phentsize = 8);
}

// The first segment is good in each: the loading has begun.
static void damaged_segments(char *page)
{
    DAMAGED("a segment in the kernel", p.data.vaddr = 0xffffffc000000000UL);
    DAMAGED("a segment at the end of user space", p.data.vaddr = TRAPFRAME - PGSIZE;
            p.data.memsz = 2 * PGSIZE);
    DAMAGED("a segment that wraps around", p.data.memsz = ~0UL - DATA_AT + PGSIZE);
    DAMAGED("a segment on page 0", p.data.vaddr = 0);
    DAMAGED("more bytes in the file than in memory", p.data.filesz = 2 * PGSIZE);
    DAMAGED("bytes outside of the file", p.data.offset = 1 << 20; p.data.filesz = 16);
    DAMAGED("bytes at the end of everything", p.data.offset = ~0xfffUL; p.data.filesz = 16);
    DAMAGED("an odd offset", p.data.vaddr = DATA_AT + 8; p.data.filesz = 8);
    DAMAGED("a segment over another", p.data.vaddr = TEXT_AT);
    DAMAGED("a segment to write and to run", p.data.flags = SEGMENT_R | SEGMENT_W | SEGMENT_X);
}

static void exec_good(void *arg)
{
    static char *argv[] = { NAME, NULL };
    sys(SYS_execve, NAME, argv, 0);
}

void exec_bad(void)
{
    char *page = heap_pages(1);
    fill(page, PGSIZE, 1);
    put_program(&good, sizeof good);
    struct ending end = run(exec_good, NULL);
    EXPECT(end.signal, 0, "signal of the good program");
    EXPECT(end.status, EXITS, "exit of the good program");
    truncated(page);
    damaged_headers(page);
    damaged_segments(page);
    struct program p = good;
    p.h.entry = 0xffffffff80000000UL;
    put_program(&p, sizeof p);
    must_die("a program that begins in the kernel", exec_good, NULL, SIGSEGV);
    must_unlink(NAME);
}
