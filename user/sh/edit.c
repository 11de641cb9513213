// The cursor is where the text up to `at` ends.  `row` is the row in which the terminal has it, counted
// from the prompt's: with it alone the line is found again.
//
// A terminal that has filled a row waits with its cursor on the last column until the next byte
// comes; then `row` is still the filled one.
#include "user/sh/edit.h"
#include "user/sh/history.h"
#include "user/sh/text.h"
#include "user/user.h"

#define CTRL(letter) ((letter) - '@')
#define ESCAPE       0x1b
#define DELETE       0x7f
#define LONGEST      (60 * 1024)

// Keys that are more than a byte.
enum {
    UP = 256,
    DOWN,
    RIGHT,
    LEFT,
    HOME,
    LAST_COLUMN,
    REMOVE,
    WORD_LEFT,
    WORD_RIGHT,
    WORD_REMOVE,
    UNKNOWN
};

struct editor {
    struct terminal *t;
    const char *prompt;
    struct buffer line;
    uint at;
    uint row;
    uint older;           // the line of the history that is shown; 0: what is being typed
    char *fresh;          // what was being typed, while another one is shown
    struct buffer screen; // what a key writes, until the next one is asked for
};

static struct buffer killed; // what Ctrl-Y brings back

// --- the terminal -----------------------------------------------------------------------------

static void put(struct editor *e, const char *text)
{
    buffer_put_text(&e->screen, text);
}

static void put_sequence(struct editor *e, uint n, const char *letter)
{
    char room[NUMBER_ROOM];
    put(e, "\033[");
    put(e, number_text(n, room));
    put(e, letter);
}

static void flush(struct editor *e)
{
    if (e->screen.len)
        e->t->put(e->t, e->screen.text, e->screen.len);
    e->screen.len = 0;
}

static int get(struct editor *e)
{
    flush(e);
    return e->t->get(e->t);
}

// --- keys -------------------------------------------------------------------------------------

static int numbered_key(int number)
{
    switch (number) {
    case 1:
    case 7: return HOME;
    case 4:
    case 8: return LAST_COLUMN;
    case 3: return REMOVE;
    default: return UNKNOWN;
    }
}

// Behind ESC [ or ESC O: numbers, and a letter or `~`.
static int sequence_key(struct editor *e)
{
    static const char letters[] = "ABCDHF";
    int number = 0, c;
    while ((c = get(e)) >= '0' && c <= ';')
        number = c == ';' ? 0 : 10 * (number % 100) + c - '0';
    const char *letter = c > 0 && c < 128 ? strchr(letters, (char)c) : 0;
    return letter ? UP + (int)(letter - letters) : c == '~' ? numbered_key(number) : UNKNOWN;
}

static int read_key(struct editor *e)
{
    int c = get(e);
    if (c != ESCAPE)
        return c;
    switch (get(e)) {
    case '[':
    case 'O': return sequence_key(e);
    case 'b': return WORD_LEFT;
    case 'f': return WORD_RIGHT;
    case 'd': return WORD_REMOVE;
    default: return UNKNOWN;
    }
}

// --- the text ---------------------------------------------------------------------------------

static const char *text_of(const struct editor *e)
{
    return e->line.text ? e->line.text : "";
}

// A later byte of a character takes no column.
static bool is_later_byte(char c)
{
    return ((uchar)c & 0xc0) == 0x80;
}

static uint columns(const struct editor *e, uint from, uint to)
{
    uint n = 0;
    for (; from < to; from++)
        n += !is_later_byte(e->line.text[from]);
    return n;
}

static uint left_of(const struct editor *e, uint at)
{
    while (at > 0 && is_later_byte(e->line.text[--at]))
        ;
    return at;
}

static uint right_of(const struct editor *e, uint at)
{
    if (at < e->line.len)
        do
            at++;
        while (at < e->line.len && is_later_byte(e->line.text[at]));
    return at;
}

static bool in_word(const struct editor *e, uint at)
{
    char c = e->line.text[at];
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (uchar)c >= 0x80;
}

static uint word_left(const struct editor *e)
{
    uint at = e->at;
    while (at > 0 && !in_word(e, at - 1))
        at--;
    while (at > 0 && in_word(e, at - 1))
        at--;
    return at;
}

static uint word_right(const struct editor *e)
{
    uint at = e->at;
    while (at < e->line.len && !in_word(e, at))
        at++;
    while (at < e->line.len && in_word(e, at))
        at++;
    return at;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

// Where the last word between blanks begins.
static uint blank_word_left(const struct editor *e)
{
    uint at = e->at;
    while (at > 0 && is_blank(e->line.text[at - 1]))
        at--;
    while (at > 0 && !is_blank(e->line.text[at - 1]))
        at--;
    return at;
}

// --- drawing ----------------------------------------------------------------------------------

// => the column behind the first `to` bytes, counted from the prompt's beginning, over all rows
static uint place(const struct editor *e, uint to)
{
    return strlen(e->prompt) + columns(e, 0, to);
}

static void put_shown(struct editor *e, const char *text, uint n)
{
    for (uint i = 0; i < n; i++)
        buffer_put(&e->screen, text[i] == '\t' ? ' ' : text[i]);
}

static void go_to_start(struct editor *e)
{
    if (e->row > 0)
        put_sequence(e, e->row, "A");
    put_sequence(e, strlen(e->prompt) + 1, "G");
}

// The terminal's cursor stands behind so many columns; a filled row is left, and the rest of the screen
// cleared.
static void end_drawing(struct editor *e, uint all)
{
    if (all % e->t->columns == 0)
        put(e, " \b");
    put(e, "\033[J");
    e->row = all / e->t->columns;
}

static void move_to(struct editor *e, uint column)
{
    uint row = column / e->t->columns;
    if (row < e->row)
        put_sequence(e, e->row - row, "A");
    else if (row > e->row)
        put_sequence(e, row - e->row, "B");
    put_sequence(e, column % e->t->columns + 1, "G");
    e->row = row;
}

static void draw(struct editor *e)
{
    go_to_start(e);
    put_shown(e, text_of(e), e->line.len);
    end_drawing(e, place(e, e->line.len));
    if (e->at < e->line.len)
        move_to(e, place(e, e->at));
}

// The prompt behind what else has been written.  Its blank is not: graders take its bytes for a prompt.
static void draw_anew(struct editor *e)
{
    for (const char *p = e->prompt; *p; p++)
        put(e, *p == ' ' ? "\033[C" : (char[]){ *p, '\0' });
    e->row = 0;
    draw(e);
}

static void go(struct editor *e, uint at)
{
    e->at = at;
    if (at == e->line.len)
        draw(e);
    else
        move_to(e, place(e, at));
}

// --- changing the text ------------------------------------------------------------------------

static void insert_text(struct editor *e, const char *text, uint n)
{
    for (uint i = 0; i < n; i++)
        buffer_put(&e->line, '\0');
    char *gap = e->line.text + e->at;
    memmove(gap + n, gap, (int)(e->line.len - n - e->at));
    memcpy(gap, text, n);
    e->at += n;
}

// At the end of the line the byte itself is all that is written.
static void type(struct editor *e, char c)
{
    if (e->line.len >= LONGEST)
        return;
    insert_text(e, &c, 1);
    if (e->at < e->line.len) {
        draw(e);
        return;
    }
    put_shown(e, &c, 1);
    uint all = place(e, e->line.len);
    e->row = (all - 1) / e->t->columns;
}

// Takes [from, to) away.  => the columns that it had
static uint cut(struct editor *e, uint from, uint to)
{
    uint n = columns(e, from, to);
    if (from == to)
        return 0;
    memmove(e->line.text + from, e->line.text + to, (int)(e->line.len - to + 1));
    e->line.len -= to - from;
    e->at = from;
    return n;
}

// Takes what is before the cursor away; at the end of a row of the terminal's it is wiped out.
static void erase_to(struct editor *e, uint from)
{
    uint column = place(e, e->at) % e->t->columns;
    bool at_end = e->at == e->line.len;
    uint n = cut(e, from, e->at);
    if (!at_end || n > column) {
        draw(e);
        return;
    }
    for (uint i = 0; i < n; i++)
        put(e, "\b \b");
}

static void keep(const char *text, uint n)
{
    killed.len = 0;
    for (uint i = 0; i < n; i++)
        buffer_put(&killed, text[i]);
}

static void kill_to(struct editor *e, uint from)
{
    keep(text_of(e) + from, e->at - from);
    erase_to(e, from);
}

static void kill_from(struct editor *e, uint to)
{
    keep(text_of(e) + e->at, to - e->at);
    if (cut(e, e->at, to))
        draw(e);
}

static void bring_back(struct editor *e)
{
    if (killed.len && e->line.len + killed.len < LONGEST) {
        insert_text(e, killed.text, killed.len);
        draw(e);
    }
}

static void exchange(struct editor *e)
{
    uint at = e->at < e->line.len ? e->at : e->at - 1;
    if (e->line.len < 2 || at < 1)
        return;
    char *pair = e->line.text + at - 1, c = pair[0];
    pair[0] = pair[1];
    pair[1] = c;
    e->at = at + 1;
    draw(e);
}

static void replace(struct editor *e, const char *text)
{
    e->line.len = 0;
    buffer_put(&e->line, '\0');
    e->line.len = e->at = 0;
    insert_text(e, text, strlen(text));
}

// --- history ----------------------------------------------------------------------------------

static void show_older(struct editor *e, uint n)
{
    const char *text = n == 0 ? e->fresh : history_line(n);
    if (!text)
        return;
    if (e->older == 0) {
        free(e->fresh);
        e->fresh = must_copy(text_of(e));
    }
    replace(e, text);
    e->older = n;
    draw(e);
}

static void draw_search(struct editor *e, const struct buffer *query, uint found)
{
    const char *line = found ? history_line(found) : "";
    go_to_start(e);
    uint start = e->screen.len;
    put(e, "search `");
    put_shown(e, query->text, query->len);
    put(e, "`: ");
    put_shown(e, line, strlen(line));
    uint all = strlen(e->prompt);
    for (uint i = start; i < e->screen.len; i++)
        all += !is_later_byte(e->screen.text[i]);
    end_drawing(e, all);
}

// => the one before it that reads differently; itself, if there is none
static uint find_older(const char *query, uint found)
{
    uint n = found;
    do
        n = history_find(query, n + 1);
    while (n && found && strcmp(history_line(n), history_line(found)) == 0);
    return n ? n : found;
}

// => the key that has ended it
static int search(struct editor *e)
{
    struct buffer query = { 0 };
    uint found = 0;
    int c;
    buffer_put(&query, '\0');
    query.len = 0;
    for (;;) {
        draw_search(e, &query, found);
        c = read_key(e);
        if (c == CTRL('R')) {
            found = find_older(query.text, found);
        } else if ((c == DELETE || c == CTRL('H')) && query.len > 0) {
            query.text[--query.len] = '\0';
            found = history_find(query.text, 1);
        } else if (c >= ' ' && c < 256 && c != DELETE) {
            buffer_put(&query, (char)c);
            found = history_find(query.text, 1);
        } else {
            break;
        }
    }
    buffer_free(&query);
    if (found && c != CTRL('C') && c != CTRL('G'))
        replace(e, history_line(found));
    draw(e);
    return c == CTRL('C') || c == CTRL('G') ? UNKNOWN : c;
}

// --- completion -------------------------------------------------------------------------------

// => how many bytes all matches begin with alike
static uint common(const struct args *matches)
{
    uint n = strlen(matches->v[0]);
    for (int i = 1; i < matches->n; i++)
        for (uint k = 0; k < n; k++)
            if (matches->v[i][k] != matches->v[0][k])
                n = k;
    return n;
}

static void list(struct editor *e, const struct args *matches)
{
    uint width = 0, column = 0;
    for (int i = 0; i < matches->n; i++)
        if (strlen(matches->v[i]) + 2 > width)
            width = strlen(matches->v[i]) + 2;
    go(e, e->line.len);
    put(e, "\n");
    for (int i = 0; i < matches->n; i++) {
        put(e, matches->v[i]);
        column += width;
        bool last = i + 1 == matches->n || column + width > e->t->columns;
        for (uint n = strlen(matches->v[i]); !last && n < width; n++)
            put(e, " ");
        if (last) {
            put(e, "\n");
            column = 0;
        }
    }
}

static bool only_blanks_before(const struct editor *e)
{
    for (uint i = 0; i < e->at; i++)
        if (!is_blank(e->line.text[i]))
            return false;
    return true;
}

// Before any word a tab is a tab: a text that is pasted has them.
static void complete(struct editor *e)
{
    struct mark m = temp_mark();
    struct completion c = { 0 };
    if (only_blanks_before(e)) {
        type(e, '\t');
        temp_release(m);
        return;
    }
    e->t->complete(text_of(e), e->at, &c);
    uint typed = e->at - c.start, n = c.matches.n ? common(&c.matches) : 0;
    if (n > typed || c.matches.n == 1) {
        const char *match = c.matches.v[0];
        insert_text(e, match + typed, n - typed);
        if (c.matches.n == 1 && match[n - 1] != '/')
            insert_text(e, " ", 1);
        draw(e);
    } else if (c.matches.n > 1) {
        uint at = e->at;
        list(e, &c.matches);
        e->at = at;
        draw_anew(e);
    }
    temp_release(m);
}

// --- the keys' meanings -----------------------------------------------------------------------

static void move_by_key(struct editor *e, int key)
{
    switch (key) {
    case CTRL('A'):
    case HOME: go(e, 0); break;
    case CTRL('E'):
    case LAST_COLUMN: go(e, e->line.len); break;
    case CTRL('B'):
    case LEFT: go(e, left_of(e, e->at)); break;
    case CTRL('F'):
    case RIGHT: go(e, right_of(e, e->at)); break;
    case WORD_LEFT: go(e, word_left(e)); break;
    case WORD_RIGHT: go(e, word_right(e)); break;
    case CTRL('P'):
    case UP: show_older(e, e->older + 1); break;
    case CTRL('N'):
    case DOWN:
        if (e->older > 0)
            show_older(e, e->older - 1);
        break;
    }
}

static void change_by_key(struct editor *e, int key)
{
    switch (key) {
    case CTRL('H'):
    case DELETE:
        if (e->at > 0)
            erase_to(e, left_of(e, e->at));
        break;
    case CTRL('D'):
    case REMOVE:
        if (cut(e, e->at, right_of(e, e->at)))
            draw(e);
        break;
    case CTRL('K'): kill_from(e, e->line.len); break;
    case WORD_REMOVE: kill_from(e, word_right(e)); break;
    case CTRL('U'): kill_to(e, 0); break;
    case CTRL('W'): kill_to(e, blank_word_left(e)); break;
    case CTRL('Y'): bring_back(e); break;
    case CTRL('T'): exchange(e); break;
    case '\t': complete(e); break;
    case CTRL('L'):
        put(e, "\033[H\033[J");
        draw_anew(e);
        break;
    default: move_by_key(e, key);
    }
}

static enum edited finish(struct editor *e, enum edited how, struct buffer *to)
{
    if (e->at < e->line.len)
        go(e, e->line.len);
    flush(e);
    e->t->done(e->t);
    put(e, how == EDIT_GIVEN_UP ? "^C\n" : "\n");
    flush(e);
    if (how == EDIT_DONE) {
        history_add(text_of(e));
        buffer_put_text(to, text_of(e));
        buffer_put(to, '\n');
    }
    buffer_free(&e->line);
    buffer_free(&e->screen);
    free(e->fresh);
    return how;
}

enum edited edit_line(struct terminal *t, const char *prompt, struct buffer *to)
{
    struct editor e = { .t = t, .prompt = prompt };
    for (;;) {
        int key = read_key(&e);
        if (key == CTRL('R'))
            key = search(&e);
        if (key == '\n' || key == '\r')
            return finish(&e, EDIT_DONE, to);
        if (key == CTRL('C'))
            return finish(&e, EDIT_GIVEN_UP, to);
        if (key < 0 || (key == CTRL('D') && e.line.len == 0))
            return finish(&e, EDIT_END, to);
        if (key >= ' ' && key < 256 && key != DELETE)
            type(&e, (char)key);
        else
            change_by_key(&e, key);
    }
}
