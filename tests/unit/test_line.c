// dev/line: what is typed becomes lines.  Single keys by example, then random typing against a
// model that keeps complete lines and the line being edited apart.
#include <string.h>
#include "check.h"
#include "dev/line.h"

static struct line_input in;

static void start(void)
{
    memset(&in, 0, sizeof in);
}

// Types a text.  => its echo
static const char *type(const char *text)
{
    static char all[8 * LINE_RING];
    size_t len = 0;
    for (const char *p = text; *p; p++)
        len += line_take(&in, *p, all + len);
    all[len] = '\0';
    return all;
}

static bool reads(const char *expected)
{
    char buf[LINE_RING];
    size_t n = line_read(&in, buf, sizeof buf);
    return n == strlen(expected) && memcmp(buf, expected, n) == 0;
}

TEST(line_by_line)
{
    start();
    CHECK(strcmp(type("one\rtw"), "one\ntw") == 0);
    CHECK_EQ(line_pending(&in), 4);
    CHECK(strcmp(type("o\nthree\n"), "o\nthree\n") == 0);
    CHECK(reads("one\n"));
    CHECK(reads("two\n"));
    CHECK(reads("three\n"));
    CHECK_EQ(line_pending(&in), 0);
}

TEST(line_short_reads)
{
    char buf[4];
    start();
    type("abcdef\n");
    CHECK_EQ(line_read(&in, buf, 4), 4);
    CHECK(reads("ef\n"));
}

TEST(line_erase)
{
    start();
    CHECK(strcmp(type("ab\b"), "ab\b \b") == 0);
    CHECK(strcmp(type("\x7f\b\b"), "\b \b") == 0); // nothing is left to erase
    CHECK(strcmp(type("x\ty\x01\b"), "x y^A\b \b\b \b") == 0);
    type("\n");
    CHECK(reads("x\ty\n"));
    type("kept\n");
    CHECK(strcmp(type("\b"), "") == 0); // a complete line cannot be erased
    CHECK(reads("kept\n"));
}

TEST(line_erase_takes_whole_characters)
{
    start();
    CHECK(strcmp(type("\xc3\xa9\b"), "\xc3\xa9\b \b") == 0);
    type("z\n");
    CHECK(reads("z\n"));
}

TEST(line_kill)
{
    start();
    CHECK(strcmp(type("abc\x15"), "abc\b \b\b \b\b \b") == 0);
    CHECK(strcmp(type("\x15"), "") == 0);
    for (int i = 0; i < 500; i++)
        type("w");
    CHECK_EQ(strlen(type("\x15")), 3 * LINE_COLUMNS);
    type("new\n");
    CHECK(reads("new\n"));
}

TEST(line_end_of_input)
{
    char buf[8];
    start();
    type("\x04");
    CHECK(line_pending(&in) > 0);
    CHECK(reads(""));
    type("part\x04rest\n");
    CHECK(reads("part"));
    CHECK(reads("rest\n"));
    type("four\x04");
    CHECK_EQ(line_read(&in, buf, 4), 4); // fits exactly: no end of input follows
    CHECK_EQ(line_pending(&in), 0);
}

// Behind a line that was read whole, and that ended by itself, it is an end of input.
TEST(line_end_of_input_behind_a_line)
{
    char buf[8];
    start();
    type("one\n\x04two\n");
    CHECK_EQ(line_read(&in, buf, 4), 4); // to the last byte
    CHECK(line_pending(&in) > 0);
    CHECK_EQ(line_read(&in, buf, sizeof buf), 0);
    CHECK(reads("two\n"));
    type("one\n\x04");
    CHECK(reads("one\n"));
    CHECK(reads(""));
    CHECK_EQ(line_pending(&in), 0);
    type("\x04\x04");
    CHECK_EQ(line_read(&in, buf, 1), 0);
    CHECK_EQ(line_read(&in, buf, 1), 0);
    type("a\x04\x04"); // of two behind a part of a line the first ends that
    CHECK_EQ(line_read(&in, buf, 1), 1);
    CHECK_EQ(line_read(&in, buf, 1), 0);
    CHECK_EQ(line_pending(&in), 0);
}

TEST(line_redraw)
{
    char echo[LINE_ECHO];
    start();
    type("done\nab\x01");
    CHECK_EQ(line_redraw(&in, echo), 4);
    CHECK(memcmp(echo, "ab^A", 4) == 0);
}

TEST(line_longer_than_the_ring)
{
    char buf[100];
    start();
    for (int i = 0; i < LINE_RING; i++) {
        CHECK(!line_full(&in));
        type("x");
    }
    CHECK(line_full(&in));
    CHECK_EQ(line_pending(&in), LINE_RING);
    CHECK_EQ(line_read(&in, buf, sizeof buf), sizeof buf);
    CHECK(!line_full(&in));
}

// The model: complete input and the line being edited, as plain text.
static struct {
    char complete[LINE_RING + 1], edited[LINE_RING + 1];
    size_t ncomplete, nedited;
} model;

static void model_complete(char end)
{
    model.edited[model.nedited++] = end;
    memcpy(model.complete + model.ncomplete, model.edited, model.nedited);
    model.ncomplete += model.nedited;
    model.nedited = 0;
}

static void model_type(char c)
{
    if (c == '\b')
        model.nedited -= model.nedited > 0;
    else if (c == 0x15)
        model.nedited = 0;
    else if (c == '\n' || c == 0x04)
        model_complete(c);
    else
        model.edited[model.nedited++] = c;
}

// => what a read of at most n bytes gives
static size_t model_read(char *buf, size_t n)
{
    size_t used = 0, got = 0;
    while (got < n && used < model.ncomplete) {
        char c = model.complete[used++];
        if (c == 0x04)
            break;
        buf[got++] = c;
        if (c == '\n')
            break;
    }
    bool at_end = got == n && got > 0 && buf[got - 1] != '\n' && used < model.ncomplete;
    if (at_end && model.complete[used] == 0x04)
        used++;
    model.ncomplete -= used;
    memmove(model.complete, model.complete + used, model.ncomplete);
    return got;
}

static void random_step(void)
{
    static const char keys[] = "abcdefgh\b\b\x15\n\n\x04";
    char echo[LINE_ECHO], got[64], expected[64];
    if (test_random_below(4) && model.ncomplete + model.nedited < LINE_RING - 1) {
        char c = keys[test_random_below(sizeof keys - 1)];
        CHECK(line_take(&in, c, echo) <= LINE_ECHO);
        model_type(c);
    } else if (model.ncomplete) {
        size_t n = 1 + test_random_below(sizeof got);
        size_t want = model_read(expected, n);
        CHECK_EQ(line_read(&in, got, n), want);
        CHECK(memcmp(got, expected, want) == 0);
    }
    CHECK_EQ(line_pending(&in), model.ncomplete);
}

TEST(line_random)
{
    start();
    memset(&model, 0, sizeof model);
    for (int i = 0; i < 200000; i++)
        random_step();
}
