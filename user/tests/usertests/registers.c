// Registers: a system call changes a0 and no other; a program begins with zeros.

#include "kernel/elf.h"
#include "user/tests/usertests/usertests.h"

// Loads all registers but sp from x[], makes a system call, and stores them all there.  Meanwhile
// sp is x itself.
void through_call(long x[32]);
asm(".text\n"
    "through_call:\n"
    "  addi sp, sp, -128\n"
    "  sd ra, 0(sp); sd gp, 8(sp); sd tp, 16(sp)\n"
    "  .irp i, 0,1,2,3,4,5,6,7,8,9,10,11\n"
    "  sd s\\i, 24 + 8 * \\i(sp)\n"
    "  .endr\n"
    "  sd sp, 16(a0)\n"
    "  mv sp, a0\n"
    "  .irp i, 1,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n"
    "  ld x\\i, 8 * \\i(sp)\n"
    "  .endr\n"
    "  ecall\n"
    "  .irp i, 1,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n"
    "  sd x\\i, 8 * \\i(sp)\n"
    "  .endr\n"
    "  ld sp, 16(sp)\n"
    "  .irp i, 0,1,2,3,4,5,6,7,8,9,10,11\n"
    "  ld s\\i, 24 + 8 * \\i(sp)\n"
    "  .endr\n"
    "  ld ra, 0(sp); ld gp, 8(sp); ld tp, 16(sp)\n"
    "  addi sp, sp, 128\n"
    "  ret\n");

#define SP 2
#define A0 10
#define A7 17

// => the result of the call
static long call_and_look(long number, long a, long b, long c, uint64 *state)
{
    long x[32], before[32];
    for (int i = 0; i < 32; i++)
        x[i] = before[i] = (long)next_random(state);
    x[A0] = a, x[A0 + 1] = before[A0 + 1] = b, x[A0 + 2] = before[A0 + 2] = c;
    x[A7] = before[A7] = number;
    through_call(x);
    for (int i = 1; i < 32; i++)
        if (i != SP && i != A0)
            EXPECT(x[i], before[i], "x%d after system call %ld", i, number);
    return x[A0];
}

static void answer_later(void *fd)
{
    char byte;
    while (read(((int *)fd)[0], &byte, 1) == 1) {
        sys(SYS_sched_yield);
        write(((int *)fd)[3], &byte, 1);
    }
}

// Calls that are over at once, that give the hart away, that sleep, that fault, that fork, that
// fail.
void registers_kept(void)
{
    uint64 state = 1;
    int fd[4]; // to the child, and back
    must_pipe(fd);
    must_pipe(fd + 2);
    int child = start(answer_later, fd);
    for (int i = 0; i < 200; i++) {
        EXPECT(call_and_look(SYS_getpid, i, 2, 3, &state), getpid(), "getpid");
        EXPECT(call_and_look(SYS_sched_yield, 1, 2, 3, &state), 0, "sched_yield");
        char *page = lazy_pages(1);
        EXPECT(call_and_look(SYS_write, fd[1], (long)page, 1, &state), 1, "write");
        EXPECT(call_and_look(SYS_read, fd[2], (long)page, 1, &state), 1, "read");
        EXPECT(call_and_look(999, 1, 2, 3, &state), -ENOSYS, "call that there is not");
        long pid = call_and_look(SYS_clone, SIGCHLD, 0, 0, &state); // the child looks, too
        if (pid == 0)
            exit(0);
        EXPECT(finish((int)pid).status, 0, "exit of the child");
    }
    close(fd[1]);
    close(fd[0]);
    kill(child);
    finish(child);
}

// --- a program's first registers --------------------------------------------------------------

// A whole program: exits with 1 if any register but sp is not 0.
extern const char fresh_begin[], fresh_end[];
asm(".text\n"
    "fresh_begin:\n"
    "  .irp i, 3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n"
    "  or x1, x1, x\\i\n"
    "  .endr\n"
    "  snez a0, x1\n"
    "  li a7, 93\n"
    "  ecall\n"
    "fresh_end:\n");

#define NAME    "ut.fresh"
#define TEXT_AT 0x10000

static void make_program(void)
{
    uint64 size = (uint64)(fresh_end - fresh_begin);
    struct {
        struct elf_header h;
        struct elf_segment text;
    } head = {
        .h = { .ident = { 0x7f, 'E', 'L', 'F', ELF_CLASS_64, ELF_LITTLE_ENDIAN, ELF_VERSION },
               .type = ELF_EXEC,
               .machine = ELF_RISCV,
               .version = ELF_VERSION,
               .entry = TEXT_AT + sizeof head,
               .phoff = sizeof head.h,
               .ehsize = sizeof head.h,
               .phentsize = sizeof head.text,
               .phnum = 1 },
        .text = { .type = SEGMENT_LOAD,
                  .flags = SEGMENT_R | SEGMENT_X,
                  .vaddr = TEXT_AT,
                  .filesz = sizeof head + size,
                  .memsz = sizeof head + size,
                  .align = PGSIZE },
    };
    int fd = must_open(NAME, O_CREATE | O_TRUNC | O_WRONLY);
    EXPECT(write(fd, &head, sizeof head), sizeof head, "write of a program");
    EXPECT(write(fd, fresh_begin, (int)size), (long)size, "write of a program");
    close(fd);
}

static void exec_fresh(void *arg)
{
    static char *argv[] = { NAME, NULL };
    uint64 state = 1;
    call_and_look(SYS_execve, (long)NAME, (long)argv, 0, &state);
}

void registers_fresh(void)
{
    make_program();
    for (int i = 0; i < 20; i++) {
        struct ending end = run(exec_fresh, NULL);
        EXPECT(end.signal, 0, "signal that killed the program");
        EXPECT(end.status, 0, "status of a program that looks whether it begins with zeros");
    }
    must_unlink(NAME);
}
