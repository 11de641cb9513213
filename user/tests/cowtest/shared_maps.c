// Memory that is shared on purpose, beside memory that fork copies: what is of one kind never
// becomes the other.  (Hazard 57.)

#include "user/tests/cowtest/cowtest.h"

#define RW    (PROT_READ | PROT_WRITE)
#define PAGES 4
#define SIZE  (PAGES * PGSIZE)
#define TABLE (512 * PGSIZE) // what a leaf table covers

static char *map(unsigned long len, int flags, int fd)
{
    char *at = mmap(0, len, RW, flags, fd, 0);
    CHECK(at != (char *)-1, "mmap failed: %s", strerror(errno));
    return at;
}

static uint64 frame_of(const char *at)
{
    return PTE2PA(pte_of(at).pte);
}

struct view {
    char *at;
    uint64 frame;
};

static void store_there(void *arg)
{
    struct view *v = arg;
    v->at[1] = 'c';
    EXPECT(frame_of(v->at), v->frame, "the frame of a shared page in a child");
    EXPECT(pte_of(v->at).pte & (PTE_W | PTE_COW), PTE_W, "W and COW of it there");
}

// A shared page is the same frame for all who came by fork, and no store copies it.
void shared_map(void)
{
    char *at = map(SIZE, MAP_SHARED | MAP_ANONYMOUS, -1);
    at[0] = 'p';
    struct view v = { at, frame_of(at) };
    uint64 refs = pte_of(at).refs, copies = meminfo().cow_copies;
    for (int i = 0; i < 3; i++)
        must_pass("a child", store_there, &v);
    EXPECT(at[1], 'c', "what children stored");
    EXPECT(frame_of(at), v.frame, "the frame of a shared page");
    EXPECT(pte_of(at).refs, refs, "references to it once the children are gone");
    EXPECT(meminfo().cow_copies - copies < 3 * 20, true, "the children copied their stacks only");
    at[SIZE - 1] = 1;
    EXPECT(munmap(at, SIZE), 0, "munmap");
}

static void store_privately(void *arg)
{
    struct view *v = arg;
    EXPECT(frame_of(v->at), v->frame, "the frame of a page of the file in a child");
    v->at[0] ^= 1;
    CHECK(frame_of(v->at) != v->frame,
          "a store to a private map of a file went to the file's page");
}

// A private map shows the file's own page until the first store, which copies it.
void private_map(void)
{
    int fd = memfd_create("cowtest", 0);
    char block[PGSIZE];
    fill(block, PGSIZE, 3);
    for (int i = 0; i < PAGES; i++)
        EXPECT(write(fd, block, PGSIZE), PGSIZE, "write");
    char *own = map(SIZE, MAP_PRIVATE, fd), *all = map(SIZE, MAP_SHARED, fd);
    check_filled(own, PGSIZE, 3);
    check_filled(all, PGSIZE, 3);
    struct view v = { own, frame_of(all) };
    EXPECT(frame_of(own), v.frame, "the frame of a private map that was only read");
    EXPECT(pte_of(own).pte & (PTE_W | PTE_COW), PTE_COW, "W and COW of it");
    must_pass("a child", store_privately, &v);
    check_filled(all, PGSIZE, 3);
    own[0] ^= 1;
    must_pass("a child", do_nothing, NULL);
    own[0] ^= 1;
    check_filled(own, PGSIZE, 3);
    all[PGSIZE] ^= 1; // a page that the private map has not touched yet
    EXPECT(own[PGSIZE] == all[PGSIZE], true, "a page that nobody has copied is the file's");
    close(fd);
    munmap(own, SIZE);
    munmap(all, SIZE);
}

// Private and shared pages under one table: fork tells them apart.
void mixed_table(void)
{
    char *at = map(2 * TABLE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    char *mid = at + TABLE - PGSIZE; // across the border of two tables
    EXPECT((long)mmap(mid, 2 * PGSIZE, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0),
           (long)mid, "mmap");
    for (char *page = at; page < at + 2 * TABLE; page += 64 * PGSIZE)
        *page = 1;
    mid[0] = mid[PGSIZE] = 1;
    int pid = fork();
    if (pid == 0) {
        at[0] = mid[0] = mid[PGSIZE] = at[TABLE + 64 * PGSIZE] = 2;
        exit(at[64 * PGSIZE] == 1 ? 0 : 1);
    }
    struct ending end = finish(pid);
    EXPECT(end.status, 0, "the child's exit");
    EXPECT(at[0] | at[TABLE + 64 * PGSIZE], 1, "private pages beside shared ones");
    EXPECT(mid[0] & mid[PGSIZE], 2, "shared pages beside private ones");
    munmap(at, 2 * TABLE);
}
