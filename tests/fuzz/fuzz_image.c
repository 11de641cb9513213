// Damaged images: the input's bytes are changes to a good image.
//
//     1  which image; are the sums made right again; what fails besides
//     2  seed of what is done with the volume
//     1  when that fails
//     12 for each change: how, where (block, byte in it), a value
//
// With the sums made right again the damage goes as deep as the checks of meaning let it.

#include <fcntl.h>
#include <unistd.h>

#include "fs_seal.h"
#include "fuzz.h"
#include "mkfs/dump.h"

#define BLOCKS  300
#define CHANGES 40

static unsigned char *images[3]; // plain, classic, with snapshots and clones
static uint64 places[3][SEAL_BLOCKS];
static size_t nplaces[3];

// --- the good images --------------------------------------------------------------------------

static void clone_file(const char *to, const char *from)
{
    struct inode *src = open_file(from), *dst = create_file(to);
    EXPECT_EQ(inode_clone(dst, src), 0);
    inode_put(src);
    inode_put(dst);
}

static void fill_image(bool sharing)
{
    char name[64];
    EXPECT_EQ(path_mkdir(root, "/d", 0755), 0);
    EXPECT_EQ(path_mkdir(root, "/d/e", 0700), 0);
    fill_file("/small", 100, 1);
    fill_file("/d/middle", 30000, 2);
    EXPECT_EQ(path_symlink(root, "d/middle", "/soft"), 0);
    EXPECT_EQ(path_link(root, "/small", root, "/d/link"), 0);
    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "/d/e/n%d", i);
        write_file(name, name, 10);
    }
    if (!sharing)
        return;
    EXPECT_EQ(snapshot_create(vol, "first"), 0);
    clone_file("/d/clone", "/d/middle");
    fill_file("/d/middle", 5000, 3);
    EXPECT_EQ(snapshot_create(vol, "second"), 0);
    EXPECT_EQ(unlink_path("/d/e/n7"), 0);
}

static void make_image(int which)
{
    make_volume(BLOCKS, which == 1);
    fill_image(which == 2);
    struct inode *orphan = create_file("/orphan"), *other = create_file("/other");
    EXPECT_EQ(unlink_path("/orphan"), 0);
    EXPECT_EQ(unlink_path("/other"), 0);
    EXPECT_EQ(volume_sync(vol), 0);
    images[which] = malloc(BLOCKS * FS_BLOCK);
    memcpy(images[which], disk.data, BLOCKS * FS_BLOCK);
    inode_put(orphan);
    inode_put(other);
    unmount_volume();
    memcpy(disk.data, images[which], BLOCKS * FS_BLOCK);
    seal_volume();
    EXPECT(memcmp(disk.data, images[which], BLOCKS * FS_BLOCK) == 0);
    memcpy(places[which], targets, sizeof targets);
    nplaces[which] = ntargets;
    mem_disk_free(&disk);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    test_fatal = host_quiet = check_quiet = true;
    host_memory(4096);
    for (int i = 0; i < 3; i++)
        make_image(i);
    // What is said about the images is not looked at.
    int nowhere = open("/dev/null", O_WRONLY);
    EXPECT(nowhere >= 0 && dup2(nowhere, STDOUT_FILENO) >= 0);
    close(nowhere);
    return 0;
}

// --- changes ----------------------------------------------------------------------------------

// => a block with a structure in it; one in 16 is the superblock
static unsigned char *some_block(int which, uint64 n)
{
    if (n % 16 == 0)
        return (unsigned char *)newest_slot();
    return block_at(places[which][n / 16 % nplaces[which]]);
}

static void change(int which, struct bytes *in)
{
    uint64 how = take(in, 1), block = take(in, 2), at = take(in, 2) % FS_BLOCK;
    uint64 value = take(in, 6), width = 1UL << how % 4, old = 0;
    unsigned char *page = some_block(which, block);
    if (how & 4)
        at &= ~7UL;
    if (at + width > FS_BLOCK)
        at = FS_BLOCK - width;
    memcpy(&old, page + at, width);
    switch (how >> 4 & 3) {
    case 0: old += (uint64)((int64)(value << 16) >> 16); break; // near what is right
    case 1: old = value; break;
    case 2: old ^= 1UL << value % 64; break;
    case 3: // what stands elsewhere, as a pointer is
        width = at + 16 > FS_BLOCK ? width : 16;
        memmove(page + at, some_block(which, value & 0xffff) + (value >> 16) % 256 * 16, width);
        return;
    }
    memcpy(page + at, &old, width);
}

// Something else that goes wrong while the volume is used.
static void fail_besides(uint64 what, uint64 when)
{
    disk.failing_on = what & 1;
    switch (what >> 1 & 3) {
    case 1: host_fail_after((long)when + 1); break;
    case 2: disk.fail_read = when + 1; break;
    case 3: disk.fail_write = when + 1; break;
    default: break;
    }
}

static void nothing_fails(void)
{
    host_fail_after(0);
    disk.fail_read = disk.fail_write = 0;
}

// --- a run ------------------------------------------------------------------------------------

static void look_at_it(void)
{
    struct image img;
    struct check_result result;
    check_volume(&disk.dev, &result);
    if (image_open(&img, &disk.dev) != NULL)
        return;
    dump_volume(&img);
    image_close(&img);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes in = { data, size };
    uint64 mode = take(&in, 1), seed = take(&in, 2), when = take(&in, 1);
    int which = (int)(mode % 3), changes = 0;
    mem_disk_make(&disk, BLOCKS);
    memcpy(disk.data, images[which], BLOCKS * FS_BLOCK);
    for (; in.left > 0 && changes < CHANGES; changes++)
        change(which, &in);
    if (mode & 0x80)
        seal_volume();
    if (mode & 0x40)
        look_at_it();
    fail_besides(mode >> 3 & 7, when);
    bool good = use_any_volume(seed);
    nothing_fails();
    if (changes == 0 && (mode >> 4 & 3) == 0) {
        EXPECT(good);
        check_image();
    }
    mem_disk_free(&disk);
    return 0;
}
