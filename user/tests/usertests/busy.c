// Programs that run from a file, and those who write to it: never both at one moment.

#include "kernel/elf.h"
#include "user/tests/usertests/usertests.h"

#define PROGRAM "ut.prog"

static char *const program_argv[] = { PROGRAM, NULL };

// The bytes of a program.
static char image[64 * 1024];
static int image_size;

static void load_image(const char *name)
{
    int fd = must_open(name, O_RDONLY);
    image_size = read(fd, image, sizeof image);
    CHECK(image_size > 0 && image_size < (int)sizeof image, "the size of %s", name);
    close(fd);
}

static void write_image(int fd)
{
    EXPECT(write(fd, image, image_size), image_size, "write of a program");
}

static void make_program(const char *name)
{
    load_image(name);
    int fd = must_open(PROGRAM, O_CREATE | O_TRUNC | O_WRONLY);
    write_image(fd);
    close(fd);
}

static void exec_program(void *arg)
{
    exit((int)-sys(SYS_execve, PROGRAM, program_argv, environ));
}

// --- one after the other ----------------------------------------------------------------------

// While somebody can write to it, it does not run; as soon as he has closed it, it does.
void written_not_run(void)
{
    make_program("/true");
    EXPECT(run(exec_program, NULL).status, 0, "a program that has just been written");
    for (int i = 0; i < 2; i++) {
        int fd = must_open(PROGRAM, i ? O_RDWR : O_WRONLY), same = dup(fd);
        EXPECT(run(exec_program, NULL).status, ETXTBSY, "a program that is open for writing");
        close(fd);
        EXPECT(run(exec_program, NULL).status, ETXTBSY, "one that is still open for writing");
        close(same);
        EXPECT(run(exec_program, NULL).status, 0, "one that is open no more");
    }
    int fd = must_open(PROGRAM, O_RDONLY);
    EXPECT(run(exec_program, NULL).status, 0, "a program that is open for reading");
    close(fd);
    must_unlink(PROGRAM);
}

// Starts a program that reads until nobody holds the other end of the pipe.
static int start_reader(int fd[2])
{
    must_pipe(fd);
    int pid = fork();
    if (pid == 0) {
        EXPECT(sys(SYS_dup3, fd[0], 0, 0), 0, "dup3");
        close(fd[0]);
        close(fd[1]);
        exec_program(NULL);
    }
    close(fd[0]);
    EXPECT(write(fd[1], "\n", 1), 1, "write to the program"); // which shows that it runs
    char name[24] = "";
    while (strcmp(name, PROGRAM) != 0) {
        struct kine_proc procs[32];
        long n = sys(SYS_kine_procs, procs, 32);
        for (long i = 0; i < n; i++)
            if (procs[i].pid == pid)
                memmove(name, procs[i].name, sizeof procs[i].name);
        sleep_ms(1);
    }
    return pid;
}

static void expect_busy(const char *name)
{
    static const int flags[] = { O_WRONLY, O_RDWR, O_RDONLY | O_TRUNC, O_CREAT | O_WRONLY | O_TRUNC,
                                 O_WRONLY | O_APPEND };
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
        EXPECT(sys(SYS_openat, AT_FDCWD, name, flags[i], 0644), -ETXTBSY,
               "open of a running program with 0x%x", flags[i]);
}

// While it runs nobody writes to it, by any name; its names may change.
void run_not_written(void)
{
    int fd[2];
    make_program("/cat");
    int pid = start_reader(fd);
    expect_busy(PROGRAM);
    EXPECT(link(PROGRAM, "ut.other"), 0, "link");
    EXPECT(rename(PROGRAM, "ut.moved"), 0, "rename");
    expect_busy("ut.other");
    must_unlink("ut.moved");
    expect_busy("ut.other");
    int in = must_open("ut.other", O_RDONLY);
    EXPECT(read(in, image, 16), 16, "read of a running program");
    close(in);
    close(fd[1]);
    EXPECT(finish(pid).status, 0, "the program's exit");
    int out = must_open("ut.other", O_RDWR | O_TRUNC);
    close(out);
    must_unlink("ut.other");
}

// --- at one moment ----------------------------------------------------------------------------

#define RACE_MS 1500

static void write_again_and_again(void *arg)
{
    uint64 until = *(uint64 *)arg;
    for (int i = 0; now_ns() < until; i++) {
        int fd = (int)sys(SYS_openat, AT_FDCWD, PROGRAM, i % 2 ? O_WRONLY | O_TRUNC : O_RDWR);
        if (fd < 0)
            EXPECT(fd, -ETXTBSY, "open for writing");
        else
            write_image(fd);
        close(fd);
    }
}

static void run_again_and_again(void *arg)
{
    uint64 until = *(uint64 *)arg;
    while (now_ns() < until) {
        struct ending end = run(exec_program, NULL);
        EXPECT(end.signal, 0, "the signal that killed a program");
        CHECK(end.status == 0 || end.status == ETXTBSY, "exec gave error %d", end.status);
    }
}

// What runs has all its bytes, however much others want to write to it.
void run_or_written(void)
{
    int pid[4];
    make_program("/true");
    uint64 until = now_ns() + RACE_MS * 1000000UL;
    for (int i = 0; i < 4; i++)
        pid[i] = start(i % 2 ? write_again_and_again : run_again_and_again, &until);
    for (int i = 0; i < 4; i++) {
        struct ending end = finish(pid[i]);
        EXPECT(end.signal | end.status, 0, "the end of process %d", i);
    }
    must_unlink(PROGRAM);
}

// --- programs that need another ---------------------------------------------------------------

// The segment that asks for an interpreter may be any.
void interpreter_refused(void)
{
    load_image("/true");
    struct elf_header *h = (struct elf_header *)image;
    struct elf_segment *s = (struct elf_segment *)(image + h->phoff);
    CHECK(h->phnum > 1, "a program with %d segments", h->phnum);
    for (int i = 0; i < h->phnum; i++) {
        uint type = s[i].type;
        s[i].type = SEGMENT_INTERP;
        int fd = must_open(PROGRAM, O_CREATE | O_TRUNC | O_WRONLY);
        write_image(fd);
        close(fd);
        EXPECT(run(exec_program, NULL).status, ENOEXEC, "exec with an interpreter, segment %d", i);
        s[i].type = type;
    }
    must_unlink(PROGRAM);
}
