// The process and the machine of calls.h.
#include "calls.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "fs/fs.h"
#include "fs_held.h"
#include "lib/panic.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mem/slab.h"
#include "mkfs/check.h"
#include "proc/file.h"
#include "proc/proc_priv.h"
#include "riscv/machine.h"
#include "riscv/timer.h"
#include "riscv/trap.h"
#include "task/clock.h"
#include "task/fp.h"
#include "task/mutex.h"
#include "task/rest.h"
#include "task/sched.h"
#include "tlb.h"
#include "vm/aspace.h"
#include "vm/fault.h"
#include "vm/usercopy.h"

#define BLOCKS     1024
#define TEXTS      (DATA + (DATA_PAGES - 4) * PGSIZE) // a page for each of the last few texts
#define TEXT_SLOTS 4

struct volume *calls_volume;
struct mem_disk calls_disk, calls_second_disk;
struct thread calls_thread;
struct proc calls_proc;
uint64 calls_clock_ns, calls_slept_ns;
unsigned calls_rests;
const char *calls_option, *calls_option_value;

static struct trapframe trapframe;
static size_t frames_at_rest;
static unsigned texts; // so far

// --- calls ------------------------------------------------------------------------------------

static _Thread_local jmp_buf *anew; // of the call that is made; others are made while it breathes

int64 calls_make(uint64 number, const uint64 *arg)
{
    jmp_buf here, *const outer = anew;
    anew = &here;
    uint64 a[CALL_NUMBER + 1] = { [CALL_NUMBER] = number };
    memcpy(a, arg, 6 * sizeof *a);
    int64 result = setjmp(here) ? 0 : syscall_dispatch(a);
    if (result == -ENOMEM)
        result = syscall_again(a);
    anew = outer;
    return result;
}

void usertrap_anew(void)
{
    longjmp(*anew, 1);
}

// --- what the calls stand on ------------------------------------------------------------------

struct spinlock tree_lock = SPINLOCK_INIT("processes", RANK_PROC);
struct proc *init_proc;

uint64 clock_ns(void)
{
    return calls_clock_ns;
}

void clock_realtime(uint64 *sec, uint32 *nsec)
{
    *sec = 1000000000 + calls_clock_ns / 1000000000;
    *nsec = (uint32)(calls_clock_ns % 1000000000);
}

uint64 time_now(void)
{
    return calls_clock_ns / 100;
}

uint64 time_to_ns(uint64 ticks)
{
    return ticks * 100;
}

int sleep_ns(uint64 ns)
{
    calls_slept_ns = ns;
    return 0;
}

int sleep_killable_ns(uint64 ns)
{
    return sleep_ns(ns);
}

void sched_charge(void)
{
    calls_thread.spent.kernel += 1;
}

uint64 sched_slept(void)
{
    return 0;
}

bool machine_option(const char *name, const char *value)
{
    return calls_option && strcmp(name, calls_option) == 0 &&
           strcmp(value, calls_option_value) == 0;
}

int rest_begin(void)
{
    calls_rests++;
    return 0;
}

void rest_end(void)
{
}

void thread_yield_at_rest(void)
{
}

void thread_set_root(struct frame *root)
{
    calls_thread.root = root;
}

void fp_reset(struct thread *t)
{
    t->fp_used = false;
}

void mutex_hand_over(struct mutex *m)
{
    mutex_unlock(m);
}

size_t copy_string(char *dst, const char *src, size_t size)
{
    size_t n = strnlen(src, size - 1);
    memcpy(dst, src, n);
    dst[n] = '\0';
    return n;
}

int format(char *buf, size_t size, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(buf, size, fmt, ap);
    va_end(ap);
    return n;
}

// --- small objects ----------------------------------------------------------------------------
// The linker puts these in front of the kernel's own (unit.mk): as many are given back as were had.

void *__real_obj_alloc(struct obj_cache *cache);
void *__real_obj_alloc_zeroed(struct obj_cache *cache);
void __real_obj_free(struct obj_cache *cache, void *obj);
void *__real_kmalloc(size_t size);
void *__real_kmalloc_zeroed(size_t size);
void __real_kmfree(void *obj);
void *__wrap_obj_alloc(struct obj_cache *cache);
void *__wrap_obj_alloc_zeroed(struct obj_cache *cache);
void __wrap_obj_free(struct obj_cache *cache, void *obj);
void *__wrap_kmalloc(size_t size);
void *__wrap_kmalloc_zeroed(size_t size);
void __wrap_kmfree(void *obj);

static long objects; // in use

static void *had(void *obj)
{
    objects += obj != NULL;
    return obj;
}

void *__wrap_obj_alloc(struct obj_cache *cache)
{
    return had(__real_obj_alloc(cache));
}

void *__wrap_obj_alloc_zeroed(struct obj_cache *cache)
{
    return had(__real_obj_alloc_zeroed(cache));
}

void __wrap_obj_free(struct obj_cache *cache, void *obj)
{
    objects--;
    __real_obj_free(cache, obj);
}

void *__wrap_kmalloc(size_t size)
{
    return had(__real_kmalloc(size));
}

void *__wrap_kmalloc_zeroed(size_t size)
{
    return had(__real_kmalloc_zeroed(size));
}

void __wrap_kmfree(void *obj)
{
    objects -= obj != NULL;
    __real_kmfree(obj);
}

// --- the process ------------------------------------------------------------------------------

static void map(struct aspace *as, uint64 start, uint64 pages, uint32 prot)
{
    struct area a = { .start = start, .end = start + pages * PGSIZE, .prot = prot };
    CHECK_EQ(aspace_map(as, &a), 0);
}

void calls_go_on(void)
{
    this_hart()->thread = &calls_thread;
    this_hart()->note = &calls_thread.in_call;
}

static void make_process(void)
{
    calls_proc = (struct proc){ .pid = 7,
                                .aspace = aspace_new(),
                                .path_longest = PATH_LONGEST,
                                .stack_limit = STACK_DEFAULT,
                                .ppid = 3 };
    calls_proc.leader = (struct lwp){ .tid = 7,
                                      .proc = &calls_proc,
                                      .files = files_new(),
                                      .fs = fs_context_new(volume_root(calls_volume), 0),
                                      .thread = &calls_thread };
    calls_thread =
        (struct thread){ .proc = &calls_proc, .lwp = &calls_proc.leader, .tf = &trapframe };
    list_init(&calls_thread.in_hand);
    calls_go_on();
    map(calls_proc.aspace, DATA, DATA_PAGES, PROT_READ | PROT_WRITE);
    map(calls_proc.aspace, CONSTANTS, 1, PROT_READ);
}

void calls_begin(bool classic)
{
    host_boot();
    if (!zero_frame)
        aspace_init();
    host_begin();
    mem_disk_make(&calls_disk, BLOCKS);
    CHECK_EQ(volume_format(&calls_disk.dev, BLOCKS, classic), 0);
    CHECK_EQ(volume_mount(&calls_disk.dev, &calls_volume), 0);
    make_process();
    calls_clock_ns = calls_slept_ns = 0;
    calls_rests = 0;
    calls_option = "places";
    calls_option_value = "fixed";
    exec_init();
}

void calls_end(void)
{
    struct check_result result;
    CHECK(list_empty(&calls_thread.in_hand) && !calls_thread.frame);
    files_put(calls_proc.leader.files);
    aspace_put(calls_proc.aspace);
    fs_context_put(calls_proc.leader.fs);
    host_talkative = true;
    CHECK_EQ(host_audit(), 0);
    host_talkative = false;
    CHECK_EQ(inodes_held(calls_volume), 0);
    CHECK_EQ(volume_unmount(calls_volume), 0);
    check_volume(&calls_disk.dev, &result);
    CHECK_EQ(result.errors, 0);
    mem_disk_free(&calls_disk);
    CHECK_EQ(objects, 0);
    size_t held = frames_in_use(FRAME_CACHE) + frames_in_use(FRAME_OTHER);
    if (frames_at_rest == 0)
        frames_at_rest = held; // the cache's own table
    CHECK_EQ(held, frames_at_rest);
    this_hart()->thread = NULL;
    host_end();
}

struct blkdev *blk_find(int n)
{
    struct mem_disk *disk = n == 0 ? &calls_disk : n == 1 ? &calls_second_disk : NULL;
    return disk && disk->data ? &disk->dev : NULL;
}

void put(uint64 uaddr, const void *from, size_t n)
{
    CHECK_EQ(copyout(calls_proc.aspace, uaddr, from, n), 0);
}

void get(void *to, uint64 uaddr, size_t n)
{
    CHECK_EQ(copyin(calls_proc.aspace, to, uaddr, n), 0);
}

uint64 text(const char *s)
{
    uint64 at = TEXTS + texts++ % TEXT_SLOTS * PGSIZE;
    size_t n = strlen(s) + 1;
    CHECK(n <= PGSIZE);
    put(at, s, n);
    return at;
}

// --- files ------------------------------------------------------------------------------------

int open_file(const char *path, uint32 flags)
{
    int64 fd = call(SYS_openat, (uint64)AT_FDCWD, text(path), flags, 0644);
    CHECK(fd >= 0);
    return (int)fd;
}

static struct inode *look_up(const char *path)
{
    struct inode *ino;
    CHECK_EQ(path_lookup(calls_proc.leader.fs->cwd, path, &ino), 0);
    return ino;
}

int make_file(const char *path, const void *data, size_t n)
{
    int fd = open_file(path, O_CREAT | O_RDWR | O_TRUNC);
    struct inode *ino = look_up(path);
    CHECK_EQ(inode_write(ino, data, 0, n), n);
    inode_put(ino);
    return fd;
}

bool exists(const char *path)
{
    struct inode *ino;
    if (path_lookup_link(calls_proc.leader.fs->cwd, path, &ino))
        return false;
    inode_put(ino);
    return true;
}

void expect_file(const char *path, const void *data, size_t n)
{
    char *is = malloc(n + 1);
    struct inode *ino = look_up(path);
    CHECK_EQ(inode_read(ino, is, 0, n + 1), n);
    CHECK_EQ(memcmp(is, data, n), 0);
    inode_put(ino);
    free(is);
}
