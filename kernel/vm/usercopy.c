#include "vm/usercopy.h"
#include "errno.h"
#include "lib/string.h"
#include "memlayout.h"
#include "vm/aspace.h"
#include "vm/fault.h"
#include "vm/pagetable.h"

// => as->lock held; the kernel address of uva, made present (and private) as a user access would
static int locate(struct aspace *as, uint64 uva, bool write, void **kva)
{
    if (uva < USER_MIN || uva >= USER_MAX)
        return -EFAULT;
    pte_t *e = pte_find(as->root, uva);
    struct frame *f;
    if (e && (*e & (write ? PTE_W : PTE_R))) {
        *kva = (char *)phys_to_virt(PTE2PA(*e)) + uva % PGSIZE;
        return 0;
    }
    int err = fault_in(as, uva, write ? ACCESS_WRITE : ACCESS_READ, &f);
    if (err == 0)
        *kva = (char *)frame_page(f) + uva % PGSIZE;
    return err;
}

int user_hold(struct aspace *as, uint64 uva, size_t n, bool write, struct user_span *out)
{
    mutex_lock(&as->lock);
    int err = locate(as, uva, write, &out->kva);
    if (err) {
        mutex_unlock(&as->lock);
        return err;
    }
    size_t room = PGSIZE - uva % PGSIZE;
    out->len = n < room ? n : room;
    out->as = as;
    return 0;
}

void user_release(struct user_span *span)
{
    mutex_unlock(&span->as->lock);
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
