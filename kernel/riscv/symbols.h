// The kernel's own symbol table, made by the build (kernel/symbols.awk), sorted by address.
#pragma once

struct symbol {
    unsigned long address;
    const char *name;
};
extern const struct symbol symbol_table[];
extern const unsigned symbol_count;
