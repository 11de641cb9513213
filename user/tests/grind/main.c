// grind [-s seed] [-t seconds] [-p processes]: random system calls from several processes, for 10 s
// unless told otherwise.
//
// The seed is printed at the start; the same seed makes the same choices.  What can be known is
// checked (grind.h); at the end everything that was made is removed, and memory must be as before.

#include "kernel/fs.h"
#include "user/tests/grind/grind.h"

const char usage_text[] =
    "usage: grind [-s SEED] [-t SECONDS] [-p PROCESSES]   random system calls that are checked\n";

#define SECONDS   10
#define PROCESSES 4
#define MOST      16
#define GRACE_S   60 // how long a worker may take over its last step

uint pick(struct worker *w, uint n)
{
    return (uint)(next_random(&w->chance) >> 20) % n;
}

void expect_among(const char *what, long result, const int *error, int n)
{
    for (int i = 0; i < n && result < 0; i++)
        if (result == -error[i])
            return;
    CHECK(result >= 0, "%s gave %ld, which makes no sense there", what, result);
}

static act *const acts[] = {
    fill_page,    fill_page,    check_pages,     grow_shrink,  lazy_heap,
    map_unmap,    write_file,   look_at_file,    remove_file,  move_file,
    clone_file,   take_picture, open_common,     open_common,  name_common,
    name_common,  walk_common,  fork_and_change, run_echo,     fork_and_kill,
    pipe_through, fork_tree,    share_and_add,   bad_pointers, senseless,
};
#define ACTS (sizeof acts / sizeof acts[0])

static void set_up(struct worker *w)
{
    w->page = heap_pages(MODEL_PAGES);
    for (int i = 0; i < MODEL_PAGES; i++) {
        w->page_seed[i] = (uint)i;
        fill(w->page + i * PGSIZE, PGSIZE, (uint)i);
    }
    for (int i = 0; i < MODEL_FILES; i++)
        w->file_size[i] = -1;
}

static void work(uint64 seed, uint64 until)
{
    static struct worker w;
    w.chance = seed * 6364136223846793005UL + 1442695040888963407UL;
    set_up(&w);
    for (int i = 0; now_ns() < until; i++) {
        acts[pick(&w, ACTS)](&w);
        if (i % 16 == 0)
            check_model(&w);
    }
    check_model(&w);
    exit(0);
}

// Removes all that is in the current directory, and directories in it likewise.
static void remove_all(int depth)
{
    struct dirent d;
    int fd = must_open(".", O_RDONLY);
    while (read(fd, &d, sizeof d) == sizeof d) {
        char name[DIRSIZ + 1] = { 0 };
        memmove(name, d.name, DIRSIZ);
        if (d.inum == 0 || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
            continue;
        if (unlink(name) < 0 && depth < 4 && chdir(name) == 0) {
            remove_all(depth + 1);
            chdir("..");
            must_unlink(name);
        }
    }
    close(fd);
}

static void clean_up(void)
{
    if (chdir(TOP) < 0)
        return;
    remove_all(0);
    EXPECT(chdir("/"), 0, "chdir to /");
    must_unlink(TOP);
    AMONG("deletion", sys(SYS_kine_snapshot, KINE_SNAPSHOT_DELETE, "grind"), ENOENT);
}

static int start_worker(uint64 seed, int i, uint64 until)
{
    char name[16];
    EXPECT(mkdir(numbered(name, "w", i)), 0, "mkdir of %s", name);
    int pid = fork();
    if (pid == 0) {
        EXPECT(chdir(name), 0, "chdir to %s", name);
        work(seed * 1000 + (uint64)i + 1, until);
    }
    CHECK(pid > 0, "fork failed: %s", strerror(errno));
    return pid;
}

// => true if all of them ended well
static bool watch(const int *pid, int n, uint64 until)
{
    bool good = true;
    for (int i = 0; i < n; i++) {
        struct siginfo info = { 0 };
        while (sys(SYS_waitid, P_PID, pid[i], &info, WEXITED | WNOHANG) == 0 && !info.si_pid) {
            if (now_ns() > until + GRACE_S * 1000000000UL) {
                printf("grind: worker %d does not come to an end\n", i);
                kill(pid[i]);
            }
            sleep_ms(20);
        }
        if (info.si_code != CLD_EXITED || info.si_status != 0) {
            printf("grind: worker %d ended with %s %d\n", i,
                   info.si_code == CLD_EXITED ? "status" : "signal", info.si_status);
            good = false;
        }
    }
    return good;
}

static bool grind(uint64 seed, int seconds, int processes)
{
    int pid[MOST];
    clean_up();
    EXPECT(mkdir(TOP), 0, "mkdir of %s", TOP);
    EXPECT(chdir(TOP), 0, "chdir to %s", TOP);
    EXPECT(mkdir("common"), 0, "mkdir of common");
    uint64 until = now_ns() + (uint64)seconds * 1000000000;
    for (int i = 0; i < processes; i++)
        pid[i] = start_worker(seed, i, until);
    bool good = watch(pid, processes, until);
    clean_up();
    return good;
}

int main(int argc, char **argv)
{
    int values[] = { (int)(now_ns() / 1000 % 1000000007), SECONDS, PROCESSES };
    take_options(argc, argv, "stp", values);
    int seed = values[0], seconds = values[1], processes = values[2];
    processes = processes < 1 ? 1 : processes > MOST ? MOST : processes;
    part_name = "grind";
    printf("grind: seed %d: grind -s %d -t %d -p %d does this again\n", seed, seed, seconds,
           processes);
    struct tally before = tally_now();
    if (!grind((uint64)seed, seconds, processes))
        FAIL("seed %d", seed);
    check_tally(&before, "at the end");
    printf("grind: ok\n");
    exit(0);
}
