// Recording a workload (tests/crash/cut.h).

#include "tests/crash/cut_priv.h"
#include "tests/crash/state.h"

#define GENERATIONS 65536

struct recording recording;
static struct limits now;
static const struct workload *work;
static uint64 chance;
static bool syncing;
static bool midstep[GENERATIONS];

uint64 cut_pick(uint64 n)
{
    return random_next(&chance) % n;
}

void *grow(void *array, size_t n, size_t *room, size_t size)
{
    if (n < *room)
        return array;
    *room = *room * 2 + 1024;
    array = realloc(array, *room * size);
    EXPECT(array != NULL);
    return array;
}

// --- the log ----------------------------------------------------------------------------------

static void log_entry(uint64 block, const void *page)
{
    struct recording *r = &recording;
    r->entries = grow(r->entries, r->nentries, &r->entries_room, sizeof *r->entries);
    struct entry *e = &r->entries[r->nentries++];
    *e = (struct entry){ .block = block, .before = now };
    if (page == NULL)
        return;
    e->data = malloc(FS_BLOCK);
    EXPECT(e->data != NULL);
    memcpy(e->data, page, FS_BLOCK);
}

static void note_root(uint64 block, const void *page)
{
    uint64 generation = ((const struct superblock *)page)->generation;
    if (block < FS_FIRST_BLOCK && generation < GENERATIONS)
        midstep[generation] = work->loose && !syncing;
}

static void record(struct mem_disk *d, uint64 block, const void *page)
{
    static bool busy;
    log_entry(block, page);
    if (page == NULL)
        return;
    note_root(block, page);
    if (busy || work->meanwhile == NULL || cut_pick(4) != 0)
        return;
    busy = true;
    host_as_another_thread(work->meanwhile);
    busy = false;
}

void record_begin(const struct workload *w, uint64 seed)
{
    work = w;
    chance = seed;
    record_forget();
    cut_note();
    cut_promise();
    disk.log = record;
}

void record_end(void)
{
    log_entry(0, NULL);
    disk.log = NULL;
}

void record_forget(void)
{
    for (size_t i = 0; i < recording.nentries; i++)
        free(recording.entries[i].data);
    recording.nentries = recording.nstates = 0;
    now = (struct limits){ 0 };
    memset(midstep, 0, sizeof midstep);
}

// --- states -----------------------------------------------------------------------------------

void cut_note(void)
{
    struct recording *r = &recording;
    r->states = grow(r->states, r->nstates, &r->states_room, sizeof *r->states);
    EXPECT_EQ(state_digest(vol, root, &r->states[r->nstates]), 0);
    now.newest = ++r->nstates; // the one that the next step will make
}

// Everything up to the n-th state is durable.
static void promise(size_t n)
{
    struct volume_info info;
    volume_info(vol, &info);
    now.oldest = n;
    now.generation = info.generation;
}

void cut_promise(void)
{
    promise(recording.nstates - 1);
}

void cut_sync(void)
{
    size_t last = recording.nstates - 1;
    syncing = true;
    EXPECT_EQ(volume_sync(vol), 0);
    syncing = false;
    promise(last);
}

void cut_fsync(struct inode *ino)
{
    size_t last = recording.nstates - 1;
    EXPECT_EQ(inode_sync(ino), 0);
    promise(last);
}

bool record_allows(const struct limits *l, uint64 digest)
{
    for (size_t i = l->oldest; i <= l->newest && i < recording.nstates; i++)
        if (recording.states[i] == digest)
            return true;
    return false;
}

bool record_midstep(uint64 generation)
{
    return generation < GENERATIONS && midstep[generation];
}
