// The first stack is made in two walks over the strings (proc/args.h): the first counts them and
// their bytes, so that it is known where what stands; the second copies.  Another thread of the
// caller's may change strings and vectors in between: the second walk keeps to what the first has
// found, and fails where there is more.

#include "proc/args.h"
#include "abi.h"
#include "dev/random.h"
#include "errno.h"
#include "lib/string.h"
#include "proc/auxv.h"
#include "proc/image.h"
#include "riscv.h"
#include "task/hand.h"
#include "task/thread.h"
#include "vm/usercopy.h"

#define WINDOW       16 // pointers of a vector that are fetched at once
#define WORDS        (PGSIZE / sizeof(uint64))
#define RANDOM_BYTES 16
#define TOP          sizeof(uint64) // zeros at the top of the stack

// --- a vector of strings of the user's ----------------------------------------------------------

struct vector {
    struct aspace *as;
    uint64 uva; // of what follows the window; 0: there is no vector
    unsigned at, n;
    uint64 window[WINDOW];
};

// What is in one page with a pointer that is needed can be read if that can.
static int fill_window(struct vector *v)
{
    uint64 room = (PGSIZE - v->uva % PGSIZE) / sizeof *v->window;
    v->n = room == 0 ? 1 : room < WINDOW ? (unsigned)room : WINDOW;
    v->at = 0;
    int err = copyin(v->as, v->window, v->uva, v->n * sizeof *v->window);
    v->uva += v->n * sizeof *v->window;
    return err;
}

// => 1 and the address of the next string; 0 at the end; -EFAULT, -ENOMEM
static int next_string(struct vector *v, uint64 *string)
{
    if (v->uva == 0)
        return 0;
    int err = v->at == v->n ? fill_window(v) : 0;
    if (err)
        return err;
    *string = v->window[v->at++];
    return *string != 0;
}

// --- the first walk -----------------------------------------------------------------------------

// Strings, and their bytes, each with its NUL.
struct amount {
    uint64 count, bytes;
};

static uint64 pointers_and_bytes(const struct amount *a)
{
    return a->bytes + a->count * sizeof(uint64);
}

// Adds the string at uva.  => 0; -E2BIG: all together are more than `most`; as copyin
static int measure_string(struct aspace *as, uint64 uva, struct amount *sum, uint64 most)
{
    struct user_span span;
    const char *end = NULL;
    sum->count++;
    while (!end) {
        if (pointers_and_bytes(sum) >= most)
            return -E2BIG;
        int err = thread_breathe_at_rest();
        if (!err)
            err = user_hold(as, uva, most - pointers_and_bytes(sum), false, &span);
        if (err)
            return err;
        end = memchr(span.kva, 0, span.len);
        size_t n = end ? (size_t)(end - (const char *)span.kva) + 1 : span.len;
        user_release(&span);
        sum->bytes += n;
        uva += n;
    }
    return 0;
}

// Adds the strings of a vector but the first `skip`.  => 0 and how many it has
static int measure(struct vector v, unsigned skip, uint64 *n, struct amount *sum, uint64 most)
{
    uint64 string = 0;
    int more;
    for (*n = 0; (more = next_string(&v, &string)) > 0; ++*n) {
        int err = *n < skip ? 0 : measure_string(v.as, string, sum, most);
        if (err)
            return err;
    }
    return more;
}

// --- strings of scripts -------------------------------------------------------------------------

int args_prepend(struct args *args, const char *string)
{
    size_t n = strlen(string) + 1;
    if (!args->page) {
        args->page = page_in_hand();
        if (!args->page)
            return -ENOMEM;
        args->before = args->page + PGSIZE;
    }
    args->before -= n;
    memcpy(args->before, string, n);
    return 0;
}

void args_end(struct args *args)
{
    if (args->page)
        page_from_hand(args->page);
}

// => bytes of them
static size_t before_bytes(const struct args *args)
{
    return args->page ? (size_t)(args->page + PGSIZE - args->before) : 0;
}

// Adds them, and the path.
static void measure_before(const struct args *args, struct amount *sum)
{
    size_t n = before_bytes(args);
    for (size_t i = 0; i < n; i++)
        sum->count += args->before[i] == '\0';
    sum->count++;
    sum->bytes += n + strlen(args->path) + 1;
}

// --- the second walk ----------------------------------------------------------------------------

struct building {
    const struct args *args;
    struct aspace *from, *to;
    unsigned skip;       // strings of argv that a script's stand for
    uint64 nargv, nenvp; // strings of the vectors
    struct amount sum;   // of what goes onto the stack
    uint64 argc;
    uint64 path, random; // addresses on the stack
    uint64 string;       // where the next string goes; they end at the path
    uint64 word;         // where the words of the window go
    uint64 *window;      // a page in hand: argc, pointers, auxv, as they will stand there
    size_t n;            // words in it
    int err;             // of a window that could not be copied
};

static void flush_words(struct building *b)
{
    if (!b->err)
        b->err = copyout(b->to, b->word, b->window, b->n * sizeof(uint64));
    b->word += b->n * sizeof(uint64);
    b->n = 0;
}

static void put_word(struct building *b, uint64 word)
{
    if (b->n == WORDS)
        flush_words(b);
    b->window[b->n++] = word;
}

// A string of the kernel's.
static int put_string(struct building *b, const char *string)
{
    size_t n = strlen(string) + 1;
    put_word(b, b->string);
    int err = copyout(b->to, b->string, string, n);
    b->string += n;
    return err;
}

// Its bytes may change while they are copied; the zero at the top of the stack ends the last string
// in any case.
static int copy_string_across(struct building *b, uint64 uva)
{
    struct user_pin pin;
    const char *end = NULL;
    put_word(b, b->string);
    while (!end) {
        if (b->string == b->path)
            return -E2BIG;
        int err = thread_breathe_at_rest();
        if (!err)
            err = user_pin(b->from, uva, b->path - b->string, &pin);
        if (err)
            return err;
        end = memchr(pin.kva, 0, pin.len);
        size_t n = end ? (size_t)(end - (const char *)pin.kva) + 1 : pin.len;
        err = copyout(b->to, b->string, pin.kva, n);
        user_unpin(&pin);
        if (err)
            return err;
        b->string += n;
        uva += n;
    }
    return 0;
}

// The strings of the vector at uva, of which the first walk has found n, but the first `skip`.
static int copy_vector(struct building *b, uint64 uva, unsigned skip, uint64 n)
{
    uint64 string = 0;
    struct vector v = { .as = b->from, .uva = uva };
    for (uint64 i = 0; i < n; i++) {
        int more = next_string(&v, &string);
        if (more <= 0)
            return more ? more : -EFAULT;
        int err = i < skip ? 0 : copy_string_across(b, string);
        if (err)
            return err;
    }
    return 0;
}

static int copy_before(struct building *b)
{
    int err = 0;
    size_t n = before_bytes(b->args);
    for (const char *s = b->args->before; n > 0 && !err;) {
        err = put_string(b, s);
        n -= strlen(s) + 1;
        s += strlen(s) + 1;
    }
    return err ? err : put_string(b, b->args->path);
}

static int copy_argv(struct building *b)
{
    int err = 0;
    put_word(b, b->argc);
    if (b->args->page)
        err = copy_before(b);
    if (!err)
        err = copy_vector(b, b->args->argv, b->skip, b->nargv);
    if (!err && b->nargv == 0 && !b->args->page)
        put_word(b, b->string++); // a NUL is there
    put_word(b, 0);
    return err;
}

static int copy_envp(struct building *b)
{
    int err = copy_vector(b, b->args->envp, 0, b->nenvp);
    put_word(b, 0);
    return err;
}

static void copy_auxv(struct building *b, const struct image *image)
{
    if (b->n + AUXV_WORDS > WORDS)
        flush_words(b);
    auxv_put(b->window + b->n, image, b->random, b->path);
    b->n += AUXV_WORDS;
    flush_words(b);
}

// --- both ---------------------------------------------------------------------------------------

// A program always finds a name for itself, if an empty one (as in Linux): programs look at argv[1]
// without asking whether there is an argv[0].
static int measure_all(struct building *b, uint64 most)
{
    if (b->args->page)
        measure_before(b->args, &b->sum);
    struct vector argv = { .as = b->from, .uva = b->args->argv };
    int err = measure(argv, b->skip, &b->nargv, &b->sum, most);
    if (err)
        return err;
    if (b->sum.count == 0)
        b->sum = (struct amount){ 1, 1 };
    b->argc = b->sum.count;
    struct vector envp = { .as = b->from, .uva = b->args->envp };
    err = measure(envp, 0, &b->nenvp, &b->sum, most);
    return !err && pointers_and_bytes(&b->sum) > most ? -E2BIG : err;
}

// Says what goes where.  => the stack pointer
static uint64 place(struct building *b, uint64 top)
{
    uint64 words = 1 + b->sum.count + 2 + AUXV_WORDS; // argc; a NULL behind each vector
    b->path = top - TOP - (strlen(b->args->path) + 1);
    b->string = b->path - b->sum.bytes;
    b->random = (b->string - RANDOM_BYTES) & ~15UL;
    b->word = (b->random - words * sizeof(uint64)) & ~15UL;
    return b->word;
}

static int copy_all(struct building *b, const struct image *image)
{
    uchar bytes[RANDOM_BYTES];
    random_bytes(bytes, sizeof bytes);
    int err = copyout(b->to, b->path, b->args->path, strlen(b->args->path) + 1);
    if (!err)
        err = copyout(b->to, b->random, bytes, sizeof bytes);
    if (!err)
        err = copy_argv(b);
    if (!err)
        err = copy_envp(b);
    if (!err)
        copy_auxv(b, image);
    return err ? err : b->err;
}

int args_copy(const struct args *args, struct aspace *from, struct aspace *to,
              const struct image *image, uint64 *sp)
{
    struct building b = { .args = args, .from = from, .to = to, .skip = args->page != NULL };
    int err = measure_all(&b, image->stack_size / 4);
    if (err)
        return err;
    *sp = place(&b, image->stack_top);
    if (*sp < image->stack_top - image->stack_size)
        return -E2BIG;
    b.window = page_in_hand();
    if (!b.window)
        return -ENOMEM;
    err = copy_all(&b, image);
    page_from_hand(b.window);
    return err;
}
