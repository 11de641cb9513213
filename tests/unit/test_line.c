// dev/line: what is typed becomes input, and text becomes output.  Single keys by example, then random
// typing against a model that keeps complete lines and the line being edited apart.
#include <string.h>
#include "check.h"
#include "dev/line.h"

#define CTRL(letter) ((letter) - '@')

static struct line_input in;
static int signalled; // by the last key that was typed

static void start(void)
{
    memset(&in, 0xa5, sizeof in);
    line_init(&in);
}

// Changes local modes.
static void set_local(uint32 off, uint32 on)
{
    struct termios modes = in.modes;
    modes.c_lflag = (modes.c_lflag & ~off) | on;
    line_set_modes(&in, &modes);
}

static void set_input(uint32 off, uint32 on)
{
    struct termios modes = in.modes;
    modes.c_iflag = (modes.c_iflag & ~off) | on;
    line_set_modes(&in, &modes);
}

static void set_key(int key, char c)
{
    struct termios modes = in.modes;
    modes.c_cc[key] = (uint8)c;
    line_set_modes(&in, &modes);
}

// Types a text.  => its echo
static const char *type(const char *text)
{
    static char all[8 * LINE_RING];
    size_t len = 0;
    for (const char *p = text; *p; p++)
        len += line_take(&in, *p, all + len, &signalled);
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

// --- keys of the terminal ---------------------------------------------------------------------

#define TYPE(text, expected) CHECK(strcmp(type(text), expected) == 0)

TEST(line_word_erase)
{
    start();
    TYPE("one two  \x17", "one two  \b \b\b \b\b \b\b \b\b \b");
    TYPE("\x17\x17", "\b \b\b \b\b \b\b \b");
    TYPE("a\tb\x17\n", "a b\b \b\n");
    CHECK(reads("a\t\n"));
    type("whole\n\x17");
    CHECK(reads("whole\n"));
}

TEST(line_literal_next)
{
    start();
    TYPE("a\x16\x04\x16\n\x16\x03z\n", "a^\b^D^\b^J^\b^Cz\n");
    CHECK_EQ(signalled, 0);
    CHECK(reads("a\x04\n\x03z\n"));              // neither ends it
    TYPE("\x16\x16\x08\n", "^\b^V\b \b\b \b\n"); // the second is a byte, and is erased
    CHECK(reads("\n"));
}

TEST(line_reprint)
{
    start();
    TYPE("ab\x12"
         "c\n",
         "ab^R\nabc\n");
    CHECK(reads("abc\n"));
}

TEST(line_keys_that_signal)
{
    start();
    type("old\nha");
    TYPE("\x03", "^C");
    CHECK_EQ(signalled, SIGINT);
    CHECK_EQ(line_pending(&in), 0); // all is thrown away
    TYPE("x\x1c", "x^\\");
    CHECK_EQ(signalled, SIGQUIT);
    set_local(0, NOFLSH);
    TYPE("ab\x1a", "ab^Z");
    CHECK_EQ(signalled, SIGTSTP);
    type("\n");
    CHECK_EQ(signalled, 0);
    CHECK(reads("ab\n"));
    set_key(VINTR, 0);
    type("\x03\n");
    CHECK(reads("\x03\n"));
    set_local(ISIG, 0);
    type("\x1a\n");
    CHECK_EQ(signalled, 0);
    CHECK(reads("\x1a\n"));
}

TEST(line_keys_can_be_changed)
{
    start();
    set_key(VERASE, '#');
    TYPE("ab#\b\x7f\n", "ab\b \b^H^?\n");
    CHECK(reads("a\b\x7f\n"));
    set_key(VERASE, '\b');
    TYPE("ab\x7f\b\n", "ab\b \b\b \b\n");
    CHECK(reads("\n"));
    set_key(VEOL, ';');
    type("a;b\n");
    CHECK(reads("a;"));
    CHECK(reads("b\n"));
    set_key(VEOF, 0);
    set_key(VEOL, 0);
    char echo[LINE_ECHO];
    line_take(&in, '\0', echo, &signalled); // no key is 0
    CHECK_EQ(line_pending(&in), 0);
    set_local(IEXTEN, 0);
    TYPE("\x17\x16\n", "^W^V\n");
}

TEST(line_echo_modes)
{
    start();
    set_local(ECHO, 0);
    TYPE("secret\x7f\x15"
         "x\x16y\x12\x03\n",
         "");
    set_local(0, ECHONL);
    TYPE("s\n", "\n");
    set_local(ECHONL, ECHO);
    set_local(ECHOE, 0);
    TYPE("ab\x7f\x17\x15", "ab^?^W^U\n");
    set_local(ECHOKE | ECHOK, ECHOE);
    TYPE("ab\x15", "ab^U");
    set_local(ECHOCTL, 0);
    TYPE("\x01\x7f\n", "\x01\n"); // what takes no column is not wiped
}

TEST(line_translates_input)
{
    start();
    set_input(0, IGNCR);
    TYPE("a\rb\n", "ab\n");
    set_input(IGNCR | ICRNL, INLCR);
    TYPE("a\r\n", "a^M^M");
    set_input(INLCR, ICRNL | ISTRIP);
    TYPE("\xe1\r", "a\n");
}

TEST(line_flow_control)
{
    start();
    TYPE("a\x13", "a");
    CHECK(in.stopped);
    TYPE("b\x11", "b");
    CHECK(!in.stopped);
    type("\x13\x03"); // who is to end must be able to say so
    CHECK(!in.stopped);
    type("\x13");
    set_input(0, IXANY);
    type("c");
    CHECK(!in.stopped);
    type("\x13");
    set_input(IXON, 0);
    CHECK(!in.stopped);
    TYPE("\x13\n", "^S\n");
}

TEST(line_output_modes)
{
    char out[16];
    struct termios modes = { .c_oflag = OPOST };
    CHECK_EQ(line_output(&modes, "a\nb\r", 4, out), 4);
    CHECK(memcmp(out, "a\nb\r", 4) == 0);
    modes.c_oflag |= ONLCR | OCRNL;
    CHECK_EQ(line_output(&modes, "\n\n\r", 3, out), 5);
    CHECK(memcmp(out, "\r\n\r\n\n", 5) == 0);
    modes.c_oflag &= ~(uint32)OPOST;
    CHECK_EQ(line_output(&modes, "\n\r", 2, out), 2);
    CHECK(memcmp(out, "\n\r", 2) == 0);
    start();
    in.modes.c_oflag |= ONLCR;
    TYPE("a\n", "a\r\n");
}

// --- raw mode ---------------------------------------------------------------------------------

TEST(line_raw_byte_by_byte)
{
    char buf[8];
    start();
    set_local(ICANON | ECHO, 0);
    TYPE("a", "");
    CHECK_EQ(line_pending(&in), 1);
    CHECK(reads("a"));
    TYPE("x\x7f\x15\x04\n", "");
    CHECK_EQ(line_read(&in, buf, 2), 2);
    CHECK(reads("\x15\x04\n"));
    type("\x03");
    CHECK_EQ(signalled, SIGINT); // still a key
    set_local(ISIG, 0);
    type("\x03");
    CHECK(reads("\x03"));
}

TEST(line_readable_by_vmin_and_vtime)
{
    start();
    CHECK(!line_readable(&in));
    type("a");
    CHECK(!line_readable(&in)); // the line is not complete
    set_local(ICANON, 0);
    set_key(VMIN, 3);
    type("b");
    CHECK(!line_readable(&in));
    type("c");
    CHECK(line_readable(&in));
    CHECK(reads("abc"));
    set_key(VTIME, 1);
    CHECK(!line_readable(&in));
    type("d");
    CHECK(line_readable(&in));
    set_key(VTIME, 0);
    set_key(VMIN, 0);
    CHECK(reads("d"));
    CHECK(!line_readable(&in)); // a read does not wait, but there is nothing
}

// --- changes of mode --------------------------------------------------------------------------

TEST(line_input_survives_changes_of_mode)
{
    start();
    type("one\ntw\x04three\x04half");
    set_local(ICANON, 0);
    CHECK(reads("one\ntw\x04three\x04half")); // as it was typed
    type("ls\nca");
    set_local(0, ICANON);
    CHECK(reads("ls\n"));
    CHECK_EQ(line_pending(&in), 0);
    type("t\n");
    CHECK(reads("cat\n"));
}

TEST(line_typed_raw_is_edited_anew)
{
    char buf[8];
    start();
    set_local(ICANON, 0);
    type("ab\x7f"
         "c\x16\x04 no\x17yes\nx\x15\x04z");
    set_local(0, ICANON);
    CHECK(reads("ac\x04 yes\n"));
    CHECK_EQ(line_read(&in, buf, sizeof buf), 0); // an end of input
    CHECK_EQ(line_pending(&in), 0);
    TYPE("\n", "\n");
    CHECK(reads("z\n"));
}

TEST(line_settings_alone_change_nothing_typed)
{
    start();
    type("whole\nha");
    set_local(ECHO, 0);
    set_key(VMIN, 5);
    CHECK(reads("whole\n"));
    CHECK_EQ(line_pending(&in), 0);
    type("lf\n");
    CHECK(reads("half\n"));
    type("gone\nto");
    line_flush(&in);
    type("o\n");
    CHECK(reads("o\n"));
}

// Typed raw or typed in canonical mode: when it is read by lines it is the same.
TEST(line_raw_and_canonical_agree)
{
    static const char keys[] = "abc de\x7f\x17\x15\n\n\x04\x16";
    for (int round = 0; round < 2000; round++) {
        char typed[200], by_line[400], raw[400];
        size_t n = test_random_below(sizeof typed - 1), ends[2] = { 0, 0 };
        for (size_t i = 0; i < n; i++)
            typed[i] = keys[test_random_below(sizeof keys - 1)];
        typed[n] = '\0';
        for (int is_raw = 0; is_raw < 2; is_raw++) {
            char *all = is_raw ? raw : by_line;
            start();
            in.read = in.ready = in.end = LINE_RING - 50; // over the end of the ring
            if (is_raw)
                set_local(ICANON, 0);
            type(typed);
            set_local(0, ICANON);
            while (line_pending(&in)) {
                ends[is_raw] += line_read(&in, all + ends[is_raw], 7);
                all[ends[is_raw]++] = '|';
            }
        }
        CHECK_EQ(ends[0], ends[1]);
        CHECK(memcmp(by_line, raw, ends[0]) == 0);
    }
}

// --- at random --------------------------------------------------------------------------------

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
        CHECK(line_take(&in, c, echo, &signalled) <= LINE_ECHO);
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
