// Finding what is to run (proc/program.h).

#include "proc/program.h"
#include "abi.h"
#include "errno.h"
#include "fs/fs.h"
#include "lib/string.h"
#include "proc/args.h"
#include "proc/fs_context.h"
#include "proc/proc.h"

#define SCRIPTS_MAX 5 // scripts that are run by scripts

// Takes over the reference to ino.
static int open_to_run(struct inode *ino, struct program *out)
{
    int err = (inode_mode(ino) & S_IFMT) == S_IFREG ? inode_open_to_run(ino) : -EACCES;
    if (err) {
        inode_put(ino);
        return err;
    }
    out->ino = ino;
    int64 got = inode_read(ino, out->head, 0, sizeof out->head);
    if (got < 0)
        program_close(out);
    out->n = got < 0 ? 0 : (size_t)got;
    return got < 0 ? (int)got : 0;
}

int program_open(const char *path, struct program *out)
{
    struct inode *ino;
    struct cwd_use cwd = cwd_use(current_fs());
    int err = path_lookup(cwd.dir, path, &ino);
    cwd_use_end(cwd);
    return err ? err : open_to_run(ino, out);
}

void program_close(struct program *prog)
{
    inode_close_to_run(prog->ino);
    inode_put(prog->ino);
}

// --- scripts ------------------------------------------------------------------------------------

static bool is_script(const struct program *prog)
{
    return prog->n >= 2 && prog->head[0] == '#' && prog->head[1] == '!';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

// A script's first line, cut into what it says.
struct line {
    char *program;
    char *arg; // all that follows, blanks in its middle too; NULL: nothing
};

// Cuts the line in place.  => 0; -ENOEXEC: it names no program, or goes on behind the head in its
// name
static int cut_line(struct program *prog, struct line *out)
{
    char *at = prog->head + 2, *limit = prog->head + prog->n;
    char *end = memchr(at, '\n', (size_t)(limit - at));
    bool whole = end || prog->n < PROGRAM_HEAD;
    if (!end)
        end = whole ? limit : limit - 1;
    while (at < end && is_blank(*at))
        at++;
    out->program = at;
    while (at < end && !is_blank(*at) && *at)
        at++;
    if (at == out->program || (at == end && !whole))
        return -ENOEXEC;
    while (end > at && (is_blank(end[-1]) || !end[-1]))
        end--;
    char *arg = at;
    while (arg < end && is_blank(*arg))
        arg++;
    out->arg = arg < end && *arg ? arg : NULL;
    *end = *at = '\0';
    return 0;
}

// From the script that is open to the program that it names; the script is closed in any case.
static int enter_script(struct program *prog, struct args *args)
{
    struct line line;
    int err = cut_line(prog, &line);
    if (!err && line.arg)
        err = args_prepend(args, line.arg);
    if (!err)
        err = args_prepend(args, line.program);
    program_close(prog);
    return err ? err : program_open(args->before, prog);
}

int program_find(const char *path, struct program *out, struct args *args)
{
    int err = program_open(path, out);
    for (int depth = 0; !err && is_script(out); depth++) {
        if (depth == SCRIPTS_MAX) {
            program_close(out);
            return -ELOOP;
        }
        err = enter_script(out, args);
    }
    return err;
}
