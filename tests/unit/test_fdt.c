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

// Asks every question about every node; the answers are only read, not judged.
static uint64 ask_everything(const void *fdt)
{
    uint64 sum = 0, addr, size;
    int steps = 0, node = -1;
    static const char *const names[] = { "reg", "compatible", "phandle", "bootargs", "empty" };

    for (int n = 0; fdt_reserved(fdt, n, &addr, &size); n++)
        sum += addr + size;
    sum += (uint64)fdt_find_path(fdt, "/bus/inner/leaf") + (uint64)fdt_find_path(fdt, "/soc/uart");
    for (;;) {
        int next = fdt_find_compatible(fdt, node, "no such");
        CHECK_EQ(next, -1);
        // The next node in the order of the blob: the first child, else a sibling of an ancestor.
        int child = node < 0 ? 0 : fdt_first_child(fdt, node);
        while (child < 0 && node > 0) {
            child = fdt_next_sibling(fdt, node);
            if (child < 0)
                node = fdt_parent(fdt, node);
        }
        if (child < 0 || (node >= 0 && child <= node))
            break;
        node = child;
        CHECK(++steps < 100000);
        sum += strlen(fdt_name(fdt, node)) + (uint64)fdt_parent(fdt, node);
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
        for (int n = 0; fdt_reg(fdt, node, n, &addr, &size); n++)
            sum += addr + size;
    }
    return sum + (uint64)fdt_by_phandle(fdt, 0x42) + (uint64)fdt_find_type(fdt, -1, "cpu");
}

TEST(virt_machine)
{
    struct blob b = load("virt.dtb");
    uint64 addr, size;
    int harts = 0;

    CHECK(fdt_valid(b.data));
    CHECK(fdt_size(b.data) <= b.size);
    int memory = fdt_find_type(b.data, -1, "memory");
    CHECK(fdt_reg(b.data, memory, 0, &addr, &size));
    CHECK_EQ(addr, 0x80000000);
    CHECK_EQ(size, 128 << 20);
    CHECK(!fdt_reg(b.data, memory, 1, &addr, &size));
    CHECK_EQ(fdt_find_type(b.data, memory, "memory"), -1);
    for (int cpu = -1; (cpu = fdt_find_type(b.data, cpu, "cpu")) >= 0; harts++) {
        CHECK(fdt_reg(b.data, cpu, 0, &addr, &size));
        CHECK_EQ(addr, harts);
        CHECK(strncmp(fdt_name(b.data, cpu), "cpu@", 4) == 0);
    }
    CHECK_EQ(harts, 3);
    int cpus = fdt_find_path(b.data, "/cpus");
    CHECK_EQ(fdt_u32(b.data, cpus, "timebase-frequency", 0), 10000000);
    int uart = fdt_find_compatible(b.data, -1, "ns16550a");
    CHECK(fdt_reg(b.data, uart, 0, &addr, &size));
    CHECK_EQ(addr, 0x10000000);
    CHECK_EQ(fdt_parent(b.data, uart), fdt_find_path(b.data, "/soc"));
    CHECK_EQ(fdt_parent(b.data, 0), -1);
    free(b.data);
}

TEST(virtio_devices)
{
    struct blob b = load("virt.dtb");
    int n = 0;

    for (int node = -1; (node = fdt_find_compatible(b.data, node, "virtio,mmio")) >= 0; n++)
        CHECK(fdt_u32(b.data, node, "interrupts", 0) > 0);
    CHECK_EQ(n, 8);
    free(b.data);
}

TEST(tricky_tree)
{
    struct blob b = load("tricky.dtb");
    uint64 addr, size;
    uint32 len;
    const void *fdt = b.data;

    CHECK(fdt_valid(fdt));
    CHECK(fdt_reserved(fdt, 0, &addr, &size) && addr == 0x80000000 && size == 0x40000);
    CHECK(fdt_reserved(fdt, 1, &addr, &size) && addr == 0x9fe00000 && size == 0x1000);
    CHECK(!fdt_reserved(fdt, 2, &addr, &size) && !fdt_reserved(fdt, 3, &addr, &size));
    int memory = fdt_find_path(fdt, "/memory");
    CHECK(memory >= 0 && memory == fdt_find_path(fdt, "/memory@80000000/"));
    CHECK(fdt_reg(fdt, memory, 1, &addr, &size) && addr == 1UL << 32 && size == 2UL << 32);
    CHECK(!fdt_reg(fdt, memory, 2, &addr, &size) && !fdt_reg(fdt, memory, -1, &addr, &size));
    int leaf = fdt_find_path(fdt, "/bus/inner/leaf@7");
    CHECK(leaf > 0 && leaf == fdt_find_compatible(fdt, -1, "second"));
    CHECK(fdt_reg(fdt, leaf, 0, &addr, &size) && addr == 7 && size == 0);
    CHECK(strcmp(fdt_string(fdt, leaf, "compatible", 2), "third") == 0);
    CHECK(fdt_string(fdt, leaf, "compatible", 3) == NULL);
    CHECK(fdt_property(fdt, leaf, "empty", &len) != NULL && len == 0);
    CHECK(fdt_property(fdt, leaf, "missing", &len) == NULL);
    int device = fdt_by_phandle(fdt, 0x42);
    CHECK(strcmp(fdt_name(fdt, device), "device@1000") == 0);
    CHECK(fdt_reg(fdt, device, 1, &addr, &size) && addr == 0x2000 && size == 0x200);
    CHECK_EQ(fdt_next_sibling(fdt, fdt_find_path(fdt, "/bus/inner")), device);
    CHECK_EQ(fdt_next_sibling(fdt, device), -1);
    CHECK_EQ(fdt_parent(fdt, leaf), fdt_find_path(fdt, "/bus/inner"));
    CHECK_EQ(fdt_parent(fdt, device), fdt_find_path(fdt, "/bus"));
    int last = fdt_find_path(fdt, "/last");
    CHECK_EQ(fdt_u32(fdt, last, "short", 99), 99);
    CHECK_EQ(fdt_u32(fdt, last, "user", 0), 0x42);
    CHECK_EQ(fdt_first_child(fdt, last), -1);
    CHECK(strcmp(fdt_string(fdt, fdt_find_path(fdt, "/chosen"), "bootargs", 0),
                 "panic=exit second") == 0);
    CHECK_EQ(fdt_find_path(fdt, "/bus/nothing"), -1);
    CHECK_EQ(fdt_find_path(fdt, "bus"), -1);
    CHECK_EQ(fdt_find_path(fdt, "/"), 0);
    free(b.data);
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
