// Runs a fuzz target on kept inputs, without libFuzzer.
//
//     fuzz_NAME FILE...

#include <unistd.h>

#include "fuzz.h"

#define SECONDS 20 // for one input

static void replay(const char *path)
{
    static uint8_t data[1 << 16];
    FILE *f = fopen(path, "rb");
    if (f == NULL) {
        perror(path);
        exit(1);
    }
    size_t n = fread(data, 1, sizeof data, f);
    fclose(f);
    uint8_t *copy = malloc(n > 0 ? n : 1); // so that a read beyond the end is seen
    memcpy(copy, data, n);
    fprintf(stderr, "%s\n", path);
    alarm(SECONDS);
    LLVMFuzzerTestOneInput(copy, n);
    alarm(0);
    free(copy);
}

int main(int argc, char **argv)
{
    LLVMFuzzerInitialize(&argc, &argv);
    for (int i = 1; i < argc; i++)
        replay(argv[i]);
    return 0;
}
