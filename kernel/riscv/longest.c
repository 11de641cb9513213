// The longest stretches (riscv/longest.h).
//
// A hart writes its own records only, with interrupts off, and says by an odd `version` that it does.
// A reader copies one and does it again if the version has changed.  Resetting moves `epoch`: records
// of an older one do not count, and their hart clears them before it writes the next.

#include "riscv/longest.h"
#include "abi.h"

#ifdef DEBUG
#include "lib/print.h"
#include "lib/string.h"
#include "riscv/csr.h"
#include "riscv/hart.h"
#include "riscv/panicking.h"
#include "riscv/timer.h"

#define KINDS   (KINE_LONGEST_KINDS + 1) // counted from 1
#define RECORDS 8                        // of a kind, on one hart

struct record {
    uint64 ticks; // 0: none
    uint64 from, to;
    const char *name; // the lock's, NULL if it is about none
};

// By its hart, with interrupts off; others read records only.
static struct longest {
    uint64 off_since, off_place;       // 0: interrupts are on
    uint64 breath_since, breath_place; // 0: user mode or the idle thread
    uint32 version;                    // atomic: odd while records change
    uint32 epoch;                      // atomic: of the records
    struct record records[KINDS][RECORDS];
} longest[NCPU];

static bool measuring;
static uint32 epoch; // atomic

void longest_start(void)
{
    __atomic_store_n(&measuring, true, __ATOMIC_RELEASE);
}

static bool on(void)
{
    return __atomic_load_n(&measuring, __ATOMIC_RELAXED);
}

static struct longest *mine(void)
{
    return &longest[this_hart()->index];
}

// => the record of the place, else the shortest
static struct record *choose(struct record *r, uint64 from, const char *name)
{
    struct record *least = r;
    for (int i = 0; i < RECORDS; i++) {
        if (r[i].ticks && r[i].from == from && r[i].name == name)
            return &r[i];
        if (r[i].ticks < least->ticks)
            least = &r[i];
    }
    return least;
}

static void write_begin(struct longest *l)
{
    __atomic_store_n(&l->version, l->version + 1, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_RELEASE);
}

static void write_end(struct longest *l)
{
    __atomic_store_n(&l->version, l->version + 1, __ATOMIC_RELEASE);
}

static void forget_old(struct longest *l)
{
    uint32 now = __atomic_load_n(&epoch, __ATOMIC_RELAXED);
    if (l->epoch == now)
        return;
    write_begin(l);
    memset(l->records, 0, sizeof l->records);
    __atomic_store_n(&l->epoch, now, __ATOMIC_RELAXED);
    write_end(l);
}

// Past intr_save(), which would measure this.
static void note(int kind, const struct record *fresh)
{
    uint64 was_on = csr_read_clear(sstatus, SSTATUS_SIE) & SSTATUS_SIE;
    struct longest *l = mine();
    forget_old(l);
    struct record *r = choose(l->records[kind], fresh->from, fresh->name);
    if (fresh->ticks > r->ticks) {
        write_begin(l);
        *r = *fresh;
        write_end(l);
    }
    csr_set(sstatus, was_on);
}

void longest_off(uint64 place)
{
    if (!on() || mine()->off_since)
        return;
    mine()->off_place = place;
    mine()->off_since = rdtime();
}

void longest_on(uint64 place)
{
    struct longest *l = mine();
    if (!on() || !l->off_since)
        return;
    struct record r = { rdtime() - l->off_since, l->off_place, place, NULL };
    l->off_since = 0;
    note(KINE_LONGEST_INTR, &r);
}

void longest_hold(struct longest_hold *hold, uint64 place)
{
    hold->place = place;
    hold->since = on() ? rdtime() : 0;
}

void longest_drop(const struct longest_hold *hold, int kind, const char *name, uint64 place)
{
    struct record r = { rdtime() - hold->since, hold->place, place, name };
    if (hold->since)
        note(kind, &r);
}

void longest_breath_begin(uint64 place)
{
    struct longest *l = mine();
    l->breath_place = place;
    l->breath_since = on() ? rdtime() : 0;
}

void longest_breath_end(uint64 place)
{
    struct longest *l = mine();
    struct record r = { rdtime() - l->breath_since, l->breath_place, place, NULL };
    if (l->breath_since)
        note(KINE_LONGEST_BREATH, &r);
    l->breath_since = 0;
}

void longest_breath(uint64 place)
{
    if (!mine()->breath_since)
        return;
    longest_breath_end(place);
    longest_breath_begin(place);
}

// => a copy of a record that was whole; .ticks 0 if it is none of this epoch
static struct record copy(const struct longest *l, int kind, int i)
{
    struct record r;
    uint32 before, after, of;
    do {
        before = __atomic_load_n(&l->version, __ATOMIC_ACQUIRE);
        r = l->records[kind][i];
        of = __atomic_load_n(&l->epoch, __ATOMIC_RELAXED);
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
        after = __atomic_load_n(&l->version, __ATOMIC_RELAXED);
    } while (before != after || before % 2);
    if (of != __atomic_load_n(&epoch, __ATOMIC_RELAXED))
        r.ticks = 0;
    return r;
}

// Puts a record into a list that is sorted by length, unless it has the place already with a longer.
static void merge(struct record *all, int n, struct record r)
{
    for (int i = 0; i < n && r.ticks; i++) {
        bool same = all[i].from == r.from && all[i].name == r.name;
        if (all[i].ticks < r.ticks) {
            struct record shorter = all[i];
            all[i] = r;
            r = shorter;
            if (r.from == all[i].from && r.name == all[i].name)
                return;
        } else if (same) {
            return;
        }
    }
}

static void describe(const struct record *r, int kind, struct kine_longest *out)
{
    memset(out, 0, sizeof *out);
    out->kind = kind;
    out->ns = time_to_ns(r->ticks);
    panic_place(r->from, out->from, sizeof out->from);
    panic_place(r->to, out->to, sizeof out->to);
    if (r->name)
        format(out->lock, sizeof out->lock, "%s", r->name);
}

bool longest_read(int kind, int index, struct kine_longest *out)
{
    struct record all[RECORDS] = { 0 };
    for (int h = 0; h < nharts; h++)
        for (int i = 0; i < RECORDS; i++)
            merge(all, RECORDS, copy(&longest[h], kind, i));
    if (index >= RECORDS || !all[index].ticks)
        return false;
    describe(&all[index], kind, out);
    return true;
}

void longest_reset(void)
{
    __atomic_fetch_add(&epoch, 1, __ATOMIC_RELAXED);
}
#endif
