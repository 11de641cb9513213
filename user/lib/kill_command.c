#include "kernel/types.h"
#include "user/kine.h"
#include "user/lib/lib.h"
#include "user/user.h"

static int list(void)
{
    for (int i = 1; signal_name(i); i++)
        printf("%d %s\n", i, signal_name(i));
    return 0;
}

// => the process that a word names; -1: everybody but init and the caller; below that: a group;
// 0: none
static int process_named(const char *word)
{
    bool negative = *word == '-';
    int pid = parse_number(word + negative);
    return pid <= 0 ? 0 : negative ? -pid : pid;
}

// Takes the signal off the arguments.  => how many words it was; -1: it is none
static int take_signal(int argc, char **argv, int *signal)
{
    const char *word = argc > 1 ? argv[1] : "";
    bool spelled = strcmp(word, "-s") == 0;
    if (*word != '-' || (argc == 2 && !spelled)) // one word alone is a process
        return 0;
    if (strcmp(word, "--") == 0)
        return 1;
    if (spelled && argc == 2)
        return -1;
    *signal = signal_number(spelled ? argv[2] : word + 1);
    if (*signal < 0)
        fprintf(2, "kill: %s: no such signal\n", spelled ? argv[2] : word + 1);
    return *signal < 0 ? -1 : 1 + spelled;
}

int kill_command(int argc, char **argv)
{
    int signal = SIGTERM, status = 0;
    if (argc == 2 && strcmp(argv[1], "-l") == 0)
        return list();
    int taken = take_signal(argc, argv, &signal);
    if (taken < 0 || argc < 2 + taken) {
        fprintf(2, "%s", KILL_USAGE);
        return 2;
    }
    for (int i = 1 + taken; i < argc; i++) {
        int pid = process_named(argv[i]);
        if (pid != 0 && kill_with(pid, signal) == 0)
            continue;
        fprintf(2, "kill: %s: %s\n", argv[i], pid ? strerror(errno) : "not a process id");
        status = 1;
    }
    return status;
}
