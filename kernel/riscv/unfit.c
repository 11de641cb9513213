#include "riscv/unfit.h"
#include "lib/string.h"
#include "riscv/fdt.h"
#include "riscv/port.h"
#include "riscv/testdev.h"

static void say(const struct port *port, const char *text)
{
    port_send(port, text, strlen(text));
}

void unfit_give_up(const void *fdt, const char *missing)
{
    struct port port;
    struct fdt_node node;
    if (!fdt_valid(fdt))
        return;
    if (port_find(fdt, &port, &node)) {
        say(&port, "\nkine: this hart cannot be used, as it has no ");
        say(&port, missing);
        say(&port, "; QEMU's -cpu rv64 has all that is needed\n");
    }
    volatile uint32 *testdev = (volatile uint32 *)testdev_find(fdt);
    if (testdev)
        *testdev = TESTDEV_FAIL;
}
