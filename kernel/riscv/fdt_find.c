// Searching the device tree: by what a node is compatible with, by path, by phandle; and who an
// interrupt goes to.

#include "riscv/fdt.h"
#include "lib/string.h"

static bool has_string(const void *fdt, const struct fdt_node *node, const char *name,
                       const char *wanted)
{
    const char *s;

    for (int i = 0; (s = fdt_string(fdt, node, name, i)) != NULL; i++)
        if (strcmp(s, wanted) == 0)
            return true;
    return false;
}

static bool next_with(const void *fdt, struct fdt_node *node, const char *name, const char *wanted)
{
    while (fdt_next(fdt, node))
        if (has_string(fdt, node, name, wanted))
            return true;
    return false;
}

bool fdt_next_compatible(const void *fdt, struct fdt_node *node, const char *compatible)
{
    return next_with(fdt, node, "compatible", compatible);
}

bool fdt_next_type(const void *fdt, struct fdt_node *node, const char *type)
{
    return next_with(fdt, node, "device_type", type);
}

bool fdt_find_phandle(const void *fdt, struct fdt_node *node, uint32 phandle)
{
    *node = FDT_START;
    while (fdt_next(fdt, node))
        if (fdt_u32(fdt, node, "phandle", 0) == phandle)
            return true;
    return false;
}

// Does a node's name match one component of a path?  The component may leave out the unit address.
static bool name_matches(const char *name, const char *component, size_t n)
{
    return strncmp(name, component, n) == 0 && (name[n] == '\0' || name[n] == '@');
}

// => the child that matches n bytes of a path's component, in *node, which is the parent before
static bool find_component(const void *fdt, struct fdt_node *node, const char *component, size_t n)
{
    struct fdt_node parent = *node;

    while (fdt_next_child(fdt, &parent, node))
        if (name_matches(fdt_name(fdt, node), component, n))
            return true;
    return false;
}

bool fdt_find_path(const void *fdt, struct fdt_node *node, const char *path)
{
    *node = FDT_START;
    if (*path != '/' || !fdt_next(fdt, node))
        return false;
    for (;;) {
        while (*path == '/')
            path++;
        if (!*path)
            return true;
        const char *slash = strchr(path, '/');
        size_t n = slash ? (size_t)(slash - path) : strlen(path);
        if (!find_component(fdt, node, path, n))
            return false;
        path += n;
    }
}

bool fdt_interrupt_pair(const void *fdt, const struct fdt_node *node, int n, uint32 *phandle,
                        uint32 *irq)
{
    uint32 len;
    const void *pairs = fdt_property(fdt, node, "interrupts-extended", &len);

    if (!pairs || n < 0 || (uint32)n >= len / 8)
        return false;
    *phandle = fdt_cell(pairs, 2 * n);
    *irq = fdt_cell(pairs, 2 * n + 1);
    return true;
}

bool fdt_controller_hart(const void *fdt, uint32 phandle, uint64 *hartid)
{
    uint64 size;
    struct fdt_node node;

    return fdt_find_phandle(fdt, &node, phandle) && fdt_up(&node) &&
           fdt_reg(fdt, &node, 0, hartid, &size);
}

uint32 fdt_interrupt_parent(const void *fdt, const struct fdt_node *node)
{
    struct fdt_node at = *node;

    do {
        uint32 phandle = fdt_u32(fdt, &at, "interrupt-parent", 0);
        if (phandle != 0)
            return phandle;
    } while (fdt_up(&at));
    return 0;
}
