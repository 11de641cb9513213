// The flattened device tree (Devicetree Specification 0.4, chapter 5), read in place.
#pragma once

#include "types.h"

// Checks the header.  => false if it is not a device tree we can read.
bool fdt_valid(const void *fdt);
uint32 fdt_size(const void *fdt);

// A node: its offset in the structure block.  0 is the root; negative: none.
// => the next node (in order of the blob) after `node` that lists `compatible`; -1 at the end.
//    Begin with node = -1.
int fdt_find_compatible(const void *fdt, int node, const char *compatible);
// => the next node after `node` whose device_type is `type`; -1 at the end.
int fdt_find_type(const void *fdt, int node, const char *type);
// => the node at an absolute path such as "/chosen"; -1 if it is missing.
int fdt_find_path(const void *fdt, const char *path);
// => the value of a property and its length in bytes; NULL if the node has none.
const void *fdt_property(const void *fdt, int node, const char *name, uint32 *len);
// => a 32-bit property, or `missing`.
uint32 fdt_u32(const void *fdt, int node, const char *name, uint32 missing);
// The n-th (address, size) pair of `reg`, by the parent's #address-cells and #size-cells.
bool fdt_reg(const void *fdt, int node, int n, uint64 *addr, uint64 *size);
// The parent, and the first child and next sibling; negative if there is none.
int fdt_parent(const void *fdt, int node);
int fdt_first_child(const void *fdt, int node);
int fdt_next_sibling(const void *fdt, int node);
// => a node's name, with its unit address.
const char *fdt_name(const void *fdt, int node);
// The node with the given phandle; -1 if none.
int fdt_by_phandle(const void *fdt, uint32 phandle);
// The n-th entry of the memory reservation block.  => false at its end.
bool fdt_reserved(const void *fdt, int n, uint64 *addr, uint64 *size);
// The n-th string of a string-list property.  => NULL at its end.
const char *fdt_string(const void *fdt, int node, const char *name, int n);

// The machine's device tree in the direct map; set at boot.
extern const void *machine_fdt;
