// The shared pool of free frames, by runs of 2 MiB (mem/frames_priv.h).

#include "lib/string.h"
#include "mem/frames_priv.h"
#include "mem/init.h"
#include "mem/shadow.h"
#include "mem/share.h"
#include "riscv/machine.h"

struct frame *frame_table;
uint64 frame_base;
size_t frame_count;
struct pool pool = {
    .lock = SPINLOCK_INIT("pool", RANK_POOL),
    .partial = LIST_INIT(pool.partial),
    .whole = LIST_INIT(pool.whole),
};

// Ranges of RAM that are never handed out: the image, firmware, the device tree, our own tables.
#define RESERVED_MAX 32
static struct {
    paddr_t start, end;
} reserved[RESERVED_MAX];
static int nreserved;

static void reserve(paddr_t start, paddr_t end)
{
    if (nreserved == RESERVED_MAX)
        machine_give_up("the device tree reserves more than %d ranges of memory", RESERVED_MAX);
    reserved[nreserved].start = start;
    reserved[nreserved].end = end;
    nreserved++;
}

// Is any byte of [start, end) reserved?
static bool range_reserved(paddr_t start, paddr_t end)
{
    for (int i = 0; i < nreserved; i++)
        if (start < reserved[i].end && reserved[i].start < end)
            return true;
    return false;
}

static paddr_t run_start(size_t n)
{
    return machine.ram_base + n * RUN_FRAMES * PGSIZE;
}

// Frames of a run, fewer than RUN_FRAMES in the last.
static size_t run_length(size_t n)
{
    size_t rest = frame_count - n * RUN_FRAMES;
    return rest < RUN_FRAMES ? rest : RUN_FRAMES;
}

static size_t count_free(size_t n)
{
    paddr_t start = run_start(n);
    size_t len = run_length(n), free = 0;
    if (!range_reserved(start, start + len * PGSIZE))
        return len;
    for (size_t i = 0; i < len; i++)
        free += !range_reserved(start + i * PGSIZE, start + (i + 1) * PGSIZE);
    return free;
}

static void run_push(struct run *run, struct frame *f)
{
    f->next = run->head;
    run->head = (uint32)frame_index(f) + 1;
    run->nfree++;
    pool.nfree++;
}

static void file_run(struct run *run)
{
    list_remove(&run->link);
    if (run->nfree == RUN_FRAMES)
        list_push_front(&pool.whole, &run->link);
    else if (run->nfree > 0)
        list_push_front(&pool.partial, &run->link);
}

// Initialises the struct frames of a fresh run: free, or reserved for ever.
static void open_run(size_t n)
{
    struct run *run = &pool.runs[n];
    struct frame *first = frame_at(n * RUN_FRAMES);
    size_t len = run_length(n);
    bool mixed = range_reserved(run_start(n), run_start(n) + len * PGSIZE);

    memset(first, 0, len * sizeof *first);
    *run = (struct run){ .link = LIST_INIT(run->link) };
    for (struct frame *f = first + len; f-- > first;) {
        list_init(&f->link);
        if (mixed && range_reserved(frame_phys(f), frame_phys(f) + PGSIZE)) {
            f->refs = 1;
            f->kind = FRAME_KERNEL;
        } else {
            run_push(run, f);
        }
    }
    pool.nfree_fresh -= run->nfree;
    file_run(run);
}

// => a run with free frames, opening a fresh one if need be; NULL if there is none
static struct run *some_run(void)
{
    while (list_empty(&pool.partial) && list_empty(&pool.whole)) {
        if (pool.fresh == pool.nruns)
            return NULL;
        open_run(pool.fresh++);
    }
    struct list *from = list_empty(&pool.partial) ? &pool.whole : &pool.partial;
    return container_of(from->next, struct run, link);
}

size_t pool_take(size_t want, uint32 *head)
{
    size_t got = 0;
    struct run *run;
    *head = 0;
    spin_lock(&pool.lock);
    while (got < want && (run = some_run()) != NULL) {
        for (; got < want && run->nfree > 0; got++) {
            struct frame *f = frame_at(run->head - 1);
            run->head = f->next;
            run->nfree--;
            f->next = *head;
            *head = (uint32)frame_index(f) + 1;
        }
        file_run(run);
    }
    pool.nfree -= got;
    spin_unlock(&pool.lock);
    return got;
}

void pool_give(uint32 head)
{
    spin_lock(&pool.lock);
    while (head) {
        struct frame *f = frame_at(head - 1);
        head = f->next;
        struct run *run = &pool.runs[frame_index(f) / RUN_FRAMES];
        bool move = run->nfree == 0 || run->nfree == RUN_FRAMES - 1;
        run_push(run, f);
        if (move)
            file_run(run);
    }
    spin_unlock(&pool.lock);
}

// Reserves the first room for `size` bytes after the kernel that nothing reserved stands in.
// => where
static paddr_t reserve_room(uint64 size)
{
    paddr_t at = PGROUNDUP(virt_to_phys(kernel_end));
    while (range_reserved(at, at + size))
        at += PGSIZE;
    reserve(at, PGROUNDUP(at + size));
    return at;
}

bool frame_unused(size_t index)
{
    if (index / RUN_FRAMES < pool.fresh)
        return frame_at(index)->kind == FRAME_FREE;
    paddr_t pa = machine.ram_base + index * PGSIZE;
    return !range_reserved(pa, pa + PGSIZE);
}

void frames_init(void)
{
    paddr_t start, end;
    for (int n = 0; machine_reserved(n, &start, &end); n++)
        reserve(PGROUNDDOWN(start), PGROUNDUP(end));
    frame_count = machine.ram_size / PGSIZE;
    pool.nruns = (frame_count + RUN_FRAMES - 1) / RUN_FRAMES;
    uint64 size = frame_count * sizeof(struct frame) + pool.nruns * sizeof(struct run);
    frame_table = phys_to_virt(reserve_room(size));
    if (SHADOW_PAGE_BYTES > 0)
        shadow_place(reserve_room(frame_count * SHADOW_PAGE_BYTES));
    frame_base = (uint64)frame_table - (machine.ram_base >> PGSHIFT) * sizeof(struct frame);
    pool.runs = (struct run *)(frame_table + frame_count);
    for (size_t n = 0; n < pool.nruns; n++)
        pool.nfree_fresh += count_free(n);
    share_init(pool.nfree_fresh);
    frames_keep();
}
