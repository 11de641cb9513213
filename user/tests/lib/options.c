// The options of the test programs.
#include "user/tests/lib/test.h"

// => which of the letters `-X` names, -1 if none
static int option_named(const char *word, const char *letters)
{
    if (word[0] != '-' || word[1] == '\0' || word[2] != '\0')
        return -1;
    const char *letter = strchr(letters, word[1]);
    return letter ? (int)(letter - letters) : -1;
}

void take_options(int argc, char **argv, const char *letters, int *values)
{
    int i = 1;
    for (; i + 1 < argc; i += 2) {
        int option = option_named(argv[i], letters), value = parse_number(argv[i + 1]);
        if (option < 0 || value < 0)
            break;
        values[option] = value;
    }
    if (i < argc)
        misused();
}
