#include "vm/usercopy.h"
#include "errno.h"
#include "lib/string.h"
#include "memlayout.h"
#include "vm/aspace.h"
#include "vm/fault.h"
#include "vm/pagetable.h"

// => as->lock held; the kernel address of uva, made present (and private) and used as by a user access
static inline __attribute__((always_inline)) int locate(struct aspace *as, uint64 uva, bool write,
                                                        void **kva)
{
    if (uva < USER_MIN || uva >= USER_MAX)
        return -EFAULT;
    pte_t *e = pte_find(as->root, uva), allows = (write ? PTE_W : PTE_R) | PTE_A;
    struct frame *f;
    if (e && (*e & allows) == allows) {
        *kva = (char *)phys_to_virt(PTE2PA(*e)) + uva % PGSIZE;
        return 0;
    }
    int err = fault_in(as, uva, write ? ACCESS_WRITE : ACCESS_READ, &f);
    if (err == 0)
        *kva = (char *)frame_page(f) + uva % PGSIZE;
    return err == -ENXIO || err == -ENOSPC || err == -EROFS ? -EFAULT : err;
}

// Of n bytes at uva, those up to the end of the page.
static size_t span_length(uint64 uva, size_t n)
{
    size_t room = PGSIZE - uva % PGSIZE;
    return n < room ? n : room;
}

int user_hold(struct aspace *as, uint64 uva, size_t n, bool write, struct user_span *out)
{
    mutex_lock(&as->lock);
    int err = locate(as, uva, write, &out->kva);
    if (err) {
        mutex_unlock(&as->lock);
        return err;
    }
    out->len = span_length(uva, n);
    out->as = as;
    return 0;
}

void user_release(struct user_span *span)
{
    mutex_unlock(&span->as->lock);
}

int user_pin(struct aspace *as, uint64 uva, size_t n, struct user_pin *out)
{
    mutex_lock(&as->lock);
    int err = locate(as, uva, false, &out->kva);
    if (!err)
        frame_get(frame_of_page(out->kva));
    mutex_unlock(&as->lock);
    out->len = span_length(uva, n);
    return err;
}

int copyin(struct aspace *as, void *dst, uint64 src, size_t n)
{
    struct user_span span;
    for (char *to = dst; n > 0; to += span.len, src += span.len, n -= span.len) {
        int err = user_hold(as, src, n, false, &span);
        if (err)
            return err;
        memcpy(to, span.kva, span.len);
        user_release(&span);
    }
    return 0;
}

int copyout(struct aspace *as, uint64 dst, const void *src, size_t n)
{
    struct user_span span;
    for (const char *from = src; n > 0; from += span.len, dst += span.len, n -= span.len) {
        int err = user_hold(as, dst, n, true, &span);
        if (err)
            return err;
        memcpy(span.kva, from, span.len);
        user_release(&span);
    }
    return 0;
}

int64 copyinstr(struct aspace *as, char *dst, uint64 src, size_t size)
{
    struct user_span span;
    for (size_t done = 0; done < size; done += span.len) {
        int err = user_hold(as, src + done, size - done, false, &span);
        if (err)
            return err;
        const char *end = memchr(span.kva, 0, span.len);
        size_t n = end ? (size_t)(end - (const char *)span.kva) : span.len;
        memcpy(dst + done, span.kva, n);
        user_release(&span);
        if (end) {
            dst[done + n] = '\0';
            return (int64)(done + n);
        }
    }
    return -ENAMETOOLONG;
}

// --- stretches --------------------------------------------------------------------------------

// => 0; -EFAULT also at the end of the list
static int fill_window(struct user_vector *vec)
{
    uint32 n = vec->behind < USER_VECTOR_WINDOW ? vec->behind : USER_VECTOR_WINDOW;
    if (n == 0)
        return -EFAULT;
    int err = copyin(vec->as, vec->window, vec->uva, n * sizeof *vec->window);
    if (err)
        return err;
    vec->uva += n * sizeof *vec->window;
    vec->behind -= n;
    vec->at = 0;
    vec->n = n;
    return 0;
}

// Adds up the lengths in the list, to its end.  => 0, -EINVAL, or as copyin
static int add_lengths(struct user_vector *vec, size_t *sum)
{
    int64 total = 0;
    while (vec->behind > 0) {
        int err = fill_window(vec);
        if (err)
            return err;
        for (uint32 i = 0; i < vec->n; i++) {
            int64 len = (int64)vec->window[i].iov_len;
            if (len < 0 || __builtin_add_overflow(total, len, &total))
                return -EINVAL;
        }
    }
    *sum = (size_t)total;
    return 0;
}

int user_iter_vector(struct aspace *as, uint64 uva, uint32 count, size_t most,
                     struct user_vector *vec, struct user_iter *out)
{
    size_t sum;
    vec->as = as;
    vec->uva = uva;
    vec->behind = count;
    vec->at = vec->n = 0;
    int err = add_lengths(vec, &sum);
    if (err)
        return err;
    if (count > USER_VECTOR_WINDOW) { // back to the beginning
        vec->uva = uva;
        vec->behind = count;
        vec->n = 0;
    }
    *out = (struct user_iter){ .as = as, .left = sum < most ? sum : most, .vec = vec };
    return 0;
}

int user_iter_next(struct user_iter *it)
{
    struct user_vector *vec = it->vec;
    while (it->piece == 0) {
        int err = !vec ? -EFAULT : vec->at == vec->n ? fill_window(vec) : 0;
        if (err)
            return err;
        it->uva = (uint64)vec->window[vec->at].iov_base;
        it->piece = vec->window[vec->at].iov_len;
        vec->at++;
    }
    return 0;
}

// Copies what the next span has of n bytes at `mem`.  => how many, or as user_hold
static int64 copy_span(struct user_iter *it, char *mem, size_t n, bool to_user)
{
    struct user_span span;
    int err = user_iter_hold(it, to_user, &span);
    if (err)
        return err;
    size_t len = span.len < n ? span.len : n;
    memcpy(to_user ? span.kva : mem, to_user ? mem : span.kva, len);
    user_release(&span);
    user_iter_advance(it, len);
    return (int64)len;
}

static int copy_spans(struct user_iter *it, char *mem, size_t n, bool to_user)
{
    for (int64 got; n > 0; mem += got, n -= (size_t)got)
        if ((got = copy_span(it, mem, n, to_user)) < 0)
            return (int)got;
    return 0;
}

int user_iter_in(struct user_iter *it, void *dst, size_t n)
{
    return copy_spans(it, dst, n, false);
}

int user_iter_out(struct user_iter *it, const void *src, size_t n)
{
    return copy_spans(it, (void *)src, n, true);
}

int64 user_iter_writable(const struct user_iter *it, size_t n)
{
    struct user_iter probe = *it;
    struct user_vector vec;
    struct user_span span;
    if (it->vec) {
        vec = *it->vec;
        probe.vec = &vec;
    }
    for (size_t done = 0; done < n; done += span.len) {
        int err = user_iter_hold(&probe, true, &span);
        if (err)
            return done ? (int64)done : err;
        user_release(&span);
        user_iter_advance(&probe, span.len);
    }
    return (int64)n;
}
