// true: does nothing, and succeeds.
#include "user/kine.h"

const char usage_text[] = "usage: true   does nothing; status 0\n";

int main(void)
{
    return 0;
}
