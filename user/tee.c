// tee [-a] [FILE...]: copies its input to its output and to the files.
#include "kernel/types.h"
#include "kernel/fcntl.h"
#include "user/lib/lines.h"
#include "user/user.h"

#define MOST 32 // files

const char usage_text[] =
    "usage: tee [-a] [FILE...]   copies the input to the output and to the files\n"
    "  -a behind what is in them\n";

static char buf[4096];
static int fds[MOST + 1];
static const char *names[MOST + 1];

static int write_all(int i, int n)
{
    for (int done = 0, k; done < n; done += k)
        if ((k = write(fds[i], buf + done, n - done)) <= 0)
            return complain_of("tee", names[i]);
    return 0;
}

int main(int argc, char **argv)
{
    bool append = false;
    int first = take_flags(argc, argv, "a", &append), count = 1, status = 0, n;
    if (first < 0 || argc - first > MOST)
        misused();
    fds[0] = 1;
    names[0] = "output";
    for (; first < argc; first++) {
        names[count] = argv[first];
        fds[count] = open(argv[first], O_WRONLY | O_CREATE | (append ? O_APPEND : O_TRUNC));
        if (fds[count] < 0)
            status = complain_of("tee", argv[first]);
        else
            count++;
    }
    while ((n = read(0, buf, sizeof buf)) > 0)
        for (int i = 0; i < count; i++)
            status |= write_all(i, n);
    return n < 0 ? complain_of("tee", "input") : status;
}
