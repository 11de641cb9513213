// Random operations on the file system and on a model of it (fs_model.h).

#include "errno.h"
#include "fs_model_priv.h"

uint64 model_state;
size_t model_file_max = FILE_MAX;
uint64 model_seed;

static const unsigned char *fed;
static size_t nfed;

void model_feed(const unsigned char *bytes, size_t n)
{
    fed = bytes;
    nfed = n;
}

bool model_hungry(void)
{
    return nfed == 0;
}

// The next byte of what the model was fed, zeros behind its end.
static uint64 bite(void)
{
    return nfed > 0 ? nfed--, *fed++ : 0;
}

static uint64 three_bites(void)
{
    uint64 n = bite();
    n = n << 8 | bite();
    return n << 8 | bite();
}

uint64 pick(uint64 n)
{
    if (fed == NULL)
        return random_next(&model_state) % n;
    return (n <= 256 ? bite() : three_bites()) % n;
}

void model_begin(uint64 seed, bool classic)
{
    memset(nodes, 0, sizeof nodes);
    model_seed = seed;
    model_state = seed * 2 + 1;
    classic_volume = classic;
    int r = new_node(true);
    nodes[r].nlink = 1;
}

struct place random_place(void)
{
    struct place p = { .dir = 1 };
    size_t at = 0;
    for (int depth = 0; depth < DEPTH_MAX; depth++) {
        p.name = (int)pick(NAMES);
        at += (size_t)snprintf(p.path + at, sizeof p.path - at, "/%s", name_text(p.name));
        int next = nodes[p.dir].child[p.name];
        if (next == 0 || !nodes[next].dir || pick(3) == 0)
            break;
        if (depth + 1 < DEPTH_MAX)
            p.dir = next;
    }
    return p;
}

int *slot(const struct place *p)
{
    return &nodes[p->dir].child[p->name];
}

// A full disk is a good answer to what grows, but only if it is full.
bool disk_full(int err)
{
    if (err == -ENOSPC)
        EXPECT(free_blocks() < 40);
    return err == -ENOSPC;
}

// --- operations -------------------------------------------------------------------------------

static void step_create(void)
{
    struct place p = random_place();
    bool dir = pick(4) == 0, exclusive = dir || pick(2) || nodes[*slot(&p)].link;
    int wanted = *slot(&p) && exclusive ? -EEXIST : 0;
    int made = *slot(&p);
    if (!wanted && !made) {
        made = new_node(dir);
        if (made == 0)
            return;
    }
    struct inode *ino;
    int err = path_open(root, p.path, true, exclusive, dir ? 0040755u : REGULAR, 0, &ino);
    if (!disk_full(err))
        EXPECT_EQ(err, wanted);
    if (err) {
        if (made != *slot(&p))
            node_gone(made);
        return;
    }
    if (!*slot(&p)) {
        *slot(&p) = made;
        nodes[made].nlink = 1;
    }
    inode_put(ino);
}

static bool is_empty(int n)
{
    for (int i = 0; i < NAMES; i++)
        if (nodes[n].child[i])
            return false;
    return true;
}

// A link to a random place, or to one that will never be there.
static void step_symlink(void)
{
    struct place p = random_place(), to = random_place();
    const char *target = pick(4) ? to.path : "no/such/place";
    int made = *slot(&p) ? 0 : new_node(false);
    if (made == 0 && !*slot(&p))
        return;
    int err = path_symlink(root, target, p.path);
    if (!disk_full(err))
        EXPECT_EQ(err, made ? 0 : -EEXIST);
    if (err) {
        if (made)
            node_gone(made);
        return;
    }
    struct node *l = &nodes[made];
    l->link = true;
    l->bits = 0777;
    l->nlink = 1;
    l->size = strlen(target);
    memcpy(l->data, target, l->size);
    *slot(&p) = made;
}

static void step_chmod(void)
{
    struct place p = random_place();
    struct inode *ino;
    int n = *slot(&p);
    if (n == 0)
        return;
    EXPECT_EQ(path_lookup_link(root, p.path, &ino), 0);
    nodes[n].bits = (uint32)pick(010000);
    EXPECT_EQ(inode_set_mode(ino, nodes[n].bits), 0);
    inode_put(ino);
}

static void step_unlink(void)
{
    struct place p = random_place();
    enum unlink_kind kind = (enum unlink_kind)pick(3);
    int n = *slot(&p), wanted = 0;
    if (n == 0)
        wanted = -ENOENT;
    else if (nodes[n].dir)
        wanted = kind == UNLINK_FILE ? -EISDIR : is_empty(n) ? 0 : -ENOTEMPTY;
    else
        wanted = kind == UNLINK_DIR ? -ENOTDIR : 0;
    EXPECT_EQ(path_unlink(root, p.path, kind), wanted);
    if (wanted)
        return;
    *slot(&p) = 0;
    nodes[n].nlink--;
    node_gone(n);
}

static void step_link(void)
{
    struct place from = random_place(), to = random_place();
    int n = *slot(&from), wanted = 0;
    if (n == 0)
        wanted = -ENOENT;
    else if (nodes[n].dir)
        wanted = -EPERM;
    else if (*slot(&to))
        wanted = -EEXIST;
    int err = path_link(root, from.path, root, to.path);
    if (!disk_full(err))
        EXPECT_EQ(err, wanted);
    if (err)
        return;
    *slot(&to) = n;
    nodes[n].nlink++;
}

// Is directory `n` or one below it the directory `d`?
static bool is_below(int d, int n)
{
    bool found = d == n;
    for (int i = 0; nodes[n].dir && i < NAMES && !found; i++)
        found = nodes[n].child[i] && is_below(d, nodes[n].child[i]);
    return found;
}

// => what a rename of node a, over node b if that is not 0, must say; 1: there is nothing to do
static int rename_verdict(int a, int b, const struct place *from, const struct place *to,
                          uint32 flags)
{
    if (a == 0 || (b == 0 && flags == PATH_EXCHANGE))
        return -ENOENT;
    if (b != 0 && flags == PATH_NOREPLACE)
        return -EEXIST;
    if (nodes[a].dir && is_below(to->dir, a))
        return -EINVAL;
    if (b == 0)
        return 0;
    if (nodes[b].dir && is_below(from->dir, b))
        return flags == PATH_EXCHANGE ? -EINVAL : -ENOTEMPTY;
    if (a == b)
        return 1;
    if (flags == PATH_EXCHANGE)
        return 0;
    if (nodes[a].dir != nodes[b].dir)
        return nodes[b].dir ? -EISDIR : -ENOTDIR;
    return nodes[b].dir && !is_empty(b) ? -ENOTEMPTY : 0;
}

static void step_rename(void)
{
    static const uint32 ways[] = { 0, 0, 0, PATH_NOREPLACE, PATH_EXCHANGE };
    struct place from = random_place(), to = random_place();
    uint32 flags = ways[pick(sizeof ways / sizeof ways[0])];
    int a = *slot(&from), b = *slot(&to);
    int wanted = rename_verdict(a, b, &from, &to, flags);
    int err = path_rename(root, from.path, root, to.path, flags);
    if (!disk_full(err) || b != 0)
        EXPECT_EQ(err, wanted == 1 ? 0 : wanted);
    if (err || wanted)
        return;
    *slot(&from) = flags == PATH_EXCHANGE ? b : 0;
    *slot(&to) = a;
    if (b == 0 || flags == PATH_EXCHANGE)
        return;
    nodes[b].nlink--;
    node_gone(b);
}

static void step_open(void)
{
    struct place p = random_place();
    int i = (int)pick(OPEN_MAX), n = *slot(&p);
    if (opened[i].ino != NULL) {
        inode_put(opened[i].ino);
        nodes[opened[i].node].opens--;
        node_gone(opened[i].node);
        opened[i].ino = NULL;
        return;
    }
    if (n == 0 || nodes[n].dir || nodes[n].link)
        return;
    EXPECT_EQ(path_lookup_link(root, p.path, &opened[i].ino), 0);
    opened[i].node = n;
    nodes[n].opens++;
}

void model_step(void)
{
    switch (pick(16)) {
    case 0:
    case 1: step_create(); break;
    case 12:
    case 13: step_rename(); break;
    case 14: step_symlink(); break;
    case 15: step_chmod(); break;
    case 2: step_unlink(); break;
    case 3: step_link(); break;
    case 4: step_open(); break;
    case 5: step_truncate(); break;
    case 6: step_read(); break;
    case 7:
        if (pick(4) == 0)
            host_reclaim_all();
        break;
    default: step_write(); break;
    }
}
