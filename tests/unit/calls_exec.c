// exec (proc/exec.c, proc/image.c, proc/args.c): which files are programs, what their address space
// is, and what a program finds on its stack.
#include <stdio.h>
#include <string.h>
#include "calls.h"
#include "elf.h"
#include "fs/fs.h"
#include "memlayout.h"
#include "proc/file.h"
#include "proc/proc_priv.h"
#include "riscv/csr.h"
#include "riscv/trap.h"
#include "vm/aspace.h"

#define TEXT      0x10000UL
#define PAGES     3    // of the file
#define VECTORS   DATA // where argv and envp are made
#define STRINGS   (DATA + 8 * PGSIZE)
#define STACK_TOP (TEXT - PGSIZE)
#define SEGMENTS  40

// A program file: its header, its segments, and bytes that say where they are.
static struct {
    struct elf_header head;
    struct elf_segment segment[SEGMENTS];
    uchar rest[PAGES * PGSIZE - sizeof(struct elf_header) - SEGMENTS * sizeof(struct elf_segment)];
} program;

static uchar byte_at(uint64 offset)
{
    return ((uchar *)&program)[offset];
}

// Text and the test's own data; the calls go on to find their memory after exec.
static void make_program(void)
{
    memset(&program, 0, sizeof program);
    for (size_t i = 0; i < sizeof program.rest; i++)
        program.rest[i] = (uchar)(i * 5 + i / 256 + 1);
    program.head =
        (struct elf_header){ .ident = { 0177, 'E', 'L', 'F', ELF_CLASS_64, ELF_LITTLE_ENDIAN },
                             .type = ELF_EXEC,
                             .machine = ELF_RISCV,
                             .entry = TEXT + 0x123,
                             .phoff = sizeof program.head,
                             .phentsize = sizeof(struct elf_segment),
                             .phnum = 3 };
    program.segment[0] = (struct elf_segment){ .type = SEGMENT_LOAD,
                                               .flags = SEGMENT_R | SEGMENT_X,
                                               .vaddr = TEXT,
                                               .filesz = PGSIZE + 100,
                                               .memsz = PGSIZE + 100 };
    program.segment[1] = (struct elf_segment){ .type = SEGMENT_LOAD,
                                               .flags = SEGMENT_R | SEGMENT_W,
                                               .vaddr = DATA,
                                               .memsz = DATA_PAGES * PGSIZE };
    program.segment[2] = (struct elf_segment){ .type = SEGMENT_STACK, .memsz = USERSTACK * PGSIZE };
}

// Adds a segment.  => it
static struct elf_segment *add(uint32 type, uint64 memsz)
{
    struct elf_segment *s = &program.segment[program.head.phnum++];
    *s = (struct elf_segment){ .type = type, .flags = SEGMENT_R, .memsz = memsz };
    return s;
}

static void save(size_t n)
{
    call(SYS_unlinkat, (uint64)AT_FDCWD, text("prog"), 0); // one that runs is not written to
    CHECK_EQ(call(SYS_close, make_file("prog", &program, n)), 0);
}

static void begin(void)
{
    make_program();
    calls_begin(false);
}

// Puts a vector of strings; a NULL ends it.  => its address
static uint64 vector(uint64 at, const char *const *strings)
{
    uint64 pointer, to = STRINGS + (at - VECTORS) * 4;
    for (;; at += 8, strings++) {
        pointer = *strings ? to : 0;
        put(at, &pointer, 8);
        if (!*strings)
            return 0;
        put(to, *strings, strlen(*strings) + 1);
        to += strlen(*strings) + 1;
    }
}

static int64 exec_with(uint64 argv, uint64 envp)
{
    return call(SYS_execve, text("prog"), argv, envp);
}

static int64 exec_saved(size_t n)
{
    save(n);
    return exec_with(0, 0);
}

static int64 exec(void)
{
    return exec_saved(sizeof program);
}

static uint64 word(uint64 at)
{
    uint64 w;
    get(&w, at, 8);
    return w;
}

static const struct area *area_at(uint64 va)
{
    return areas_find(&calls_proc.aspace->areas, va);
}

static struct trapframe *registers(void)
{
    return calls_thread.tf;
}

// --- the change -------------------------------------------------------------------------------

TEST(a_program_begins)
{
    begin();
    program.head.entry = 0x10200;
    save(sizeof program);
    struct aspace *old = calls_proc.aspace;
    memset(registers(), 0x55, sizeof *registers());
    calls_thread.fp_used = true;
    CHECK_EQ(call(SYS_fcntl, open_file("prog", O_RDONLY), F_SETFD, FD_CLOEXEC), 0);
    CHECK_EQ(open_file("prog", O_RDONLY), 1);
    CHECK_EQ(exec_with(0, 0), 0);
    CHECK(calls_proc.aspace != old && calls_thread.root == calls_proc.aspace->root);
    CHECK_EQ(registers()->sepc, 0x10200);
    CHECK_EQ(registers()->sstatus, SSTATUS_USER);
    for (int i = 0; i < 32; i++)
        if (i != REG_SP)
            CHECK_EQ(registers()->reg[i], 0);
    CHECK(!calls_thread.fp_used && !calls_proc.aspace->patient);
    CHECK_EQ(strcmp(calls_proc.name, "prog"), 0);
    CHECK_EQ(call(SYS_fcntl, 0, F_GETFD), -EBADF);
    CHECK_EQ(call(SYS_fcntl, 1, F_GETFD), 0);
    init_proc = &calls_proc;
    CHECK_EQ(exec_with(0, 0), 0);
    CHECK(calls_proc.aspace->patient);
    init_proc = NULL;
    calls_end();
}

TEST(a_shared_table_of_files_stays_the_others_)
{
    begin();
    struct files *shared = calls_proc.leader.files;
    files_get_table(shared);
    CHECK_EQ(call(SYS_fcntl, open_file("/", O_RDONLY), F_SETFD, FD_CLOEXEC), 0);
    CHECK_EQ(exec(), 0);
    CHECK(calls_proc.leader.files != shared);
    CHECK_EQ(call(SYS_fcntl, 0, F_GETFD), -EBADF);
    CHECK_EQ(files_get_cloexec(shared, 0), 1);
    CHECK_EQ(shared->refs, 1);
    files_put(shared);
    calls_end();
}

TEST(names_of_programs)
{
    begin();
    CHECK_EQ(call(SYS_mkdirat, (uint64)AT_FDCWD, text("dir"), 0755), 0);
    save(sizeof program);
    CHECK_EQ(call(SYS_linkat, (uint64)AT_FDCWD, text("prog"), (uint64)AT_FDCWD,
                  text("dir/a\n\x1f name of twenty."), 0),
             0);
    CHECK_EQ(call(SYS_execve, text("/dir/../prog"), 0, 0), 0);
    CHECK_EQ(strcmp(calls_proc.name, "prog"), 0);
    CHECK_EQ(call(SYS_execve, text("dir/a\n\x1f name of twenty."), 0, 0), 0);
    CHECK_EQ(strcmp(calls_proc.name, "a?? name of twe"), 0);
    calls_end();
}

TEST(what_is_no_program)
{
    begin();
    CHECK_EQ(call(SYS_mkdirat, (uint64)AT_FDCWD, text("dir"), 0755), 0);
    CHECK_EQ(call(SYS_mknodat, (uint64)AT_FDCWD, text("dev"), S_IFCHR, 0), 0);
    save(sizeof program);
    CHECK_EQ(call(SYS_execve, text("dir"), 0, 0), -EACCES);
    CHECK_EQ(call(SYS_execve, text("dev"), 0, 0), -EACCES);
    CHECK_EQ(call(SYS_execve, text("none"), 0, 0), -ENOENT);
    int fd = open_file("prog", O_WRONLY);
    CHECK_EQ(exec_with(0, 0), -ETXTBSY);
    CHECK_EQ(call(SYS_close, fd), 0);
    CHECK_EQ(exec_with(0, 0), 0);
    CHECK_EQ(call(SYS_openat, (uint64)AT_FDCWD, text("prog"), O_WRONLY, 0), -ETXTBSY);
    CHECK_EQ(strcmp(calls_proc.name, "prog"), 0);
    calls_end();
}

// Without memory at any point exec fails, and the old program goes on.
TEST(exec_fails_at_each_allocation)
{
    static const char *const args[] = { "prog", "argument", NULL };
    begin();
    save(sizeof program);
    vector(VECTORS, args);
    files_get_table(calls_proc.leader.files);
    struct files *files = calls_proc.leader.files;
    struct aspace *as = calls_proc.aspace;
    uint64 path = text("prog");
    int64 err = -ENOMEM;
    long n = 1;
    for (; err == -ENOMEM; n++) {
        host_fail_kalloc(n);
        err = call(SYS_execve, path, VECTORS, 0);
        host_fail_kalloc(0);
        CHECK(err == 0 || err == -ENOMEM);
        CHECK_EQ(calls_proc.aspace == as, err != 0);
        CHECK_EQ(calls_proc.leader.files == files, err != 0);
        CHECK_EQ(host_audit(), 0);
    }
    CHECK(n > 2);
    files_put(files);
    calls_end();
}

static int breaths; // until a signal kills

static void kill_at_last(void)
{
    if (--breaths == 0)
        host_interrupt(0, true);
}

TEST(exec_is_killed_at_each_breath)
{
    static char long_one[700];
    const char *const args[] = { "prog", long_one, NULL };
    memset(long_one, 'l', sizeof long_one - 1);
    begin();
    save(sizeof program);
    struct aspace *as = calls_proc.aspace;
    int64 err = -EINTR;
    int n = 1;
    for (uint64 path = text("prog"); err; n++) {
        vector(VECTORS, args);
        breaths = n;
        host_on_breath = kill_at_last;
        err = call(SYS_execve, path, VECTORS, 0);
        host_on_breath = NULL;
        host_interrupt(0, false);
        CHECK(err == 0 || err == -EINTR);
        CHECK_EQ(calls_proc.aspace == as, err != 0);
        CHECK_EQ(host_audit(), 0);
    }
    CHECK(n > 2);
    calls_end();
}

static void unmap_at_last(void)
{
    if (--breaths == 0)
        CHECK_EQ(call(SYS_munmap, STRINGS, PGSIZE), 0);
}

// Another thread takes an argument away between the look at its length and the copy.
TEST(an_argument_that_goes_away)
{
    uint64 pointers[2] = { STRINGS + PGSIZE - 10, 0 };
    begin();
    save(sizeof program);
    uint64 path = text("prog");
    int64 err = -EFAULT;
    int n = 1;
    for (; err; n++) {
        call(SYS_mmap, STRINGS, PGSIZE, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
        put(pointers[0], "over the end of a page", 23);
        put(VECTORS, pointers, sizeof pointers);
        breaths = n;
        host_on_breath = unmap_at_last;
        err = call(SYS_execve, path, VECTORS, 0);
        host_on_breath = NULL;
        CHECK(err == 0 || err == -EFAULT);
    }
    uint64 arg;
    char got[23];
    get(&arg, registers()->reg[REG_SP] + 8, sizeof arg);
    get(got, arg, sizeof got); // all of it was copied, or nothing
    CHECK(n > 2 && memcmp(got, "over the end of a page", 23) == 0);
    calls_end();
}

static void grow_at_last(void)
{
    if (--breaths == 0)
        put(STRINGS, "longer than it was", 19);
}

// Another thread makes an argument longer: it is the longer one, or the call fails.
TEST(an_argument_that_grows)
{
    uint64 pointers[2] = { STRINGS, 0 };
    begin();
    save(sizeof program);
    int refused = 0;
    for (int n = -2; n <= 9; n++) { // nothing changes at first: what is read is read then
        uint64 path = text("prog");
        put(STRINGS, "short", 6);
        put(VECTORS, pointers, sizeof pointers);
        breaths = n;
        host_on_breath = grow_at_last;
        int64 err = call(SYS_execve, path, VECTORS, 0);
        host_on_breath = NULL;
        CHECK(err == 0 || err == -E2BIG);
        refused += err != 0;
    }
    CHECK_EQ(refused, 1); // when it grew between the two looks at it
    calls_end();
}

// --- images -----------------------------------------------------------------------------------

TEST(headers_that_are_wrong)
{
    static const struct {
        size_t at;
        uint8 is;
    } wrong[] = {
        { 0, 0 },   { 1, 'e' }, { 2, 0 },  { 3, 0 },   { 4, 1 },
        { 5, 2 },   { 16, 1 }, // to be linked
        { 16, 4 },             // what is left of one that died
        { 18, 62 }, { 54, 55 }, { 56, 0 }, { 56, 74 }, { 57, 255 },
    };
    begin();
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        make_program();
        ((uint8 *)&program)[wrong[i].at] = wrong[i].is;
        CHECK_EQ(exec(), -ENOEXEC);
    }
    make_program();
    CHECK_EQ(exec_saved(0), -ENOEXEC);
    CHECK_EQ(exec_saved(sizeof program.head - 1), -ENOEXEC);
    CHECK_EQ(exec_saved(sizeof program.head + 3 * sizeof(struct elf_segment) - 1), -ENOEXEC);
    program.head.phoff = sizeof program - sizeof(struct elf_segment);
    CHECK_EQ(exec(), -ENOEXEC); // the second lies behind the end
    program.head.phoff = ~0UL - 10;
    CHECK_EQ(exec(), -ENOEXEC);
    make_program();
    program.head.phnum = 32; // the others are of type 0
    CHECK_EQ(exec(), 0);
    calls_end();
}

static int64 exec_changed(struct elf_segment text)
{
    make_program();
    program.segment[0] = text;
    return exec();
}

TEST(segments_that_are_wrong)
{
    begin();
    const struct elf_segment good = program.segment[0];
    struct elf_segment s = good;
    s.memsz = PGSIZE + 99; // less than the file has for it
    CHECK_EQ(exec_changed(s), -ENOEXEC);
    s = good;
    s.vaddr = 0;
    CHECK_EQ(exec_changed(s), -ENOEXEC);
    s.vaddr = TRAPFRAME;
    CHECK_EQ(exec_changed(s), -ENOEXEC);
    s.vaddr = TRAPFRAME - PGSIZE; // 100 bytes too high
    CHECK_EQ(exec_changed(s), -ENOEXEC);
    s.vaddr = ~0UL - PGSIZE + 1;
    CHECK_EQ(exec_changed(s), -ENOEXEC);
    s = good;
    s.vaddr = TRAPFRAME - 1; // the last byte that there is
    s.offset = PGSIZE - 1;
    s.filesz = 0;
    s.memsz = 1;
    CHECK_EQ(exec_changed(s), 0);
    s.memsz = 2;
    CHECK_EQ(exec_changed(s), -ENOEXEC);
    s = good;
    s.memsz = TRAPFRAME;
    CHECK_EQ(exec_changed(s), -ENOEXEC);
    s.memsz = ~0UL;
    CHECK_EQ(exec_changed(s), -ENOEXEC);
    s = good;
    s.offset = sizeof program + PGSIZE;
    CHECK_EQ(exec_changed(s), -ENOEXEC);
    s.offset = sizeof program;
    CHECK_EQ(exec_changed(s), -ENOEXEC);
    s.filesz = 0;
    CHECK_EQ(exec_changed(s), 0); // it has nothing there
    s = good;
    s.filesz = s.memsz = sizeof program + 1;
    CHECK_EQ(exec_changed(s), -ENOEXEC);
    s.filesz = s.memsz = sizeof program;
    CHECK_EQ(exec_changed(s), 0);
    s = good;
    s.vaddr++;
    CHECK_EQ(exec_changed(s), -ENOEXEC); // cannot be mapped page by page
    s = good;
    s.flags |= SEGMENT_W; // and X
    CHECK_EQ(exec_changed(s), -ENOEXEC);
    s = good;
    s.vaddr = DATA - PGSIZE; // into the other
    CHECK_EQ(exec_changed(s), -ENOEXEC);
    s.type = SEGMENT_INTERP;
    CHECK_EQ(exec_changed(s), -ENOEXEC);
    make_program();
    program.segment[0].type = program.segment[1].type = 6;
    CHECK_EQ(exec(), -ENOEXEC); // nothing is loaded
    make_program();
    program.segment[1].memsz = 0;
    program.segment[1].vaddr = 0;
    CHECK_EQ(exec(), 0); // an empty one is none
    calls_end();
}

TEST(segments_as_they_are_mapped)
{
    uchar got[PGSIZE];
    begin();
    struct elf_segment *s = add(SEGMENT_LOAD, PGSIZE); // data that ends amid a page
    s->flags = SEGMENT_R | SEGMENT_W;
    s->offset = PGSIZE + 256;
    s->vaddr = 0x80100;
    s->filesz = 50;
    s = add(SEGMENT_LOAD, 300); // constants with zeros behind them
    s->vaddr = 0x90000;
    s->filesz = 200;
    s = add(SEGMENT_LOAD, 50); // zeros only, though the page begins with bytes of the file
    s->vaddr = 0xa0800;
    s->offset = 0x800;
    CHECK_EQ(exec(), 0);
    CHECK(area_at(0xa0000)->object == NULL && word(0xa0000) == 0);
    CHECK_EQ(area_at(TEXT)->prot, PROT_READ | PROT_EXEC);
    CHECK_EQ(area_at(DATA)->prot, PROT_READ | PROT_WRITE);
    CHECK_EQ(area_at(0x90000)->prot, PROT_READ);
    get(got, TEXT + PGSIZE, PGSIZE);
    for (uint64 i = 0; i < PGSIZE; i++)
        CHECK_EQ(got[i], byte_at(PGSIZE + i)); // the cache's own page, to its end
    CHECK(area_at(TEXT + 2 * PGSIZE) == NULL);
    get(got, 0x80100, 100);
    for (uint64 i = 0; i < 100; i++)
        CHECK_EQ(got[i], i < 50 ? byte_at(PGSIZE + 256 + i) : 0);
    CHECK(area_at(0x81000) != NULL && area_at(0x82000) == NULL);
    get(got, 0x90000, 400);
    for (uint64 i = 0; i < 400; i++)
        CHECK_EQ(got[i], i < 200 ? byte_at(i) : 0);
    CHECK_EQ(word(DATA + 20 * PGSIZE), 0);
    CHECK_EQ(call(SYS_brk, 0), DATA + DATA_PAGES * PGSIZE);
    calls_end();
}

TEST(segments_in_any_order)
{
    begin();
    struct elf_segment low = program.segment[0];
    program.segment[0] = program.segment[1];
    program.segment[1] = low;
    struct elf_segment *s = add(SEGMENT_LOAD, 10);
    s->vaddr = DATA + 100 * PGSIZE + 4000;
    s->offset = 4000;
    s->memsz = 200; // over a page's end
    s = add(SEGMENT_LOAD, 10);
    s->vaddr = DATA + 80 * PGSIZE;
    CHECK_EQ(exec(), 0);
    CHECK_EQ(call(SYS_brk, 0), DATA + 102 * PGSIZE);
    CHECK(area_at(STACK_TOP - 1) != NULL && area_at(STACK_TOP) == NULL);
    calls_end();
}

static void check_stack(uint64 top, uint64 pages)
{
    CHECK(area_at(top) == NULL && area_at(top - 1) != NULL);
    CHECK_EQ(area_at(top - 1)->end, top);
    CHECK_EQ(area_at(top - 1)->start, top - pages * PGSIZE);
    CHECK_EQ(area_at(top - 1)->prot, PROT_READ | PROT_WRITE);
    CHECK(registers()->reg[REG_SP] < top && registers()->reg[REG_SP] >= top - pages * PGSIZE);
}

TEST(stacks)
{
    static const struct {
        uint64 wanted, pages, top;
    } cases[] = {
        { 0, 2048, TRAPFRAME - PGSIZE }, // it says nothing
        { 1, 1, STACK_TOP },
        { PGSIZE + 1, 2, STACK_TOP },
        { 13 * PGSIZE, 13, STACK_TOP }, // with a guard on each side, and page 0
        { 13 * PGSIZE + 1, 14, TRAPFRAME - PGSIZE },
        { 64UL << 20, 16384, TRAPFRAME - PGSIZE },
        { ~0UL, 16384, TRAPFRAME - PGSIZE },
    };
    begin();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        make_program();
        program.segment[2].memsz = cases[i].wanted;
        CHECK_EQ(exec(), 0);
        check_stack(cases[i].top, cases[i].pages);
    }
    make_program();
    program.head.phnum = 2;
    CHECK_EQ(exec(), 0);
    check_stack(TRAPFRAME - PGSIZE, 2048);
    calls_end();
}

TEST(paths_that_a_program_names)
{
    static const struct {
        uint64 wanted, longest;
    } cases[] = {
        { 0, PATH_LONGEST },
        { 1, 1 },
        { 128, 128 },
        { PATH_LONGEST - 1, PATH_LONGEST - 1 },
        { PATH_LONGEST, PATH_LONGEST },
        { ~0UL, PATH_LONGEST },
    };
    begin();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        make_program();
        add(SEGMENT_PATHS, cases[i].wanted);
        calls_proc.path_longest = PATH_LONGEST;
        CHECK_EQ(exec(), 0);
        CHECK_EQ(calls_proc.path_longest, cases[i].longest);
    }
    calls_proc.path_longest = PATH_LONGEST;
    calls_end();
}

// --- the first stack --------------------------------------------------------------------------

static uint64 at; // the word of the stack that comes next
static uint64 entry = TEXT + 0x123;
static uint64 last_random;

static uint64 next(void)
{
    at += 8;
    return word(at - 8);
}

static void expect_strings(const char *const *strings)
{
    for (; *strings; strings++) {
        char is[PGSIZE];
        uint64 n = strlen(*strings) + 1, where = next();
        get(is, where, n);
        CHECK_EQ(memcmp(is, *strings, n), 0);
    }
    CHECK_EQ(next(), 0);
}

static void expect_aux(uint64 type, uint64 value)
{
    CHECK_EQ(next(), type);
    CHECK_EQ(next(), value);
}

// What stands on the stack where a word points to.
static void expect_text(uint64 where, const char *wanted)
{
    char is[PGSIZE];
    get(is, where, strlen(wanted) + 1);
    CHECK_EQ(strcmp(is, wanted), 0);
}

static void expect_auxv(uint64 headers, uint64 base, const char *path)
{
    uint64 random;
    expect_aux(AT_HWCAP, 0x1 | 0x4 | 0x100 | 0x1000); // a, c, i, m
    expect_aux(AT_PAGESZ, PGSIZE);
    expect_aux(AT_CLKTCK, 100);
    expect_aux(AT_PHDR, headers);
    expect_aux(AT_PHENT, sizeof(struct elf_segment));
    expect_aux(AT_PHNUM, headers ? program.head.phnum : 0);
    expect_aux(AT_BASE, base);
    expect_aux(AT_FLAGS, 0);
    expect_aux(AT_ENTRY, entry);
    expect_aux(AT_UID, 0);
    expect_aux(AT_EUID, 0);
    expect_aux(AT_GID, 0);
    expect_aux(AT_EGID, 0);
    expect_aux(AT_SECURE, 0);
    CHECK_EQ(next(), AT_RANDOM);
    random = next();
    CHECK(random % 16 == 0 && random > at);
    CHECK_EQ(next(), AT_EXECFN);
    expect_text(next(), path);
    expect_aux(AT_NULL, 0);
    CHECK(word(random) != last_random && word(random + 8) != 0);
    last_random = word(random);
}

static void expect_stack(uint64 argc, const char *const *argv, const char *const *envp)
{
    at = registers()->reg[REG_SP];
    CHECK_EQ(at % 16, 0);
    CHECK_EQ(next(), argc);
    expect_strings(argv);
    expect_strings(envp);
    expect_auxv(TEXT + sizeof program.head, 0, "prog");
}

TEST(arguments)
{
    static char long_one[600], on_page[256];
    const char *const args[] = { "prog", "", on_page, long_one, "end", NULL };
    const char *const env[] = { "A=1", "PATH=/", NULL }, *const none[] = { NULL };
    const char *const nameless[] = { "", NULL };
    memset(long_one, 'l', sizeof long_one - 1);
    memset(on_page, 'p', sizeof on_page - 1);
    begin();
    save(sizeof program);
    for (unsigned odd = 0; odd < 4; odd++) { // the stack is aligned whatever stands on it
        vector(VECTORS, args);
        vector(VECTORS + 512, env);
        CHECK_EQ(exec_with(VECTORS + 8 * odd, VECTORS + 512), 0);
        expect_stack(5 - odd, args + odd, env);
    }
    CHECK_EQ(exec_with(0, 0), 0);
    expect_stack(1, nameless, none);
    vector(VECTORS, none);
    CHECK_EQ(exec_with(VECTORS, VECTORS), 0);
    expect_stack(1, nameless, none);
    calls_end();
}

TEST(headers_in_memory)
{
    uint64 where = TEXT + sizeof program.head;
    begin();
    program.segment[0].offset = PGSIZE; // the headers are not loaded
    program.segment[0].vaddr = TEXT;
    CHECK_EQ(exec(), 0);
    at = registers()->reg[REG_SP] + 8 * 4;
    expect_auxv(0, 0, "prog");
    make_program(); // they begin where its bytes end, or are its last
    program.segment[0].filesz = program.segment[0].memsz = sizeof program.head;
    CHECK_EQ(exec(), 0);
    at = registers()->reg[REG_SP] + 8 * 4;
    expect_auxv(0, 0, "prog");
    program.segment[0].filesz = program.segment[0].memsz = sizeof program.head + 1;
    CHECK_EQ(exec(), 0);
    at = registers()->reg[REG_SP] + 8 * 4;
    expect_auxv(where, 0, "prog");
    calls_end();
}

static int64 exec_long(size_t n)
{
    static char arg[PGSIZE + 1];
    uint64 pointers[2] = { STRINGS + PGSIZE - 50, 0 };
    memset(arg, 'a', n);
    arg[n - 1] = '\0';
    put(STRINGS + PGSIZE - 50, arg, n);
    put(VECTORS, pointers, sizeof pointers);
    return exec_with(VECTORS, 0);
}

// Strings and pointers are a quarter of the stack at the most.
TEST(as_long_as_a_quarter_of_the_stack)
{
    size_t quarter = USERSTACK * PGSIZE / 4, most = quarter - 8;
    begin();
    save(sizeof program);
    CHECK_EQ(exec_long(most + 1), -E2BIG);
    CHECK_EQ(exec_long(quarter), -E2BIG);
    CHECK_EQ(exec_long(quarter + 1), -E2BIG);
    CHECK_EQ(exec_long(most), 0);
    CHECK_EQ(word(registers()->reg[REG_SP]), 1);
    CHECK(registers()->reg[REG_SP] < STACK_TOP - quarter);
    calls_end();
}

// n strings, as argv or as envp.
static int64 exec_many(int n, bool env)
{
    static uint64 pointers[1400];
    for (int i = 0; i < 1400; i++)
        pointers[i] = i < n ? STRINGS + (uint64)(i % 3) : 0;
    put(STRINGS, "xyz", 4);
    put(VECTORS + 8, pointers, sizeof pointers);
    return env ? exec_with(0, VECTORS + 8) : exec_with(VECTORS + 8, 0);
}

static void expect_many(uint64 n)
{
    static const char *const wanted[] = { "xyz", "yz", "z" };
    for (uint64 i = 0; i < n; i++)
        expect_text(next(), wanted[i % 3]);
    CHECK_EQ(next(), 0);
}

// Each takes 3 bytes on the average, and a pointer.
TEST(as_many_as_stand_in_a_quarter_of_the_stack)
{
    begin();
    program.segment[2].memsz = 12 * PGSIZE; // a quarter of it is 12,288 bytes
    save(sizeof program);
    CHECK_EQ(exec_many(1118, false), -E2BIG);
    CHECK_EQ(exec_many(1117, true), -E2BIG); // behind a name that is empty
    for (int n = 505; n < 520; n++)
        CHECK_EQ(exec_many(n, false), 0);
    CHECK_EQ(exec_many(1116, true), 0);
    at = registers()->reg[REG_SP] + 8 * 3;
    expect_many(1116);
    CHECK_EQ(exec_many(1117, false), 0);
    at = registers()->reg[REG_SP] + 8;
    expect_many(1117);
    CHECK_EQ(next(), 0);
    expect_auxv(TEXT + sizeof program.head, 0, "prog");
    calls_end();
}

TEST(arguments_that_cannot_be_read)
{
    uint64 pointers[3] = { STRINGS, NOWHERE, 0 };
    begin();
    save(sizeof program);
    struct aspace *as = calls_proc.aspace;
    put(STRINGS, "x", 2);
    put(VECTORS, pointers, sizeof pointers);
    CHECK_EQ(exec_with(VECTORS, 0), -EFAULT);
    CHECK_EQ(exec_with(0, VECTORS), -EFAULT);
    CHECK_EQ(exec_with(NOWHERE, 0), -EFAULT);
    CHECK_EQ(exec_with(0, NOWHERE), -EFAULT);
    CHECK_EQ(exec_with(0, 8), -EFAULT);
    memset(pointers, 1, sizeof pointers);
    put(CONSTANTS - 16, pointers, 16); // a vector, then a string, that run out of memory
    CHECK_EQ(call(SYS_munmap, CONSTANTS, PGSIZE), 0);
    CHECK_EQ(exec_with(CONSTANTS - 8, 0), -EFAULT);
    pointers[0] = CONSTANTS - 3;
    pointers[1] = 0;
    put(VECTORS, pointers, 16);
    CHECK_EQ(exec_with(VECTORS, 0), -EFAULT);
    CHECK(calls_proc.aspace == as);
    calls_end();
}

// --- where things lie ---------------------------------------------------------------------------

#define HALF_WAY (TRAPFRAME / 2)
#define TOP_END  (TRAPFRAME - PGSIZE) // of the stack

// A program that says nothing of its stack and may lie anywhere.
static void make_anywhere(void)
{
    make_program();
    program.head.type = ELF_DYN;
    program.head.entry = 0x1234;
    program.head.phnum = 2;
    program.segment[0].vaddr = 0;
    program.segment[1].vaddr = 4 * PGSIZE;
    program.segment[1].memsz = 2 * PGSIZE + 1;
}

// Runs it, and maps the memory that the calls of the test need.
static int64 exec_anywhere(void)
{
    int64 err = exec_with(0, 0);
    if (!err)
        CHECK_EQ(call(SYS_mmap, DATA, DATA_PAGES * PGSIZE, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0),
                 DATA);
    return err;
}

TEST(a_program_that_may_lie_anywhere)
{
    uchar got[PGSIZE];
    begin();
    make_anywhere();
    save(sizeof program);
    CHECK_EQ(exec_anywhere(), 0);
    CHECK_EQ(registers()->sepc, HALF_WAY + 0x1234);
    CHECK(area_at(HALF_WAY - 1) == NULL);
    CHECK_EQ(area_at(HALF_WAY)->prot, PROT_READ | PROT_EXEC);
    get(got, HALF_WAY, PGSIZE);
    CHECK_EQ(memcmp(got, &program, PGSIZE), 0);
    check_stack(TOP_END, 2048);
    CHECK_EQ(call(SYS_brk, 0), HALF_WAY + 7 * PGSIZE);
    at = registers()->reg[REG_SP] + 8 * 4;
    entry = HALF_WAY + 0x1234;
    expect_auxv(HALF_WAY + sizeof program.head, 0, "prog");
    entry = TEXT + 0x123;
    uint64 below = TOP_END - (8UL << 20) - (1UL << 20); // the stack and its guard
    CHECK_EQ(call(SYS_mmap, 0, PGSIZE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
             below - PGSIZE);
    calls_end();
}

TEST(as_it_wants_to_be_aligned)
{
    static const struct {
        uint64 align, at;
    } cases[] = {
        { 0, HALF_WAY },
        { 1UL << 21, HALF_WAY & ~((1UL << 21) - 1) },
        { (1UL << 21) - 1, HALF_WAY }, // no power of two
        { 1UL << 31, HALF_WAY },       // nobody wants that
        { 1UL << 63, HALF_WAY },
    };
    begin();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        make_anywhere();
        program.segment[0].align = cases[i].align;
        save(sizeof program);
        CHECK_EQ(exec_anywhere(), 0);
        CHECK_EQ(registers()->sepc, cases[i].at + 0x1234);
    }
    make_anywhere();
    program.segment[1].vaddr = HALF_WAY + PGSIZE; // so that its end is nowhere
    CHECK_EQ(exec(), -ENOEXEC);
    program.segment[1].vaddr = 4 * PGSIZE;
    program.segment[1].memsz = TRAPFRAME - 4 * PGSIZE;
    CHECK_EQ(exec(), -ENOEXEC);
    calls_end();
}

static uint64 place[3]; // program, stack pointer, the first map

static void note_places(void)
{
    CHECK_EQ(exec_anywhere(), 0);
    place[0] = registers()->sepc - 0x1234;
    place[1] = registers()->reg[REG_SP];
    place[2] = (uint64)call(SYS_mmap, 0, PGSIZE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

// Of 20 runs no two have the same places, unless they are fixed.
TEST(random_places)
{
    uint64 seen[20][3];
    begin();
    make_anywhere();
    save(sizeof program);
    calls_option = NULL;
    exec_init();
    for (int i = 0; i < 20; i++) {
        note_places();
        memcpy(seen[i], place, sizeof place);
        CHECK(place[0] >= HALF_WAY && place[0] < HALF_WAY + (1UL << 30));
        CHECK(place[1] < TOP_END && place[1] > TOP_END - (1UL << 26) - PGSIZE);
        CHECK(place[2] < place[1] - (9UL << 20) && place[2] > place[1] - (2UL << 30));
        CHECK((uint64)call(SYS_brk, 0) >= place[0] + 7 * PGSIZE);
        for (int j = 0; j < i; j++)
            for (int k = 0; k < 3; k++)
                CHECK(seen[j][k] != place[k]);
    }
    calls_proc.personality = ADDR_NO_RANDOMIZE;
    note_places();
    CHECK(place[0] == HALF_WAY && place[2] == TOP_END - (9UL << 20) - PGSIZE);
    calls_proc.personality = 0;
    make_program(); // one that says how much stack it wants lies where it says
    CHECK_EQ(exec(), 0);
    CHECK(registers()->sepc == entry && area_at(STACK_TOP - 1) != NULL);
    CHECK_EQ(call(SYS_brk, 0), DATA + DATA_PAGES * PGSIZE);
    calls_end();
}

// --- the interpreter ----------------------------------------------------------------------------

// The program of the moment, at a path, to interpret others.
static void save_as(const char *path)
{
    call(SYS_unlinkat, (uint64)AT_FDCWD, text(path), 0);
    CHECK_EQ(call(SYS_close, make_file(path, &program, sizeof program)), 0);
}

// A program with an interpreter: its path stands at the end of the file, in n bytes.
static void make_interpreted(const char *path, size_t n)
{
    make_program();
    struct elf_segment *s = add(SEGMENT_INTERP, n);
    s->filesz = n;
    s->offset = sizeof program - n;
    memcpy((char *)&program + s->offset, path, n < strlen(path) + 1 ? n : strlen(path) + 1);
}

static int64 exec_interpreted(const char *path)
{
    make_interpreted(path, strlen(path) + 1);
    return exec();
}

TEST(an_interpreter_begins)
{
    uint64 at_top = TRAPFRAME - 7 * PGSIZE;
    begin();
    make_anywhere();
    save_as("ld.so");
    CHECK_EQ(exec_interpreted("/ld.so"), 0);
    CHECK_EQ(registers()->sepc, at_top + 0x1234);
    CHECK(area_at(TEXT)->object != area_at(at_top)->object);
    CHECK_EQ(area_at(at_top + 4 * PGSIZE)->prot, PROT_READ | PROT_WRITE);
    CHECK_EQ(call(SYS_brk, 0), DATA + DATA_PAGES * PGSIZE); // the program's
    at = registers()->reg[REG_SP] + 8 * 4;
    expect_auxv(TEXT + sizeof program.head, at_top, "prog");
    CHECK_EQ(call(SYS_openat, (uint64)AT_FDCWD, text("ld.so"), O_WRONLY, 0), -ETXTBSY);
    calls_end();
}

TEST(an_interpreter_at_its_own_address)
{
    begin();
    make_program();
    program.segment[0].vaddr = TEXT + (1UL << 30);
    program.segment[1].vaddr = DATA + (1UL << 30);
    program.head.entry = TEXT + (1UL << 30);
    save_as("ld.so");
    CHECK_EQ(exec_interpreted("ld.so"), 0);
    CHECK_EQ(registers()->sepc, TEXT + (1UL << 30));
    make_program();
    save_as("ld2.so"); // where the program is
    CHECK_EQ(exec_interpreted("ld2.so"), -ELIBBAD);
    calls_end();
}

TEST(interpreters_that_are_none)
{
    static const char not_elf[100] = "#!/prog";
    begin();
    struct aspace *as = calls_proc.aspace;
    CHECK_EQ(call(SYS_mkdirat, (uint64)AT_FDCWD, text("dir"), 0755), 0);
    CHECK_EQ(call(SYS_close, make_file("text", not_elf, sizeof not_elf)), 0);
    CHECK_EQ(exec_interpreted("/none"), -ENOENT);
    CHECK_EQ(exec_interpreted("/dir"), -EACCES);
    CHECK_EQ(exec_interpreted("/text"), -ELIBBAD);
    CHECK_EQ(exec_interpreted("/text/x"), -ENOTDIR);
    CHECK_EQ(exec_interpreted("prog"), -ELIBBAD); // itself, where it lies already
    CHECK_EQ(exec_interpreted(""), -ENOEXEC);
    make_interpreted("/none", 5); // without its NUL
    CHECK_EQ(exec(), -ENOEXEC);
    make_interpreted("/none", PGSIZE);
    memset((char *)&program + sizeof program - PGSIZE, 'n', PGSIZE);
    CHECK_EQ(exec(), -ENOEXEC);
    make_interpreted("/none", PGSIZE + 1);
    CHECK_EQ(exec(), -ENOEXEC);
    make_interpreted("/none", 6);
    program.segment[3].offset = ~0UL - 3;
    CHECK_EQ(exec(), -ENOEXEC);
    CHECK(calls_proc.aspace == as);
    calls_end();
}

TEST(nobody_writes_to_an_interpreter)
{
    begin();
    make_anywhere();
    save_as("ld.so");
    int fd = open_file("ld.so", O_WRONLY);
    CHECK_EQ(exec_interpreted("ld.so"), -ETXTBSY);
    CHECK_EQ(call(SYS_close, fd), 0);
    CHECK_EQ(exec_interpreted("ld.so"), 0);
    calls_end();
}

// --- scripts ------------------------------------------------------------------------------------

static void make_script(const char *path, const char *content)
{
    call(SYS_unlinkat, (uint64)AT_FDCWD, text(path), 0);
    CHECK_EQ(call(SYS_close, make_file(path, content, strlen(content))), 0);
}

static void expect_script(const char *content, const char *const *args)
{
    static const char *const given[] = { "name", "one", "two", NULL }, *const env[] = { "E=1",
                                                                                        NULL };
    unsigned n = 0;
    while (args[n])
        n++;
    save(sizeof program);
    make_script("script", content);
    vector(VECTORS, given);
    vector(VECTORS + 512, env);
    CHECK_EQ(call(SYS_execve, text("./script"), VECTORS, VECTORS + 512), 0);
    at = registers()->reg[REG_SP];
    CHECK_EQ(next(), n);
    expect_strings(args);
    expect_strings(env);
    expect_auxv(TEXT + sizeof program.head, 0, "./script");
    CHECK_EQ(strcmp(calls_proc.name, "script"), 0);
}

TEST(scripts)
{
    begin();
    expect_script("#!/prog\n", (const char *const[]){ "/prog", "./script", "one", "two", NULL });
    expect_script("#! \t/prog \t\nmore\n",
                  (const char *const[]){ "/prog", "./script", "one", "two", NULL });
    expect_script("#!prog -a b  c \t\n",
                  (const char *const[]){ "prog", "-a b  c", "./script", "one", "two", NULL });
    expect_script("#!/prog x", // its last line
                  (const char *const[]){ "/prog", "x", "./script", "one", "two", NULL });
    CHECK_EQ(call(SYS_execve, text("script"), 0, 0), 0);
    CHECK_EQ(word(registers()->reg[REG_SP]), 3);
    calls_end();
}

TEST(scripts_of_scripts)
{
    begin();
    make_script("s1", "#!/prog 1\n");
    make_script("s2", "#!s1 2\n");
    make_script("s3", "#!/s2\n");
    expect_script("#!s3 4\n", (const char *const[]){ "/prog", "1", "s1", "2", "/s2", "s3", "4",
                                                     "./script", "one", "two", NULL });
    make_script("s4", "#!s3\n");
    expect_script("#!s4\n", (const char *const[]){ "/prog", "1", "s1", "2", "/s2", "s3", "s4",
                                                   "./script", "one", "two", NULL });
    make_script("s5", "#!s4\n");
    make_script("script", "#!s5\n");
    CHECK_EQ(call(SYS_execve, text("script"), 0, 0), -ELOOP);
    make_script("script", "#!script\n");
    CHECK_EQ(call(SYS_execve, text("script"), 0, 0), -ELOOP);
    calls_end();
}

static int64 exec_script(const char *content)
{
    make_script("script", content);
    return call(SYS_execve, text("script"), 0, 0);
}

TEST(scripts_without_a_program)
{
    char line[400];
    begin();
    save(sizeof program);
    CHECK_EQ(exec_script("#!"), -ENOEXEC);
    CHECK_EQ(exec_script("#!\n/prog\n"), -ENOEXEC);
    CHECK_EQ(exec_script("#! \t \n"), -ENOEXEC);
    CHECK_EQ(exec_script("#!/none\n"), -ENOENT);
    CHECK_EQ(exec_script("#!/\n"), -EACCES);
    CHECK_EQ(exec_script("#"), -ENOEXEC);
    CHECK_EQ(exec_script(" #!/prog\n"), -ENOEXEC);
    memset(line, 'x', sizeof line);
    memcpy(line, "#!/", 3);
    strcpy(line + 253, "\n");
    CHECK_EQ(exec_script(line), -ENOENT); // its name is whole
    strcpy(line + 253, "xyz\n");
    CHECK_EQ(exec_script(line), -ENOEXEC); // and cut
    memcpy(line, "#!/prog ", 8);
    CHECK_EQ(exec_script(line), 0); // an argument is cut
    at = registers()->reg[REG_SP] + 8 * 2;
    line[255] = '\0';
    expect_text(next(), line + 8);
    calls_end();
}

TEST(scripts_fail_at_each_allocation)
{
    begin();
    make_anywhere();
    save_as("ld.so");
    make_interpreted("/ld.so", 7);
    save(sizeof program);
    make_script("script", "#!/prog with an argument\n");
    uint64 path = text("script");
    struct aspace *as = calls_proc.aspace;
    int64 err = -ENOMEM;
    long n = 1;
    for (; err == -ENOMEM; n++) {
        host_fail_kalloc(n);
        err = call(SYS_execve, path, 0, 0);
        host_fail_kalloc(0);
        CHECK(err == 0 || err == -ENOMEM);
        CHECK_EQ(calls_proc.aspace == as, err != 0);
        CHECK_EQ(host_audit(), 0);
    }
    CHECK(n > 5);
    calls_end();
}
