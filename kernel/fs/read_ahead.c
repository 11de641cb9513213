// Read-ahead: pages that are likely to be asked for next come with the one that is (fs/tree.h,
// tree_fill_ahead).  Neighbours on the disk come in one request.
//
// It is a hint.  Whatever goes wrong is forgotten: who asks for the page itself is told.

#include "cache/cache.h"
#include "fs/commit.h"
#include "fs/meta.h"
#include "fs/tree.h"
#include "lib/crc.h"

// Pages first, first + 1, ... of a file that are neighbours on the disk.
struct run {
    uint64 first;
    uint32 n;
    uint64 version; // of the object, before
    struct blkptr p[BIO_PAGES];
};

// => true if the page is on the disk and nowhere else.  The volume's mutex is held.
static bool only_on_disk(struct tree *tree, uint64 index, struct blkptr *p)
{
    if (tree_lookup(tree, index, p) != 0 || p->block == 0)
        return false;
    if (p->gen == tree->vol->generation || commit_in_flight(tree->vol, p) != NULL)
        return false;
    return !cache_has(&tree->obj, index);
}

// The run that begins at `index`, of at most `most` pages.
static void find_run(struct tree *tree, uint64 index, uint32 most, struct run *run)
{
    run->first = index;
    run->n = 0;
    mutex_lock(&tree->vol->lock);
    run->version = cache_version(&tree->obj);
    while (run->n < most && run->n < BIO_PAGES &&
           only_on_disk(tree, index + run->n, &run->p[run->n]) &&
           run->p[run->n].block == run->p[0].block + run->n)
        run->n++;
    mutex_unlock(&tree->vol->lock);
}

// Offers a page to the cache if its bytes are what they should be.
static void offer(struct tree *tree, const struct run *run, uint32 i, void *page)
{
    struct frame *f;
    if (crc32c(0, page, FS_BLOCK) != run->p[i].crc)
        kfree(page);
    else if (cache_enter(&tree->obj, run->first + i, frame_of_page(page), run->version, &f) == 0)
        frame_put(f);
}

// => pages that there is memory for
static uint32 make_pages(void **page, uint32 n)
{
    uint32 made = 0;
    while (made < n && (page[made] = kalloc(FRAME_CACHE)) != NULL)
        made++;
    return made;
}

static void read_run(struct tree *tree, struct run *run)
{
    void *page[BIO_PAGES];
    run->n = make_pages(page, run->n);
    bool good = run->n > 0 && blk_read_many(tree->vol->dev, run->p[0].block, page, run->n) == 0;
    for (uint32 i = 0; i < run->n; i++) {
        if (good)
            offer(tree, run, i, page[i]);
        else
            kfree(page[i]);
    }
}

void tree_fill_ahead(struct object *obj, uint64 index, uint32 n)
{
    struct tree *tree = container_of(obj, struct tree, obj);
    struct run run;
    do {
        find_run(tree, index, n, &run);
        if (run.n > 0)
            read_run(tree, &run);
        index += run.n;
        n -= run.n;
    } while (run.n > 0 && n > 0);
}
