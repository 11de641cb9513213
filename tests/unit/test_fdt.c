// riscv/fdt: the tree of QEMU's own machine, a tree with everything that one lacks, and the same
// two cut short and with bytes changed.  Each blob lies in an allocation of exactly its size, so
// AddressSanitizer sees a step outside; the walks count their steps, so an endless one is seen.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "check.h"
#include "riscv/fdt.h"

#define HEADER 40

struct blob {
    uchar *data;
    size_t size;
};

static struct blob load(const char *name)
{
    char path[200];
    const char *dir = getenv("KINE_BLOBS");
    struct blob b;

    snprintf(path, sizeof(path), "%s/%s", dir ? dir : "build/unit", name);
    FILE *f = fopen(path, "rb");
    if (!f)
        check_failed(__FILE__, __LINE__, "cannot open %s", path);
    fseek(f, 0, SEEK_END);
    b.size = (size_t)ftell(f);
    rewind(f);
    b.data = malloc(b.size);
    CHECK_EQ(fread(b.data, 1, b.size, f), b.size);
    fclose(f);
    return b;
}

static void put32(uchar *p, uint32 v)
{
    p[0] = (uchar)(v >> 24);
    p[1] = (uchar)(v >> 16);
    p[2] = (uchar)(v >> 8);
    p[3] = (uchar)v;
}

static uint64 sum_of_properties(const void *fdt, const struct fdt_node *node)
{
    static const char *const names[] = { "reg", "compatible", "phandle", "bootargs", "empty" };
    uint64 sum = 0;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        uint32 len = 0;
        const uchar *value = fdt_property(fdt, node, names[i], &len);
        for (uint32 k = 0; value && k < len; k++)
            sum += value[k];
        sum += fdt_u32(fdt, node, names[i], 3);
        const char *s;
        for (int k = 0; (s = fdt_string(fdt, node, names[i], k)) != NULL; k++)
            sum += strlen(s);
    }
    return sum;
}

// Asks every question about every node; the answers are only read, not judged.
static uint64 ask_everything(const void *fdt)
{
    uint64 sum = 0, addr, size;
    uint32 phandle, irq;
    int steps = 0, last = -1;
    struct fdt_node node, child;

    for (int n = 0; fdt_reserved(fdt, n, &addr, &size); n++)
        sum += addr + size;
    for (node = FDT_START; fdt_next(fdt, &node);) {
        CHECK(node.depth >= 0 && node.depth < FDT_DEPTH && ++steps < 100000);
        CHECK(node.path[node.depth] > last);
        last = node.path[node.depth];
        sum += strlen(fdt_name(fdt, &node)) + sum_of_properties(fdt, &node);
        for (int n = 0; fdt_reg(fdt, &node, n, &addr, &size); n++)
            sum += addr + size;
        for (int n = 0; fdt_interrupt_pair(fdt, &node, n, &phandle, &irq); n++)
            sum += phandle + irq;
        sum += fdt_interrupt_parent(fdt, &node);
    }
    for (child = node; fdt_up(&child);)
        sum += sum_of_properties(fdt, &child);
    for (child = node = FDT_START; fdt_next_child(fdt, &node, &child);)
        steps++;
    CHECK(steps < 200000);
    node = FDT_START;
    sum += fdt_next_compatible(fdt, &node, "no such") + fdt_next_type(fdt, &node, "cpu");
    sum += fdt_find_path(fdt, &node, "/bus/inner/leaf") + fdt_find_path(fdt, &node, "/soc/uart");
    return sum + fdt_find_phandle(fdt, &node, 0x42) + fdt_controller_hart(fdt, 1, &addr);
}

// => the node at a path, which is there
static struct fdt_node at_path(const void *fdt, const char *path)
{
    struct fdt_node node;

    if (!fdt_find_path(fdt, &node, path))
        check_failed(__FILE__, __LINE__, "no node %s", path);
    return node;
}

static bool same(struct fdt_node a, struct fdt_node b)
{
    return a.depth == b.depth && memcmp(a.path, b.path, sizeof(int) * (size_t)(a.depth + 1)) == 0;
}

TEST(virt_machine)
{
    struct blob b = load("virt.dtb");
    struct fdt_node node = FDT_START;
    uint64 addr, size;
    int harts = 0;

    CHECK(fdt_valid(b.data));
    CHECK(fdt_size(b.data) <= b.size);
    CHECK(fdt_next_type(b.data, &node, "memory"));
    CHECK(fdt_reg(b.data, &node, 0, &addr, &size));
    CHECK_EQ(addr, 0x80000000);
    CHECK_EQ(size, 128 << 20);
    CHECK(!fdt_reg(b.data, &node, 1, &addr, &size));
    CHECK(!fdt_next_type(b.data, &node, "memory"));
    for (node = FDT_START; fdt_next_type(b.data, &node, "cpu"); harts++) {
        CHECK(fdt_reg(b.data, &node, 0, &addr, &size));
        CHECK_EQ(addr, harts);
        CHECK(strncmp(fdt_name(b.data, &node), "cpu@", 4) == 0);
    }
    CHECK_EQ(harts, 3);
    node = at_path(b.data, "/cpus");
    CHECK_EQ(fdt_u32(b.data, &node, "timebase-frequency", 0), 10000000);
    node = FDT_START;
    CHECK(fdt_next_compatible(b.data, &node, "ns16550a"));
    CHECK(fdt_reg(b.data, &node, 0, &addr, &size));
    CHECK_EQ(addr, 0x10000000);
    CHECK(fdt_up(&node) && same(node, at_path(b.data, "/soc")));
    CHECK(fdt_up(&node) && same(node, at_path(b.data, "/")) && !fdt_up(&node));
    free(b.data);
}

TEST(virtio_devices)
{
    struct blob b = load("virt.dtb");
    struct fdt_node node = FDT_START;
    int n = 0;

    for (; fdt_next_compatible(b.data, &node, "virtio,mmio"); n++)
        CHECK(fdt_u32(b.data, &node, "interrupts", 0) > 0);
    CHECK_EQ(n, 8);
    free(b.data);
}

// Who a controller interrupts, and which controller a device interrupts.
TEST(interrupts)
{
    struct blob b = load("virt.dtb");
    struct fdt_node node = FDT_START, device = FDT_START;
    uint32 phandle, irq;
    uint64 hartid, seen = 0;
    int n = 0;

    CHECK(fdt_next_compatible(b.data, &node, "sifive,plic-1.0.0"));
    for (; fdt_interrupt_pair(b.data, &node, n, &phandle, &irq); n++) {
        CHECK_EQ(irq, n % 2 ? 9 : 11);
        CHECK(fdt_controller_hart(b.data, phandle, &hartid));
        seen |= 1u << hartid;
    }
    CHECK_EQ(n, 6);
    CHECK_EQ(seen, 7);
    CHECK(!fdt_interrupt_pair(b.data, &node, -1, &phandle, &irq));
    CHECK(!fdt_controller_hart(b.data, 0x7777, &hartid));
    CHECK(fdt_next_compatible(b.data, &device, "virtio,mmio"));
    CHECK_EQ(fdt_interrupt_parent(b.data, &device), fdt_u32(b.data, &node, "phandle", 0));
    CHECK(!fdt_interrupt_pair(b.data, &device, 0, &phandle, &irq));
    device = at_path(b.data, "/cpus/cpu@0");
    CHECK_EQ(fdt_interrupt_parent(b.data, &device), 0);
    free(b.data);
}

TEST(tricky_tree)
{
    struct blob b = load("tricky.dtb");
    struct fdt_node node, leaf;
    uint64 addr, size;
    uint32 len;
    const void *fdt = b.data;

    CHECK(fdt_valid(fdt));
    CHECK(fdt_reserved(fdt, 0, &addr, &size) && addr == 0x80000000 && size == 0x40000);
    CHECK(fdt_reserved(fdt, 1, &addr, &size) && addr == 0x9fe00000 && size == 0x1000);
    CHECK(!fdt_reserved(fdt, 2, &addr, &size) && !fdt_reserved(fdt, 3, &addr, &size));
    node = at_path(fdt, "/memory");
    CHECK(same(node, at_path(fdt, "/memory@80000000/")));
    CHECK(fdt_reg(fdt, &node, 1, &addr, &size) && addr == 1UL << 32 && size == 2UL << 32);
    CHECK(!fdt_reg(fdt, &node, 2, &addr, &size) && !fdt_reg(fdt, &node, -1, &addr, &size));
    leaf = at_path(fdt, "/bus/inner/leaf@7");
    node = FDT_START;
    CHECK(fdt_next_compatible(fdt, &node, "second") && same(node, leaf) && leaf.depth == 3);
    CHECK(fdt_reg(fdt, &leaf, 0, &addr, &size) && addr == 7 && size == 0);
    CHECK(strcmp(fdt_string(fdt, &leaf, "compatible", 2), "third") == 0);
    CHECK(fdt_string(fdt, &leaf, "compatible", 3) == NULL);
    CHECK(fdt_property(fdt, &leaf, "empty", &len) != NULL && len == 0);
    CHECK(fdt_property(fdt, &leaf, "missing", &len) == NULL);
    CHECK(fdt_find_phandle(fdt, &node, 0x42) && strcmp(fdt_name(fdt, &node), "device@1000") == 0);
    CHECK(fdt_reg(fdt, &node, 1, &addr, &size) && addr == 0x2000 && size == 0x200);
    node = at_path(fdt, "/last");
    CHECK_EQ(fdt_u32(fdt, &node, "short", 99), 99);
    CHECK_EQ(fdt_u32(fdt, &node, "user", 0), 0x42);
    node = at_path(fdt, "/chosen");
    CHECK(strcmp(fdt_string(fdt, &node, "bootargs", 0), "panic=exit second") == 0);
    CHECK(!fdt_find_path(fdt, &node, "/bus/nothing") && !fdt_find_path(fdt, &node, "bus"));
    CHECK(!fdt_find_path(fdt, &node, "/chosen/bootargs"));
    node = FDT_START;
    CHECK(fdt_next(fdt, &node) && same(node, at_path(fdt, "/")) && *fdt_name(fdt, &node) == '\0');
    CHECK(!fdt_reg(fdt, &node, 0, &addr, &size));
    free(b.data);
}

TEST(children)
{
    struct blob b = load("tricky.dtb");
    const void *fdt = b.data;
    struct fdt_node bus = at_path(fdt, "/bus"), inner = at_path(fdt, "/bus/inner"), node = bus;

    CHECK(fdt_next_child(fdt, &bus, &node) && same(node, inner));
    CHECK(fdt_next_child(fdt, &bus, &node) && strcmp(fdt_name(fdt, &node), "device@1000") == 0);
    CHECK(!fdt_next_child(fdt, &bus, &node));
    node = inner;
    CHECK(fdt_next_child(fdt, &inner, &node) && fdt_up(&node) && same(node, inner));
    struct fdt_node last = node = at_path(fdt, "/last");
    CHECK(!fdt_next_child(fdt, &last, &node));
    free(b.data);
}

// A tree of nothing but nodes in nodes, and a child of the root behind them.
TEST(too_deep)
{
    enum { LEVELS = 3 * FDT_DEPTH };
    size_t size = HEADER + 4 * (2 + LEVELS * 3 + 3 + 2);
    uchar *blob = calloc(1, size), *p = blob + HEADER;
    const uint32 head[] = { 0xd00dfeed, (uint32)size, HEADER, 0, 0,
                            17,         16,           0,      0, (uint32)size - HEADER };
    struct fdt_node node = FDT_START;

    for (size_t i = 0; i < sizeof(head) / sizeof(head[0]); i++)
        put32(blob + 4 * i, head[i]);
    for (int i = 0; i <= LEVELS; i++, p += 8) {
        put32(p, 1);
        p[4] = i ? 'n' : '\0';
    }
    for (int i = 0; i < LEVELS; i++, p += 4)
        put32(p, 2);
    put32(p, 1), p[4] = 'x', put32(p + 8, 2), put32(p + 12, 2);
    CHECK(fdt_valid(blob));
    for (int depth = 0; depth < FDT_DEPTH; depth++)
        CHECK(fdt_next(blob, &node) && node.depth == depth);
    CHECK(fdt_next(blob, &node) && node.depth == 1 && strcmp(fdt_name(blob, &node), "x") == 0);
    CHECK(!fdt_next(blob, &node) && !fdt_next(blob, &node));
    CHECK_EQ(node.depth, 1);
    ask_everything(blob);
    free(blob);
}

TEST(not_a_tree)
{
    uchar *page = calloc(1, 4096);

    CHECK(!fdt_valid(NULL));
    CHECK(!fdt_valid(page));
    put32(page, 0xd00dfeed);
    CHECK(!fdt_valid(page));
    put32(page + 4, 0xffffffff);
    CHECK(!fdt_valid(page));
    free(page);
}

static void cut_short(const char *name)
{
    struct blob b = load(name);

    for (size_t n = HEADER; n < b.size; n += 1 + test_random_below(13)) {
        uchar *cut = malloc(n);
        memcpy(cut, b.data, n);
        put32(cut + 4, (uint32)n);
        if (fdt_valid(cut))
            ask_everything(cut);
        // The blocks end where the blob does, in the midst of whatever was there.
        uint32 structs = (uint32)cut[8] << 24 | cut[9] << 16 | cut[10] << 8 | cut[11];
        put32(cut + 36, n > structs ? (uint32)n - structs : 0);
        put32(cut + 32, 0);
        put32(cut + 12, 0);
        if (fdt_valid(cut))
            ask_everything(cut);
        free(cut);
    }
    free(b.data);
}

TEST(truncated)
{
    cut_short("tricky.dtb");
    cut_short("virt.dtb");
}

static void corrupt(const char *name, int rounds)
{
    struct blob b = load(name);
    uchar *copy = malloc(b.size);

    for (int i = 0; i < rounds; i++) {
        memcpy(copy, b.data, b.size);
        for (int n = 1 + (int)test_random_below(8); n > 0; n--) {
            size_t at = test_random_below(b.size);
            if (at >= 4 && at < 8)
                continue; // the size of the blob is the one thing that must be true
            copy[at] = test_random_below(2) ? (uchar)test_random() : (uchar)test_random_below(10);
        }
        if (fdt_valid(copy))
            ask_everything(copy);
    }
    free(copy);
    free(b.data);
}

TEST(corrupted)
{
    corrupt("tricky.dtb", 30000);
    corrupt("virt.dtb", 100);
}
