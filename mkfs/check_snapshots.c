// The checker's part for the records of snapshots (mkfs/check.h).

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fs/name.h"
#include "lib/panic.h"
#include "mkfs/check_priv.h"

static void note_name(struct check *c, const struct disk_snapshot *s)
{
    if ((c->nnames & (c->nnames - 1)) == 0)
        c->names = realloc(c->names, (c->nnames ? 2 * c->nnames : 1) * sizeof *c->names);
    assert(c->names != NULL);
    struct snapshot_name *n = &c->names[c->nnames++];
    n->id = s->id;
    memcpy(n->name, s->name, sizeof s->name);
}

static int by_name(const void *a, const void *b)
{
    const struct snapshot_name *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    return order ? order : (x->id > y->id) - (x->id < y->id);
}

// No two have the same name.
static void compare_snapshot_names(struct check *c)
{
    if (c->nnames > 0)
        qsort(c->names, c->nnames, sizeof *c->names, by_name);
    for (uint64 i = 1; i < c->nnames; i++)
        if (strcmp(c->names[i - 1].name, c->names[i].name) == 0)
            complain(c, "snapshot %u has the name of another one", c->names[i].id);
}

static bool has_control(const char *name)
{
    while ((uchar)*name >= ' ' && *name != 0x7f)
        name++;
    return *name != '\0';
}

// One that is going keeps the name that it had, or never had one.
static void check_snapshot_name(struct check *c, uint64 id, const struct disk_snapshot *s)
{
    size_t len = strlen(s->name);
    if (strchr(s->name, '/') != NULL || strcmp(s->name, ".") == 0 || strcmp(s->name, "..") == 0)
        complain(c, "snapshot %lu has an impossible name", id);
    if (has_control(s->name))
        complain(c, "snapshot %lu has control characters in its name", id);
    if ((c->img.sb.features & FS_CLASSIC) && len > CLASSIC_NAME)
        complain(c, "snapshot %lu has a longer name than the volume's", id);
    if (len == 0 && !(s->flags & SNAPSHOT_GOING))
        complain(c, "snapshot %lu has no name", id);
    if (!zeros(s->name + len, sizeof s->name - len))
        complain(c, "snapshot %lu: bytes behind its name are not zero", id);
    if (!(s->flags & SNAPSHOT_GOING))
        note_name(c, s);
}

static void check_snapshot_fields(struct check *c, uint64 id, const struct disk_snapshot *s)
{
    if (s->flags & ~SNAPSHOT_GOING)
        complain(c, "snapshot %lu has the flags %x", id, s->flags);
    if (s->nyoung > s->nremovals)
        complain(c, "snapshot %lu: %lu of %lu blocks for removals are young", id, s->nyoung,
                 s->nremovals);
    if (!zeros(s->spare, sizeof s->spare))
        complain(c, "snapshot %lu: spare bytes are not zero", id);
    if (s->generation == 0 || s->generation >= c->img.sb.generation)
        complain(c, "snapshot %lu is of generation %lu", id, s->generation);
    if (s->time_ns > FS_TIME_LAST)
        complain(c, "snapshot %lu: its time, %lu, is none", id, s->time_ns);
}

static void check_record(struct check *c, uint64 id, const struct disk_snapshot *s)
{
    char what[96], text[PRINTABLE_NAME];
    if (s->id == 0) {
        if (!zeros(s, sizeof *s))
            complain(c, "snapshot %lu: its record is free, but not zero", id);
        return;
    }
    c->nsnapshots++;
    c->ngoing += s->flags & SNAPSHOT_GOING;
    if (s->id != id || memchr(s->name, 0, sizeof s->name) == NULL) {
        complain(c, "snapshot %lu: its record is not well-formed", id);
        return;
    }
    age_found(c, s->generation)->nsnapshots++;
    check_snapshot_fields(c, id, s);
    check_snapshot_name(c, id, s);
    snprintf(what, sizeof what, "snapshot %lu (%s): ", id,
             printable(text, sizeof text, s->name, strlen(s->name)));
    check_table(c, &(struct table_check){ what, false, s->flags & SNAPSHOT_GOING, s->inodes,
                                          s->ninodes, s->lowest_ino, s->orphans, s->nremovals });
}

static void take_records(struct check *c, struct tree_walk *w, uint64 index, const void *page)
{
    const struct disk_snapshot *s = page;
    if (index >= SNAPSHOTS_MAX / SNAPSHOTS_PER_BLOCK) {
        complain(c, "the snapshots have a page %lu", index);
        return;
    }
    for (uint64 i = 0; i < SNAPSHOTS_PER_BLOCK; i++)
        check_record(c, index * SNAPSHOTS_PER_BLOCK + i, &s[i]);
}

void check_snapshots(struct check *c)
{
    struct tree_walk w = { .what = "the snapshots", .page = take_records };
    walk_tree(c, &w, &c->img.sb.snapshots, true);
    compare_snapshot_names(c);
    if (c->nsnapshots != c->img.sb.nsnapshots || c->ngoing != c->img.sb.ngoing)
        complain(c, "%lu snapshots, %lu of them going, but counted as %lu and %lu", c->nsnapshots,
                 c->ngoing, c->img.sb.nsnapshots, c->img.sb.ngoing);
}
