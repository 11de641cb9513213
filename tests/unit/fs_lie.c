// Images with lies in them (fs_lie.h).

#include "fs_lie.h"

unsigned char *image;

void make_image(bool classic)
{
    char name[64];
    make_volume(BLOCKS, classic);
    EXPECT_EQ(path_mkdir(root, "/d", 0755), 0);
    EXPECT_EQ(path_mkdir(root, "/d/e", 0755), 0);
    EXPECT_EQ(path_mkdir(root, "/d/e/sub", 0755), 0);
    fill_file("/small", 100, 1);
    fill_file("/d/middle", 50000, 2);
    fill_file("/d/e/deep", 9000, 3);
    EXPECT_EQ(path_link(root, "/small", root, "/d/link"), 0);
    EXPECT_EQ(path_symlink(root, "../d/e", "/d/soft"), 0);
    for (int i = 0; i < 40; i++) {
        snprintf(name, sizeof name, "/d/e/n%d", i);
        write_file(name, name, 10);
    }
    EXPECT_EQ(snapshot_create(vol, "s"), 0);
    struct inode *middle = open_file("/d/middle"), *clone = create_file("/d/e/clone");
    EXPECT_EQ(inode_clone(clone, middle), 0);
    inode_put(clone);
    inode_put(middle);
    fill_file("/d/e/deep", 9000, 3);
    struct inode *orphan = create_file("/orphan");
    EXPECT_EQ(unlink_path("/orphan"), 0);
    EXPECT_EQ(volume_sync(vol), 0);
    image = malloc(BLOCKS * FS_BLOCK);
    memcpy(image, disk.data, BLOCKS * FS_BLOCK);
    inode_put(orphan);
    unmount_volume();
    memcpy(disk.data, image, BLOCKS * FS_BLOCK);
}

void forget_image(void)
{
    free(image);
    mem_disk_free(&disk);
}
