// lib/print against the C library's snprintf, with random directives and values; and printk's
// promises.
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include "check.h"
#include "lib/print.h"

static const uint64 corner[] = {
    0,       1,        9,        10,       127,       128,   255,   256,        INT_MAX,
    INT_MIN, UINT_MAX, LONG_MAX, LONG_MIN, ULONG_MAX, 32767, 32768, 0xdeadbeef, 1000000000,
};

static uint64 random_value(void)
{
    if (test_random_below(2))
        return corner[test_random_below(sizeof(corner) / sizeof(corner[0]))];
    return test_random() >> test_random_below(64);
}

static char *random_flags_and_width(char *p)
{
    if (test_random_below(3) == 0)
        *p++ = '-';
    else if (test_random_below(3) == 0)
        *p++ = '0';
    if (test_random_below(4) == 0)
        *p++ = '+';
    if (test_random_below(2))
        p += sprintf(p, "%d", (int)test_random_below(30) + 1);
    return p;
}

// The formats are made at run time, or wrong on purpose.
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
#pragma GCC diagnostic ignored "-Wformat"

TEST(integers)
{
    static const char *const lengths[] = { "", "hh", "h", "l", "ll", "z" };

    for (int i = 0; i < 50000; i++) {
        char fmt[64] = "<%", got[100], want[100], *p = random_flags_and_width(fmt + 2);
        int len = (int)test_random_below(6), verb = (int)test_random_below(6);
        sprintf(p, "%s%c>", lengths[len], "diuxXo"[verb]);
        uint64 v = random_value();
        CHECK_EQ(format(got, sizeof(got), fmt, v), snprintf(want, sizeof(want), fmt, v));
        if (strcmp(got, want) != 0)
            check_failed(__FILE__, __LINE__, "%s of %#lx: '%s', libc: '%s'", fmt, v, got, want);
    }
}

TEST(strings_and_characters)
{
    for (int i = 0; i < 20000; i++) {
        char fmt[64] = "<%", got[100], want[100], text[20], *p = fmt + 2;
        size_t n = test_random_below(sizeof(text));
        memset(text, 'x', n);
        text[n] = '\0';
        if (test_random_below(2))
            *p++ = '-';
        p += sprintf(p, "%d", (int)test_random_below(30) + 1);
        if (test_random_below(2))
            p += sprintf(p, ".%d", (int)test_random_below(20));
        strcpy(p, "s>%3c%-3c|%c%%");
        CHECK_EQ(format(got, sizeof(got), fmt, text, 'a', 'b', 'c'),
                 snprintf(want, sizeof(want), fmt, text, 'a', 'b', 'c'));
        CHECK(strcmp(got, want) == 0);
    }
}

TEST(pointers)
{
    char got[64], want[64];

    format(got, sizeof(got), "%p %20p", (void *)0x1234abcd, (void *)-1L);
    snprintf(want, sizeof(want), "%p %20p", (void *)0x1234abcd, (void *)-1L);
    CHECK(strcmp(got, want) == 0);
}

TEST(odd_formats)
{
    char got[64];
    char *volatile none = NULL;
    const char *unknown = "100%% %y %5k|";

    format(got, sizeof(got), unknown);
    CHECK(strcmp(got, "100% %y %5k|") == 0);
    CHECK_EQ(format(got, sizeof(got), "end %"), 5);
    CHECK(strcmp(got, "end %") == 0);
    format(got, sizeof(got), "%s", none);
    CHECK(strcmp(got, "(null)") == 0);
}

TEST(cut_at_the_buffer)
{
    for (size_t size = 0; size < 12; size++) {
        char got[12];
        memset(got, '#', sizeof(got));
        CHECK_EQ(format(got, size, "%s", "12345678"), 8);
        if (size > 0)
            CHECK_EQ(strlen(got), size <= 8 ? size - 1 : 8);
        for (size_t i = size; i < sizeof(got); i++)
            CHECK(got[i] == '#');
    }
}

static char log_text[10000];
static size_t log_calls;

static void log_sink(const char *text, size_t len)
{
    strncat(log_text, text, len);
    log_calls++;
}

TEST(printk_waits_for_its_sink)
{
    printk("one %d\n", 1);
    printk("two %d\n", 2);
    printk_register(log_sink);
    CHECK(strcmp(log_text, "one 1\ntwo 2\n") == 0);
    CHECK_EQ(log_calls, 1);
    printk("three\n");
    CHECK_EQ(log_calls, 2);
    CHECK(strcmp(log_text, "one 1\ntwo 2\nthree\n") == 0);
    printk_register(NULL);
}

TEST(printk_line_is_cut_with_its_end)
{
    printk_register(log_sink);
    log_text[0] = '\0';
    printk("%400s\n", "x");
    CHECK_EQ(strlen(log_text), 255);
    CHECK(log_text[254] == '\n');
    printk_register(NULL);
}

TEST(printk_before_its_sink_overflows_quietly)
{
    for (int i = 0; i < 1000; i++)
        printk("line %d\n", i);
    log_text[0] = '\0';
    printk_register(log_sink);
    CHECK(strncmp(log_text, "line 0\nline 1\n", 14) == 0);
    CHECK(strlen(log_text) >= 1024);
    printk_register(NULL);
}
