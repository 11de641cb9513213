// What the model has, and whether the volume has the same (fs_model.h).

#include "errno.h"
#include "fs_model_priv.h"

struct node nodes[NODES];
struct opened opened[OPEN_MAX];
bool classic_volume;

const char *name_text(int i)
{
    static const char *const names[NAMES] = {
        "a", "b2",    "c-c", "name4", "fifth.name", "sixth_name_x", "14-bytes-name_",
        "e", "long/", "f",   "g7",    "h" // names[8] stands for a long one
    };
    static char longer[201];
    if (i != 8)
        return names[i];
    memset(longer, 'L', classic_volume ? 13 : 200);
    return longer;
}

int new_node(bool dir)
{
    for (int i = 1; i < NODES; i++) {
        if (nodes[i].used)
            continue;
        nodes[i] = (struct node){ .used = true, .dir = dir, .bits = dir ? 0755 : 0644 };
        if (!dir)
            nodes[i].data = calloc(1, FILE_MAX);
        return i;
    }
    return 0;
}

void node_gone(int n)
{
    if (nodes[n].nlink > 0 || nodes[n].opens > 0)
        return;
    free(nodes[n].data);
    nodes[n] = (struct node){ .used = false };
}

// --- comparing --------------------------------------------------------------------------------

void compare_file(struct inode *ino, const struct node *f)
{
    static unsigned char buf[FILE_MAX + 1];
    struct inode_info info;
    inode_info(ino, &info);
    EXPECT_EQ(info.size, f->size);
    EXPECT_EQ(info.nlink, f->nlink);
    EXPECT_EQ(info.mode, (f->link ? 0120000u : 0100000u) | f->bits);
    EXPECT_EQ(inode_read(ino, buf, 0, sizeof buf), f->size);
    EXPECT(memcmp(buf, f->data, f->size) == 0);
}

static void compare_dir(int n, const char *path);

static void compare_child(int n, const char *path)
{
    struct inode *ino;
    EXPECT_EQ(path_lookup_link(root, path, &ino), 0);
    if (nodes[n].dir)
        EXPECT_EQ(inode_mode(ino), 0040000 | nodes[n].bits);
    if (!nodes[n].dir)
        compare_file(ino, &nodes[n]);
    inode_put(ino);
    if (nodes[n].dir)
        compare_dir(n, path);
}

static void compare_dir(int n, const char *path)
{
    char below[2048];
    struct dir_entry e;
    uint64 pos = 0;
    int names = 0, found = -2; // "." and ".."
    struct inode *dir = open_file(path[0] ? path : "/");
    while (dir_next(dir, &pos, &e) == 1)
        found++;
    inode_put(dir);
    for (int i = 0; i < NAMES; i++) {
        snprintf(below, sizeof below, "%s/%s", path, name_text(i));
        if (nodes[n].child[i] == 0) {
            EXPECT_EQ(path_lookup_link(root, below, &dir), -ENOENT);
            continue;
        }
        names++;
        compare_child(nodes[n].child[i], below);
    }
    EXPECT_EQ(found, names);
}

void model_compare(void)
{
    compare_dir(1, "");
    for (int i = 0; i < OPEN_MAX; i++)
        if (opened[i].ino != NULL)
            compare_file(opened[i].ino, &nodes[opened[i].node]);
}

void model_close(void)
{
    for (int i = 0; i < OPEN_MAX; i++) {
        if (opened[i].ino == NULL)
            continue;
        inode_put(opened[i].ino);
        nodes[opened[i].node].opens--;
        node_gone(opened[i].node);
        opened[i].ino = NULL;
    }
}

void model_remount(void)
{
    model_close();
    unmount_volume();
    mount_volume();
}

static void clear_dir(int n, const char *path)
{
    char below[2048];
    for (int i = 0; i < NAMES; i++) {
        int c = nodes[n].child[i];
        if (c == 0)
            continue;
        snprintf(below, sizeof below, "%s/%s", path, name_text(i));
        if (nodes[c].dir)
            clear_dir(c, below);
        EXPECT_EQ(unlink_path(below), 0);
        nodes[n].child[i] = 0;
        nodes[c].nlink--;
        node_gone(c);
    }
}

void model_clear(void)
{
    model_close();
    clear_dir(1, "");
}

void model_end(void)
{
    model_close();
    for (int i = 0; i < NODES; i++)
        free(nodes[i].data);
}

// --- copies -----------------------------------------------------------------------------------

struct model_copy {
    struct node nodes[NODES];
};

struct model_copy *model_copy(void)
{
    struct model_copy *copy = malloc(sizeof *copy);
    memcpy(copy->nodes, nodes, sizeof nodes);
    for (int i = 0; i < NODES; i++) {
        struct node *n = &copy->nodes[i];
        n->opens = 0;
        if (n->data == NULL)
            continue;
        n->data = malloc(n->size + 1);
        memcpy(n->data, nodes[i].data, n->size);
    }
    return copy;
}

void model_drop(struct model_copy *copy)
{
    for (int i = 0; i < NODES; i++)
        free(copy->nodes[i].data);
    free(copy);
}

void model_restore(const struct model_copy *copy)
{
    model_end();
    memcpy(nodes, copy->nodes, sizeof nodes);
    for (int i = 0; i < NODES; i++) {
        if (nodes[i].data == NULL)
            continue;
        nodes[i].data = calloc(1, FILE_MAX);
        memcpy(nodes[i].data, copy->nodes[i].data, nodes[i].size);
        node_gone(i); // it was open only
    }
}

void model_compare_copy(struct model_copy *copy, const char *path)
{
    static struct node live[NODES];
    memcpy(live, nodes, sizeof nodes);
    memcpy(nodes, copy->nodes, sizeof nodes);
    compare_dir(1, path);
    memcpy(nodes, live, sizeof nodes);
}
