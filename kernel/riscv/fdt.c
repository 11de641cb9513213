// The flattened device tree, read in place.
//
// A blob is a header, a list of reserved memory, a structure block of 32-bit big-endian tokens
// (begin node, property, end node, ...) and a block of property names.  The tree is read in the
// order of its tokens, once for each question: a struct fdt_node is a place in that order, and
// carries the way from the root to it, so that nobody has to look for a parent.
//
// The blob comes from outside, so nothing in it is believed: each token is checked to lie within
// its block before it is used (D1), each step moves forward (D2), and no answer points outside
// the blob (D3).  A broken blob gives answers such as "none", never a bad access or a loop.
//
// The code also runs in M-mode at its physical address, before any map and any relocation: it
// keeps no static data, no tables of pointers, and calls only lib/string.
#include "riscv/fdt.h"
#include "lib/string.h"

#define FDT_MAGIC   0xd00dfeed
#define FDT_VERSION 17
#define SIZE_LIMIT  (16 << 20) // no sane blob is larger; keeps offsets well inside an int

enum fdt_token { BEGIN_NODE = 1, END_NODE = 2, PROP = 3, NOP = 4, END = 9 };

// All fields big-endian.
struct fdt_header {
    uint32 magic;
    uint32 totalsize;
    uint32 off_dt_struct;
    uint32 off_dt_strings;
    uint32 off_mem_rsvmap;
    uint32 version;
    uint32 last_comp_version;
    uint32 boot_cpuid_phys;
    uint32 size_dt_strings;
    uint32 size_dt_struct;
};

struct token {
    enum fdt_token kind;
    int next;          // offset of the token behind it
    const char *name;  // BEGIN_NODE
    uint32 name_off;   // PROP: where its name stands among the names
    const void *value; // PROP
    uint32 len;        // PROP: bytes of value
};

static uint32 be32(uint32 big)
{
    return big >> 24 | (big >> 8 & 0xff00) | (big << 8 & 0xff0000) | big << 24;
}

static const struct fdt_header *header(const void *fdt)
{
    return fdt;
}

static const char *struct_block(const void *fdt)
{
    return (const char *)fdt + be32(header(fdt)->off_dt_struct);
}

static uint32 struct_size(const void *fdt)
{
    return be32(header(fdt)->size_dt_struct);
}

// Does [off, off + size) lie within the blob?
static bool inside(const void *fdt, uint32 off, uint32 size)
{
    uint32 total = be32(header(fdt)->totalsize);
    return off <= total && size <= total - off;
}

bool fdt_valid(const void *fdt)
{
    const struct fdt_header *h = header(fdt);

    if (!fdt || (uint64)fdt % 8 != 0 || be32(h->magic) != FDT_MAGIC)
        return false;
    if (be32(h->totalsize) < sizeof(*h) || be32(h->totalsize) > SIZE_LIMIT)
        return false;
    if (be32(h->version) < FDT_VERSION || be32(h->last_comp_version) > FDT_VERSION)
        return false;
    uint32 structs = be32(h->off_dt_struct);
    return structs % 4 == 0 && struct_size(fdt) >= 4 && inside(fdt, structs, struct_size(fdt)) &&
           inside(fdt, be32(h->off_dt_strings), be32(h->size_dt_strings)) &&
           be32(*(const uint32 *)struct_block(fdt)) == BEGIN_NODE;
}

uint32 fdt_size(const void *fdt)
{
    return be32(header(fdt)->totalsize);
}

// --- tokens -----------------------------------------------------------------------------------

// A property's name.  => "" if the offset is bad: no property is called so.
static const char *name_at(const void *fdt, uint32 off)
{
    uint32 size = be32(header(fdt)->size_dt_strings);
    const char *strings = (const char *)fdt + be32(header(fdt)->off_dt_strings);

    if (off >= size || strnlen(strings + off, size - off) == size - off)
        return "";
    return strings + off;
}

static int align4(uint32 off)
{
    return (off + 3) & ~3u;
}

// Takes the token at `at` apart.  => false at a broken one or beyond the end (D1, D2).
static bool token_at(const void *fdt, int at, struct token *t)
{
    uint32 size = struct_size(fdt);

    if (at < 0 || at % 4 != 0 || (uint32)at + 4 > size)
        return false;
    uint32 left = size - at - 4; // bytes behind the tag
    const uint32 *tag = (const uint32 *)(struct_block(fdt) + at);
    t->kind = be32(*tag);
    t->next = at + 4;
    if (t->kind == BEGIN_NODE) {
        t->name = (const char *)(tag + 1);
        uint32 len = strnlen(t->name, left);
        t->next = align4(at + 4 + len + 1);
        return len < left;
    }
    if (t->kind == PROP) {
        if (left < 8 || be32(tag[1]) > left - 8)
            return false;
        t->len = be32(tag[1]);
        t->name_off = be32(tag[2]);
        t->value = tag + 3;
        t->next = align4(at + 12 + t->len);
        return true;
    }
    return t->kind == END_NODE || t->kind == NOP;
}

// --- walking ----------------------------------------------------------------------------------

static int offset(const struct fdt_node *node)
{
    return node->path[node->depth];
}

// Behind the begin token of the node, or the beginning of the tree.
static int inside_node(const void *fdt, const struct fdt_node *node)
{
    struct token t;

    if (node->depth < 0)
        return 0;
    return token_at(fdt, offset(node), &t) ? t.next : -1;
}

bool fdt_next(const void *fdt, struct fdt_node *node)
{
    struct token t;
    int depth = node->depth;

    for (int at = inside_node(fdt, node); token_at(fdt, at, &t); at = t.next) {
        if (t.kind == END_NODE && --depth < 0)
            return false;
        if (t.kind == BEGIN_NODE && ++depth < FDT_DEPTH) {
            node->depth = depth;
            node->path[depth] = at;
            return true;
        }
    }
    return false;
}

bool fdt_next_child(const void *fdt, const struct fdt_node *parent, struct fdt_node *node)
{
    while (fdt_next(fdt, node) && node->depth > parent->depth)
        if (node->depth == parent->depth + 1)
            return true;
    return false;
}

bool fdt_up(struct fdt_node *node)
{
    if (node->depth <= 0)
        return false;
    node->depth--;
    return true;
}

const char *fdt_name(const void *fdt, const struct fdt_node *node)
{
    struct token t;

    return node->depth >= 0 && token_at(fdt, offset(node), &t) ? t.name : "";
}

// --- properties -------------------------------------------------------------------------------

const void *fdt_property(const void *fdt, const struct fdt_node *node, const char *name,
                         uint32 *len)
{
    struct token t;

    if (node->depth < 0)
        return NULL;
    int at = inside_node(fdt, node);
    for (; token_at(fdt, at, &t) && (t.kind == PROP || t.kind == NOP); at = t.next) {
        if (t.kind == PROP && strcmp(name_at(fdt, t.name_off), name) == 0) {
            if (len)
                *len = t.len;
            return t.value;
        }
    }
    return NULL;
}

uint32 fdt_cell(const void *value, int n)
{
    return be32(((const uint32 *)value)[n]);
}

uint32 fdt_u32(const void *fdt, const struct fdt_node *node, const char *name, uint32 missing)
{
    uint32 len;
    const void *value = fdt_property(fdt, node, name, &len);

    return value && len >= 4 ? fdt_cell(value, 0) : missing;
}

const char *fdt_string(const void *fdt, const struct fdt_node *node, const char *name, int n)
{
    uint32 len;
    const char *s = fdt_property(fdt, node, name, &len);

    while (s && len > 0) {
        uint32 size = strnlen(s, len) + 1;
        if (size > len)
            return NULL;
        if (n-- == 0)
            return s;
        s += size;
        len -= size;
    }
    return NULL;
}

// A number of one or two cells; 0 of none.
static uint64 number(const void *value, int at, uint32 cells)
{
    uint64 n = 0;

    for (uint32 i = 0; i < cells; i++)
        n = n << 32 | fdt_cell(value, at + i);
    return n;
}

bool fdt_reg(const void *fdt, const struct fdt_node *node, int n, uint64 *addr, uint64 *size)
{
    uint32 len;
    const void *reg = fdt_property(fdt, node, "reg", &len);
    struct fdt_node parent = *node;

    if (!reg || !fdt_up(&parent))
        return false;
    uint32 acells = fdt_u32(fdt, &parent, "#address-cells", 2);
    uint32 scells = fdt_u32(fdt, &parent, "#size-cells", 1);
    if (n < 0 || acells < 1 || acells > 2 || scells > 2)
        return false;
    uint32 each = acells + scells, cells = len / 4, at = 0;
    for (; n > 0 && at + each <= cells; n--)
        at += each; // a hart that cannot multiply comes here too (unfit.h)
    if (at + each > cells)
        return false;
    *addr = number(reg, (int)at, acells);
    *size = number(reg, (int)(at + acells), scells);
    return true;
}

bool fdt_reserved(const void *fdt, int n, uint64 *addr, uint64 *size)
{
    uint32 off = be32(header(fdt)->off_mem_rsvmap);

    if (n < 0 || off % 8 != 0 || !inside(fdt, off, 0) || (uint32)n >= (fdt_size(fdt) - off) / 16)
        return false;
    // The list ends at the first empty entry, wherever the caller begins.
    for (int i = 0; i <= n; i++) {
        const char *entry = (const char *)fdt + off + 16 * i;
        *addr = number(entry, 0, 2);
        *size = number(entry, 2, 2);
        if (*addr == 0 && *size == 0)
            return false;
    }
    return true;
}
