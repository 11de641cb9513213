// The shell's line editor at a terminal of 24 rows and 80 columns, which shows what it has been given.
#include "check.h"
#include "user/sh/edit.h"
#include "user/sh/history.h"
#include "user/user.h"

#define ROWS    24
#define COLUMNS 80
#define UP      "\033[A"
#define DOWN    "\033[B"
#define RIGHT   "\033[C"
#define LEFT    "\033[D"

// --- the terminal -----------------------------------------------------------------------------

static char screen[ROWS][COLUMNS + 1];
static uint row, column;
static bool filled; // the last column has been written: the next byte goes to the next row
static char raw[16384];
static uint raw_len;
static const char *keys; // still to be typed
static struct buffer line;

static void new_row(void)
{
    column = 0;
    if (++row == ROWS) {
        memmove(screen[0], screen[1], sizeof screen - sizeof screen[0]);
        memset(screen[--row], ' ', COLUMNS);
    }
}

static void clear_from(uint r, uint c)
{
    for (; r < ROWS; r++, c = 0)
        memset(screen[r] + c, ' ', COLUMNS - c);
}

// ESC [ NUMBER LETTER
static void obey(uint n, char letter)
{
    uint steps = n ? n : 1;
    filled = false;
    switch (letter) {
    case 'A': row -= steps < row ? steps : row; break;
    case 'B': row += row + steps < ROWS ? steps : ROWS - 1 - row; break;
    case 'C': column += column + steps < COLUMNS ? steps : COLUMNS - 1 - column; break;
    case 'G': column = steps - 1; break;
    case 'H': row = column = 0; break;
    case 'J': clear_from(row, column); break;
    default: check_failed(__FILE__, __LINE__, "sequence %u%c", n, letter);
    }
}

static void show(char c)
{
    if (((uchar)c & 0xc0) == 0x80)
        return;
    if (filled)
        new_row();
    screen[row][column] = c;
    filled = column == COLUMNS - 1;
    column += !filled;
}

static void put_byte(char c)
{
    static int state;
    static uint number;
    if (state == 2 && c >= '0' && c <= '9') {
        number = 10 * number + (uint)(c - '0');
    } else if (state == 2) {
        obey(number, c);
        state = 0;
    } else if (state == 1) {
        CHECK_EQ(c, '[');
        state = 2;
        number = 0;
    } else if (c == '\033') {
        state = 1;
    } else if (c == '\b') {
        column -= column > 0 && !filled;
        column -= filled;
        filled = false;
    } else if (c == '\n') {
        filled = false;
        new_row();
    } else {
        CHECK(c >= ' ' || c < 0);
        show(c);
    }
}

static void put(struct terminal *t, const char *text, uint n)
{
    for (uint i = 0; i < n; i++) {
        CHECK(raw_len < sizeof raw - 1);
        raw[raw_len++] = text[i];
        put_byte(text[i]);
    }
    raw[raw_len] = '\0';
}

static int get(struct terminal *t)
{
    return *keys ? (uchar)*keys++ : -1;
}

// Names of a small world: one match for "al", two for "b".
static void complete(const char *text, uint at, struct completion *c)
{
    static char *const names[] = { "alpha", "beta", "bet2", "dir/" };
    c->start = at;
    while (c->start > 0 && text[c->start - 1] != ' ')
        c->start--;
    for (uint i = 0; i < sizeof names / sizeof names[0]; i++)
        if (memcmp(names[i], text + c->start, at - c->start) == 0)
            args_add(&c->matches, names[i]);
}

static void done(struct terminal *t)
{
}

static struct terminal terminal = { get, put, complete, done, COLUMNS };

// Types keys behind a prompt.  => how it ended; the line is in `line`
static enum edited type_keys(const char *typed)
{
    clear_from(0, 0);
    row = column = raw_len = 0;
    filled = false;
    line.len = 0;
    buffer_put(&line, '\0');
    line.len = 0;
    put(&terminal, "$ ", 2);
    raw_len = 0;
    keys = typed;
    return edit_line(&terminal, "$ ", &line);
}

static void expect_row(uint r, const char *text)
{
    char shown[COLUMNS + 1];
    uint n = COLUMNS;
    memcpy(shown, screen[r], COLUMNS);
    while (n > 0 && shown[n - 1] == ' ')
        n--;
    shown[n] = '\0';
    if (strcmp(shown, text) != 0)
        check_failed(__FILE__, __LINE__, "row %u shows <%s>, not <%s>", r, shown, text);
}

static void expect_line(const char *typed, const char *text)
{
    CHECK_EQ(type_keys(typed), EDIT_DONE);
    CHECK_EQ(line.text[line.len - 1], '\n');
    line.text[line.len - 1] = '\0';
    if (strcmp(line.text, text) != 0)
        check_failed(__FILE__, __LINE__, "the line is <%s>, not <%s>", line.text, text);
}

static void expect_bytes(const char *typed, const char *bytes)
{
    type_keys(typed);
    if (strcmp(raw, bytes) != 0)
        check_failed(__FILE__, __LINE__, "written: <%s>, not <%s>", raw, bytes);
}

// What is on the screen is what is in the line, wherever the cursor has been.
static void expect_shown(const char *text)
{
    for (uint r = 0, at = 0, n = strlen(text); at <= n; r++) {
        char wanted[COLUMNS + 1];
        uint k = 0;
        if (r == 0)
            wanted[k++] = '$', wanted[k++] = ' ';
        while (k < COLUMNS && at < n)
            wanted[k++] = text[at++];
        at += k < COLUMNS;
        while (k > 0 && wanted[k - 1] == ' ')
            k--;
        wanted[k] = '\0';
        expect_row(r, wanted);
    }
}

// --- tests ------------------------------------------------------------------------------------

TEST(plain_typing_is_echoed_as_it_is)
{
    expect_bytes("echo hello\n", "echo hello\n");
    expect_bytes("ab\177c\010d\n", "ab\b \bc\b \bd\n");
    expect_bytes("wrong\025right\n", "wrong\b \b\b \b\b \b\b \b\b \bright\n");
    expect_bytes("\177\025x\r", "x\n");
    expect_bytes("\xc3\xa4\177o\n", "\xc3\xa4\b \bo\n");
    expect_bytes("\tx\n", " x\n");
}

TEST(moving_and_inserting)
{
    expect_line("acd" LEFT LEFT "b\n", "abcd");
    expect_row(0, "$ abcd");
    expect_line("bc\001a\005d\n", "abcd");
    expect_line("one two\033b\033bX\033fY\n", "XoneY two");
    expect_row(0, "$ XoneY two");
    expect_line("abc\033[Hx\033[Fy\033[1~X\033[4~Y\033OHo\n", "oXxabcyY");
    expect_line("\xc3\xa4\xc3\xb6\002x\n", "\xc3\xa4x\xc3\xb6");
    expect_line("ab" LEFT LEFT LEFT LEFT "x" RIGHT RIGHT RIGHT RIGHT "y\n", "xaby");
}

TEST(taking_away)
{
    expect_line("abc" LEFT "\177\n", "ac");
    expect_row(0, "$ ac");
    expect_line("abc\001\004\033[3~\n", "c");
    expect_line("one two\001\013three\n", "three");
    expect_line("one two three\027\027four\n", "one four");
    expect_line("one two\033b\025\n", "two");
    expect_row(0, "$ two");
    expect_line("one two\033b\033d\n", "one ");
    expect_line("abc \027\031\031\n", "abc abc ");
    expect_line("ab\024c\002\002\024\n", "abc");
}

TEST(ends)
{
    CHECK_EQ(type_keys("\004"), EDIT_END);
    CHECK_EQ(type_keys("abc"), EDIT_END);
    CHECK_EQ(type_keys("abc\003"), EDIT_GIVEN_UP);
    CHECK_EQ(line.len, 0);
    expect_row(0, "$ abc^C");
}

TEST(a_line_of_several_rows)
{
    char typed[512], wanted[300];
    for (uint i = 0; i < 200; i++)
        typed[i] = wanted[i] = (char)('a' + i % 26);
    wanted[200] = '\0';
    strcpy(typed + 200, "\n");
    expect_line(typed, wanted);
    expect_shown(wanted);
    CHECK_EQ(raw_len, 201);
    strcpy(typed + 200, "\001X" RIGHT "Y\n");
    type_keys(typed);
    line.text[line.len - 1] = '\0';
    expect_shown(line.text);
    CHECK_EQ(row, 3);
}

// Around the edge of the row, byte by byte in and out.
TEST(the_edge)
{
    char typed[600], wanted[300];
    for (uint n = 75; n <= 82; n++)
        for (uint back = 0; back <= 6; back++) {
            memset(typed, 'x', n);
            memset(typed + n, '\177', back);
            strcpy(typed + n + back, "yz" LEFT "w\n");
            memset(wanted, 'x', n - back);
            strcpy(wanted + n - back, "ywz");
            expect_line(typed, wanted);
            expect_shown(wanted);
        }
}

TEST(older_lines)
{
    type_keys("first\n");
    type_keys("second\n");
    type_keys("second\n");
    expect_line(UP "\n", "second");
    expect_line(UP UP "\n", "first");
    expect_row(0, "$ first");
    expect_line("new" UP UP DOWN DOWN "er\n", "newer");
    expect_row(0, "$ newer");
    expect_line(DOWN "\020X\n", "newerX");
    for (uint i = 0; i < 2 * HISTORY_LINES; i++)
        history_add(i % 2 ? "odd" : "even");
    CHECK(history_line(HISTORY_LINES) && !history_line(HISTORY_LINES + 1));
}

TEST(searching)
{
    type_keys("echo one\n");
    type_keys("echo two\n");
    type_keys("ls\n");
    expect_line("\022echo\n", "echo two");
    expect_row(0, "$ echo two");
    expect_line("\022echo\022\001X\n", "Xecho one");
    expect_line("typed\022nothing of it\003\n", "typed");
    expect_line("\022ochXX\177\177\177\177\177o on\n", "Xecho one");
}

TEST(completing)
{
    expect_line("cat al\t\n", "cat alpha ");
    expect_line("cat b\tx\n", "cat betx");
    expect_line("cat d\tx\n", "cat dir/x");
    expect_line("cat z\tx\n", "cat zx");
    expect_line("al\tb\001" RIGHT RIGHT "\t\n", "alpha pha b");
    type_keys("cat bet\t2\n");
    expect_row(1, "beta  bet2");
    expect_row(2, "$ cat bet2");
    CHECK(raw[0] == 'c');
    for (uint i = 0; i + 1 < raw_len; i++)
        CHECK(!(raw[i] == '$' && raw[i + 1] == ' '));
}

TEST(clearing_the_screen)
{
    type_keys("abc\014d\n");
    expect_row(0, "$ abcd");
}

// Random keys: the screen always shows the line.
TEST(anything)
{
    static const char *const some[] = { "a",     " ",     "\177",    "\001",      "\005", "\002",
                                        "\006",  "\013",  "\025",    "\027",      "\031", "\024",
                                        "\004",  UP,      DOWN,      LEFT,        RIGHT,  "\033b",
                                        "\033f", "\033d", "xyz xyz", "0123456789" };
    char typed[1024];
    for (uint round = 0; round < 3000; round++) {
        uint len = 0, n = (uint)test_random_below(60);
        typed[len++] = '-'; // so that Ctrl-D is no end
        for (uint i = 0; i < n; i++) {
            const char *key = some[test_random_below(sizeof some / sizeof some[0])];
            if (*key == '\004')
                key = "\001q\001\004";
            strcpy(typed + len, key);
            len += strlen(key);
        }
        strcpy(typed + len, "\n");
        CHECK_EQ(type_keys(typed), EDIT_DONE);
        line.text[line.len - 1] = '\0';
        expect_shown(line.text);
    }
}
