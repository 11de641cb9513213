// Children: that see what the parent had, change only what is theirs, end as they are told.

#include "user/tests/grind/grind.h"

static void look_and_change(struct worker *w, int status)
{
    check_model(w);
    for (uint i = 0; i < MODEL_PAGES; i += 2)
        fill(w->page + i * PGSIZE, PGSIZE, 77);
    exit(status);
}

static int fork_or_give_up(void)
{
    int pid = fork();
    if (pid < 0)
        AMONG("fork", -(long)errno, ENOMEM, EAGAIN);
    return pid;
}

// The parent changes another page at the same moment.
void fork_and_change(struct worker *w)
{
    int status = (int)pick(w, 100000), pid = fork_or_give_up();
    if (pid < 0)
        return;
    if (pid == 0)
        look_and_change(w, status);
    fill_page(w);
    struct ending end = finish(pid);
    EXPECT(end.signal, 0, "the child's signal");
    EXPECT(end.status, status, "the child's exit");
    check_pages(w);
}

void fork_and_kill(struct worker *w)
{
    bool spin = pick(w, 2);
    int pid = fork_or_give_up();
    if (pid < 0)
        return;
    if (pid == 0)
        for (;;)
            if (!spin)
                sleep_ms(1000);
    if (pick(w, 2))
        sleep_ms((int)pick(w, 3));
    EXPECT(kill(pid), 0, "kill");
    EXPECT(finish(pid).signal, SIGKILL, "the child's signal");
}

// Another program, whose output comes through a pipe.
void run_echo(struct worker *w)
{
    char word[16], seen[20] = { 0 };
    char *argv[] = { "echo", numbered(word, "w", (int)pick(w, 1000000)), NULL };
    int fd[2];
    must_pipe(fd);
    int pid = fork_or_give_up();
    if (pid == 0) {
        close(fd[0]);
        if (sys(SYS_dup3, fd[1], 1, 0) == 1)
            exec("/echo", argv);
        exit(1);
    }
    close(fd[1]);
    if (pid > 0) {
        int n = 0, got;
        while ((got = read(fd[0], seen + n, (int)sizeof seen - 1 - n)) > 0)
            n += got;
        EXPECT(finish(pid).status, 0, "exit of echo");
        CHECK(n == (int)strlen(word) + 1 && memcmp(seen, word, strlen(word)) == 0,
              "echo %s wrote <%s>", word, seen);
    }
    close(fd[0]);
}

// A child sends the model's pages; they arrive as they were at the fork.
void pipe_through(struct worker *w)
{
    static char block[PGSIZE];
    int fd[2];
    must_pipe(fd);
    int pid = fork_or_give_up();
    if (pid == 0) {
        close(fd[0]);
        exit(write(fd[1], w->page, 3 * PGSIZE) == 3 * PGSIZE ? 0 : 1);
    }
    close(fd[1]);
    for (uint i = 0; i < 3 && pid > 0; i++) {
        int n = 0, got;
        while (n < PGSIZE && (got = read(fd[0], block + n, PGSIZE - n)) > 0)
            n += got;
        EXPECT(n, PGSIZE, "bytes of page %d", i);
        check_filled(block, PGSIZE, w->page_seed[i]);
    }
    if (pid > 0)
        EXPECT(finish(pid).status, 0, "the sender's exit");
    close(fd[0]);
}

// Each node changes a page, sees what its parent's looks like, and has two children.
static void grow_tree(struct worker *w, int depth)
{
    check_pages(w);
    for (int i = 0; i < 2 && depth > 0; i++) {
        w->page_seed[depth] = (uint)(depth * 10 + i);
        fill(w->page + depth * PGSIZE, PGSIZE, w->page_seed[depth]);
        int pid = fork();
        if (pid == 0) {
            grow_tree(w, depth - 1);
            exit(0);
        }
        if (pid > 0 && pick(w, 4))
            finish(pid); // the others are init's in the end
    }
}

void fork_tree(struct worker *w)
{
    int pid = fork_or_give_up();
    if (pid == 0) {
        grow_tree(w, 3);
        exit(0);
    }
    if (pid > 0)
        EXPECT(finish(pid).status, 0, "exit of the root of a tree");
    check_pages(w);
}

static volatile uint sum;

static void add(void *arg)
{
    for (int i = 0; i < 500; i++)
        __atomic_fetch_add(&sum, 1, __ATOMIC_RELAXED);
}

// One that shares the memory adds while we fork: the child's sum stands still.
static void see_still_sum(void)
{
    uint seen = sum;
    for (int i = 0; i < 20; i++) {
        sys(SYS_sched_yield);
        EXPECT(sum, seen, "the sum in the child");
    }
    exit(0);
}

void share_and_add(struct worker *w)
{
    static char *stack;
    if (!stack)
        stack = heap_pages(2);
    sum = 0;
    int sharer = clone_vm(add, NULL, stack + 2 * PGSIZE);
    if (sharer < 0)
        return;
    int pid = fork_or_give_up();
    if (pid == 0)
        see_still_sum();
    for (int i = 0; i < 500; i++)
        __atomic_fetch_add(&sum, 1, __ATOMIC_RELAXED);
    EXPECT(finish(sharer).status, 0, "exit of the one that adds");
    if (pid > 0)
        EXPECT(finish(pid).status, 0, "exit of the child");
    EXPECT(sum, 1000, "the sum");
}
