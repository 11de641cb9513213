// snapshot create|delete|rollback NAME, snapshot list: pictures of all files, under /.snapshots.
#include "kernel/types.h"
#include "user/kine.h"
#include "user/user.h"

const char usage_text[] =
    "usage: snapshot create|delete|rollback NAME, snapshot list   pictures of all files\n";

static const struct {
    const char *word;
    int what;
} commands[] = {
    { "create", KINE_SNAPSHOT_CREATE },
    { "delete", KINE_SNAPSHOT_DELETE },
    { "rollback", KINE_SNAPSHOT_ROLLBACK },
};

static int list(void)
{
    struct kine_snapshot s = { .id = 0 };
    int found;
    while ((found = kine_snapshot_next(&s)) == 1)
        printf("%s  generation %lu\n", s.name, s.generation);
    if (found < 0)
        fprintf(2, "snapshot: %s\n", strerror(errno));
    return found < 0;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "list") == 0)
        return list();
    if (argc != 3)
        misused();
    for (uint i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (strcmp(argv[1], commands[i].word) != 0)
            continue;
        if (kine_snapshot(commands[i].what, argv[2]) == 0)
            return 0;
        fprintf(2, "snapshot: cannot %s %s: %s\n", argv[1], argv[2], strerror(errno));
        return 1;
    }
    misused();
}
