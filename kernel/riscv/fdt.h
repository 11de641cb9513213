// The flattened device tree (Devicetree Specification 0.4, chapter 5), read in place.
#pragma once

#include "types.h"

// Checks the header.  => false if it is not a device tree we can read.
bool fdt_valid(const void *fdt);
uint32 fdt_size(const void *fdt);

// A node and where it hangs: the offsets in the structure block of its ancestors, the root first,
// and of itself.  Nodes deeper than FDT_DEPTH are passed over.
#define FDT_DEPTH 16
struct fdt_node {
    int depth; // 0: the root; -1: before the first node
    int path[FDT_DEPTH];
};
#define FDT_START ((struct fdt_node){ .depth = -1 })

// Steps to the next node in the order of the blob, children first.  => false at the end, where the
// node stays the last one.
bool fdt_next(const void *fdt, struct fdt_node *node);
// The same, to the next node that lists `compatible`, and whose device_type is `type`.
bool fdt_next_compatible(const void *fdt, struct fdt_node *node, const char *compatible);
bool fdt_next_type(const void *fdt, struct fdt_node *node, const char *type);
// The same, to the next child of `parent`; begin with *node = *parent.
bool fdt_next_child(const void *fdt, const struct fdt_node *parent, struct fdt_node *node);
// Goes up to the parent.  => false: it is the root
bool fdt_up(struct fdt_node *node);
// Finds the node at an absolute path such as "/chosen", and the one with the given phandle.
bool fdt_find_path(const void *fdt, struct fdt_node *node, const char *path);
bool fdt_find_phandle(const void *fdt, struct fdt_node *node, uint32 phandle);

// => a node's name, with its unit address.
const char *fdt_name(const void *fdt, const struct fdt_node *node);
// => the value of a property and its length in bytes; NULL if the node has none.
const void *fdt_property(const void *fdt, const struct fdt_node *node, const char *name,
                         uint32 *len);
uint32 fdt_cell(const void *value, int n); // the n-th 32-bit number of a value
// => a 32-bit property, or `missing`.
uint32 fdt_u32(const void *fdt, const struct fdt_node *node, const char *name, uint32 missing);
// The n-th string of a string-list property.  => NULL at its end.
const char *fdt_string(const void *fdt, const struct fdt_node *node, const char *name, int n);
// The n-th (address, size) pair of `reg`, by the parent's #address-cells and #size-cells.
bool fdt_reg(const void *fdt, const struct fdt_node *node, int n, uint64 *addr, uint64 *size);
// The n-th entry of the memory reservation block.  => false at its end.
bool fdt_reserved(const void *fdt, int n, uint64 *addr, uint64 *size);

// The n-th pair of `interrupts-extended` of a controller that interrupts harts: the phandle of a
// hart's own controller, and which interrupt of that hart.  => false at the end.
bool fdt_interrupt_pair(const void *fdt, const struct fdt_node *node, int n, uint32 *phandle,
                        uint32 *irq);
// The hart in whose node the controller with the phandle stands.  => false: there is none.
bool fdt_controller_hart(const void *fdt, uint32 phandle, uint64 *hartid);
// => the phandle of the controller that a device interrupts; 0: the tree names none.
uint32 fdt_interrupt_parent(const void *fdt, const struct fdt_node *node);

// The machine's device tree in the direct map; set at boot.
extern const void *machine_fdt;
