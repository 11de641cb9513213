// The checker's third part: what the superblock says of the ages of blocks (kernel/fs/ages.h).

#include "mkfs/check_priv.h"

static bool well_formed(const struct superblock *sb)
{
    if (sb->nages == 0 || sb->nages > AGES_MAX || sb->ages[sb->nages - 1].last != FS_GEN_LAST)
        return false;
    for (uint64 i = 1; i < sb->nages; i++)
        if (sb->ages[i - 1].last >= sb->ages[i].last)
            return false;
    return zeros(&sb->ages[sb->nages], (AGES_MAX - sb->nages) * sizeof sb->ages[0]);
}

void check_ages_begin(struct check *c)
{
    if (!well_formed(&c->img.sb)) {
        complain(c, "the superblock: its ages are not well-formed");
        c->img.sb.nages = 1;
        c->img.sb.ages[0] = (struct age){ .last = FS_GEN_LAST };
    }
}

struct age *age_found(struct check *c, uint64 gen)
{
    uint64 i = 0;
    while (i + 1 < c->img.sb.nages && gen > c->img.sb.ages[i].last)
        i++;
    return &c->ages[i];
}

// Of the blocks up to any border no fewer are counted than there are, and in all as many.
static void compare_removals(struct check *c)
{
    uint64 found = 0, told = 0;
    for (uint64 i = 0; i < c->img.sb.nages; i++) {
        found += c->ages[i].nremovals;
        told += c->img.sb.ages[i].nremovals;
        if (told < found)
            complain(c, "%lu blocks for removals up to generation %lu, but counted as %lu", found,
                     c->img.sb.ages[i].last, told);
    }
    if (told > found)
        complain(c, "%lu blocks for removals, but counted as %lu", found, told);
}

void check_ages_end(struct check *c)
{
    compare_removals(c);
    for (uint64 i = 0; i < c->img.sb.nages; i++) {
        const struct age *found = &c->ages[i], *told = &c->img.sb.ages[i];
        if (found->nshares != told->nshares)
            complain(
                c, "%lu pointers share blocks of the age up to generation %lu, but counted as %lu",
                found->nshares, told->last, told->nshares);
        if (found->nsnapshots != told->nsnapshots)
            complain(c, "%lu snapshots of the age up to generation %lu, but counted as %lu",
                     found->nsnapshots, told->last, told->nsnapshots);
    }
}
