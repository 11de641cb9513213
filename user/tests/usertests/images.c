// Programs as they begin: zeroed data, the stack, the arguments; and programs that do not begin.

#include "user/tests/usertests/usertests.h"

static char zeros[3 * PGSIZE]; // nobody writes there

void zero_bss(void)
{
    for (size_t i = 0; i < sizeof zeros; i++)
        EXPECT(zeros[i], 0, "byte %ld", (long)i);
}

// --- the stack --------------------------------------------------------------------------------

static void load_below(void *arg)
{
    exit(*(volatile char *)(r_sp() - USERSTACK * PGSIZE));
}

static void store_below(void *arg)
{
    *(volatile char *)(r_sp() - USERSTACK * PGSIZE) = 1;
}

static int recurse(volatile int *deeper)
{
    volatile char frame[256];
    frame[0] = (char)*deeper;
    return *deeper ? recurse(deeper) + frame[0] : 0;
}

static void recurse_for_ever(void *arg)
{
    volatile int deeper = 1;
    recurse(&deeper);
}

// As deep as the stack is declared, a few frames less: no guard may be nearer than that.
static void use_most_of_stack(void *arg)
{
    volatile char lot[(USERSTACK - 2) * PGSIZE];
    for (size_t i = 0; i < sizeof lot; i += 512)
        lot[i] = (char)i;
    for (size_t i = 0; i < sizeof lot; i += 512)
        EXPECT(lot[i], (char)i, "byte %ld", (long)i);
}

void stack_rules(void)
{
    must_pass("a process that uses most of its stack", use_most_of_stack, NULL);
    must_die("a load below the stack", load_below, NULL, SIGSEGV);
    must_die("a store below the stack", store_below, NULL, SIGSEGV);
    must_die("recursion without end", recurse_for_ever, NULL, SIGSEGV);
}

// --- arguments --------------------------------------------------------------------------------

#define OUT "ut.out"

// Runs `path` with its standard output in OUT.  => its exit status; exec's failure is 99
static int run_program(const char *path, char **argv)
{
    int pid = fork();
    if (pid < 0)
        FAIL("fork failed");
    if (pid == 0) {
        close(1);
        if (open(OUT, O_CREATE | O_TRUNC | O_WRONLY) != 1)
            exit(98);
        exec(path, argv);
        exit(99);
    }
    struct ending end = finish(pid);
    EXPECT(end.signal, 0, "the signal of %s", path);
    return end.status;
}

static void expect_output(const char *text)
{
    static char buf[2048];
    int fd = must_open(OUT, O_RDONLY);
    int n = read(fd, buf, sizeof buf - 1);
    CHECK(n >= 0, "read of the output failed");
    buf[n] = 0;
    CHECK(strcmp(buf, text) == 0, "expected output <%s>, got <%s>", text, buf);
    close(fd);
    must_unlink(OUT);
}

// What stands behind no arguments at all is the environment: nobody takes it for arguments.
static void shell_without_a_name(void)
{
    char *bare[] = { NULL }, *odd[] = { "ut.none", NULL }, **before = environ;
    int input = dup(0);
    make_file("ut.empty", 0, 0);
    close(0);
    must_open("ut.empty", O_RDONLY);
    environ = odd;
    EXPECT(run_program("/sh", bare), 0, "a shell without a name, and without input");
    environ = before;
    dup2(input, 0);
    close(input);
    expect_output("");
    must_unlink("ut.empty");
}

void exec_arguments(void)
{
    char *echo[] = { "echo", "OK,", "  two  ", "", "end", NULL };
    EXPECT(run_program("/echo", echo), 0, "echo");
    expect_output("OK,   two    end\n");
    char *show[] = { "usertests", "@show", "", "a b", "c", NULL };
    EXPECT(run_program("/usertests", show), 0, "our own program");
    expect_output("2 <>\n3 <a b>\n4 <c>\nargv[5] is null, the stack is aligned\n");
    char *bare[] = { NULL };
    int status = run_program("/true", bare);
    EXPECT(status, 0, "a program without even a name");
    must_unlink(OUT);
    shell_without_a_name();
}

// The limit is a quarter of the stack that the program declares.
void exec_limits(void)
{
    static char big[PGSIZE + 1], medium[401];
    char *one[] = { "echo", big, NULL }, *many[MAXARG + 1];
    memset(big, 'x', PGSIZE);
    memset(medium, 'y', 400);
    EXPECT(exec("/echo", one), -1, "exec with 4,096 bytes in one argument");
    for (int i = 0; i < MAXARG; i++)
        many[i] = i ? medium : "echo";
    many[MAXARG] = NULL;
    EXPECT(exec("/echo", many), -1, "exec with 31 arguments of 400 bytes");
    for (int i = 0; i < MAXARG; i++)
        many[i] = "12345678";
    many[0] = "echo";
    EXPECT(run_program("/echo", many), 0, "31 arguments of 8 bytes");
    int fd = must_open(OUT, O_RDONLY);
    struct stat st;
    EXPECT(fstat(fd, &st), 0, "fstat");
    EXPECT(st.size, (MAXARG - 1) * 9, "the length of what echo wrote");
    must_unlink(OUT);
}

// sh sees two arguments and, if it has been given, a variable.
static const char told[] = "exit $(($# * 10 + ${SEEN:-0} + $1))";
static char *const told_argv[] = { "sh", "-c", (char *)told, "sh", "4", "b", NULL };
static char *const with_seen[] = { "SEEN=3", NULL };

static void by_execl(void *arg)
{
    execl("/sh", "sh", "-c", told, "sh", "4", "b", NULL);
}

static void by_execlp(void *arg)
{
    execlp("sh", "sh", "-c", told, "sh", "4", "b", NULL);
}

static void by_execle(void *arg)
{
    execle("/sh", "sh", "-c", told, "sh", "4", "b", NULL, with_seen);
}

static void by_execv(void *arg)
{
    execv("/sh", (char **)told_argv);
}

static void by_execvp(void *arg)
{
    execvp("sh", (char **)told_argv);
}

static void by_execve(void *arg)
{
    execve("/sh", (char **)told_argv, (char **)with_seen);
}

// A text that is found is run by sh, which calls it by its path.
static void by_text(void *arg)
{
    execlp("./ut.text", "text", "4", "b", NULL);
}

void exec_family(void)
{
    int fd = must_open("ut.text", O_CREATE | O_WRONLY);
    EXPECT(write(fd, told, sizeof told - 1), sizeof told - 1, "write");
    close(fd);
    EXPECT(run(by_execl, NULL).status, 24, "execl");
    EXPECT(run(by_execlp, NULL).status, 24, "execlp");
    EXPECT(run(by_execle, NULL).status, 27, "execle");
    EXPECT(run(by_execv, NULL).status, 24, "execv");
    EXPECT(run(by_execvp, NULL).status, 24, "execvp");
    EXPECT(run(by_execve, NULL).status, 27, "execve");
    EXPECT(run(by_text, NULL).status, 24, "execlp of a text");
    must_unlink("ut.text");
    EXPECT(execl("ut.none", "x", NULL), -1, "execl of nothing");
    EXPECT(errno, ENOENT, "its reason");
    EXPECT(execlp("ut.none", "x", NULL), -1, "execlp of nothing");
    EXPECT(errno, ENOENT, "its reason");
}

// What is no program does not run, and the caller goes on.
void exec_refused(void)
{
    char *argv[] = { "x", NULL };
    EXPECT(sys(SYS_execve, "ut.none", argv, 0), -ENOENT, "exec of nothing");
    EXPECT(sys(SYS_execve, "/", argv, 0), -EACCES, "exec of a directory");
    EXPECT(sys(SYS_execve, "/README", argv, 0), -ENOEXEC, "exec of a text");
    EXPECT(sys(SYS_execve, "/README/x", argv, 0), -ENOTDIR, "exec below a file");
    EXPECT(sys(SYS_execve, "", argv, 0), -ENOENT, "exec of no name");
    EXPECT(sys(SYS_execve, "/console", argv, 0), -EACCES, "exec of a device");
    make_file("ut.empty", 0, 0);
    EXPECT(sys(SYS_execve, "ut.empty", argv, 0), -ENOEXEC, "exec of an empty file");
    must_unlink("ut.empty");
}

// Descriptors stay open over exec, but those that are marked; the heap does not stay.
void exec_descriptors(void)
{
    int kept = must_open("/README", O_RDONLY), closed = must_open("/README", O_RDONLY);
    char a[12], b[12];
    char *argv[] = { "usertests", "@open", numbered(a, "", kept), numbered(b, "", closed), NULL };
    EXPECT(sys(SYS_fcntl, closed, F_SETFD, FD_CLOEXEC), 0, "fcntl");
    EXPECT(run_program("/usertests", argv), 0, "the program that looks");
    expect_output("kept closed\n");
    EXPECT(read(closed, a, 1), 1, "read from it here");
}

// A program is started by a process that shares our descriptors: it closes its own, not ours.
void exec_shared(void)
{
    char *argv[] = { "true", NULL }, c;
    int fd = must_open("/README", O_RDONLY);
    EXPECT(sys(SYS_fcntl, fd, F_SETFD, FD_CLOEXEC), 0, "fcntl");
    int pid = (int)sys(SYS_clone, CLONE_FILES | SIGCHLD);
    if (pid == 0) {
        exec("/true", argv);
        exit(1);
    }
    EXPECT(finish(pid).status, 0, "the program's exit");
    EXPECT(read(fd, &c, 1), 1, "read here afterwards");
}

static void exec_self_again(void *arg)
{
    char *argv[] = { "usertests", "@again", "7", NULL };
    exec("/usertests", argv);
}

// A program that replaces itself, a few times over.
void exec_self(void)
{
    for (int i = 0; i < 5; i++) {
        struct ending end = run(exec_self_again, NULL);
        EXPECT(end.signal, 0, "its signal");
        EXPECT(end.status, 7, "its exit");
    }
}

// --- what we do when others run us ------------------------------------------------------------

static int show(int argc, char **argv)
{
    for (int i = 2; i < argc; i++)
        printf("%d <%s>\n", i, argv[i]);
    bool aligned = ((uint64)__builtin_frame_address(0) & 15) == 0;
    printf("argv[%d] is %s, the stack is %s\n", argc, argv[argc] ? "something" : "null",
           aligned ? "aligned" : "not aligned");
    return 0;
}

static int look_at_open(char **argv)
{
    char c;
    printf("%s %s\n", read(atoi(argv[2]), &c, 1) == 1 ? "kept" : "lost",
           read(atoi(argv[3]), &c, 1) < 0 ? "closed" : "open");
    return 0;
}

// => the number it was given first, after that many programs
static int again(char **argv)
{
    static int untouched; // a fresh program each time
    int n = atoi(argv[2]);
    if (untouched++ != 0)
        return 90;
    int pid = n > 0 ? fork() : -1;
    if (pid == 0) {
        char text[12], *next[] = { "usertests", "@again", numbered(text, "", n - 1), NULL };
        exec("/usertests", next);
        exit(91);
    }
    return n > 0 && finish(pid).status != n - 1 ? 92 : n;
}

int act(int argc, char **argv)
{
    if (strcmp(argv[1], "@show") == 0)
        return show(argc, argv);
    if (strcmp(argv[1], "@open") == 0 && argc == 4)
        return look_at_open(argv);
    if (strcmp(argv[1], "@again") == 0 && argc == 3)
        return again(argv);
    return 97;
}
