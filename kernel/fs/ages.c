// Ages of blocks (fs/ages.h).

#include "fs/ages.h"
#include "errno.h"
#include "lib/string.h"

// Most are of the last one.
uint32 ages_of(const struct volume *vol, uint64 gen)
{
    uint32 i = vol->nages - 1;
    while (i > 0 && gen <= vol->ages[i - 1].last)
        i--;
    return i;
}

bool ages_young(const struct volume *vol, uint32 gen)
{
    return ages_of(vol, gen) == vol->nages - 1;
}

const struct age *ages_last(const struct volume *vol)
{
    return &vol->ages[vol->nages - 1];
}

// The sums over them.
static void sum_up(struct volume *vol)
{
    vol->nold = vol->nshares = 0;
    for (uint32 i = 0; i < vol->nages; i++) {
        vol->nold += i + 1 < vol->nages ? vol->ages[i].nremovals : 0;
        vol->nshares += vol->ages[i].nshares;
    }
}

void ages_init(struct volume *vol)
{
    vol->nages = 1;
    vol->ages[0] = (struct age){ .last = FS_GEN_LAST };
}

int ages_adopt(struct volume *vol, const struct superblock *sb)
{
    if (sb->nages == 0 || sb->nages > AGES_MAX || sb->ages[sb->nages - 1].last != FS_GEN_LAST)
        return -EIO;
    for (uint32 i = 1; i < sb->nages; i++)
        if (sb->ages[i - 1].last >= sb->ages[i].last)
            return -EIO;
    vol->nages = (uint32)sb->nages;
    memcpy(vol->ages, sb->ages, sizeof vol->ages);
    sum_up(vol);
    return 0;
}

void ages_store(const struct volume *vol, struct superblock *sb)
{
    sb->nages = vol->nages;
    memcpy(sb->ages, vol->ages, vol->nages * sizeof vol->ages[0]);
}

// --- blocks -----------------------------------------------------------------------------------

void ages_add(struct volume *vol, uint32 gen, uint64 n)
{
    uint32 i = ages_of(vol, gen);
    vol->ages[i].nremovals += n;
    if (i + 1 < vol->nages)
        vol->nold += n;
}

// => how many of n are left
static uint64 take_from(struct volume *vol, uint32 i, uint64 n)
{
    uint64 most = vol->ages[i].nremovals, took = n < most ? n : most;
    vol->ages[i].nremovals -= took;
    if (i + 1 < vol->nages)
        vol->nold -= took;
    return n - took;
}

// What the age does not have is counted by an older one; a superblock may have lied.
void ages_take(struct volume *vol, uint32 gen, uint64 n)
{
    uint32 age = ages_of(vol, gen);
    for (uint32 i = age + 1; i > 0 && n > 0; i--)
        n = take_from(vol, i - 1, n);
    for (uint32 i = age + 1; i < vol->nages && n > 0; i++)
        n = take_from(vol, i, n);
}

void ages_share(struct volume *vol, uint32 gen)
{
    vol->ages[ages_of(vol, gen)].nshares++;
    vol->nshares++;
}

void ages_unshare(struct volume *vol, uint32 gen)
{
    struct age *age = &vol->ages[ages_of(vol, gen)];
    if (age->nshares == 0) // the superblock has lied
        return;
    age->nshares--;
    vol->nshares--;
}

// --- snapshots --------------------------------------------------------------------------------

// Age i becomes one with the next.
static void unite(struct volume *vol, uint32 i)
{
    struct age *age = &vol->ages[i];
    age[1].nsnapshots += age[0].nsnapshots;
    age[1].nremovals += age[0].nremovals;
    age[1].nshares += age[0].nshares;
    vol->nages--;
    memmove(age, age + 1, (vol->nages - i) * sizeof *age);
    sum_up(vol);
}

void ages_begin_snapshot(struct volume *vol, uint64 generation)
{
    if (ages_of(vol, generation) < vol->nages - 1) { // another one of that generation
        vol->ages[ages_of(vol, generation)].nsnapshots++;
        return;
    }
    if (vol->nages == AGES_MAX)
        unite(vol, 0);
    vol->ages[vol->nages - 1].last = generation;
    vol->ages[vol->nages - 1].nsnapshots = 1;
    vol->ages[vol->nages++] = (struct age){ .last = FS_GEN_LAST };
    sum_up(vol);
}

void ages_end_snapshot(struct volume *vol, uint64 generation)
{
    uint32 i = ages_of(vol, generation);
    if (i + 1 == vol->nages || vol->ages[i].nsnapshots == 0) // the superblock has lied
        return;
    if (--vol->ages[i].nsnapshots == 0)
        unite(vol, i);
}

void ages_roll_back(struct volume *vol, const struct disk_snapshot *rec)
{
    uint32 own = ages_of(vol, rec->generation);
    uint64 young = rec->nyoung < rec->nremovals ? rec->nyoung : rec->nremovals;
    for (uint32 i = 0; i < vol->nages; i++)
        vol->ages[i].nremovals = 0;
    vol->ages[own].nremovals = young;
    vol->ages[0].nremovals += rec->nremovals - young;
    sum_up(vol);
}
