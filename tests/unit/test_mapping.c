// kernel/cache/mapping.c: walks over those who show an object's pages, and what is counted of them.
#include "cache/mapping.h"
#include "check.h"
#include "host.h"
#include "task/thread.h"

#define MANY 6

static struct object obj;
static struct mapping map[MANY];
static int came[MANY];    // how often a walk has come by
static int refuses[MANY]; // looks at which somebody else has it
static struct mapping *held;
static int yields, protects, forgets;
static void (*meanwhile)(void); // what others do after a look, or while one is dealt with
static uint64 first_said, end_said;
static struct frame *const *only_said;

static bool try_hold(struct mapping *m)
{
    CHECK(spin_held(&obj.maps_lock));
    CHECK(held == NULL);
    if (refuses[m - map]-- > 0)
        return false;
    held = m;
    return true;
}

static void deal_with(struct mapping *m)
{
    CHECK(!spin_held(&obj.maps_lock));
    CHECK(held == m);
    held = NULL;
    came[m - map]++;
    if (meanwhile)
        meanwhile();
}

static void protect(struct mapping *m)
{
    protects++;
    deal_with(m);
}

static void forget(struct mapping *m, uint64 first, uint64 end, struct frame *const *only)
{
    forgets++;
    CHECK(first == first_said && end == end_said && only == only_said);
    deal_with(m);
}

static const struct mapping_ops ops = { .try_hold = try_hold,
                                        .protect = protect,
                                        .forget = forget };

void thread_yield(void)
{
    CHECK(!spin_held(&obj.maps_lock) && held == NULL);
    yields++;
    if (meanwhile)
        meanwhile();
}

static void add(int i)
{
    mapping_add(&obj, &map[i]);
}

static void begin(int n)
{
    static const struct object_ops none;
    host_begin();
    mapping_register(&ops);
    object_init(&obj, &none);
    yields = protects = forgets = 0;
    meanwhile = NULL;
    for (int i = 0; i < MANY; i++) {
        map[i] = (struct mapping){ .shared = true, .stores = true };
        came[i] = refuses[i] = 0;
        if (i < n)
            add(i);
    }
}

static void end(void)
{
    host_end();
}

static void walk_to_forget(uint64 first, uint64 behind, struct frame *const *only)
{
    first_said = first;
    end_said = behind;
    only_said = only;
    mappings_forget(&obj, first, behind, only);
}

// Each of the first n has been come by so often, and no other.
static void check_came(int n, int times)
{
    for (int i = 0; i < MANY; i++)
        CHECK_EQ(came[i], i < n ? times : 0);
}

TEST(a_walk_comes_by_each_once)
{
    begin(MANY - 1);
    for (int round = 1; round < 8; round += 2) {
        mappings_protect(&obj);
        check_came(MANY - 1, round);
        walk_to_forget((uint64)round, 7, (struct frame *const *)&map);
        check_came(MANY - 1, round + 1);
    }
    CHECK_EQ(protects, forgets);
    CHECK_EQ(yields, 0);
    end();
}

TEST(nobody_is_there)
{
    begin(0);
    mappings_protect(&obj);
    walk_to_forget(0, ~0UL, NULL);
    add(0);
    mapping_remove(&obj, &map[0]);
    mappings_protect(&obj);
    walk_to_forget(0, ~0UL, NULL);
    check_came(0, 0);
    end();
}

// Whoever is held by somebody else is come back to.
TEST(others_have_it)
{
    begin(4);
    refuses[0] = 3;
    refuses[2] = 1;
    mappings_protect(&obj);
    check_came(4, 1);
    CHECK_EQ(yields, 4);
    refuses[3] = 2;
    walk_to_forget(1, 2, NULL);
    check_came(4, 2);
    CHECK_EQ(yields, 6);
    end();
}

static void remove_the_second(void)
{
    meanwhile = NULL;
    mapping_remove(&obj, &map[1]);
}

// It goes away while the walk waits for it, or deals with another.
static void end_the_other(void)
{
    CHECK(obj.walked);
    if (protects == 0)
        obj.walked = yields < 3;
}

// A truncate and a commit may come by at one time.
TEST(one_walk_at_a_time)
{
    begin(3);
    obj.walked = true; // somebody else's
    meanwhile = end_the_other;
    CHECK_EQ(yields, 0);
    mappings_protect(&obj);
    CHECK_EQ(yields, 3);
    CHECK_EQ(protects, 3);
    CHECK(!obj.walked);
    end();
}

TEST(removed_meanwhile)
{
    for (int waits = 0; waits < 2; waits++) {
        begin(3);
        refuses[waits] = 1;
        meanwhile = remove_the_second;
        if (waits)
            mapping_remove(&obj, &map[0]);
        mappings_protect(&obj);
        CHECK_EQ(came[0], !waits);
        CHECK_EQ(came[1], 0);
        CHECK_EQ(came[2], 1);
        end();
    }
}

static int added; // so far

static void add_one(void)
{
    if (added < MANY)
        add(added++);
}

// A walk ends though others come, and the next one knows them.
TEST(added_meanwhile)
{
    begin(2);
    added = 2;
    meanwhile = add_one;
    mappings_protect(&obj);
    CHECK(came[0] == 1 && came[1] == 1);
    CHECK_EQ(added, 4);
    meanwhile = NULL;
    mappings_protect(&obj);
    CHECK(came[0] == 2 && came[1] == 2);
    CHECK(came[2] == 1 && came[3] == 1); // not the first time: they were not there when it began
    end();
}

// What it remembers of a walk over another object says nothing here.
TEST(an_old_round)
{
    begin(1);
    mappings_protect(&obj);
    map[1].round = obj.round + 1;
    add(1);
    mappings_protect(&obj);
    CHECK(came[0] == 2 && came[1] == 1);
    end();
}

TEST(counts)
{
    begin(0);
    map[1].stores = false;
    map[2] = (struct mapping){ 0 }; // private
    CHECK(!object_is_shared(&obj) && !object_is_stored_to(&obj) && !obj.stored_to);
    add(2);
    add(1);
    CHECK(obj.nshared == 1 && obj.nstores == 0 && !obj.stored_to);
    mappings_protect(&obj); // nobody has a right to lose
    CHECK_EQ(protects, 0);
    walk_to_forget(0, 1, NULL); // all show it
    CHECK(came[1] == 1 && came[2] == 1);
    add(0);
    add(3);
    CHECK(obj.nshared == 3 && obj.nstores == 2 && obj.stored_to);
    add(4);
    mapping_remove(&obj, &map[4]);
    mapping_remove(&obj, &map[0]);
    CHECK(obj.nshared == 2 && obj.nstores == 1 && object_is_stored_to(&obj));
    mappings_committed(&obj);
    CHECK(obj.stored_to); // one is left
    mapping_remove(&obj, &map[3]);
    CHECK(obj.nstores == 0 && obj.stored_to); // what it has stored is not committed
    mapping_remove(&obj, &map[2]);
    map[2].stores = false;
    add(2);
    CHECK(obj.stored_to);
    mappings_committed(&obj);
    CHECK(!obj.stored_to && object_is_shared(&obj));
    mapping_remove(&obj, &map[1]);
    CHECK(!object_is_shared(&obj));
    end();
}
