// kernel/proc/files.c and file.c: descriptors and what they count, by example and against a model.
#include <string.h>
#include "check.h"
#include "errno.h"
#include "host.h"
#include "proc/file.h"

#define LAST (NOFILE - 1)

static int open_now; // files that were made and not yet released

static void released(struct file *f)
{
    CHECK(f->refs == 0);
    open_now--;
}

static const struct file_ops ops = { .release = released };

static struct file *make_file(void)
{
    struct file *f;
    CHECK_EQ(file_alloc(&f), 0);
    file_begin(f, &ops, 0, NULL);
    open_now++;
    return f;
}

static struct files *begin(void)
{
    host_begin();
    CHECK_EQ(open_now, 0);
    struct files *fs = files_new();
    CHECK(fs != NULL);
    return fs;
}

static void end(struct files *fs)
{
    files_put(fs);
    CHECK_EQ(open_now, 0);
    host_end();
}

static int install(struct files *fs, int from, bool cloexec)
{
    return files_install(fs, make_file(), from, cloexec);
}

// The file behind a descriptor, borrowed.
static struct file *at(struct files *fs, int fd)
{
    struct file_use use = files_use(fs, fd);
    struct file *f = use.file;
    file_use_end(use);
    return f;
}

TEST(lowest_free_descriptor)
{
    struct files *fs = begin();
    for (int i = 0; i < 5; i++)
        CHECK_EQ(install(fs, 0, false), i);
    CHECK_EQ(files_close(fs, 3), 0);
    CHECK_EQ(files_close(fs, 1), 0);
    CHECK_EQ(install(fs, 2, false), 3);
    CHECK_EQ(install(fs, 0, false), 1);
    CHECK_EQ(install(fs, 0, false), 5);
    CHECK_EQ(install(fs, 20, false), 20);
    CHECK_EQ(install(fs, LAST, false), LAST);
    CHECK_EQ(install(fs, 0, false), 6);
    end(fs);
}

TEST(no_such_descriptor)
{
    static const int wrong[] = { -1, -2, 1, LAST, NOFILE, NOFILE + 1, 1 << 30, -NOFILE };
    struct files *fs = begin();
    install(fs, 0, false);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        CHECK(files_get(fs, wrong[i]) == NULL);
        CHECK(at(fs, wrong[i]) == NULL);
        CHECK_EQ(files_close(fs, wrong[i]), -EBADF);
        CHECK_EQ(files_get_cloexec(fs, wrong[i]), -EBADF);
        CHECK_EQ(files_set_cloexec(fs, wrong[i], true), -EBADF);
        CHECK_EQ(files_dup3(fs, wrong[i], 5, false), -EBADF);
    }
    CHECK_EQ(files_dup3(fs, 0, 0, false), -EINVAL);
    CHECK_EQ(files_dup3(fs, 0, NOFILE, false), -EBADF);
    CHECK_EQ(files_dup3(fs, 0, -1, false), -EBADF);
    CHECK_EQ(files_dup3(fs, 0, LAST, false), LAST);
    CHECK(at(fs, 0) == at(fs, LAST));
    CHECK_EQ(at(fs, 0)->refs, 2);
    CHECK_EQ(files_close(fs, 0), 0);
    CHECK_EQ(open_now, 1);
    end(fs);
}

TEST(table_fills_to_the_last_place)
{
    struct files *fs = begin();
    for (int i = 0; i < NOFILE; i++) {
        CHECK_EQ(install(fs, 0, false), i);
    }
    CHECK_EQ(files_reserve(fs, 0), -EMFILE);
    CHECK_EQ(install(fs, 0, false), -EMFILE);
    CHECK_EQ(install(fs, LAST, false), -EMFILE);
    CHECK_EQ(open_now, NOFILE); // what found no place is let go
    CHECK_EQ(files_close(fs, LAST), 0);
    CHECK_EQ(install(fs, 0, false), LAST);
    CHECK_EQ(files_close(fs, 7), 0);
    CHECK_EQ(install(fs, 8, false), -EMFILE);
    CHECK_EQ(install(fs, 0, false), 7);
    end(fs);
}

// What one call has reserved is nobody else's, and not open, until it is filled or let go.
TEST(reserved_places)
{
    struct files *fs = begin();
    install(fs, 0, false);
    CHECK_EQ(files_reserve(fs, 0), 1);
    CHECK_EQ(files_reserve(fs, 0), 2);
    CHECK_EQ(files_reserve(fs, LAST), LAST);
    CHECK_EQ(files_reserve(fs, LAST), -EMFILE);
    CHECK_EQ(install(fs, 0, false), 3);
    CHECK(files_get(fs, 1) == NULL);
    CHECK_EQ(files_close(fs, 1), -EBADF);
    CHECK_EQ(files_dup3(fs, 0, 1, false), -EBUSY);
    CHECK_EQ(at(fs, 0)->refs, 1);
    CHECK_EQ(files_set_cloexec(fs, 1, true), -EBADF);
    files_close_on_exec(fs);
    CHECK_EQ(install(fs, 0, false), 4);   // none of these has taken it away
    struct files *child = files_copy(fs); // where nobody will fill it
    CHECK_EQ(install(child, 0, false), 1);
    files_put(child);
    files_fill(fs, 1, make_file(), true);
    CHECK(at(fs, 1) != NULL);
    CHECK_EQ(files_get_cloexec(fs, 1), 1);
    CHECK_EQ(files_dup3(fs, 0, 1, false), 1);
    files_let_go(fs, 2);
    CHECK_EQ(install(fs, 0, false), 2);
    files_fill(fs, LAST, make_file(), false);
    CHECK_EQ(files_close(fs, LAST), 0);
    CHECK_EQ(install(fs, LAST, false), LAST);
    end(fs);
}

// The mark belongs to the descriptor's one life: the next file at that number begins without.
TEST(close_on_exec_ends_with_close)
{
    static const int places[] = { 0, 1, 31, 32, LAST - 1, LAST };
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        int fd = places[i];
        struct files *fs = begin();
        CHECK_EQ(install(fs, fd, true), fd);
        CHECK_EQ(files_get_cloexec(fs, fd), 1);
        CHECK_EQ(files_close(fs, fd), 0);
        CHECK_EQ(install(fs, fd, false), fd);
        CHECK_EQ(files_get_cloexec(fs, fd), 0);
        files_close_on_exec(fs);
        CHECK(at(fs, fd) != NULL);
        end(fs);
    }
}

TEST(close_on_exec_of_copies)
{
    struct files *fs = begin();
    CHECK_EQ(install(fs, 4, true), 4);
    CHECK_EQ(install(fs, 5, true), 5);
    CHECK_EQ(install(fs, 6, false), 6);
    CHECK_EQ(files_dup3(fs, 6, 4, false), 4); // over a marked one
    CHECK_EQ(files_get_cloexec(fs, 4), 0);
    CHECK_EQ(files_dup3(fs, 4, 6, true), 6);
    CHECK_EQ(files_get_cloexec(fs, 6), 1);
    CHECK_EQ(files_get_cloexec(fs, 4), 0);
    CHECK_EQ(files_set_cloexec(fs, 5, true), 0);
    CHECK_EQ(files_set_cloexec(fs, 5, false), 0);
    CHECK_EQ(files_get_cloexec(fs, 5), 0);
    CHECK_EQ(files_get_cloexec(fs, 6), 1);
    files_get_table(fs); // exec's own: it is to lose what is marked
    struct files *child = files_own(fs);
    files_put(fs);
    CHECK(child != fs);
    CHECK_EQ(files_get_cloexec(child, 6), 1);
    files_close_on_exec(child);
    CHECK(at(child, 6) == NULL && at(child, 4) != NULL && at(child, 5) != NULL);
    CHECK(at(fs, 6) != NULL);
    files_put(child);
    end(fs);
}

TEST(exec_closes_what_is_marked_and_no_more)
{
    struct files *fs = begin();
    for (int i = 0; i < NOFILE; i++)
        CHECK_EQ(install(fs, 0, i % 3 == 0), i);
    files_close_on_exec(fs);
    for (int i = 0; i < NOFILE; i++)
        CHECK_EQ(at(fs, i) != NULL, i % 3 != 0);
    CHECK_EQ(open_now, NOFILE - (NOFILE + 2) / 3);
    for (int i = 0; i < NOFILE; i += 3)
        CHECK_EQ(install(fs, 0, false), i);
    files_close_on_exec(fs);
    CHECK_EQ(open_now, NOFILE);
    end(fs);
}

// fork counts the table, and who changes it counts the files; what one closes the other keeps.
TEST(copied_table_is_its_own)
{
    struct files *fs = begin();
    install(fs, 2, false);
    install(fs, LAST, false);
    struct files *child = files_copy(fs);
    CHECK(child->table == fs->table && fs->table->refs == 2);
    CHECK_EQ(at(fs, 2)->refs, 1);
    CHECK(at(child, 2) == at(fs, 2) && at(child, LAST) == at(fs, LAST));
    CHECK_EQ(files_close(child, 2), 0);
    CHECK(child->table != fs->table && fs->table->refs == 1 && child->table->refs == 1);
    CHECK_EQ(at(fs, 2)->refs, 1);
    CHECK_EQ(at(fs, LAST)->refs, 2);
    CHECK_EQ(install(child, 0, false), 0);
    CHECK(at(fs, 0) == NULL);
    files_put(child);
    CHECK_EQ(at(fs, LAST)->refs, 1);
    CHECK_EQ(open_now, 2);
    end(fs);
}

TEST(shared_table_is_one)
{
    struct files *fs = begin();
    install(fs, 0, false);
    struct files *own = files_own(fs); // nobody shares it
    CHECK(own == fs);
    CHECK_EQ(fs->refs, 2);
    CHECK_EQ(at(fs, 0)->refs, 1);
    struct files *copy = files_own(fs); // now it is shared
    CHECK(copy != NULL && copy != fs);
    CHECK_EQ(copy->refs, 1);
    CHECK(copy->table == fs->table && at(fs, 0)->refs == 1);
    files_put(copy);
    files_put(own);
    CHECK_EQ(fs->refs, 1);
    CHECK_EQ(at(fs, 0)->refs, 1);
    files_get_table(fs);
    struct file_use use = files_use(fs, 0);
    CHECK(use.counted);
    CHECK_EQ(use.file->refs, 2);
    files_close(fs, 0); // by the one who shares it
    CHECK_EQ(open_now, 1);
    file_use_end(use);
    CHECK_EQ(open_now, 0);
    files_put(fs);
    end(fs);
}

// As many files as the system has; a failure counts for nothing.
TEST(file_limit)
{
    static struct file *file[NFILE];
    struct files *fs = begin();
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < NFILE; i++)
            file[i] = make_file();
        struct file *f;
        for (int i = 0; i < 10; i++)
            CHECK_EQ(file_alloc(&f), -ENFILE);
        for (int i = 0; i < NFILE; i++)
            file_put(file[i]);
        CHECK_EQ(open_now, 0);
    }
    for (int i = 0; i < NFILE + 10; i++) { // no memory is no file either
        struct file *f;
        host_fail_kalloc(1);
        int err = file_alloc(&f);
        host_fail_kalloc(0);
        CHECK(err == 0 || err == -ENOMEM);
        if (err == 0)    // the slab had room
            file_put(f); // it is nothing yet: nothing is released
    }
    for (int i = 0; i < NFILE; i++)
        file[i] = make_file();
    for (int i = 0; i < NFILE; i++)
        file_put(file[i]);
    end(fs);
}

TEST(new_file_is_as_asked)
{
    struct files *fs = begin();
    int thing;
    struct file *f;
    CHECK_EQ(file_alloc(&f), 0);
    CHECK_EQ(f->refs, 1);
    file_begin(f, &ops, 0x402, &thing);
    open_now++;
    CHECK(f->ops == &ops && f->obj == &thing);
    CHECK_EQ(f->flags, 0x402);
    CHECK_EQ(f->offset, 0);
    CHECK_EQ(f->refs, 1);
    CHECK(mutex_trylock(&f->lock));
    mutex_unlock(&f->lock);
    file_get(f);
    file_put(f);
    CHECK_EQ(open_now, 1);
    file_put(f);
    end(fs);
}

// --- against a model --------------------------------------------------------------------------

static struct file *model[NOFILE];
static bool marked[NOFILE];

static int model_free(int from)
{
    while (from < NOFILE && model[from])
        from++;
    return from < NOFILE ? from : -EMFILE;
}

static void step_install(struct files *fs, int from, bool cloexec)
{
    int wanted = model_free(from);
    struct file *f = make_file();
    CHECK_EQ(files_install(fs, f, from, cloexec), wanted);
    if (wanted < 0)
        return;
    model[wanted] = f;
    marked[wanted] = cloexec;
}

static void step_close(struct files *fs, int fd)
{
    CHECK_EQ(files_close(fs, fd), model[fd] ? 0 : -EBADF);
    model[fd] = NULL;
    marked[fd] = false;
}

static void step_dup(struct files *fs, int from, int to, bool cloexec)
{
    int wanted = from == to ? -EINVAL : model[from] ? to : -EBADF;
    CHECK_EQ(files_dup3(fs, from, to, cloexec), wanted);
    if (wanted < 0)
        return;
    model[to] = model[from];
    marked[to] = cloexec;
}

static void step_exec(struct files *fs)
{
    files_close_on_exec(fs);
    for (int i = 0; i < NOFILE; i++) {
        if (marked[i])
            model[i] = NULL;
        marked[i] = false;
    }
}

static void step(struct files *fs)
{
    int fd = (int)test_random_below(NOFILE), other = (int)test_random_below(NOFILE);
    bool cloexec = test_random_below(3) == 0;
    switch (test_random_below(16)) {
    case 0: step_exec(fs); break;
    case 1:
    case 2: step_dup(fs, fd, other, cloexec); break;
    case 3:
    case 4:
    case 5:
    case 6:
    case 7: step_close(fs, fd); break;
    case 8:
        CHECK_EQ(files_set_cloexec(fs, fd, cloexec), model[fd] ? 0 : -EBADF);
        marked[fd] = model[fd] && cloexec;
        break;
    default: step_install(fs, test_random_below(2) ? 0 : fd, cloexec); break;
    }
}

static void compare(struct files *fs)
{
    for (int i = 0; i < NOFILE; i++) {
        CHECK(at(fs, i) == model[i]);
        CHECK_EQ(files_get_cloexec(fs, i), model[i] ? marked[i] : -EBADF);
    }
    int fd = files_reserve(fs, 0);
    CHECK_EQ(fd, model_free(0));
    if (fd >= 0)
        files_let_go(fs, fd);
}

TEST(descriptors_at_random)
{
    struct files *fs = begin();
    for (int i = 0; i < 3000; i++) {
        step(fs);
        compare(fs);
    }
    struct files *copy = files_copy(fs);
    files_put(fs);
    compare(copy);
    memset(model, 0, sizeof(model));
    memset(marked, 0, sizeof(marked));
    end(copy);
}

// --- copied on write --------------------------------------------------------------------------

static int change(struct files *fs, int how)
{
    switch (how) {
    case 0: return files_close(fs, 1);
    case 1: return files_dup3(fs, 0, 1, false);
    case 2: return install(fs, 0, false);
    case 3: return files_set_cloexec(fs, 1, true);
    default: return files_reserve(fs, 0);
    }
}

// Each change is one side's own; without memory nothing has changed.
TEST(whoever_changes_a_table_has_its_own)
{
    for (int how = 0; how < 5; how++)
        for (int side = 0; side < 2; side++) {
            struct files *fs = begin();
            struct file *f[2] = { make_file(), make_file() };
            for (int i = 0; i < 2; i++)
                CHECK_EQ(files_install(fs, f[i], 0, false), i);
            struct files *child = files_copy(fs), *mine = side ? fs : child;
            struct files *other = side ? child : fs;
            CHECK(change(mine, how) >= 0);
            CHECK(at(other, 0) == f[0] && at(other, 1) == f[1] && at(other, 2) == NULL);
            CHECK_EQ(files_get_cloexec(other, 1), 0);
            CHECK(mine->table != other->table && other->table->refs == 1);
            struct fd_table *own = mine->table;
            CHECK_EQ(files_close(mine, 0), 0);
            CHECK(mine->table == own); // one copy is enough
            files_put(child);
            end(fs);
        }
}

// A descriptor that is reserved can be filled, whoever forks meanwhile.
TEST(what_is_reserved_is_filled_without_memory)
{
    struct files *fs = begin();
    install(fs, 0, false);
    int fd = files_reserve(fs, 0);
    struct files *child = files_copy(fs);
    CHECK(child->table != fs->table);
    struct fd_table *before = fs->table;
    files_fill(fs, fd, make_file(), false);
    CHECK(fs->table == before && at(fs, fd) && !at(child, fd));
    files_put(child);
    end(fs);
}

// How many references a file has that is in use by fs.
static uint32 refs_in_use(struct files *fs, int fd)
{
    struct file_use use = files_use(fs, fd);
    uint32 refs = use.file->refs;
    file_use_end(use);
    return refs;
}

// An offset that others move too is moved under its lock: the count says whether there are others.
TEST(file_in_use_tells_of_others)
{
    struct files *fs = begin();
    int fd = install(fs, 0, false);
    CHECK_EQ(refs_in_use(fs, fd), 1);
    struct files *child = files_copy(fs); // shows the same table
    CHECK(refs_in_use(fs, fd) > 1 && refs_in_use(child, fd) > 1);
    CHECK(files_close(child, install(child, 0, false)) == 0); // has one of its own
    CHECK(refs_in_use(fs, fd) > 1 && refs_in_use(child, fd) > 1);
    files_get_table(child); // a thread
    CHECK(refs_in_use(child, fd) > 1);
    files_put(child);
    files_put(child);
    CHECK_EQ(refs_in_use(fs, fd), 1);
    end(fs);
}
