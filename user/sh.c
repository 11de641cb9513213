// The shell.
//
//   sh               reads commands from its input; at the console, with a prompt for each
//   sh FILE ARG...   reads them from the file
//   sh -c LINE       does this one
//
// It knows words with '...' "..." and \, # comments, pipes, < > >> <& >& with a descriptor in front
// (2>), ; & && ||, ( ... ), $NAME and NAME=value, $? $$ $! $# $0 $1 ... $@, and itself does cd,
// exit and wait.  A program is looked for in the current directory, then in the root.
//
// The map of its parts is user/sh/sh.h.
#include "kernel/fcntl.h"
#include "kernel/syscall.h"
#include "user/kine.h"
#include "user/sh/sh.h"
#include "user/user.h"

#define MAXLINE (64 * 1024)

struct shell shell;

// Reads a line without its newline, byte by byte, so that what follows is left to the programs that
// share the input.  Bytes that cannot be in a line are left out.  => false at the end of the input
static bool read_line(int fd, struct buffer *line)
{
    char c;
    int n = 0;
    line->len = 0;
    while (read(fd, &c, 1) == 1 && ++n && c != '\n')
        if (c != '\0' && n <= MAXLINE)
            buffer_put(line, c);
    buffer_put(line, '\0');
    if (n > MAXLINE) {
        fprintf(2, "sh: a line of more than %d bytes is left out\n", MAXLINE);
        line->text[0] = '\0';
        shell.status = SYNTAX_STATUS;
    }
    return n > 0;
}

// The prompt stands at the beginning of a line, whatever the last program has left.
static void prompt(void)
{
    syscall(SYS_ioctl, 2, KIOC_FRESH_LINE, 0);
    write(2, "$ ", 2);
}

static void converse(void)
{
    struct buffer line = { 0 };
    for (;;) {
        reap_background();
        prompt();
        if (!read_line(0, &line)) {
            write(2, "\n", 1);
            return;
        }
        run_line(line.text);
    }
}

static void read_commands(int fd)
{
    struct buffer line = { 0 };
    while (read_line(fd, &line)) {
        run_line(line.text);
        reap_background();
    }
}

// => the status of the last command, or why there is none
static int run_script(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        fprintf(2, "sh: %s: %s\n", path, strerror(errno));
        return NOT_FOUND;
    }
    if (!is_text(path)) {
        fprintf(2, "sh: %s: not a text of commands\n", path);
        return CANNOT_RUN;
    }
    read_commands(fd);
    return shell.status;
}

static bool at_console(void)
{
    uint16 window[4];
    return syscall(SYS_ioctl, 0, TIOCGWINSZ, window) == 0;
}

int main(int argc, char **argv)
{
    vars_start(argc, argv);
    if (argc == 1) {
        if (at_console())
            converse();
        else
            read_commands(0);
    } else if (strcmp(argv[1], "-c") == 0) {
        if (argc < 3) {
            fprintf(2, "usage: sh [-c LINE | FILE [ARG...]]\n");
            return 2;
        }
        vars_start(argc - 2, argv + 2);
        run_line(argv[2]);
    } else {
        vars_start(argc - 1, argv + 1);
        return run_script(argv[1]);
    }
    return shell.status;
}
