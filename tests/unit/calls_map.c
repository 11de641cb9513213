// System calls that map files and shared memory, on the real file system: maps, reads and writes of
// one file agree, and the disk gets what was committed.
#include <string.h>
#include "calls.h"
#include "fs/fs.h"
#include "fs/inode.h"
#include "vm/aspace.h"
#include "vm/usercopy.h"

#define AT    0x40000000UL // where the tests map
#define OTHER 0x50000000UL
#define PAGES 5
#define SIZE  (PAGES * PGSIZE)
#define RW    (PROT_READ | PROT_WRITE)

static uchar bytes[SIZE], got[SIZE];
static int fd;

static int64 map(uint64 at, uint64 len, uint64 prot, uint64 flags, int file, uint64 offset)
{
    return call(SYS_mmap, at, len, prot, flags | MAP_FIXED, (uint64)file, offset);
}

static void begin(void)
{
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uchar)(i * 31 + i / 4096 + 1);
    calls_begin(false);
    fd = make_file("f", bytes, SIZE);
}

static void begin_mapped(uint64 flags)
{
    begin();
    CHECK_EQ(map(AT, SIZE, RW, flags, fd, 0), AT);
}

static void end(void)
{
    CHECK_EQ(call(SYS_munmap, AT, SIZE), 0);
    CHECK_EQ(call(SYS_munmap, OTHER, SIZE), 0);
    calls_end();
}

// Stores n bytes through the process's memory, as the process would.
static void store(uint64 at, const void *from, size_t n)
{
    put(at, from, n);
    if (at - AT < SIZE)
        memcpy(bytes + (at - AT), from, n);
}

static void expect_map(uint64 at, size_t offset, size_t n)
{
    get(got, at, n);
    CHECK_EQ(memcmp(got, bytes + offset, n), 0);
}

// The file's content on the disk is `bytes`: a volume made from the disk as it is now.
static void expect_on_disk(size_t size)
{
    static struct mem_disk copy;
    struct volume *vol;
    struct inode *root, *ino;
    mem_disk_make(&copy, calls_disk.dev.nblocks);
    memcpy(copy.data, calls_disk.data, copy.dev.nblocks * PGSIZE);
    CHECK_EQ(volume_mount(&copy.dev, &vol), 0);
    root = volume_root(vol);
    CHECK_EQ(path_lookup(root, "f", &ino), 0);
    CHECK_EQ(inode_read(ino, got, 0, sizeof got), size);
    CHECK_EQ(memcmp(got, bytes, size), 0);
    inode_put(ino);
    inode_put(root);
    CHECK_EQ(volume_unmount(vol), 0);
    mem_disk_free(&copy);
}

TEST(maps_reads_and_writes_agree)
{
    begin_mapped(MAP_SHARED);
    expect_map(AT, 0, SIZE);
    store(AT + 100, "through the map", 15);
    expect_file("f", bytes, SIZE);
    put(DATA, "through a write", 15);
    memcpy(bytes + 4090, "through a write", 15);
    CHECK_EQ(call(SYS_pwrite64, (uint64)fd, DATA, 15, 4090), 15);
    expect_map(AT, 0, SIZE);
    CHECK_EQ(map(OTHER, 2 * PGSIZE, RW, MAP_SHARED, fd, PGSIZE), OTHER);
    expect_map(OTHER, PGSIZE, 2 * PGSIZE);
    store(AT + PGSIZE + 1, "seen there", 10);
    expect_map(OTHER, PGSIZE, 2 * PGSIZE);
    CHECK_EQ(call(SYS_close, (uint64)fd), 0); // maps outlive the descriptor
    store(AT + 2 * PGSIZE, "still", 5);
    expect_file("f", bytes, SIZE);
    end();
}

TEST(what_is_committed_is_on_the_disk)
{
    begin_mapped(MAP_SHARED);
    for (int round = 0; round < 3; round++) {
        store(AT + 8, "round\0one" + 3 * round, 4);
        store(AT + 3 * PGSIZE + (uint64)round, "r", 1);
        if (round == 0)
            CHECK_EQ(call(SYS_fsync, (uint64)fd), 0);
        else
            CHECK_EQ(call(SYS_msync, AT, SIZE, MS_SYNC), 0);
        expect_on_disk(SIZE);
    }
    store(AT, "not yet", 7); // MS_ASYNC promises nothing
    CHECK_EQ(call(SYS_msync, AT, SIZE, MS_ASYNC), 0);
    CHECK_EQ(call(SYS_munmap, AT, SIZE), 0);
    expect_file("f", bytes, SIZE); // munmap loses nothing
    CHECK_EQ(call(SYS_sync), 0);
    expect_on_disk(SIZE);
    CHECK_EQ(call(SYS_msync, AT, SIZE, MS_SYNC), -ENOMEM);
    CHECK_EQ(call(SYS_msync, AT, SIZE, MS_SYNC | MS_ASYNC), -EINVAL);
    CHECK_EQ(call(SYS_msync, AT, SIZE, 8), -EINVAL);
    CHECK_EQ(call(SYS_msync, AT + 1, SIZE, MS_SYNC), -EINVAL);
    end();
}

// --- while a commit writes --------------------------------------------------------------------

static int stored;
static uchar committed[SIZE];

// The first block is on its way: the program stores again to pages that are being written, through
// the map and by a call.
static void store_meanwhile(struct mem_disk *disk, uint64 block, const void *page)
{
    if (stored++ > 0)
        return;
    memcpy(committed, bytes, sizeof committed);
    store(AT, "afterwards", 10);
    put(DATA, "later", 5);
    memcpy(bytes + PGSIZE, "later", 5);
    CHECK_EQ(call(SYS_pwrite64, (uint64)fd, DATA, 5, PGSIZE), 5);
    expect_map(AT, 0, SIZE);
    expect_map(OTHER, 0, SIZE); // shows the page that the cache has gone on with
}

TEST(stores_while_a_commit_writes)
{
    begin_mapped(MAP_SHARED);
    CHECK_EQ(map(OTHER, SIZE, RW, MAP_SHARED, fd, 0), OTHER);
    store(AT, "before the commit", 17);
    store(AT + PGSIZE, "before the commit", 17);
    expect_map(OTHER, 0, SIZE);
    stored = 0;
    calls_disk.log = store_meanwhile;
    CHECK_EQ(call(SYS_fsync, (uint64)fd), 0);
    calls_disk.log = NULL;
    CHECK(stored > 0);
    uchar now[SIZE];
    memcpy(now, bytes, SIZE);
    memcpy(bytes, committed, SIZE);
    expect_on_disk(SIZE); // a picture of the moment before
    memcpy(bytes, now, SIZE);
    expect_map(AT, 0, SIZE);
    expect_file("f", bytes, SIZE);
    store(OTHER + 5, "x", 1);
    bytes[5] = 'x';
    expect_map(AT, 0, SIZE);
    CHECK_EQ(call(SYS_fsync, (uint64)fd), 0);
    expect_on_disk(SIZE);
    end();
}

// --- the end of the file ----------------------------------------------------------------------

TEST(bytes_behind_the_end_stay_out)
{
    begin();
    CHECK_EQ(call(SYS_ftruncate, (uint64)fd, PGSIZE + 10), 0);
    CHECK_EQ(map(AT, SIZE, RW, MAP_SHARED, fd, 0), AT);
    memset(bytes + PGSIZE + 10, 0, SIZE - PGSIZE - 10);
    expect_map(AT, 0, 2 * PGSIZE);
    put(AT + PGSIZE + 5, "across the end", 14);
    memcpy(bytes + PGSIZE + 5, "acros", 5);
    CHECK_EQ(call(SYS_fsync, (uint64)fd), 0);
    expect_on_disk(PGSIZE + 10);
    put(AT + PGSIZE + 20, "again", 5);
    CHECK_EQ(call(SYS_ftruncate, (uint64)fd, 3 * PGSIZE), 0);
    expect_map(AT, 0, 3 * PGSIZE); // zeros, and the page behind can be seen
    expect_file("f", bytes, 3 * PGSIZE);
    CHECK_EQ(call(SYS_fsync, (uint64)fd), 0);
    expect_on_disk(3 * PGSIZE);
    end();
}

// The same by writes that begin behind the end: in the last page, and beyond it.
TEST(writes_behind_the_end_find_zeros)
{
    for (uint64 off = 100; off <= PGSIZE + 100; off += PGSIZE) {
        begin();
        CHECK_EQ(call(SYS_ftruncate, (uint64)fd, 10), 0);
        CHECK_EQ(map(AT, SIZE, RW, MAP_SHARED, fd, 0), AT);
        put(AT + 5, "across the end", 14);
        memset(bytes + 10, 0, SIZE - 10);
        memcpy(bytes + 5, "acros", 5);
        put(DATA, "far", 3);
        CHECK_EQ(call(SYS_pwrite64, (uint64)fd, DATA, 3, off), 3);
        memcpy(bytes + off, "far", 3);
        expect_file("f", bytes, off + 3);
        end();
    }
}

// The file was cut between a look at its end and the store.
TEST(stores_behind_the_end_are_refused)
{
    begin();
    struct inode *root = volume_root(calls_volume), *ino;
    CHECK_EQ(path_lookup(root, "f", &ino), 0);
    for (uint64 more = 0; more < 11; more += 10) {
        CHECK_EQ(call(SYS_ftruncate, (uint64)fd, PGSIZE + more), 0);
        CHECK_EQ(inode_allow_store(&ino->data.obj, 0), 0);
        CHECK_EQ(inode_allow_store(&ino->data.obj, 1), more ? 0 : -ENXIO);
        CHECK_EQ(inode_allow_store(&ino->data.obj, 2), -ENXIO);
    }
    inode_put(ino);
    inode_put(root);
    end();
}

TEST(cut_while_mapped)
{
    begin_mapped(MAP_SHARED);
    CHECK_EQ(map(OTHER, SIZE, RW, MAP_PRIVATE, fd, 0), OTHER);
    store(AT + 3 * PGSIZE, "lost", 4);
    put(OTHER + 3 * PGSIZE, "own", 3);
    expect_map(AT, 0, SIZE);
    CHECK_EQ(call(SYS_ftruncate, (uint64)fd, PGSIZE + 1), 0);
    CHECK_EQ(call(SYS_uname, AT + 3 * PGSIZE), -EFAULT);
    CHECK_EQ(call(SYS_uname, OTHER + 3 * PGSIZE), -EFAULT);
    CHECK_EQ(call(SYS_write, (uint64)fd, AT + 2 * PGSIZE, 1), -EFAULT);
    expect_map(AT, 0, PGSIZE + 1);
    CHECK_EQ(call(SYS_ftruncate, (uint64)fd, SIZE), 0);
    memset(bytes + PGSIZE + 1, 0, SIZE - PGSIZE - 1);
    expect_map(AT, 0, SIZE);
    expect_map(OTHER, 0, SIZE);
    end();
}

// --- others -----------------------------------------------------------------------------------

TEST(private_maps_of_files)
{
    begin_mapped(MAP_PRIVATE);
    expect_map(AT, 0, SIZE);
    put(AT + 10, "own", 3);
    expect_file("f", bytes, SIZE);
    put(DATA, "file's", 6);
    CHECK_EQ(call(SYS_pwrite64, (uint64)fd, DATA, 6, 2 * PGSIZE), 6);
    memcpy(bytes + 2 * PGSIZE, "file's", 6);
    expect_file("f", bytes, SIZE);
    memcpy(bytes + 10, "own", 3);
    expect_map(AT, 0, PGSIZE);
    end();
}

TEST(clones_are_pictures)
{
    begin_mapped(MAP_SHARED);
    store(AT + PGSIZE, "before", 6);
    int clone = open_file("clone", O_CREAT | O_RDWR);
    CHECK_EQ(map(OTHER, SIZE, RW, MAP_SHARED, clone, 0), OTHER);
    CHECK_EQ(call(SYS_uname, OTHER), -EFAULT); // it is empty
    CHECK_EQ(call(SYS_ioctl, (uint64)clone, FICLONE, (uint64)fd), 0);
    expect_map(OTHER, 0, SIZE);
    expect_file("clone", bytes, SIZE);
    uchar then[SIZE];
    memcpy(then, bytes, SIZE);
    store(AT + PGSIZE, "after!", 6);
    put(OTHER, "other", 5);
    expect_file("f", bytes, SIZE);
    memcpy(then, "other", 5);
    expect_file("clone", then, SIZE);
    CHECK_EQ(call(SYS_fsync, (uint64)fd), 0);
    expect_on_disk(SIZE);
    end();
}

TEST(store_to_a_full_disk)
{
    begin();
    CHECK_EQ(call(SYS_ftruncate, (uint64)fd, 0), 0);
    CHECK_EQ(call(SYS_ftruncate, (uint64)fd, SIZE), 0); // holes
    CHECK_EQ(map(AT, SIZE, RW, MAP_SHARED, fd, 0), AT);
    memset(bytes, 0, SIZE);
    store(AT, "has its block", 13);
    int all = open_file("all", O_CREAT | O_RDWR);
    int64 n;
    while ((n = call(SYS_write, (uint64)all, DATA, DATA_PAGES * PGSIZE)) > 0)
        ;
    CHECK_EQ(n, -ENOSPC);
    CHECK_EQ(call(SYS_uname, AT + 2 * PGSIZE), -EFAULT); // a hole: there is no block for it
    store(AT + 20, "goes on", 7);
    expect_map(AT, 0, SIZE);
    CHECK_EQ(call(SYS_fsync, (uint64)fd), 0);
    expect_on_disk(SIZE);
    end();
}

TEST(rights_of_the_descriptor)
{
    begin();
    int reader = open_file("f", O_RDONLY), writer = open_file("f", O_WRONLY);
    CHECK_EQ(map(AT, SIZE, RW, MAP_SHARED, reader, 0), -EACCES);
    CHECK_EQ(map(AT, SIZE, PROT_READ, MAP_SHARED, writer, 0), -EACCES);
    CHECK_EQ(map(AT, SIZE, PROT_READ, MAP_PRIVATE, writer, 0), -EACCES);
    CHECK_EQ(map(AT, SIZE, RW, MAP_PRIVATE, reader, 0), AT);
    CHECK_EQ(map(AT, SIZE, PROT_READ, MAP_SHARED, reader, 0), AT);
    CHECK_EQ(call(SYS_mprotect, AT, PGSIZE, RW), -EACCES);
    CHECK_EQ(map(AT, SIZE, PROT_READ, MAP_SHARED, fd, 0), AT);
    CHECK_EQ(call(SYS_mprotect, AT, PGSIZE, RW), 0);
    CHECK_EQ(map(AT, SIZE, PROT_READ, MAP_SHARED, NO_FD, 0), -EBADF);
    CHECK_EQ(map(AT, SIZE, PROT_READ, MAP_SHARED, fd, 1), -EINVAL);
    CHECK_EQ(map(AT, SIZE, PROT_READ, MAP_SHARED, fd, -(uint64)PGSIZE), -EOVERFLOW);
    CHECK_EQ(map(AT, SIZE, PROT_READ, 0, fd, 0), -EINVAL);
    CHECK_EQ(map(AT, SIZE, PROT_READ, MAP_SHARED_VALIDATE | 1UL << 30, fd, 0), -EOPNOTSUPP);
    CHECK_EQ(map(AT, SIZE, PROT_READ, MAP_SHARED_VALIDATE, fd, 0), AT);
    CHECK_EQ(map(AT, SIZE, PROT_READ, MAP_SHARED | 1UL << 30, fd, 0), AT);
    CHECK_EQ(map(AT, SIZE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0), -ENOMEM);
    int dir = open_file(".", O_RDONLY);
    CHECK_EQ(map(AT, SIZE, PROT_READ, MAP_PRIVATE, dir, 0), -ENODEV);
    end();
}

// A map that may store keeps a program from being run, as a descriptor does.
TEST(stored_to_and_run)
{
    begin_mapped(MAP_SHARED);
    struct inode *root = volume_root(calls_volume), *ino;
    CHECK_EQ(path_lookup(root, "f", &ino), 0);
    CHECK_EQ(call(SYS_close, (uint64)fd), 0);
    CHECK_EQ(inode_open_to_run(ino), -ETXTBSY);
    CHECK_EQ(call(SYS_munmap, AT, SIZE), 0);
    CHECK_EQ(inode_open_to_run(ino), 0);
    inode_close_to_run(ino);
    inode_put(ino);
    inode_put(root);
    end();
}

TEST(shared_memory)
{
    begin();
    CHECK_EQ(map(AT, SIZE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0), AT);
    memset(bytes, 0, SIZE);
    expect_map(AT, 0, SIZE);
    store(AT + PGSIZE - 3, "across", 6);
    expect_map(AT, 0, SIZE);
    struct aspace *child = aspace_fork(calls_proc.aspace);
    CHECK(child != NULL);
    CHECK_EQ(copyout(child, AT + 9, "child", 5), 0);
    memcpy(bytes + 9, "child", 5);
    expect_map(AT, 0, SIZE);
    store(AT + 4 * PGSIZE, "parent", 6);
    CHECK_EQ(copyin(child, got, AT, SIZE), 0);
    CHECK_EQ(memcmp(got, bytes, SIZE), 0);
    aspace_put(child);
    CHECK_EQ(call(SYS_sync), 0); // is not the disk's
    expect_map(AT, 0, SIZE);
    CHECK_EQ(call(SYS_madvise, AT, SIZE, MADV_DONTNEED), 0);
    expect_map(AT, 0, SIZE);
    CHECK_EQ(host_audit(), 0);
    end();
}

// --- mremap, madvise, mincore -----------------------------------------------------------------

TEST(maps_that_move)
{
    begin_mapped(MAP_SHARED);
    store(AT + 2 * PGSIZE, "moves", 5);
    CHECK_EQ(call(SYS_mremap, AT, PGSIZE + 1, PGSIZE, 0), AT); // page 1 goes, page 2 stays
    CHECK_EQ(call(SYS_uname, AT + PGSIZE), -EFAULT);
    CHECK_EQ(call(SYS_mremap, AT + 2 * PGSIZE, 3 * PGSIZE, 3 * PGSIZE,
                  MREMAP_MAYMOVE | MREMAP_FIXED, OTHER),
             OTHER);
    expect_map(OTHER, 2 * PGSIZE, 3 * PGSIZE);
    put(OTHER + 9, "stored there", 12);
    memcpy(bytes + 2 * PGSIZE + 9, "stored there", 12);
    CHECK_EQ(call(SYS_msync, OTHER, 3 * PGSIZE, MS_SYNC), 0);
    expect_on_disk(SIZE);
    CHECK_EQ(call(SYS_mremap, OTHER, 3 * PGSIZE, 2 * PGSIZE, 4), -EINVAL);
    CHECK_EQ(call(SYS_mremap, OTHER + SIZE, PGSIZE, PGSIZE, 0), -EFAULT);
    end();
}

TEST(advice_that_changes_nothing)
{
    static const uint64 harmless[] = { MADV_NORMAL,   MADV_RANDOM,   MADV_SEQUENTIAL,
                                       MADV_WILLNEED, MADV_HUGEPAGE, MADV_NOHUGEPAGE,
                                       MADV_DONTDUMP, MADV_DODUMP,   MADV_COLD };
    begin_mapped(MAP_SHARED);
    for (size_t i = 0; i < sizeof harmless / sizeof harmless[0]; i++) {
        CHECK_EQ(call(SYS_madvise, AT, SIZE, harmless[i]), 0);
        CHECK_EQ(call(SYS_madvise, AT, 2 * SIZE, harmless[i]), -ENOMEM);
        CHECK_EQ(call(SYS_madvise, AT + 1, SIZE, harmless[i]), -EINVAL);
    }
    CHECK_EQ(call(SYS_madvise, AT, SIZE, 10), -EINVAL); // DONTFORK would change what is seen
    CHECK_EQ(call(SYS_madvise, AT, SIZE, 100), -EINVAL);
    CHECK_EQ(call(SYS_madvise, AT, SIZE, MADV_FREE), -EINVAL);
    CHECK_EQ(map(OTHER, SIZE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), OTHER);
    put(OTHER, "gone", 4);
    CHECK_EQ(call(SYS_madvise, OTHER, SIZE, MADV_FREE), 0);
    memset(bytes, 0, 4);
    expect_map(OTHER, 0, 4);
    end();
}

TEST(populate_maps_of_files)
{
    begin_mapped(MAP_SHARED);
    CHECK_EQ(call(SYS_madvise, AT, SIZE, MADV_POPULATE_READ), 0);
    CHECK_EQ(call(SYS_madvise, AT, SIZE, MADV_POPULATE_WRITE), 0);
    store(AT, "written", 7);
    expect_file("f", bytes, SIZE);
    CHECK_EQ(call(SYS_ftruncate, (uint64)fd, PGSIZE), 0);
    CHECK_EQ(call(SYS_madvise, AT, SIZE, MADV_POPULATE_READ), -EFAULT);
    CHECK_EQ(call(SYS_madvise, AT, PGSIZE, MADV_POPULATE_WRITE), 0);
    end();
}

TEST(what_is_in_memory)
{
    uchar in[PAGES] = { 0 };
    begin();
    CHECK_EQ(map(AT, SIZE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), AT);
    put(AT + PGSIZE, "x", 1);
    CHECK_EQ(call(SYS_mincore, AT, SIZE - 1, DATA), 0);
    get(in, DATA, PAGES);
    CHECK_EQ(memcmp(in, "\0\1\0\0\0", PAGES), 0);
    CHECK_EQ(map(OTHER, SIZE, RW, MAP_SHARED, fd, 0), OTHER); // was written: it is in the cache
    CHECK_EQ(call(SYS_mincore, OTHER, SIZE, DATA), 0);
    get(in, DATA, PAGES);
    CHECK_EQ(memcmp(in, "\1\1\1\1\1", PAGES), 0);
    CHECK_EQ(call(SYS_mincore, AT + 1, SIZE, DATA), -EINVAL);
    CHECK_EQ(call(SYS_mincore, AT, SIZE + 1, DATA), -ENOMEM);
    CHECK_EQ(call(SYS_mincore, AT, -1UL, DATA), -ENOMEM);
    CHECK_EQ(call(SYS_mincore, AT, SIZE, NOWHERE), -EFAULT);
    CHECK_EQ(call(SYS_mincore, AT, 0, NOWHERE), 0);
    end();
}

// --- memfd_create -----------------------------------------------------------------------------

static int memory_file(void)
{
    int64 made = call(SYS_memfd_create, text("m"), 0);
    CHECK(made >= 0);
    return (int)made;
}

static int64 read_at(int file, size_t n, uint64 at)
{
    int64 done = call(SYS_pread64, (uint64)file, DATA, n, at);
    if (done > 0)
        get(got, DATA, (size_t)done);
    return done;
}

TEST(a_file_in_memory_is_a_file)
{
    struct linux_stat st;
    begin();
    uint64 m = (uint64)memory_file();
    put(DATA, bytes, SIZE);
    CHECK_EQ(call(SYS_write, m, DATA, SIZE), SIZE);
    CHECK_EQ(call(SYS_lseek, m, 0, SEEK_END), SIZE);
    CHECK_EQ(call(SYS_lseek, m, 3, SEEK_SET), 3);
    CHECK_EQ(call(SYS_read, m, DATA, SIZE), SIZE - 3);
    get(got, DATA, SIZE);
    CHECK_EQ(memcmp(got, bytes + 3, SIZE - 3), 0);
    CHECK_EQ(call(SYS_pwrite64, m, DATA, 10, SIZE + PGSIZE + 5), 10); // a hole before it
    CHECK_EQ(read_at((int)m, PGSIZE, SIZE), PGSIZE);
    CHECK(got[0] == 0 && memcmp(got, got + 1, PGSIZE - 1) == 0);
    CHECK_EQ(read_at((int)m, PGSIZE, SIZE + PGSIZE), 15);
    CHECK_EQ(memcmp(got + 5, bytes + 3, 10), 0);
    CHECK_EQ(read_at((int)m, 1, SIZE + PGSIZE + 15), 0);
    CHECK_EQ(call(SYS_fstat, m, DATA), 0);
    get(&st, DATA, sizeof st);
    CHECK(st.st_mode == (S_IFREG | 0777) && st.st_size == SIZE + PGSIZE + 15);
    CHECK_EQ(call(SYS_fsync, m), 0);
    CHECK_EQ(call(SYS_fcntl, m, F_SETFL, O_APPEND), 0);
    CHECK_EQ(call(SYS_lseek, m, 0, SEEK_SET), 0);
    CHECK_EQ(call(SYS_write, m, DATA, 1), 1);
    CHECK_EQ(call(SYS_lseek, m, 0, SEEK_CUR), SIZE + PGSIZE + 16);
    end();
}

TEST(a_file_in_memory_refuses_what_cannot_be)
{
    begin();
    CHECK_EQ(call(SYS_memfd_create, NOWHERE, 0), -EFAULT);
    CHECK_EQ(call(SYS_memfd_create, text("m"), 2), -EINVAL);
    memset(bytes, 'n', 250);
    put(DATA, bytes, 250);
    CHECK_EQ(call(SYS_memfd_create, DATA, 0), -EINVAL);
    uint64 m = (uint64)memory_file();
    CHECK_EQ(call(SYS_ftruncate, m, -1UL), -EINVAL);
    CHECK_EQ(call(SYS_ftruncate, m, (1UL << 43) + 1), -EFBIG);
    CHECK_EQ(call(SYS_pwrite64, m, DATA, 1, 1UL << 43), -EFBIG);
    CHECK_EQ(call(SYS_pwrite64, m, DATA, 1, INT64_MAX), -EFBIG);
    CHECK_EQ(call(SYS_write, m, NOWHERE, 1), -EFAULT);
    CHECK_EQ(call(SYS_pwrite64, m, NOWHERE - 3, 10, 0), 3);
    CHECK_EQ(call(SYS_lseek, m, 0, SEEK_END), 3);
    CHECK_EQ(call(SYS_ftruncate, m, 1UL << 43), 0);
    CHECK_EQ(call(SYS_lseek, m, 0, SEEK_END), 1UL << 43);
    end();
}

TEST(maps_of_a_file_in_memory_agree_with_it)
{
    begin();
    uint64 m = (uint64)memory_file();
    put(DATA, bytes, SIZE);
    CHECK_EQ(call(SYS_write, m, DATA, SIZE), SIZE);
    CHECK_EQ(map(AT, SIZE, RW, MAP_SHARED, (int)m, 0), AT);
    CHECK_EQ(map(OTHER, SIZE, RW, MAP_PRIVATE, (int)m, 0), OTHER);
    expect_map(AT, 0, SIZE);
    put(OTHER, "private", 7);
    store(AT + PGSIZE, "shared", 6);
    CHECK_EQ(call(SYS_pwrite64, m, AT + PGSIZE, 6, 2 * PGSIZE), 6); // from its own page
    memcpy(bytes + 2 * PGSIZE, "shared", 6);
    expect_map(AT, 0, SIZE);
    CHECK_EQ(read_at((int)m, SIZE, 0), SIZE);
    CHECK_EQ(memcmp(got, bytes, SIZE), 0);
    CHECK_EQ(call(SYS_ftruncate, m, PGSIZE + 3), 0);
    CHECK_EQ(copyin(calls_proc.aspace, got, AT + 2 * PGSIZE, 1), -EFAULT);
    put(AT + PGSIZE + 3, "behind", 6); // the end, in the last page
    CHECK_EQ(call(SYS_ftruncate, m, SIZE), 0);
    memset(bytes + PGSIZE + 3, 0, SIZE - PGSIZE - 3);
    expect_map(AT, 0, SIZE);
    CHECK_EQ(read_at((int)m, SIZE, 0), SIZE);
    CHECK_EQ(memcmp(got, bytes, SIZE), 0);
    put(AT + PGSIZE, "still", 5);
    CHECK_EQ(call(SYS_close, m), 0);
    get(got, AT + PGSIZE, 5);
    CHECK_EQ(memcmp(got, "still", 5), 0);
    end();
}

// --- what is there ----------------------------------------------------------------------------

static struct kine_area area_behind(uint64 end)
{
    struct kine_area at = { .end = end };
    put(DATA, &at, sizeof at);
    CHECK_EQ(call(SYS_kine_area, 0, DATA), 1);
    get(&at, DATA, sizeof at);
    return at;
}

TEST(areas_are_described)
{
    begin_mapped(MAP_SHARED);
    CHECK_EQ(map(OTHER, SIZE, RW, MAP_PRIVATE, fd, PGSIZE), OTHER);
    get(got, AT, 1);
    put(OTHER, "own", 3);
    get(got, OTHER + PGSIZE, 1);
    struct kine_area a = area_behind(AT - PGSIZE);
    CHECK(a.start == AT && a.end == AT + SIZE && a.prot == RW && a.offset == 0);
    CHECK_EQ(a.flags, KINE_AREA_SHARED | KINE_AREA_OBJECT);
    CHECK(a.present == 1 && a.shared == 1 && a.cow == 0 && a.tables == 1 && a.swapped == 0);
    a = area_behind(a.end);
    CHECK(a.start == OTHER && a.offset == PGSIZE && a.flags == KINE_AREA_OBJECT);
    CHECK(a.present == 2 && a.shared == 1 && a.cow == 1 && a.tables_shared == 0);
    a.end = OTHER + SIZE;
    put(DATA, &a, sizeof a);
    CHECK_EQ(call(SYS_kine_area, 0, DATA), 0);
    CHECK_EQ(call(SYS_kine_area, 99, DATA), -ESRCH);
    CHECK_EQ(call(SYS_kine_area, 0, CONSTANTS), -EFAULT);
    CHECK_EQ(call(SYS_kine_area, 0, NOWHERE), -EFAULT);
    end();
}
