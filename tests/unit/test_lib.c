// lib/crc, lib/bitmap and lib/list.
#include <stdlib.h>
#include <string.h>
#include "check.h"
#include "lib/bitmap.h"
#include "lib/chacha.h"
#include "lib/crc.h"
#include "lib/list.h"

// The definition, one bit at a time.
static uint32 crc_by_definition(uint32 crc, const uchar *p, size_t n)
{
    crc = ~crc;
    for (; n > 0; n--) {
        crc ^= *p++;
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 1 ? crc >> 1 ^ 0x82f63b78 : crc >> 1;
    }
    return ~crc;
}

// RFC 3720, appendix B.4, and the customary check value.
TEST(crc_vectors)
{
    uchar block[32];

    CHECK_EQ(crc32c(0, "123456789", 9), 0xe3069283);
    memset(block, 0, sizeof(block));
    CHECK_EQ(crc32c(0, block, 32), 0x8a9136aa);
    memset(block, 0xff, sizeof(block));
    CHECK_EQ(crc32c(0, block, 32), 0x62a8ab43);
    for (int i = 0; i < 32; i++)
        block[i] = (uchar)i;
    CHECK_EQ(crc32c(0, block, 32), 0x46dd794e);
    CHECK_EQ(crc32c(0, block, 0), 0);
}

TEST(crc_any_length_and_in_pieces)
{
    for (int i = 0; i < 2000; i++) {
        size_t n = test_random_below(200), cut = test_random_below(n + 1);
        uchar *p = malloc(n + 1);
        for (size_t k = 0; k < n; k++)
            p[k] = (uchar)test_random();
        uint32 whole = crc32c(0, p, n);
        CHECK_EQ(whole, crc_by_definition(0, p, n));
        CHECK_EQ(crc32c(crc32c(0, p, cut), p + cut, n - cut), whole);
        free(p);
    }
}

TEST(bitmap_against_an_array)
{
    for (int i = 0; i < 2000; i++) {
        size_t bits = 1 + test_random_below(300), from = test_random_below(bits + 2);
        uint64 *map = calloc(BITMAP_WORDS(bits), sizeof(uint64));
        bool *model = calloc(bits, sizeof(bool));
        size_t full = test_random_below(bits + 1); // long full stretches are the interesting case
        for (size_t b = 0; b < bits; b++) {
            if (b < full || test_random_below(4)) {
                bitmap_set(map, b);
                model[b] = true;
            }
        }
        size_t drop = test_random_below(bits);
        bitmap_clear(map, drop);
        model[drop] = false;
        size_t want = from < bits ? from : bits;
        while (want < bits && model[want])
            want++;
        CHECK_EQ(bitmap_find_clear(map, bits, from), want);
        for (size_t b = 0; b < bits; b++)
            CHECK_EQ(bitmap_test(map, b), model[b]);
        free(map);
        free(model);
    }
}

struct item {
    int value;
    struct list link;
};

static int value_of(struct list *l)
{
    return container_of(l, struct item, link)->value;
}

TEST(list_order)
{
    struct list head = LIST_INIT(head);
    struct item item[4] = { { .value = 0 }, { .value = 1 }, { .value = 2 }, { .value = 3 } };

    CHECK(list_empty(&head));
    CHECK(list_pop_front(&head) == NULL);
    list_push_back(&head, &item[1].link);
    list_push_back(&head, &item[2].link);
    list_push_front(&head, &item[0].link);
    list_push_back(&head, &item[3].link);
    int n = 0;
    list_for_each (l, &head)
        CHECK_EQ(value_of(l), n++);
    CHECK_EQ(n, 4);
    list_for_each_safe (l, &head)
        if (value_of(l) % 2)
            list_remove(l);
    CHECK_EQ(value_of(list_pop_front(&head)), 0);
    CHECK_EQ(value_of(list_pop_front(&head)), 2);
    CHECK(list_empty(&head));
}

TEST(list_append)
{
    struct list head = LIST_INIT(head), more = LIST_INIT(more);
    struct item item[4] = { { .value = 0 }, { .value = 1 }, { .value = 2 }, { .value = 3 } };

    list_append(&head, &more);
    CHECK(list_empty(&head) && list_empty(&more));
    list_push_back(&more, &item[0].link);
    list_append(&head, &more);
    list_push_back(&head, &item[1].link);
    list_push_back(&more, &item[2].link);
    list_push_back(&more, &item[3].link);
    list_append(&head, &more);
    CHECK(list_empty(&more));
    for (int i = 0; i < 4; i++)
        CHECK_EQ(value_of(list_pop_front(&head)), i);
    CHECK(list_empty(&head));
}

TEST(list_remove_twice)
{
    struct list head = LIST_INIT(head);
    struct item a = { .value = 1 }, b = { .value = 2 };

    list_push_back(&head, &a.link);
    list_push_back(&head, &b.link);
    list_remove(&a.link);
    list_remove(&a.link);
    CHECK_EQ(value_of(head.next), 2);
    CHECK(head.next == head.prev);
}

// RFC 8439, 2.3.2
TEST(chacha_of_the_standard)
{
    uint32 key[8], out[16];
    const uint32 nonce[4] = { 1, 0x09000000, 0x4a000000, 0 };
    static const uint32 wanted[16] = { 0xe4e7f110, 0x15593bd1, 0x1fdd0f50, 0xc47120a3,
                                       0xc7f4d1c7, 0x0368c033, 0x9aaa2204, 0x4e6cd4c3,
                                       0x466482d2, 0x09aa9f07, 0x05d7c214, 0xa2028bd9,
                                       0xd19c12b5, 0xb94e16de, 0xe883d0cb, 0x4e3c50a2 };
    for (uint32 i = 0; i < 8; i++)
        key[i] = 0x03020100 + i * 0x04040404;
    chacha_block(key, nonce, out);
    for (int i = 0; i < 16; i++)
        CHECK_EQ(out[i], wanted[i]);
}
