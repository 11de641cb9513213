// kernel/vm: copies to and from users, over pages and at bad addresses (hazards 4 and 5).
#include <string.h>
#include "vm_space.h"

TEST(copies_over_pages)
{
    static uchar out[3 * PGSIZE], in[3 * PGSIZE];

    vm_begin();
    struct aspace *as = space_new(4);
    for (size_t i = 0; i < sizeof(out); i++)
        out[i] = (uchar)(i * 13);
    store_byte(as, BASE + PGSIZE, 1);
    struct aspace *child = aspace_fork(as);
    for (int i = 0; i < 50; i++) {
        uint64 va = BASE + test_random_below(PGSIZE);
        size_t n = 1 + test_random_below(sizeof(out));
        CHECK_EQ(copyout(child, va, out, n), 0); // COW, lazy and private pages in one go
        CHECK_EQ(copyin(child, in, va, n), 0);
        CHECK(memcmp(in, out, n) == 0);
    }
    CHECK_EQ(load_byte(as, BASE + PGSIZE), 1);
    CHECK_EQ(load_byte(as, BASE + PGSIZE + 1), 0);
    aspace_put(child);
    aspace_put(as);
    vm_end();
}

TEST(copies_at_bad_addresses)
{
    static const uint64 bad[] = { 0,
                                  BASE - 1,
                                  BASE + 2 * PGSIZE - 3,
                                  TRAPFRAME - 1,
                                  TRAPFRAME,
                                  MAXVA - 2,
                                  MAXVA,
                                  1UL << 47,
                                  -4UL,
                                  0x80000000,
                                  0xffffffc080200000 };
    char buf[8] = "abcdefg";

    vm_begin();
    struct aspace *as = space_new(2);
    memset(buf, 'x', sizeof(buf));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        CHECK_EQ(copyin(as, buf, bad[i], sizeof(buf)), -EFAULT);
        CHECK_EQ(copyout(as, bad[i], buf, sizeof(buf)), -EFAULT);
    }
    CHECK_EQ(copyin(as, buf, 0, 0), 0);
    CHECK_EQ(copyinstr(as, buf, 0, sizeof(buf)), -EFAULT);
    CHECK_EQ(copyinstr(as, buf, -1UL, sizeof(buf)), -EFAULT);
    aspace_put(as);
    vm_end();
}

TEST(strings_from_users)
{
    char got[64];

    vm_begin();
    struct aspace *as = space_new(2);
    CHECK_EQ(copyinstr(as, got, BASE, sizeof(got)), 0); // a lazy page: an empty string
    CHECK_EQ(copyout(as, BASE + PGSIZE - 3, "across", 7), 0);
    CHECK_EQ(copyinstr(as, got, BASE + PGSIZE - 3, sizeof(got)), 6);
    CHECK(strcmp(got, "across") == 0);
    CHECK_EQ(copyinstr(as, got, BASE + PGSIZE - 3, 7), 6);
    CHECK_EQ(copyinstr(as, got, BASE + PGSIZE - 3, 6), -ENAMETOOLONG);
    CHECK_EQ(copyout(as, BASE + 2 * PGSIZE - 4, "end!", 4), 0); // no NUL before the area's end
    CHECK_EQ(copyinstr(as, got, BASE + 2 * PGSIZE - 4, sizeof(got)), -EFAULT);
    aspace_put(as);
    vm_end();
}

#define STRETCHES 40

// Stretches of odd lengths, some empty, are one; of a list that does not fit, nothing is had.
TEST(stretches_are_one)
{
    static uchar out[STRETCHES * 100], in[sizeof out];
    struct iovec list[STRETCHES];
    struct user_vector vec;
    struct user_iter it;
    size_t sum = 0;

    vm_begin();
    struct aspace *as = space_new(8);
    for (size_t i = 0; i < sizeof out; i++)
        out[i] = (uchar)(i * 7);
    for (int i = 0; i < STRETCHES; i++) { // the one at 33 goes over the end of a page
        list[i].iov_base = (void *)(BASE + PGSIZE + (uint64)i * 620);
        list[i].iov_len = i % 3 == 0 ? (uint64)(i * 37 % 90) : 0;
        sum += list[i].iov_len;
    }
    CHECK_EQ(copyout(as, BASE, list, sizeof list), 0);
    CHECK_EQ(user_iter_vector(as, BASE, STRETCHES, 1 << 20, &vec, &it), 0);
    CHECK_EQ(it.left, sum);
    CHECK_EQ(user_iter_writable(&it, sum), (int64)sum); // and moves nothing
    CHECK_EQ(user_iter_out(&it, out, sum), 0);
    CHECK_EQ(it.left, 0);
    CHECK_EQ(user_iter_vector(as, BASE, STRETCHES, 1 << 20, &vec, &it), 0);
    CHECK_EQ(user_iter_in(&it, in, sum), 0);
    CHECK(memcmp(in, out, sum) == 0);
    CHECK_EQ(user_iter_vector(as, BASE, STRETCHES, 10, &vec, &it), 0);
    CHECK_EQ(it.left, 10);

    list[STRETCHES - 1].iov_len = -1UL;
    CHECK_EQ(copyout(as, BASE, list, sizeof list), 0);
    CHECK_EQ(user_iter_vector(as, BASE, STRETCHES, 1 << 20, &vec, &it), -EINVAL);
    list[0].iov_len = list[STRETCHES - 1].iov_len = ~0UL >> 1;
    CHECK_EQ(copyout(as, BASE, list, sizeof list), 0);
    CHECK_EQ(user_iter_vector(as, BASE, STRETCHES, 1 << 20, &vec, &it), -EINVAL);
    CHECK_EQ(user_iter_vector(as, BASE + 8 * PGSIZE - 8, 1, 1 << 20, &vec, &it), -EFAULT);
    aspace_put(as);
    vm_end();
}

// Whoever changes the list while it is used gets other bytes, not more of them.
TEST(stretches_that_change)
{
    static uchar bytes[2 * STRETCHES];
    struct iovec list[STRETCHES];
    struct user_vector vec;
    struct user_iter it;

    vm_begin();
    struct aspace *as = space_new(8);
    for (int change = 0; change < 3; change++) {
        for (int i = 0; i < STRETCHES; i++)
            list[i] = (struct iovec){ (void *)(BASE + PGSIZE), 1 };
        CHECK_EQ(copyout(as, BASE, list, sizeof list), 0);
        CHECK_EQ(user_iter_vector(as, BASE, STRETCHES, 1 << 20, &vec, &it), 0);
        list[STRETCHES - 2].iov_len = change == 0 ? 0 : change == 1 ? 1 << 20 : -1UL;
        CHECK_EQ(copyout(as, BASE, list, sizeof list), 0);
        CHECK_EQ(it.left, STRETCHES);
        CHECK_EQ(user_iter_in(&it, bytes, STRETCHES), change == 0 ? -EFAULT : 0);
        CHECK_EQ(it.left, change == 0 ? 1 : 0);
    }
    aspace_put(as);
    vm_end();
}
