// false: does nothing, and fails.
#include "user/kine.h"

const char usage_text[] = "usage: false   does nothing; status 1\n";

int main(void)
{
    return 1;
}
