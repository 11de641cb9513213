#include "riscv/port.h"
#include "riscv/csr.h"

bool port_find(const void *fdt, struct port *port, struct fdt_node *node)
{
    // No pointers: this may run where the kernel's own addresses mean nothing (unfit.h).
    static const char compatible[][sizeof "snps,dw-apb-uart"] = { "ns16550a", "ns16550",
                                                                  "snps,dw-apb-uart" };
    uint64 size;
    for (size_t i = 0; i < sizeof compatible / sizeof compatible[0]; i++) {
        *node = FDT_START;
        if (!fdt_next_compatible(fdt, node, compatible[i]) ||
            !fdt_reg(fdt, node, 0, &port->base, &size))
            continue;
        port->shift = fdt_u32(fdt, node, "reg-shift", 0);
        port->width = fdt_u32(fdt, node, "reg-io-width", 1);
        return true;
    }
    return false;
}

void port_send(const struct port *port, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        while (!(port_read(port, LSR) & LSR_SENT))
            cpu_relax();
        port_write(port, THR, (uint8)text[i]);
    }
}
