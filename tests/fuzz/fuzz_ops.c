// Operations beside the model: the input's first byte chooses the volume, the others what is done.

#include "errno.h"
#include "fs_model.h"
#include "fuzz.h"

#define SNAPSHOTS 3
#define STEPS     400

static struct model_copy *copies[SNAPSHOTS]; // what each snapshot must hold, NULL: there is none

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    test_fatal = host_quiet = true;
    host_memory(2048);
    return 0;
}

// --- snapshots --------------------------------------------------------------------------------

static const char *snapshot_name(int i)
{
    static const char *const names[SNAPSHOTS] = { "one", "two", "three" };
    return names[i];
}

static void make_snapshot(int i)
{
    int err = snapshot_create(vol, snapshot_name(i));
    if (err == -ENOSPC)
        return; // to share all that there is needs room to remove it: docs/file-system.md
    EXPECT_EQ(err, copies[i] != NULL ? -EEXIST : 0);
    if (!err)
        copies[i] = model_copy();
}

static void delete_snapshot(int i)
{
    EXPECT_EQ(snapshot_delete(vol, snapshot_name(i)), copies[i] != NULL ? 0 : -ENOENT);
    if (copies[i] != NULL)
        model_drop(copies[i]);
    copies[i] = NULL;
}

static void roll_back(int i)
{
    model_close();
    int err = snapshot_rollback(vol, snapshot_name(i));
    if (err == -ENOSPC && copies[i] != NULL)
        return;
    EXPECT_EQ(err, copies[i] != NULL ? 0 : -ENOENT);
    if (err)
        return;
    inode_put(root);
    root = volume_root(vol);
    model_restore(copies[i]);
}

static void compare_snapshot(int i)
{
    char path[64];
    if (copies[i] == NULL)
        return;
    snprintf(path, sizeof path, "/.snapshots/%s", snapshot_name(i));
    model_compare_copy(copies[i], path);
}

// --- a run ------------------------------------------------------------------------------------

static void scrub(void)
{
    struct scrub_result result;
    int err = volume_scrub(vol, &result);
    if (err == -ENOSPC)
        return; // it holds all files still, as a snapshot does
    EXPECT_EQ(err, 0);
    EXPECT_EQ(result.damaged, 0);
}

static void step(void)
{
    uint64 what = pick(256);
    int i = (int)(what % SNAPSHOTS);
    switch (what / SNAPSHOTS) {
    case 0: make_snapshot(i); break;
    case 1: delete_snapshot(i); break;
    case 2: roll_back(i); break;
    case 3: compare_snapshot(i); break;
    case 4: EXPECT_EQ(volume_sync(vol), 0); break;
    case 5:
        host_clock_ahead += 4;
        volume_tick(vol);
        break;
    case 6: model_remount(); break;
    case 7: model_compare(); break;
    case 8: scrub(); break;
    case 9:
    case 10: model_step_clone(); break;
    default: model_step(); break;
    }
}

static void everything_comes_back(uint64 at_first)
{
    for (int i = 0; i < SNAPSHOTS; i++) {
        compare_snapshot(i);
        if (copies[i] != NULL)
            delete_snapshot(i);
    }
    model_clear();
    EXPECT_EQ(volume_sync(vol), 0);
    EXPECT(free_blocks() + 8 > at_first); // directories keep their pages
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes in = { data, size };
    uint64 mode = take(&in, 1);
    static const uint64 sizes[] = { 120, 160, 400, 1500 };
    host_clock_ahead = 0;
    make_volume(sizes[mode >> 1 & 3], mode & 1);
    model_file_max = mode & 8 ? 40000 : 9000;
    model_begin(mode, mode & 1);
    model_feed(in.at, in.left);
    uint64 at_first = free_blocks();
    for (int i = 0; i < STEPS && !model_hungry(); i++)
        step();
    model_compare();
    model_remount();
    model_compare();
    everything_comes_back(at_first);
    model_end();
    unmount_volume();
    mem_disk_free(&disk);
    return 0;
}
