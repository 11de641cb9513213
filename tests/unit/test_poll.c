// kernel/proc/poll.c and epoll.c, on pipes and counters: what is ready, and who is woken for it.
#include <sched.h>
#include <string.h>
#include "abi.h"
#include "fcntl.h"
#include "proc/epoll.h"
#include "proc/eventfd.h"
#include "proc/file.h"
#include "proc/poll.h"
#include "riscv/hart.h"
#include "vm_space.h"

#define FULL   65536 // bytes that a pipe holds
#define RECORD 4096  // for so many there is room where one can write

static struct file *reader, *writer;
static struct aspace *memory;
static struct list items;

static void begin(void)
{
    static bool ready;
    vm_begin();
    if (!ready)
        file_init();
    ready = true;
    memory = space_new(64);
    list_init(&items);
    CHECK_EQ(pipe_new(&reader, &writer), 0);
}

static void close_file(struct file **f)
{
    if (*f)
        file_put(*f);
    *f = NULL;
}

static void end(void)
{
    close_file(&reader);
    close_file(&writer);
    aspace_put(memory);
    vm_end();
}

static int64 move(struct file *f, size_t n)
{
    struct user_iter it = user_iter_one(memory, BASE, n);
    return f == writer ? f->ops->write(f, &it, NULL) : f->ops->read(f, &it, NULL);
}

static struct poll_item *add(struct file *f, uint32 wants)
{
    file_get(f);
    struct poll_item *item = poll_item_add(&items, f, wants, 7);
    CHECK(item != NULL);
    CHECK_EQ(item->note, 7);
    return item;
}

static uint32 ready(struct file *f)
{
    struct poll_news news;
    uint32 got = file_poll(f, &news);
    CHECK(news.queue[0] != NULL);
    return got;
}

static bool nobody_watches(void)
{
    struct poll_news in, out;
    file_poll(reader, &in);
    file_poll(writer, &out);
    return list_empty(&in.queue[0]->waiters) && list_empty(&out.queue[0]->waiters);
}

TEST(what_a_pipe_is_ready_for)
{
    begin();
    writer->flags |= O_NONBLOCK;
    CHECK_EQ(ready(reader), 0);
    CHECK_EQ(ready(writer), POLLOUT);
    CHECK_EQ(move(writer, 1), 1);
    CHECK_EQ(ready(reader), POLLIN);
    CHECK_EQ(move(writer, FULL - RECORD - 1), FULL - RECORD - 1);
    CHECK_EQ(ready(writer), POLLOUT);
    CHECK_EQ(move(writer, 1), 1);
    CHECK_EQ(ready(writer), 0); // a record may not fit
    CHECK_EQ(move(reader, 1), 1);
    CHECK_EQ(ready(writer), POLLOUT);
    close_file(&writer);
    CHECK_EQ(ready(reader), POLLIN | POLLHUP);
    CHECK_EQ(move(reader, FULL), FULL - RECORD);
    CHECK_EQ(ready(reader), POLLHUP);
    end();
    begin();
    close_file(&reader);
    CHECK_EQ(ready(writer), POLLOUT | POLLERR);
    end();
}

TEST(what_is_ready_is_told_at_once)
{
    begin();
    struct poll_item *in = add(reader, POLLIN), *out = add(writer, POLLOUT), *none;
    CHECK((none = poll_item_add(&items, NULL, POLLIN, 0)) != NULL);
    CHECK_EQ(poll_wait(&items, WAIT_FOREVER), 1);
    CHECK_EQ(in->got, 0);
    CHECK_EQ(out->got, POLLOUT);
    CHECK_EQ(none->got, 0);
    move(writer, 1);
    CHECK_EQ(poll_wait(&items, 0), 2);
    CHECK_EQ(in->got, POLLIN);
    in->wants = POLLPRI;
    out->wants = 0;
    CHECK_EQ(poll_wait(&items, 0), 0); // nothing that was asked for, and the time is over
    CHECK(nobody_watches());
    CHECK_EQ(reader->refs, 2);
    poll_items_free(&items);
    CHECK_EQ(reader->refs, 1);
    end();
}

// --- waiting ----------------------------------------------------------------------------------

static uint32 done; // atomic: the one who waits has ended
static int got;

static void wait_or_act(int hart, void (*act)(void))
{
    if (hart == 0) {
        got = poll_wait(&items, WAIT_FOREVER);
        __atomic_store_n(&done, 1, __ATOMIC_RELEASE);
        return;
    }
    for (int i = 0; i < 1000 && host_asleep() == 0; i++)
        sched_yield();
    act();
    host_await(&done);
}

static void writes(void)
{
    CHECK_EQ(move(writer, 1), 1);
}

static void closes_the_writer(void)
{
    close_file(&writer);
}

static void closes_the_reader(void)
{
    close_file(&reader);
}

static void makes_room(void)
{
    CHECK_EQ(move(reader, 1), 1); // not enough
    CHECK(!done);
    CHECK_EQ(move(reader, RECORD), RECORD);
}

static void is_signalled(void)
{
    host_interrupt(0, true);
}

static void (*act)(void);

static void one_hart(int hart)
{
    wait_or_act(hart, act);
}

static void run(void (*what)(void))
{
    act = what;
    done = 0;
    host_run_harts(2, one_hart);
    host_interrupt(0, false);
    poll_items_free(&items);
}

TEST(whoever_waits_is_told_of_bytes)
{
    begin();
    add(reader, POLLIN);
    run(writes);
    CHECK_EQ(got, 1);
    CHECK(nobody_watches());
    end();
}

TEST(whoever_waits_is_told_of_the_end)
{
    begin();
    add(reader, POLLIN | POLLHUP);
    run(closes_the_writer);
    CHECK_EQ(got, 1);
    end();
    begin();
    while (move(writer, RECORD) == RECORD && ready(writer))
        ;
    add(writer, POLLOUT | POLLERR);
    run(closes_the_reader);
    CHECK_EQ(got, 1);
    end();
}

TEST(whoever_waits_is_told_of_room)
{
    begin();
    writer->flags |= O_NONBLOCK;
    CHECK_EQ(move(writer, FULL), FULL);
    add(writer, POLLOUT);
    run(makes_room);
    CHECK_EQ(got, 1);
    CHECK(nobody_watches());
    end();
}

TEST(a_signal_ends_a_poll)
{
    begin();
    add(reader, POLLIN);
    run(is_signalled);
    CHECK_EQ(got, -EINTR);
    CHECK(nobody_watches());
    end();
}

// A byte goes round between four pairs of ends: a wakeup that is lost leaves all of them asleep.
#define ROUNDS 300
static struct file *ring[4][2];

static void pass_on(int hart)
{
    struct list mine;
    struct user_iter it;
    list_init(&mine);
    file_get(ring[hart][0]);
    CHECK(poll_item_add(&mine, ring[hart][0], POLLIN, 0) != NULL);
    for (int i = 0; i < ROUNDS; i++) {
        CHECK_EQ(poll_wait(&mine, WAIT_FOREVER), 1);
        it = user_iter_one(memory, BASE + (uint64)hart * PGSIZE, 1);
        CHECK_EQ(ring[hart][0]->ops->read(ring[hart][0], &it, NULL), 1);
        struct file *next = ring[(hart + 1) % 4][1];
        it = user_iter_one(memory, BASE + (uint64)hart * PGSIZE, 1);
        CHECK_EQ(next->ops->write(next, &it, NULL), 1);
    }
    poll_items_free(&mine);
}

TEST(no_wakeup_is_lost)
{
    begin();
    for (int i = 0; i < 4; i++)
        CHECK_EQ(pipe_new(&ring[i][0], &ring[i][1]), 0);
    struct user_iter it = user_iter_one(memory, BASE, 1);
    CHECK_EQ(ring[0][1]->ops->write(ring[0][1], &it, NULL), 1);
    host_run_harts(4, pass_on);
    for (int i = 0; i < 4; i++) {
        file_put(ring[i][0]);
        file_put(ring[i][1]);
    }
    end();
}

TEST(a_list_without_memory)
{
    begin();
    struct poll_item *item;
    for (long n = 1;; n++) {
        host_fail_kalloc(n);
        file_get(reader);
        item = poll_item_add(&items, reader, POLLIN, 0);
        host_fail_kalloc(0);
        CHECK_EQ(reader->refs, item ? 2 : 1);
        if (item)
            break;
    }
    poll_items_free(&items);
    end();
}

// --- epoll ------------------------------------------------------------------------------------

static struct file *ep;
static struct epoll_event events[EPOLL_BATCH];

static void begin_epoll(void)
{
    begin();
    writer->flags |= O_NONBLOCK;
    CHECK_EQ(epoll_new(&ep), 0);
}

static void end_epoll(void)
{
    close_file(&ep);
    end();
}

static int watch_file(struct file *f, uint32 wants)
{
    struct epoll_event event = { .events = wants, .data = wants };
    return epoll_control(ep, EPOLL_CTL_ADD, f, 3, &event);
}

TEST(an_epoll_s_files_may_go_first)
{
    begin_epoll();
    CHECK_EQ(watch_file(reader, POLLIN), 0);
    CHECK_EQ(watch_file(writer, POLLOUT), 0);
    CHECK_EQ(epoll_wait(ep, events, EPOLL_BATCH, 0), 1);
    CHECK(!nobody_watches());
    close_file(&writer);
    CHECK_EQ(epoll_wait(ep, events, EPOLL_BATCH, 0), 1);
    CHECK_EQ(events[0].events, POLLHUP);
    CHECK_EQ(reader->refs, 1); // it is not held
    close_file(&reader);
    CHECK_EQ(epoll_wait(ep, events, EPOLL_BATCH, 0), 0);
    end_epoll();
}

TEST(an_epoll_may_go_first)
{
    begin_epoll();
    CHECK_EQ(watch_file(reader, POLLIN), 0);
    close_file(&ep);
    CHECK(nobody_watches());
    CHECK_EQ(move(writer, 1), 1);
    end();
}

TEST(who_is_ready_is_told_by_turns)
{
    struct file *many[6];
    begin_epoll();
    for (int i = 0; i < 6; i++) {
        CHECK_EQ(eventfd_new(1, false, &many[i]), 0);
        struct epoll_event event = { .events = POLLIN, .data = (uint64)i };
        CHECK_EQ(epoll_control(ep, EPOLL_CTL_ADD, many[i], i, &event), 0);
    }
    for (uint64 i = 0; i < 12; i += 4) {
        CHECK_EQ(epoll_wait(ep, events, 4, 0), 4);
        for (uint64 k = 0; k < 4; k++)
            CHECK_EQ(events[k].data, (i + k) % 6);
    }
    for (int i = 0; i < 6; i++)
        file_put(many[i]);
    end_epoll();
}

static void watched_writes(void)
{
    CHECK_EQ(move(writer, 1), 1);
}

static void one_waits_by_epoll(int hart)
{
    if (hart) {
        wait_or_act(hart, watched_writes);
        return;
    }
    got = epoll_wait(ep, events, EPOLL_BATCH, WAIT_FOREVER);
    __atomic_store_n(&done, 1, __ATOMIC_RELEASE);
}

TEST(an_epoll_is_waited_for)
{
    for (uint32 edge = 0; edge <= 1; edge++) {
        begin_epoll();
        CHECK_EQ(watch_file(reader, POLLIN | (edge ? EPOLLET : 0)), 0);
        CHECK_EQ(epoll_wait(ep, events, EPOLL_BATCH, 0), 0);
        done = 0;
        host_run_harts(2, one_waits_by_epoll);
        CHECK_EQ(got, 1);
        CHECK_EQ(events[0].events, POLLIN);
        CHECK_EQ(epoll_wait(ep, events, EPOLL_BATCH, 0), !edge);
        end_epoll();
    }
}

TEST(epolls_of_epolls)
{
    struct file *outer, *third;
    struct epoll_event event = { .events = POLLIN };
    begin_epoll();
    CHECK_EQ(epoll_new(&outer), 0);
    CHECK_EQ(epoll_new(&third), 0);
    CHECK_EQ(watch_file(reader, POLLIN), 0);
    CHECK_EQ(epoll_control(outer, EPOLL_CTL_ADD, ep, 4, &event), 0);
    CHECK_EQ(epoll_control(ep, EPOLL_CTL_ADD, third, 5, &event), -ELOOP);
    CHECK_EQ(epoll_control(third, EPOLL_CTL_ADD, outer, 5, &event), -ELOOP);
    CHECK_EQ(epoll_wait(outer, events, EPOLL_BATCH, 0), 0);
    CHECK_EQ(move(writer, 1), 1);
    CHECK_EQ(epoll_wait(outer, events, EPOLL_BATCH, 0), 1);
    CHECK_EQ(epoll_wait(outer, events, EPOLL_BATCH, 0), 1); // as long as it is so
    CHECK_EQ(move(reader, 1), 1);
    CHECK_EQ(epoll_wait(outer, events, EPOLL_BATCH, 0), 0);
    close_file(&ep);
    CHECK_EQ(epoll_control(third, EPOLL_CTL_ADD, outer, 5, &event), 0); // nothing is below
    file_put(outer);
    file_put(third);
    end();
}

TEST(epolls_fail_cleanly)
{
    begin();
    for (long n = 1;; n++) {
        host_fail_kalloc(n);
        int err = epoll_new(&ep);
        if (!err && (err = watch_file(reader, POLLIN)) != 0)
            close_file(&ep);
        host_fail_kalloc(0);
        CHECK(err == 0 || err == -ENOMEM);
        CHECK(err == 0 || nobody_watches());
        if (!err)
            break;
    }
    end_epoll();
}
