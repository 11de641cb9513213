// System calls on processes, time, memory and the system (sys_proc.c, sys_time.c, sys_mem.c,
// sys_info.c, sys_kine.c, sys_snapshot.c): arguments and answers.  Processes and power are the
// test's.
#include <setjmp.h>
#include <string.h>
#include "calls.h"
#include "fs/fs.h"
#include "lib/panic.h"
#include "dev/console.h"
#include "dev/random.h"
#include "proc/proc_priv.h"
#include "proc/robust.h"
#include "proc/signal.h"
#include "proc/wait.h"
#include "riscv/machine.h"
#include "vm/aspace.h"

// --- the other processes ----------------------------------------------------------------------

static struct proc child;
static struct { // what was asked
    struct wait_for wait;
    int kill_pid, kill_sig, reaped, unwaited, exit_status, roots;
    bool thread_ended;
    struct clone_request clone;
} asked;
static struct proc *ended; // what a wait finds
static int wait_err;
static int wait_code; // not an end, but this
static jmp_buf over;
static int described; // processes there are

int64 proc_clone(const struct clone_request *r)
{
    asked.clone = *r;
    return 44;
}

_Noreturn void lwp_exit(int status)
{
    asked.exit_status = status;
    asked.thread_ended = true;
    longjmp(over, 1);
}

_Noreturn void proc_exit(int status, int signal)
{
    CHECK_EQ(signal, 0);
    asked.exit_status = status;
    longjmp(over, 1);
}

int proc_wait(const struct wait_for *what, struct wait_news *news)
{
    asked.wait = *what;
    *news = (struct wait_news){ .spent = { .user = 25000000, .kernel = 30 } };
    if (ended) {
        news->zombie = &child;
        news->pid = child.pid;
        news->code = child.exit_signal ? CLD_KILLED : CLD_EXITED;
        news->status = child.exit_signal ? child.exit_signal : child.exit_status;
    }
    if (wait_code) {
        news->zombie = NULL;
        news->code = wait_code;
        news->status = 19;
    }
    return wait_err;
}

void proc_reap(struct proc *zombie)
{
    CHECK(zombie == &child);
    asked.reaped++;
}

void proc_unwait(struct proc *zombie)
{
    CHECK(zombie == &child);
    asked.unwaited++;
}

int signal_kill(int pid, const struct siginfo *info)
{
    CHECK(info->si_code != SI_USER || info->si_pid == 7);
    asked.kill_pid = pid;
    asked.kill_sig = info->si_signo;
    return -ESRCH;
}

int proc_count(void)
{
    return described;
}

struct aspace *proc_aspace(int pid)
{
    if (pid != 0)
        return NULL;
    aspace_get(calls_proc.aspace);
    return calls_proc.aspace;
}

bool proc_describe(int after, struct kine_proc *out)
{
    if (after >= 10 * described)
        return false;
    memset(out, 0, sizeof *out);
    out->pid = after + 10;
    return true;
}

void proc_times(const struct proc *p, struct cpu_time *own, struct cpu_time *children)
{
    *own = calls_thread.spent;
    *children = p->children_spent;
}

int lwp_robust_list(int tid, uint64 *head)
{
    *head = calls_proc.leader.robust_list;
    return tid == 7 ? 0 : -ESRCH;
}

// --- the other threads, of which exec knows ---------------------------------------------------

int others_ended, others_err;

int proc_end_others(void)
{
    others_ended++;
    return others_err;
}

void robust_tell(struct lwp *l)
{
    CHECK(l == current_lwp() && l->proc->aspace);
    l->robust_list = l->clear_child_tid = 0;
}

void end_vfork(struct lwp *l)
{
}

void lwp_become_leader(struct lwp *l)
{
    CHECK(!"the only thread leads");
}

void pass_on_children(struct proc *p, const struct lwp *from)
{
}

void lwp_free(struct lwp *l)
{
}

void proc_return_to_root(void)
{
    asked.roots++;
}

static int flushes;

void console_flush(void)
{
    flushes++;
}

_Noreturn void machine_power_off(void)
{
    longjmp(over, 2);
}

_Noreturn void machine_reboot(void)
{
    longjmp(over, 3);
}

static void begin(void)
{
    memset(&asked, 0, sizeof asked);
    child = (struct proc){ .pid = 21, .exit_status = 0x2eb };
    ended = &child;
    wait_err = wait_code = 0;
    described = 3;
    flushes = 0;
    calls_begin(true);
}

// --- the table --------------------------------------------------------------------------------

TEST(numbers_that_are_no_call)
{
    begin();
    CHECK_EQ(call(0, 0), -ENOSYS);
    CHECK_EQ(call(18, 0), -ENOSYS);
    CHECK_EQ(call(SYS_renameat2 + 1, 0), -ENOSYS);
    CHECK_EQ(call(999, 0), -ENOSYS);
    CHECK_EQ(call(SYS_kine_area + 1, 0), -ENOSYS);
    CHECK_EQ(call(-1, 0), -ENOSYS);
    CHECK_EQ(call(1UL << 63, 0), -ENOSYS);
    CHECK_EQ(call(SYS_renameat2, NO_FD, text("a"), NO_FD, text("b"), 0), -EBADF);
    CHECK_EQ(call(SYS_kine_longest, KINE_LONGEST_RESET, 0, 0), -ENOSYS); // no debug build
    CHECK_EQ(call(SYS_kine_longest, KINE_LONGEST_RESET, 0, -1), -EINVAL);
    calls_end();
}

TEST(who_am_i)
{
    begin();
    CHECK_EQ(call(SYS_getpid, 0), 7);
    CHECK_EQ(call(SYS_gettid, 0), 7);
    calls_proc.leader.tid = 8;
    CHECK_EQ(call(SYS_gettid, 0), 8);
    CHECK_EQ(call(SYS_getpid, 0), 7);
    CHECK_EQ(call(SYS_set_tid_address, DATA), 8);
    CHECK_EQ(calls_proc.leader.clear_child_tid, DATA);
    CHECK_EQ(call(SYS_getppid, 0), 3);
    CHECK_EQ(call(SYS_getuid, 0), 0);
    CHECK_EQ(call(SYS_geteuid, 0), 0);
    CHECK_EQ(call(SYS_getgid, 0), 0);
    CHECK_EQ(call(SYS_getegid, 0), 0);
    CHECK_EQ(call(SYS_sched_yield, 0), 0);
    calls_end();
}

// --- processes --------------------------------------------------------------------------------

TEST(arguments_reach_clone_kill_and_exit)
{
    begin();
    CHECK_EQ(call(SYS_clone, 1, 2, 3, 4, 5), 44);
    CHECK(asked.clone.flags == 1 && asked.clone.stack == 2 && asked.clone.parent_tid == 3);
    CHECK(asked.clone.tls == 4 && asked.clone.child_tid == 5);
    CHECK_EQ(call(SYS_kill, -1, 9), -ESRCH);
    CHECK(asked.kill_pid == -1 && asked.kill_sig == 9);
    if (setjmp(over) == 0)
        call(SYS_exit, (uint64)-1);
    CHECK(asked.exit_status == -1 && asked.thread_ended);
    asked.thread_ended = false;
    if (setjmp(over) == 0)
        call(SYS_exit_group, 747);
    CHECK(asked.exit_status == 747 && !asked.thread_ended);
    calls_end();
}

static int word_at(uint64 uaddr)
{
    int word;
    get(&word, uaddr, sizeof word);
    return word;
}

static void check_usage(uint64 uaddr)
{
    struct rusage usage;
    get(&usage, uaddr, sizeof usage);
    CHECK(usage.ru_utime.tv_sec == 2 && usage.ru_utime.tv_usec == 500000);
    CHECK(usage.ru_stime.tv_sec == 0 && usage.ru_stime.tv_usec == 3);
    for (int i = 0; i < 14; i++)
        CHECK_EQ(usage.rest[i], 0);
}

// What the last wait was for.
static bool waited(int type, int id, uint32 options)
{
    return asked.wait.type == type && asked.wait.id == id && asked.wait.options == options;
}

TEST(wait4_tells_how_it_ended)
{
    begin();
    CHECK_EQ(call(SYS_wait4, -1, DATA, 0, 0), 21);
    CHECK(waited(P_ALL, 0, WEXITED) && asked.reaped == 1);
    CHECK_EQ(word_at(DATA), 0xeb00);
    child.exit_signal = 11;
    CHECK_EQ(call(SYS_wait4, 21, DATA, WNOHANG | WUNTRACED, DATA + PGSIZE), 21);
    CHECK(waited(P_PID, 21, WEXITED | WNOHANG | WUNTRACED) && asked.reaped == 2);
    CHECK_EQ(word_at(DATA), 11);
    check_usage(DATA + PGSIZE);
    CHECK_EQ(call(SYS_wait4, 0, 0, 0, 0), 21); // nobody wants to know
    CHECK(waited(P_PGID, 0, WEXITED) && asked.reaped == 3);
    CHECK_EQ(call(SYS_wait4, -2, DATA, 0, 0), 21);
    CHECK(waited(P_PGID, 2, WEXITED) && asked.reaped == 4);
    CHECK_EQ(call(SYS_wait4, 1UL << 31, DATA, 0, 0), -ESRCH);
    CHECK_EQ(call(SYS_wait4, -1, DATA, 4, 0), -EINVAL);
    CHECK_EQ(call(SYS_wait4, 21, 0, __WALL, 0), 21);
    CHECK(waited(P_PID, 21, WEXITED | __WALL));
    CHECK_EQ(call(SYS_wait4, 21, 0, (uint64)(long)(int)__WCLONE | __WNOTHREAD, 0), 21);
    CHECK(waited(P_PID, 21, WEXITED | __WCLONE | __WNOTHREAD) && asked.reaped == 6);
    CHECK_EQ(call(SYS_wait4, -1, NOWHERE, 0, 0), -EFAULT);
    CHECK_EQ(call(SYS_wait4, -1, DATA, 0, NOWHERE), -EFAULT);
    CHECK(asked.unwaited == 2 && asked.reaped == 6);
    ended = NULL;
    CHECK_EQ(call(SYS_wait4, -1, NOWHERE, WNOHANG, NOWHERE), 0);
    wait_err = -EINTR;
    CHECK_EQ(call(SYS_wait4, -1, DATA, 0, 0), -ERESTART);
    CHECK(asked.unwaited == 2 && asked.reaped == 6);
    calls_end();
}

TEST(wait4_tells_that_it_stands_or_goes_on)
{
    begin();
    wait_code = CLD_STOPPED;
    CHECK_EQ(call(SYS_wait4, -1, DATA, WUNTRACED, 0), 21);
    CHECK_EQ(word_at(DATA), 19 << 8 | 0x7f);
    wait_code = CLD_CONTINUED;
    CHECK_EQ(call(SYS_wait4, -1, DATA, WCONTINUED, 0), 21);
    CHECK_EQ(word_at(DATA), 0xffff);
    CHECK(waited(P_ALL, 0, WEXITED | WCONTINUED));
    CHECK(asked.reaped == 0 && asked.unwaited == 0);
    calls_end();
}

static struct siginfo info_at(uint64 uaddr)
{
    struct siginfo info;
    get(&info, uaddr, sizeof info);
    return info;
}

TEST(waitid_tells_the_full_status)
{
    struct siginfo info;
    begin();
    memset(&info, 0x55, sizeof info);
    put(DATA, &info, sizeof info);
    CHECK_EQ(call(SYS_waitid, P_ALL, 0, DATA, WEXITED, 0), 0);
    info = info_at(DATA);
    CHECK(info.si_signo == SIGCHLD && info.si_code == CLD_EXITED && info.si_errno == 0);
    CHECK(info.si_pid == 21 && info.si_status == 0x2eb && info.si_uid == 0);
    for (int i = 2; i < 14; i++)
        CHECK_EQ(info.rest[i], 0x5555555555555555); // stays as it was
    CHECK(waited(P_ALL, 0, WEXITED) && asked.reaped == 1);
    child.exit_signal = 9;
    CHECK_EQ(call(SYS_waitid, P_PID, 21, DATA, WEXITED | WNOHANG, DATA + PGSIZE), 0);
    info = info_at(DATA);
    CHECK(info.si_code == CLD_KILLED && info.si_status == 9);
    CHECK(waited(P_PID, 21, WEXITED | WNOHANG) && asked.reaped == 2);
    check_usage(DATA + PGSIZE);
    CHECK_EQ(call(SYS_waitid, P_ALL, 0, 0, WEXITED | WNOWAIT, 0), 0);
    CHECK(asked.reaped == 2 && asked.unwaited == 1);
    CHECK_EQ(call(SYS_waitid, P_ALL, 0, NOWHERE, WEXITED, 0), -EFAULT);
    CHECK_EQ(call(SYS_waitid, P_ALL, 0, 0, WEXITED, NOWHERE), -EFAULT);
    CHECK(asked.reaped == 2 && asked.unwaited == 3);
    CHECK_EQ(call(SYS_waitid, P_ALL, 0, DATA, WNOHANG, 0), -EINVAL);
    CHECK_EQ(call(SYS_waitid, P_ALL, 0, DATA, WEXITED | 16, 0), -EINVAL);
    CHECK_EQ(call(SYS_waitid, 4, 21, DATA, WEXITED, 0), -EINVAL);
    CHECK_EQ(call(SYS_waitid, P_PGID, -1, DATA, WEXITED, 0), -EINVAL);
    CHECK_EQ(call(SYS_waitid, P_PGID, 21, DATA, WEXITED, 0), 0);
    CHECK(waited(P_PGID, 21, WEXITED));
    CHECK_EQ(call(SYS_waitid, P_PID, 0, DATA, WEXITED, 0), -EINVAL);
    CHECK_EQ(call(SYS_waitid, P_PID, 1, DATA, WEXITED, 0), 0);
    ended = NULL;
    CHECK_EQ(call(SYS_waitid, P_ALL, 0, DATA, WEXITED | WNOHANG, NOWHERE), 0);
    CHECK_EQ(info_at(DATA).si_signo, 0); // nobody has ended
    CHECK_EQ(info_at(DATA).si_pid, 0);
    wait_err = -ECHILD;
    CHECK_EQ(call(SYS_waitid, P_ALL, 0, DATA, WEXITED, 0), -ECHILD);
    calls_end();
}

// --- time -------------------------------------------------------------------------------------

static int64 nap(int64 sec, int64 nsec)
{
    struct timespec ts = { sec, nsec };
    put(DATA, &ts, sizeof ts);
    calls_slept_ns = 1;
    return call(SYS_nanosleep, DATA, 0);
}

TEST(sleeping)
{
    begin();
    CHECK_EQ(nap(3, 999999999), 0);
    CHECK_EQ(calls_slept_ns, 3999999999);
    CHECK_EQ(nap(0, 0), 0);
    CHECK_EQ(calls_slept_ns, 0);
    CHECK_EQ(nap(-1, 0), -EINVAL);
    CHECK_EQ(nap(0, -1), -EINVAL);
    CHECK_EQ(nap(0, 1000000000), -EINVAL);
    CHECK_EQ(calls_slept_ns, 1);
    CHECK_EQ(nap(INT64_MAX, 0), 0);
    CHECK(calls_slept_ns > 1UL << 60 && calls_slept_ns < 1UL << 63);
    CHECK_EQ(call(SYS_nanosleep, NOWHERE, 0), -EFAULT);
    calls_end();
}

TEST(clocks)
{
    struct timespec ts;
    struct tms tms;
    begin();
    calls_clock_ns = 5000000007;
    CHECK_EQ(call(SYS_clock_gettime, CLOCK_MONOTONIC, DATA), 0);
    get(&ts, DATA, sizeof ts);
    CHECK(ts.tv_sec == 5 && ts.tv_nsec == 7);
    CHECK_EQ(call(SYS_clock_gettime, CLOCK_REALTIME, DATA), 0);
    get(&ts, DATA, sizeof ts);
    CHECK(ts.tv_sec == 1000000005 && ts.tv_nsec == 7);
    CHECK_EQ(call(SYS_clock_gettime, 12, DATA), -EINVAL);
    CHECK_EQ(call(SYS_clock_gettime, CLOCK_REALTIME, NOWHERE), -EFAULT);
    calls_thread.spent = (struct cpu_time){ .user = 300000, .kernel = 199999 };
    calls_proc.children_spent = (struct cpu_time){ .user = 700000, .kernel = 500000 };
    CHECK_EQ(call(SYS_times, DATA), 500);
    get(&tms, DATA, sizeof tms);
    CHECK(tms.tms_utime == 3 && tms.tms_stime == 2); // charged up to this moment
    CHECK(tms.tms_cutime == 7 && tms.tms_cstime == 5);
    CHECK_EQ(call(SYS_times, 0), 500);
    CHECK_EQ(call(SYS_times, NOWHERE), -EFAULT);
    calls_end();
}

// --- memory -----------------------------------------------------------------------------------

#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

static int64 map_at(uint64 addr, uint64 prot, uint64 flags)
{
    return call(SYS_mmap, addr, 2 * PGSIZE, prot, flags, -1, 0);
}

TEST(mapping)
{
    uint64 at = DATA + 1000 * PGSIZE;
    begin();
    CHECK_EQ(map_at(at, PROT_READ | PROT_WRITE, ANON | MAP_NORESERVE | MAP_STACK), at);
    put(at, "here", 4);
    CHECK_EQ(map_at(at, PROT_READ, ANON | MAP_FIXED_NOREPLACE), -EEXIST);
    CHECK_EQ(map_at(at, PROT_READ, ANON | MAP_FIXED_NOREPLACE | MAP_FIXED), -EEXIST);
    CHECK(map_at(at, PROT_READ, ANON) > 0);
    CHECK(map_at(at, PROT_READ, ANON) != (int64)at); // a hint
    CHECK_EQ(word_at(at), 0x65726568);
    CHECK_EQ(map_at(at, PROT_READ | PROT_WRITE, ANON | MAP_FIXED), at);
    CHECK_EQ(word_at(at), 0); // what was there is gone
    CHECK_EQ(map_at(at, PROT_READ, MAP_ANONYMOUS), -EINVAL);
    CHECK_EQ(map_at(at, PROT_READ, MAP_ANONYMOUS), -EINVAL);
    CHECK_EQ(map_at(at, PROT_READ, MAP_PRIVATE), -EBADF);
    CHECK_EQ(map_at(at, PROT_READ, ANON | 1UL << 40 | MAP_FIXED), at); // as Linux ignores it
    CHECK_EQ(map_at(at, PROT_READ | 8, ANON | MAP_FIXED), at);
    CHECK_EQ(map_at(at, PROT_WRITE | PROT_EXEC, ANON | MAP_FIXED), -EACCES);
    CHECK_EQ(call(SYS_mprotect, at, PGSIZE, PROT_READ | 8), -EINVAL);
    CHECK_EQ(call(SYS_mprotect, at, PGSIZE, PROT_READ), 0);
    CHECK_EQ(call(SYS_uname, at), -EFAULT);
    CHECK_EQ(call(SYS_munmap, at, PGSIZE), 0);
    CHECK_EQ(call(SYS_mprotect, at, PGSIZE, PROT_READ), -ENOMEM);
    calls_end();
}

TEST(advice)
{
    struct kine_pte pte;
    begin();
    put(DATA, "text", 4);
    CHECK_EQ(call(SYS_madvise, DATA, PGSIZE, MADV_DONTNEED), 0);
    CHECK_EQ(word_at(DATA), 0);
    CHECK_EQ(call(SYS_madvise, DATA + PGSIZE, PGSIZE, MADV_POPULATE_READ), 0);
    CHECK_EQ(call(SYS_kine_pte, DATA + PGSIZE, DATA), 0);
    get(&pte, DATA, sizeof pte);
    CHECK((pte.pte & PTE_V) && !(pte.pte & PTE_W));
    CHECK_EQ(call(SYS_madvise, DATA + PGSIZE, PGSIZE, MADV_POPULATE_WRITE), 0);
    CHECK_EQ(call(SYS_kine_pte, DATA + PGSIZE, DATA), 0);
    get(&pte, DATA, sizeof pte);
    CHECK((pte.pte & PTE_W) && pte.refs == 1);
    CHECK_EQ(call(SYS_madvise, CONSTANTS, PGSIZE, MADV_POPULATE_WRITE), -EFAULT);
    CHECK_EQ(call(SYS_madvise, DATA, PGSIZE, 10), -EINVAL);
    CHECK_EQ(call(SYS_madvise, NOWHERE, PGSIZE, MADV_DONTNEED), -ENOMEM);
    calls_end();
}

TEST(the_break)
{
    uint64 heap = DATA + 2000 * PGSIZE;
    begin();
    CHECK_EQ(aspace_set_heap(calls_proc.aspace, heap), 0);
    CHECK_EQ(call(SYS_brk, 0), heap);
    CHECK_EQ(call(SYS_brk, heap + 10), heap + 10);
    put(heap, "x", 1);
    CHECK_EQ(call(SYS_brk, heap), heap);
    calls_end();
}

// --- the system -------------------------------------------------------------------------------

TEST(the_system_tells_of_itself)
{
    struct utsname name;
    struct sysinfo info;
    struct kine_meminfo m;
    begin();
    calls_clock_ns = 12345678901;
    CHECK_EQ(call(SYS_uname, DATA), 0);
    get(&name, DATA, sizeof name);
    CHECK(strcmp(name.sysname, "Kine") == 0 && strcmp(name.machine, "riscv64") == 0);
    CHECK_EQ(call(SYS_sysinfo, DATA), 0);
    get(&info, DATA, sizeof info);
    CHECK(info.uptime == 12 && info.procs == 3 && info.mem_unit == PGSIZE);
    CHECK_EQ(info.totalram, frames_total());
    CHECK_EQ(info.bufferram, frames_in_use(FRAME_CACHE));
    CHECK_EQ(call(SYS_kine_meminfo, DATA), 0);
    get(&m, DATA, sizeof m);
    CHECK_EQ(m.ram, frames_total());
    CHECK_EQ(m.free, frames_free());
    CHECK_EQ(info.freeram, m.free);
    CHECK_EQ(m.user, frames_in_use(FRAME_USER));
    CHECK_EQ(m.tables, host_tables());
    CHECK_EQ(m.cache, frames_in_use(FRAME_CACHE));
    CHECK_EQ(m.slab, frames_in_use(FRAME_SLAB));
    CHECK_EQ(m.ram, m.free + m.user + m.tables + m.cache + m.slab + m.stacks + m.other + m.kernel);
    CHECK_EQ(call(SYS_uname, NOWHERE), -EFAULT);
    CHECK_EQ(call(SYS_sysinfo, NOWHERE), -EFAULT);
    CHECK_EQ(call(SYS_kine_meminfo, NOWHERE), -EFAULT);
    CHECK_EQ(call(SYS_kine_pte, DATA, NOWHERE), -EFAULT);
    calls_end();
}

TEST(the_census_fits)
{
    struct kine_proc p[4];
    begin();
    memset(p, 0, sizeof p);
    put(DATA, p, sizeof p);
    CHECK_EQ(call(SYS_kine_procs, DATA, 2), 2);
    get(p, DATA, sizeof p);
    CHECK(p[0].pid == 10 && p[1].pid == 20 && p[2].pid == 0);
    CHECK_EQ(call(SYS_kine_procs, DATA, 100), 3);
    CHECK_EQ(call(SYS_kine_procs, DATA, 0), 0);
    CHECK_EQ(call(SYS_kine_procs, CONSTANTS - sizeof *p, 3), -EFAULT);
    described = 2 * NPROC;
    CHECK_EQ(call(SYS_kine_procs, DATA, 2 * NPROC), NPROC);
    calls_end();
}

TEST(failures_are_ordered)
{
    begin();
    CHECK_EQ(call(SYS_kine_inject, KINE_FAIL_KALLOC, 5), 0);
    CHECK_EQ(call(SYS_kine_inject, KINE_FAIL_FAULT, 6), 0);
    CHECK(calls_thread.in_call.countdown == 5 && calls_thread.in_fault.countdown == 6);
    CHECK_EQ(call(SYS_kine_inject, 0, 7), -EINVAL);
    CHECK_EQ(call(SYS_kine_inject, 3, 7), -EINVAL);
    CHECK(calls_thread.in_call.countdown == 5 && calls_thread.in_fault.countdown == 6);
    calls_end();
}

TEST(an_audit_is_made_at_rest)
{
    struct kine_audit result;
    begin();
    CHECK_EQ(call(SYS_kine_audit, DATA), 0);
    get(&result, DATA, sizeof result);
    CHECK(result.ram > 0 && result.errors == 0 && result.lost == 0);
    CHECK_EQ(calls_rests, 1);
    CHECK_EQ(call(SYS_kine_audit, NOWHERE), -EFAULT);
    calls_end();
}

TEST(the_end_of_the_system)
{
    struct volume_info before, after;
    begin();
    make_file("f", "x", 1);
    volume_info(calls_volume, &before);
    uint64 a = LINUX_REBOOT_MAGIC1, b = LINUX_REBOOT_MAGIC2;
    CHECK_EQ(call(SYS_reboot, a + 1, b, LINUX_REBOOT_CMD_POWER_OFF), -EINVAL);
    CHECK_EQ(call(SYS_reboot, a, b + 1, LINUX_REBOOT_CMD_POWER_OFF), -EINVAL);
    CHECK_EQ(call(SYS_reboot, a, b, 0), -EINVAL);
    CHECK_EQ(flushes, 0);
    int how = setjmp(over);
    if (how == 0)
        call(SYS_reboot, a, b, LINUX_REBOOT_CMD_POWER_OFF);
    CHECK_EQ(how, 2);
    volume_info(calls_volume, &after);
    CHECK_EQ(after.generation, before.generation + 1); // nothing is lost
    CHECK_EQ(flushes, 1);
    how = setjmp(over);
    if (how == 0)
        call(SYS_reboot, a, b, LINUX_REBOOT_CMD_RESTART);
    CHECK_EQ(how, 3);
    calls_end();
}

// --- snapshots --------------------------------------------------------------------------------

static int64 snapshot(uint64 what, const char *name)
{
    return call(SYS_kine_snapshot, what, text(name));
}

TEST(snapshots)
{
    struct kine_snapshot s = { 0 };
    begin();
    make_file("f", "old", 3);
    CHECK_EQ(snapshot(KINE_SNAPSHOT_CREATE, "one"), 0);
    CHECK_EQ(snapshot(KINE_SNAPSHOT_CREATE, "two"), 0);
    CHECK_EQ(snapshot(KINE_SNAPSHOT_CREATE, "one"), -EEXIST);
    put(DATA, &s, sizeof s);
    CHECK_EQ(call(SYS_kine_snapshot, KINE_SNAPSHOT_NEXT, DATA), 1);
    get(&s, DATA, sizeof s);
    CHECK(strcmp(s.name, "one") == 0 && s.generation > 0 && s.time_ns >= 1000000000000000000);
    CHECK_EQ(call(SYS_kine_snapshot, KINE_SNAPSHOT_NEXT, DATA), 1);
    get(&s, DATA, sizeof s);
    CHECK(strcmp(s.name, "two") == 0);
    CHECK_EQ(call(SYS_kine_snapshot, KINE_SNAPSHOT_NEXT, DATA), 0);
    CHECK_EQ(call(SYS_kine_snapshot, KINE_SNAPSHOT_NEXT, NOWHERE), -EFAULT);
    CHECK_EQ(call(SYS_kine_snapshot, KINE_SNAPSHOT_CREATE, NOWHERE), -EFAULT);
    memset(&s, 0, sizeof s);
    put(DATA + 8 * PGSIZE, &s, sizeof s);
    CHECK_EQ(call(SYS_mprotect, DATA + 8 * PGSIZE, PGSIZE, PROT_READ), 0);
    CHECK_EQ(call(SYS_kine_snapshot, KINE_SNAPSHOT_NEXT, DATA + 8 * PGSIZE), -EFAULT);
    CHECK_EQ(snapshot(9, "one"), -EINVAL);
    CHECK_EQ(snapshot(KINE_SNAPSHOT_ROLLBACK, "none"), -ENOENT);
    CHECK_EQ(asked.roots, 0);
    make_file("f", "newer", 5);
    CHECK_EQ(snapshot(KINE_SNAPSHOT_ROLLBACK, "one"), 0);
    CHECK_EQ(asked.roots, 1);
    CHECK_EQ(calls_rests, 2);
    fs_context_return_to_root(current_fs()); // as proc_return_to_root() does
    expect_file("f", "old", 3);
    CHECK_EQ(snapshot(KINE_SNAPSHOT_DELETE, "one"), 0);
    CHECK_EQ(snapshot(KINE_SNAPSHOT_DELETE, "one"), -ENOENT);
    calls_end();
}

TEST(scrubbing)
{
    struct kine_scrub result = { 0, 9 };
    begin();
    make_file("f", "text", 4);
    CHECK_EQ(call(SYS_kine_scrub, DATA), 0);
    get(&result, DATA, sizeof result);
    CHECK(result.blocks > 0 && result.damaged == 0);
    CHECK_EQ(call(SYS_kine_scrub, NOWHERE), -EFAULT);
    calls_end();
}

// --- what a process is --------------------------------------------------------------------------

TEST(random_bytes_are_never_the_same)
{
    uchar one[300], two[300];
    begin();
    random_init();
    CHECK_EQ(call(SYS_getrandom, DATA, 300, 0), 300);
    CHECK_EQ(call(SYS_getrandom, DATA + 300, 300, 7), 300);
    get(one, DATA, 300);
    get(two, DATA + 300, 300);
    for (int i = 0; i + 8 <= 300; i += 4)
        CHECK(memcmp(one + i, two + i, 8) != 0 && memcmp(one + i, "\0\0\0\0\0\0\0", 8) != 0);
    CHECK_EQ(call(SYS_getrandom, DATA, 1, 8), -EINVAL);
    CHECK_EQ(call(SYS_getrandom, CONSTANTS, 8, 0), -EFAULT);
    CHECK_EQ(call(SYS_getrandom, CONSTANTS - 128, 300, 0), 128);
    calls_end();
}

TEST(names_and_personalities)
{
    char name[16];
    begin();
    CHECK_EQ(call(SYS_prctl, PR_SET_NAME, text("a name\nthat is too long")), 0);
    CHECK_EQ(call(SYS_prctl, PR_GET_NAME, DATA), 0);
    get(name, DATA, 16);
    CHECK(strncmp(name, "a name?that is ", 14) == 0 && name[15] == '\0');
    CHECK_EQ(call(SYS_prctl, PR_SET_NAME, NOWHERE), -EFAULT);
    CHECK_EQ(call(SYS_prctl, 1, 9), -EINVAL);
    CHECK_EQ(call(SYS_personality, 0xffffffff), 0);
    CHECK_EQ(call(SYS_personality, ADDR_NO_RANDOMIZE), 0);
    CHECK_EQ(call(SYS_personality, 8), -EINVAL);
    CHECK_EQ(call(SYS_personality, 0xffffffff), ADDR_NO_RANDOMIZE);
    calls_end();
}

static void set_limit(uint64 cur, uint64 max)
{
    struct rlimit limit = { cur, max };
    put(DATA, &limit, sizeof limit);
}

TEST(limits)
{
    struct rlimit is;
    begin();
    calls_proc.stack_limit = STACK_DEFAULT;
    CHECK_EQ(call(SYS_prlimit64, 0, RLIMIT_NOFILE, 0, DATA), 0);
    get(&is, DATA, sizeof is);
    CHECK(is.rlim_cur == NOFILE && is.rlim_max == NOFILE);
    set_limit(1 << 20, RLIM_INFINITY);
    CHECK_EQ(call(SYS_prlimit64, 7, RLIMIT_STACK, DATA, DATA + 64), 0);
    get(&is, DATA + 64, sizeof is);
    CHECK_EQ(is.rlim_cur, STACK_DEFAULT);
    CHECK_EQ(calls_proc.stack_limit, 1 << 20);
    set_limit(RLIM_INFINITY, RLIM_INFINITY);
    CHECK_EQ(call(SYS_prlimit64, 0, RLIMIT_STACK, DATA, 0), 0);
    CHECK_EQ(calls_proc.stack_limit, STACK_MOST);
    set_limit(0, 0);
    CHECK_EQ(call(SYS_prlimit64, 0, RLIMIT_STACK, DATA, 0), 0);
    CHECK_EQ(calls_proc.stack_limit, STACK_LEAST);
    set_limit(9, 10);
    CHECK_EQ(call(SYS_prlimit64, 0, RLIMIT_NOFILE, DATA, 0), -EPERM);
    set_limit(10, 9);
    CHECK_EQ(call(SYS_prlimit64, 0, RLIMIT_STACK, DATA, 0), -EINVAL);
    CHECK_EQ(call(SYS_prlimit64, 0, RLIMITS, 0, DATA), -EINVAL);
    CHECK_EQ(call(SYS_prlimit64, 6, RLIMIT_STACK, 0, DATA), -EPERM);
    CHECK_EQ(call(SYS_prlimit64, 0, RLIMIT_STACK, NOWHERE, 0), -EFAULT);
    calls_end();
}

TEST(status_of_what_is_open)
{
    struct linux_stat st;
    struct statx stx;
    int fd[2];
    begin();
    CHECK_EQ(call(SYS_pipe2, DATA, 0), 0);
    get(fd, DATA, sizeof fd);
    CHECK_EQ(call(SYS_newfstatat, (uint64)fd[0], text(""), DATA, AT_EMPTY_PATH), 0);
    get(&st, DATA, sizeof st);
    CHECK_EQ(st.st_mode & S_IFMT, S_IFIFO);
    CHECK_EQ(call(SYS_statx, (uint64)fd[1], text(""), AT_EMPTY_PATH, ~0U, DATA), 0);
    get(&stx, DATA, sizeof stx);
    CHECK_EQ(stx.stx_mode & S_IFMT, S_IFIFO);
    CHECK_EQ(call(SYS_close, make_file("file", "12345", 5)), 0);
    CHECK_EQ(call(SYS_statx, (uint64)AT_FDCWD, text("file"), AT_STATX_SYNC_TYPE, 0, DATA), 0);
    get(&stx, DATA, sizeof stx);
    CHECK(stx.stx_size == 5 && stx.stx_nlink == 1 && stx.stx_mask == STATX_BASIC_STATS);
    CHECK_EQ(call(SYS_statx, (uint64)AT_FDCWD, text("file"), 1, 0, DATA), -EINVAL);
    CHECK_EQ(call(SYS_statx, 50, text(""), AT_EMPTY_PATH, 0, DATA), -EBADF);
    CHECK_EQ(call(SYS_fchownat, (uint64)AT_FDCWD, text("file"), 0, -1, 0), 0);
    CHECK_EQ(call(SYS_fchownat, (uint64)AT_FDCWD, text("file"), 1000, 0, 0), -EPERM);
    CHECK_EQ(call(SYS_faccessat2, (uint64)AT_FDCWD, text("file"), 4, AT_EACCESS), 0);
    CHECK_EQ(call(SYS_fchdir, (uint64)fd[0]), -ENOTDIR);
    CHECK_EQ(call(SYS_fchdir, open_file("/", O_RDONLY)), 0);
    CHECK_EQ(call(SYS_close_range, 1, 0, 0), -EINVAL);
    CHECK_EQ(call(SYS_close_range, (uint64)fd[1], ~0U, CLOSE_RANGE_CLOEXEC), 0);
    CHECK_EQ(call(SYS_fcntl, (uint64)fd[1], F_GETFD), FD_CLOEXEC);
    CHECK_EQ(call(SYS_close_range, (uint64)fd[1], ~0U, 0), 0);
    CHECK_EQ(call(SYS_fcntl, (uint64)fd[1], F_GETFD), -EBADF);
    CHECK_EQ(call(SYS_fcntl, (uint64)fd[0], F_GETFD), 0);
    calls_end();
}
