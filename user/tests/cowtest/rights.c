// A page keeps its own permissions: through fork, through the faults that copy it, and when the
// kernel writes for the user.  (Hazards 1, 2, 6, 7.)

#include "user/tests/cowtest/cowtest.h"

struct attempt {
    job *fn;
    void *arg;
    const char *what;
};

static void die_everywhere_inner(void *arg)
{
    struct attempt *a = arg;
    must_die(a->what, a->fn, a->arg, SIGSEGV);
}

// Runs fn(arg) in a child, in a grandchild, and in a child of a process that has forked before:
// permissions must be the same in all of them.
static void die_everywhere(const char *what, job *fn, void *arg)
{
    struct attempt a = { fn, arg, what };
    must_die(what, fn, arg, SIGSEGV);
    must_pass("a child that tries", die_everywhere_inner, &a);
    must_die(what, fn, arg, SIGSEGV);
}

static void store(void *at)
{
    *(volatile uint *)at = 0x13;
}

static void call(void *at)
{
    asm volatile("fence.i");
    ((void (*)(void))at)();
}

static int sample(int x)
{
    return x * 3 + 1;
}
static int (*volatile sample_fn)(int) = sample;

void text_store(void)
{
    void *text = (void *)sample_fn;
    die_everywhere("a store to text", store, text);
    EXPECT(sample_fn(2), 7, "the function that was stored to");
}

static void text_read_once(void *arg)
{
    int fd[2];
    char *text = (char *)sample_fn;
    EXPECT(sample_fn(1), 4, "the function whose page is looked at");
    struct kine_pte before = pte_of(text);
    must_pipe(fd);
    EXPECT(write(fd[1], "????", 4), 4, "write to the pipe");
    EXPECT(sys(SYS_read, fd[0], text, 4), -EFAULT, "read() into text");
    EXPECT(sys(SYS_fstat, fd[0], text), -EFAULT, "fstat() into text");
    EXPECT(sys(SYS_pipe2, text, 0), -EFAULT, "pipe() into text");
    EXPECT(sample_fn(5), 16, "the function that was read into");
    EXPECT(PTE2PA(pte_of(text).pte), PTE2PA(before.pte), "the frame of the text");
    EXPECT(pte_of(text).pte & PTE_W, 0, "the W bit of text");
    close(fd[0]);
    close(fd[1]);
}

void text_read(void)
{
    text_read_once(NULL);
    must_pass("read() into text in a child", text_read_once, NULL);
    text_read_once(NULL);
}

static const uint ret_instruction = 0x00008067;
static uint in_data[PGSIZE / sizeof(uint)] __attribute__((aligned(PGSIZE)));

static void make_private_and_call(void *at)
{
    *(volatile uint *)at = ret_instruction; // breaks COW: the copy must not gain X
    EXPECT(pte_of(at).pte & (PTE_W | PTE_X), PTE_W, "W and X of a copied page");
    call(at);
}

void no_exec(void)
{
    uint on_stack[4] = { ret_instruction };
    uint *on_heap = (uint *)heap_pages(1);
    *on_heap = in_data[0] = ret_instruction;
    die_everywhere("a jump to the heap", call, on_heap);
    die_everywhere("a jump to data", call, in_data);
    die_everywhere("a jump to the stack", call, on_stack);
    die_everywhere("a jump to a copied page of the heap", make_private_and_call, on_heap);
    die_everywhere("a jump to a copied page of data", make_private_and_call, in_data);
}

static const char constant[64] = "what is constant stays so";

static void read_into_constant(void *arg)
{
    int fd[2];
    must_pipe(fd);
    EXPECT(write(fd[1], "x", 1), 1, "write to the pipe");
    EXPECT(sys(SYS_read, fd[0], constant, 1), -EFAULT, "read() into a constant");
    EXPECT(constant[0], 'w', "the constant");
}

void rodata(void)
{
    die_everywhere("a store to a constant", store, (void *)constant);
    read_into_constant(NULL);
    must_pass("a child", read_into_constant, NULL);
    EXPECT(constant[1], 'h', "the constant");
}

// --- mprotect ---------------------------------------------------------------------------------

static void protect_and_write(void *arg)
{
    char *page = arg;
    long err = sys(SYS_mprotect, page, PGSIZE, PROT_READ | PROT_WRITE);
    EXPECT(err, 0, "mprotect(+W) on a COW page");
    struct kine_pte e = pte_of(page);
    CHECK(e.refs < 2 || !(e.pte & PTE_W), "the entry of a page with %ld references has W",
          (long)e.refs);
    fill(page, PGSIZE, 2);
}

static void protect_read_only(void *arg)
{
    char *page = arg;
    EXPECT(sys(SYS_mprotect, page, PGSIZE, PROT_READ), 0, "mprotect(-W)");
    store(page);
}

void protect_cow(void)
{
    char *page = heap_pages(1);
    fill(page, PGSIZE, 1);
    if (sys(SYS_mprotect, page, PGSIZE, PROT_READ | PROT_WRITE) == -ENOSYS) {
        printf("protectcow: this kernel has no mprotect: nothing was checked\n");
        return;
    }
    must_pass("a child that makes the page writable", protect_and_write, page);
    check_filled(page, PGSIZE, 1);
    must_die("a store to a page made read-only", protect_read_only, page, SIGSEGV);
    store(page);
    long both = PROT_READ | PROT_WRITE | PROT_EXEC;
    CHECK(sys(SYS_mprotect, page, PGSIZE, both) < 0, "mprotect(+W+X) was granted");
}

static void load(void *page)
{
    (void)*(volatile char *)page;
}

static void protect_page(char *page, int prot)
{
    EXPECT(sys(SYS_mprotect, page, PGSIZE, prot), 0, "mprotect to %d", prot);
}

// Makes a withheld page its own, and withholds it again.
static void change_withheld(void *arg)
{
    char *page = arg;
    protect_page(page, PROT_READ);
    check_filled(page, PGSIZE, 3);
    protect_page(page, PROT_READ | PROT_WRITE);
    fill(page, PGSIZE, 4);
    protect_page(page, PROT_NONE);
    must_die("a load from a page withheld again", load, page, SIGSEGV);
    protect_page(page, PROT_READ);
    check_filled(page, PGSIZE, 4);
}

// A page that nobody may touch keeps its bytes, in each of those who have it.
void withheld(void)
{
    char *page = lazy_pages(3) + PGSIZE;
    fill(page, PGSIZE, 3);
    protect_page(page, PROT_NONE);
    must_die("a load from a page with PROT_NONE", load, page, SIGSEGV);
    must_die("a store to one", store, page, SIGSEGV);
    EXPECT(sys(SYS_write, 1, page, 1), -EFAULT, "write() of one");
    EXPECT(sys(SYS_getcwd, page, 100), -EFAULT, "getcwd() into one");
    must_pass("a child that changes the page", change_withheld, page);
    protect_page(page, PROT_READ | PROT_WRITE);
    check_filled(page, PGSIZE, 3);
    must_pass("a child with the page as it was", change_withheld, page);
    protect_page(page, PROT_NONE);
    EXPECT(sys(SYS_madvise, page, PGSIZE, MADV_DONTNEED), 0, "madvise");
    protect_page(page, PROT_READ);
    EXPECT(page[1], 0, "a byte of a page that was thrown away");
}

// --- pages of the program's file --------------------------------------------------------------

// A page of initialised data that nothing else lies in and that only file_page() touches.
static char untouched[PGSIZE] __attribute__((aligned(PGSIZE))) = "kine-data-page-as-it-is-on-disk";

// In two halves, so that the whole marker stands in the file once.
static bool is_marker(const char *at)
{
    return memcmp(at, "kine-data-page", 14) == 0 && strcmp(at + 14, "-as-it-is-on-disk") == 0;
}

// => true if the program's file still has the marker
static bool marker_in_file(const char *path)
{
    static char block[1024];
    int fd = must_open(path, O_RDONLY);
    bool found = false;
    while (!found && read(fd, block, sizeof block) == sizeof block)
        for (size_t i = 0; i + 32 <= sizeof block && !found; i += 8)
            found = is_marker(block + i);
    close(fd);
    return found;
}

static void write_data_page(void *arg)
{
    struct kine_pte before = pte_of(untouched);
    fill(untouched, PGSIZE, 9);
    struct kine_pte e = pte_of(untouched);
    CHECK(e.pte & PTE_W, "after a store the entry has no W");
    EXPECT(e.refs, 1, "references to the written page");
    CHECK(PTE2PA(e.pte) != PTE2PA(before.pte), "the store went to the shared frame");
}

void file_page(void)
{
    EXPECT(*(volatile char *)untouched, 'k', "the first byte of the data page");
    struct kine_pte e = pte_of(untouched);
    CHECK(!(e.pte & PTE_W) || e.refs == 1, "a load mapped a shared page (%ld references) with W",
          (long)e.refs);
    CHECK(!(e.pte & PTE_X), "a data page has X");
    must_pass("a child that writes a data page", write_data_page, NULL);
    CHECK(is_marker(untouched), "the parent's page changed");
    CHECK(marker_in_file("/cowtest"), "the program's file changed, or the marker is not in it");
}

// --- A and D ----------------------------------------------------------------------------------

static void expect_bits(const char *what, const volatile void *at, long set, long clear)
{
    long pte = (long)pte_of(at).pte;
    EXPECT(pte & (set | clear), set, "bits of the entry of %s", what);
}

static void bits_after_copy(void *arg)
{
    char *page = arg;
    expect_bits("a page shared by fork", page, PTE_V | PTE_R | PTE_U | PTE_A | PTE_COW, PTE_W);
    *page = 2;
    expect_bits("a copied page", page, PTE_V | PTE_R | PTE_W | PTE_U | PTE_A | PTE_D,
                PTE_X | PTE_COW);
}

// A hart that does not set A and D by itself must never need to.
void entry_bits(void)
{
    char *page = heap_pages(1), *lazy = lazy_pages(2);
    *page = 1;
    lazy[0] = 1;
    CHECK(lazy[PGSIZE] == 0, "a lazy page is not zero");
    EXPECT(sample_fn(1), 4, "the function whose page is looked at");
    long own = PTE_V | PTE_R | PTE_W | PTE_U | PTE_A | PTE_D;
    expect_bits("a page of the heap", page, own, PTE_X | PTE_COW);
    expect_bits("a lazy page after a store", lazy, own, PTE_X | PTE_COW);
    expect_bits("a lazy page after a load", lazy + PGSIZE, PTE_V | PTE_R | PTE_U | PTE_A, PTE_X);
    expect_bits("text", (void *)sample_fn, PTE_V | PTE_R | PTE_X | PTE_U | PTE_A, PTE_W | PTE_COW);
    must_pass("a child", bits_after_copy, page);
}
