// Values of all kinds.  One in 16 is a number of no kind at all.

#include "user/tests/fuzzcalls/fuzzcalls.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

uint64 pick(struct fuzzer *f, uint64 n)
{
    return (next_random(&f->chance) >> 16) % n;
}

static const uint64 extreme[] = {
    0,
    1,
    2,
    7,
    8,
    511,
    512,
    513,
    4095,
    4096,
    4097,
    0x7fffffff,
    0x80000000,
    0xffffffff,
    1UL << 32,
    0x7ffff000,
    0x7ffff001,
    1UL << 38,
    1UL << 39,
    1UL << 47,
    1UL << 48,
    ~0UL >> 1,
    1UL << 63,
    ~0UL,
    ~0UL - 1,
    ~0xfffUL,
    ~0xffeUL,
    -100UL,
    KERNBASE,
    PHYSTOP,
    TRAPFRAME,
    MAXVA,
    MAXVA - 8,
    ARENA - 1,
    0xffffffff80000000,
    0x3fffffff,
    0x3ffffffe,
    1UL << 62,
    ~(1UL << 63) - 4095,
};

uint64 any_word(struct fuzzer *f)
{
    uint64 word = next_random(&f->chance);
    switch (pick(f, 4)) {
    case 0: return word >> pick(f, 64);
    case 1: return pick(f, 64);
    default: return extreme[pick(f, COUNT(extreme))];
    }
}

static uint64 one_of(struct fuzzer *f, const uint64 *values, uint64 n)
{
    return values[pick(f, n)];
}
#define ONE_OF(f, ...)                                                                             \
    one_of((f), (const uint64[]){ __VA_ARGS__ }, COUNT(((const uint64[]){ __VA_ARGS__ })))

// --- memory -----------------------------------------------------------------------------------

// Mostly within the arena; sometimes against its end, in our text, or below our stack pointer.
static uint64 buffer(struct fuzzer *f)
{
    uint64 end = ARENA + ARENA_PAGES * PGSIZE;
    switch (pick(f, 16)) {
    case 0: return end - pick(f, 64);
    case 1: return (uint64)pick + pick(f, 256);
    case 2: return PGROUNDDOWN(r_sp()) - pick(f, 3) * PGSIZE;
    default: return ARENA + pick(f, ARENA_PAGES * PGSIZE);
    }
}

static uint64 length(struct fuzzer *f)
{
    static const uint64 most[] = { 16, 600, 5000, 5000, 40000 };
    return pick(f, one_of(f, most, COUNT(most)));
}

static uint64 vector(struct fuzzer *f)
{
    uint64 most = ONE_OF(f, 4, 300, 5000);
    for (int i = 0; i < BUFFERS; i++) {
        bool odd = pick(f, 64) == 0;
        f->iov[i].iov_base = (void *)(odd ? any_word(f) : buffer(f));
        f->iov[i].iov_len = pick(f, 128) == 0 ? any_word(f) : pick(f, most);
    }
    return (uint64)f->iov;
}

static uint64 times(struct fuzzer *f)
{
    for (int i = 0; i < 2; i++) {
        f->times[i].tv_sec = pick(f, 8) ? 0 : (long)any_word(f);
        f->times[i].tv_nsec = pick(f, 8) ? (long)pick(f, 3000000) : (long)any_word(f);
    }
    return (uint64)f->times;
}

// --- names ------------------------------------------------------------------------------------

#define LONG_NAME                                                                                  \
    "long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-"        \
    "long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-"        \
    "long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-name"

static const char *const names[] = {
    "a",    "b",     "f0",   "c",       "dir",          "file",           "link",
    "loop", PROGRAM, DEVICE, LONG_NAME, "twelve-bytes", "fourteen-bytes", "fifteen-bytes-",
    NULL
};

const char *name_of(int i)
{
    return names[i];
}

static char *put(char *at, const char *end, const char *text)
{
    while (*text && at < end)
        *at++ = *text++;
    return at;
}

// One to four names, now and then a hundred; the directories above are among them.
static uint64 path(struct fuzzer *f)
{
    f->next_path ^= 1;
    char *begin = f->path[f->next_path], *at = begin, *end = begin + PATH_ROOM - 1;
    uint64 parts = pick(f, 64) == 0 ? pick(f, 1500) : 1 + pick(f, 8) / 5;
    for (uint64 i = 0; i < parts; i++) {
        if (i > 0)
            at = put(at, end, "/");
        switch (pick(f, 24)) {
        case 0: at = put(at, end, ".."); break;
        case 1: at = put(at, end, "."); break;
        case 2: at = put(at, end, "../f0"); break;
        case 3: break; // a slash too many, or no name at all
        default: at = put(at, end, names[pick(f, COUNT(names) - 1)]); break;
        }
    }
    *at = 0;
    return (uint64)begin;
}

static uint64 snapshot_name(struct fuzzer *f)
{
    char *name = (char *)path(f);
    if (pick(f, 8) > 0) {
        name[0] = 'f';
        name[1] = 'z';
        name[2] = (char)('0' + pick(f, SNAPSHOTS));
        name[3] = 0;
    }
    return (uint64)name;
}

// --- arguments of execve ----------------------------------------------------------------------

static uint64 pointers(struct fuzzer *f)
{
    if (pick(f, 4) == 0)
        return 0;
    for (size_t i = 0; i < COUNT(f->pointers) - 1; i++)
        f->pointers[i] = pick(f, 16) == 0 ? any_word(f) : (uint64)names[pick(f, COUNT(names) - 1)];
    f->pointers[pick(f, COUNT(f->pointers))] = 0;
    f->pointers[COUNT(f->pointers) - 1] = 0;
    return (uint64)f->pointers;
}

// --- flags ------------------------------------------------------------------------------------

static uint64 clone_flags(struct fuzzer *f)
{
    uint64 flags = SIGCHLD;
    static const uint64 some[] = { CLONE_VM,
                                   CLONE_FILES,
                                   CLONE_VFORK,
                                   CLONE_SETTLS,
                                   CLONE_FS,
                                   CLONE_VM | CLONE_SIGHAND,
                                   CLONE_VM | CLONE_SIGHAND | CLONE_THREAD,
                                   CLONE_PARENT,
                                   CLONE_PARENT_SETTID,
                                   CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID,
                                   0,
                                   0 };
    for (int i = 0; i < 3; i++)
        flags |= one_of(f, some, COUNT(some));
    return flags;
}

static uint64 open_flags(struct fuzzer *f)
{
    uint64 flags = ONE_OF(f, O_RDONLY, O_WRONLY, O_RDWR, O_RDWR);
    for (int i = 0; i < 3; i++)
        flags |= ONE_OF(f, O_CREAT, O_CREAT, O_EXCL, O_TRUNC, O_APPEND, O_NONBLOCK, O_SYNC,
                        O_DIRECTORY, O_NOFOLLOW, O_CLOEXEC, 0, 0);
    return flags;
}

// --- all of them ------------------------------------------------------------------------------

// Somebody of our own, or a number that stands for nobody; never a group, which others are in.
static uint64 victim(struct fuzzer *f)
{
    uint64 me = (uint64)getpid();
    return ONE_OF(f, f->child ? (uint64)f->child : me, me, 1, 1UL << 31, -(1UL << 30),
                  me | 1UL << 32);
}

static uint64 value_in_memory(struct fuzzer *f, enum kind kind)
{
    switch (kind) {
    case BUFFER: return buffer(f);
    case LENGTH: return length(f);
    case OFFSET: return ONE_OF(f, 0, pick(f, 20000), pick(f, 1UL << 24), ~0UL);
    case VECTOR: return vector(f);
    case VECTOR_COUNT: return pick(f, BUFFERS + 1);
    case ADDRESS:
        return ARENA + pick(f, ARENA_PAGES) * PGSIZE + (pick(f, 16) ? 0 : pick(f, PGSIZE));
    case MEMORY_LENGTH: return pick(f, 16) * PGSIZE + (pick(f, 8) ? 0 : pick(f, PGSIZE));
    case PROTECTION: return pick(f, 8);
    case MAP_FLAGS:
        return ONE_OF(f, MAP_PRIVATE | MAP_ANONYMOUS, MAP_SHARED | MAP_ANONYMOUS, MAP_PRIVATE,
                      MAP_SHARED) |
               (pick(f, 4) ? MAP_FIXED : 0) | (pick(f, 8) ? 0 : MAP_POPULATE);
    case SYNC_FLAGS: return ONE_OF(f, MS_SYNC, MS_ASYNC, MS_INVALIDATE);
    case ADVICE:
        return ONE_OF(f, MADV_WILLNEED, MADV_FREE, MADV_DONTNEED, MADV_POPULATE_READ,
                      MADV_POPULATE_WRITE);
    case TIMES: return times(f);
    case POINTERS: return pointers(f);
    default: return any_word(f);
    }
}

// --- signals ----------------------------------------------------------------------------------

// Now and then it makes a frame of its own out of what it was given.
void handle(int sig, struct siginfo *info, struct ucontext *uc)
{
    if (info->si_code == SI_USER && (uc->uc_mcontext.reg[2] & 0xf0) == 0)
        uc->uc_mcontext.reg[11] ^= uc->uc_mcontext.reg[12];
}

static uint64 action(struct fuzzer *f)
{
    static const uint64 flags[] = { SA_RESTART, SA_SIGINFO, SA_NODEFER, SA_ONSTACK, SA_RESETHAND };
    f->action.sa_handler = (uint64)handle;
    if (pick(f, 4) == 0)
        f->action.sa_handler = ONE_OF(f, SIG_DFL, SIG_IGN, any_word(f));
    f->action.sa_flags = one_of(f, flags, COUNT(flags)) | one_of(f, flags, COUNT(flags));
    f->action.sa_mask = any_word(f);
    return (uint64)&f->action;
}

static uint64 signal_set(struct fuzzer *f)
{
    f->set = pick(f, 4) ? 1UL << pick(f, 64) : any_word(f);
    return (uint64)&f->set;
}

static uint64 value_of_files(struct fuzzer *f, enum kind kind)
{
    switch (kind) {
    case FD: return pick(f, 8) ? pick(f, 12) : ONE_OF(f, AT_FDCWD, pick(f, COUNT_FD));
    case PATH: return path(f);
    case OPEN_FLAGS: return open_flags(f);
    case MODE: return ONE_OF(f, 0, 0644, S_IFREG | 0600, S_IFCHR | 0600, S_IFDIR, 07777);
    case REQUEST:
        return ONE_OF(f, FICLONE, FICLONE, TIOCGWINSZ, TCGETS, FIONREAD, TCSBRK, KIOC_FRESH_LINE);
    case COMMAND: return ONE_OF(f, F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC);
    case SNAPSHOT_ACT:
        return ONE_OF(f, KINE_SNAPSHOT_CREATE, KINE_SNAPSHOT_DELETE, KINE_SNAPSHOT_ROLLBACK,
                      KINE_SNAPSHOT_NEXT);
    case SNAPSHOT_NAME: return snapshot_name(f);
    case SIGNAL: return pick(f, 32) ? 1 + pick(f, NSIG) : any_word(f);
    case ACTION: return pick(f, 8) ? action(f) : ONE_OF(f, 0, buffer(f));
    case SIGNAL_SET: return pick(f, 8) ? signal_set(f) : ONE_OF(f, 0, buffer(f));
    case SET_SIZE: return pick(f, 32) ? sizeof(uint64) : any_word(f);
    default: return value_in_memory(f, kind);
    }
}

uint64 value_of(struct fuzzer *f, enum kind kind)
{
    if (kind == VICTIM)
        return victim(f);
    if (pick(f, 16) == 0)
        return any_word(f);
    switch (kind) {
    case NONE: return 0;
    case FEW: return pick(f, 2) ? 0 : pick(f, 16);
    case CLONE_FLAGS: return clone_flags(f);
    case STACK: return pick(f, 8) ? 0 : buffer(f);
    case CHILD: return ONE_OF(f, (uint64)f->child, ~0UL, 0);
    case WAIT_OPTIONS: return pick(f, 8) ? WNOHANG : 0;
    case WAITID_OPTIONS: return WEXITED | (pick(f, 8) ? WNOHANG : 0) | (pick(f, 4) ? 0 : WNOWAIT);
    default: return value_of_files(f, kind);
    }
}
