// Pages whose content the worker knows, and memory that comes and goes.

#include "user/tests/grind/grind.h"

#define SOME 24 // pages in one step

void fill_page(struct worker *w)
{
    uint i = pick(w, MODEL_PAGES);
    w->page_seed[i] = pick(w, 1000000);
    fill(w->page + i * PGSIZE, PGSIZE, w->page_seed[i]);
}

void check_pages(struct worker *w)
{
    for (uint i = 0; i < MODEL_PAGES; i++)
        check_filled(w->page + i * PGSIZE, PGSIZE, w->page_seed[i]);
}

// Up, use it, down: what comes is zero, what is beyond is not touched.
void grow_shrink(struct worker *w)
{
    int n = (int)pick(w, SOME * PGSIZE) + 1;
    char *at = sbrk(n);
    if (at == SBRK_ERROR)
        return;
    CHECK(at[0] == 0 && at[n - 1] == 0, "sbrk gave memory that is not zero");
    fill(at, (size_t)n, 11);
    check_filled(at, (size_t)n, 11);
    memset(at, 0, (uint)n); // the rest of a page stays when the break goes down
    EXPECT((long)sbrk(-n), (long)at + n, "sbrk down");
}

void lazy_heap(struct worker *w)
{
    int pages = (int)pick(w, 2000) + 1;
    char *at = sbrklazy(pages * PGSIZE);
    if (at == SBRK_ERROR)
        return;
    for (int i = 0; i < 6; i++) {
        char *byte = at + pick(w, (uint)(pages * PGSIZE));
        CHECK(*byte == 0 || *byte == 1, "a promised byte is %d", *byte);
        *byte = 1;
    }
    at = (char *)PGROUNDUP((uint64)at); // what the first page had besides must be zero again
    memset((char *)sbrk(0) - pages * PGSIZE, 0, (uint)(at - ((char *)sbrk(0) - pages * PGSIZE)));
    CHECK(sbrk(-pages * PGSIZE) != SBRK_ERROR, "sbrk down failed");
}

void map_unmap(struct worker *w)
{
    uint pages = pick(w, SOME) + 3, hole = pick(w, pages);
    char *at = mmap(0, pages * PGSIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == (char *)-1)
        return;
    for (uint i = 0; i < pages; i += 2)
        at[i * PGSIZE + i] = (char)(i + 1);
    EXPECT(munmap(at + hole * PGSIZE, PGSIZE), 0, "munmap of a page");
    for (uint i = 0; i < pages; i++)
        if (i != hole)
            EXPECT(at[i * PGSIZE + i], i % 2 ? 0 : (char)(i + 1), "a byte of page %d", i);
    EXPECT(munmap(at, pages * PGSIZE), 0, "munmap of the rest");
}
