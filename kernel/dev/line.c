// The line discipline (dev/line.h).
//
// Ctrl-D is kept in the ring as a NUL that ends a line, and is not handed to the reader: at the start
// of a line it makes a read of 0 bytes, the end of input.  No other NUL ends a line.
//
// A line longer than the ring is completed where the ring is full, so that its reader can make
// room for the rest.

#include "dev/line.h"
#include "lib/string.h"

#define CTRL(letter) ((letter) - '@')
#define DELETE       0x7f
#define END_OF_INPUT '\0'

static const struct termios usual = {
    .c_iflag = ICRNL | IXON | IUTF8,
    .c_oflag = OPOST,
    .c_cflag = B38400 | CS8 | CREAD,
    .c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN,
    .c_cc = { [VINTR] = CTRL('C'),
              [VQUIT] = CTRL('\\'),
              [VERASE] = DELETE,
              [VKILL] = CTRL('U'),
              [VEOF] = CTRL('D'),
              [VMIN] = 1,
              [VSTART] = CTRL('Q'),
              [VSTOP] = CTRL('S'),
              [VSUSP] = CTRL('Z'),
              [VREPRINT] = CTRL('R'),
              [VWERASE] = CTRL('W'),
              [VLNEXT] = CTRL('V') },
};

void line_init(struct line_input *in)
{
    memset(in, 0, sizeof *in);
    in->modes = usual;
}

static bool has(const struct line_input *in, uint32 local)
{
    return (in->modes.c_lflag & local) == local;
}

static bool is_key(const struct line_input *in, int key, char c)
{
    return c != 0 && in->modes.c_cc[key] == (uint8)c;
}

// --- the ring ---------------------------------------------------------------------------------

static char at(const struct line_input *in, uint32 i)
{
    return in->ring[i % LINE_RING];
}

static bool ends_line(const struct line_input *in, uint32 i)
{
    return in->ends[i % LINE_RING / 64] >> i % 64 & 1;
}

static bool is_end_of_input(const struct line_input *in, uint32 i)
{
    return ends_line(in, i) && at(in, i) == END_OF_INPUT;
}

static void put(struct line_input *in, uint32 i, char c, bool ends)
{
    uint64 *word = &in->ends[i % LINE_RING / 64];
    *word = (*word & ~(1UL << i % 64)) | (uint64)ends << i % 64;
    in->ring[i % LINE_RING] = c;
}

static void append(struct line_input *in, char c, bool ends)
{
    put(in, in->end++, c, ends);
    if (ends || !has(in, ICANON) || (line_full(in) && line_pending(in) == 0))
        in->ready = in->end;
}

bool line_full(const struct line_input *in)
{
    return in->end - in->read == LINE_RING;
}

void line_flush(struct line_input *in)
{
    in->read = in->ready = in->end;
    in->literal = false;
}

size_t line_pending(const struct line_input *in)
{
    return in->ready - in->read;
}

bool line_readable(const struct line_input *in)
{
    size_t want = has(in, ICANON) || in->modes.c_cc[VTIME] ? 1 : in->modes.c_cc[VMIN];
    return line_pending(in) >= (want ? want : 1);
}

// --- echoes -----------------------------------------------------------------------------------

static bool is_control(char c)
{
    return (uint8)c < ' ' || c == DELETE;
}

// => is c a later byte of a UTF-8 sequence, which takes no column of its own?
static bool is_continuation(char c)
{
    return ((uint8)c & 0xc0) == 0x80;
}

// Control characters show as ^X; a tab as a space, so that erasing it is exact.
static size_t show(const struct line_input *in, char c, char *echo)
{
    if (c == '\t')
        c = ' ';
    if (!is_control(c) || !has(in, ECHOCTL)) {
        echo[0] = c;
        return 1;
    }
    echo[0] = '^';
    echo[1] = (char)(c ^ '@');
    return 2;
}

static size_t columns(const struct line_input *in, char c)
{
    if (c == '\t')
        return 1;
    if (is_control(c))
        return has(in, ECHOCTL) ? 2 : 0;
    return is_continuation(c) ? 0 : 1;
}

static size_t show_newline(const struct line_input *in, char *echo)
{
    return line_output(&in->modes, "\n", 1, echo);
}

static size_t echo_of(const struct line_input *in, char c, char *echo)
{
    if (c == '\n')
        return has(in, ECHO) || has(in, ICANON | ECHONL) ? show_newline(in, echo) : 0;
    return has(in, ECHO) ? show(in, c, echo) : 0;
}

// A terminal does not go back over the edge of a row, so more than a row is never wiped.
static size_t wipe(size_t width, char *echo)
{
    if (width > LINE_COLUMNS)
        width = LINE_COLUMNS;
    for (size_t i = 0; i < width; i++) {
        echo[3 * i] = '\b';
        echo[3 * i + 1] = ' ';
        echo[3 * i + 2] = '\b';
    }
    return 3 * width;
}

size_t line_redraw(const struct line_input *in, char echo[LINE_ECHO])
{
    size_t len = 0;
    if (!has(in, ECHO))
        return 0;
    for (uint32 i = in->ready; i != in->end && i - in->ready < LINE_COLUMNS - 1; i++)
        len += show(in, at(in, i), echo + len);
    return len;
}

// --- editing ----------------------------------------------------------------------------------

// Takes the last character off the line being edited.  => the columns it took on the screen
static size_t drop_character(struct line_input *in)
{
    size_t width = 0;
    while (in->end != in->ready) {
        char c = at(in, --in->end);
        width += columns(in, c);
        if (!is_continuation(c))
            break;
    }
    return width;
}

static bool is_word(char c)
{
    return c != ' ' && c != '\t';
}

// The last word, with the blanks behind it.
static size_t drop_word(struct line_input *in)
{
    size_t width = 0;
    while (in->end != in->ready && !is_word(at(in, in->end - 1)))
        width += drop_character(in);
    while (in->end != in->ready && is_word(at(in, in->end - 1)))
        width += drop_character(in);
    return width;
}

static size_t drop_line(struct line_input *in)
{
    size_t width = 0;
    while (in->end != in->ready)
        width += drop_character(in);
    return width;
}

// => the echo of a key that has erased so many columns
static size_t erased(const struct line_input *in, size_t width, char key, char *echo)
{
    if (!has(in, ECHO))
        return 0;
    return has(in, ECHOE) ? wipe(width, echo) : show(in, key, echo);
}

static size_t kill_line(struct line_input *in, char key, char *echo)
{
    size_t width = drop_line(in);
    if (has(in, ECHO | ECHOE | ECHOKE))
        return wipe(width, echo);
    size_t len = has(in, ECHO) ? show(in, key, echo) : 0;
    if (has(in, ECHO | ECHOK))
        len += show_newline(in, echo + len);
    return len;
}

static size_t reprint(const struct line_input *in, char key, char *echo)
{
    if (!has(in, ECHO))
        return 0;
    size_t len = show(in, key, echo);
    len += show_newline(in, echo + len);
    return len + line_redraw(in, echo + len);
}

static size_t mark_literal(struct line_input *in, char *echo)
{
    in->literal = true;
    if (!has(in, ECHO | ECHOCTL))
        return 0;
    echo[0] = '^';
    echo[1] = '\b';
    return 2;
}

// Terminals send one or the other for the same key.
static bool erases(const struct line_input *in, char c)
{
    char key = (char)in->modes.c_cc[VERASE];
    bool either = key == DELETE || key == CTRL('H');
    return is_key(in, VERASE, c) || (either && (c == DELETE || c == CTRL('H')));
}

static bool completes(const struct line_input *in, char c)
{
    return c == '\n' || is_key(in, VEOL, c) || is_key(in, VEOL2, c);
}

// Canonical mode.
static size_t edit(struct line_input *in, char c, char *echo)
{
    if (erases(in, c))
        return erased(in, drop_character(in), c, echo);
    if (is_key(in, VKILL, c))
        return kill_line(in, c, echo);
    if (is_key(in, VEOF, c)) {
        append(in, END_OF_INPUT, true);
        return 0;
    }
    if (has(in, IEXTEN)) {
        if (is_key(in, VWERASE, c))
            return erased(in, drop_word(in), c, echo);
        if (is_key(in, VREPRINT, c))
            return reprint(in, c, echo);
        if (is_key(in, VLNEXT, c))
            return mark_literal(in, echo);
    }
    append(in, c, completes(in, c));
    return echo_of(in, c, echo);
}

// --- keys -------------------------------------------------------------------------------------

// => false: the byte is left out
static bool translate(const struct line_input *in, char *c)
{
    uint32 flags = in->modes.c_iflag;
    if (flags & ISTRIP)
        *c &= 0x7f;
    if (*c == '\r') {
        if (flags & IGNCR)
            return false;
        if (flags & ICRNL)
            *c = '\n';
    } else if (*c == '\n' && (flags & INLCR)) {
        *c = '\r';
    }
    return true;
}

static int signal_of(const struct line_input *in, char c)
{
    if (!has(in, ISIG))
        return 0;
    return is_key(in, VINTR, c)   ? SIGINT
           : is_key(in, VQUIT, c) ? SIGQUIT
           : is_key(in, VSUSP, c) ? SIGTSTP
                                  : 0;
}

// => does the key only stop output, or let it go on?
static bool flow_control(struct line_input *in, char c)
{
    if (!(in->modes.c_iflag & IXON))
        return false;
    bool stops = is_key(in, VSTOP, c), starts = is_key(in, VSTART, c);
    if (stops || starts) {
        in->stopped = stops;
        return true;
    }
    if (in->modes.c_iflag & IXANY)
        in->stopped = false;
    return false;
}

static size_t take_signal(struct line_input *in, char c, char *echo)
{
    if (!has(in, NOFLSH))
        line_flush(in);
    in->stopped = false;
    return echo_of(in, c, echo);
}

size_t line_take(struct line_input *in, char c, char echo[LINE_ECHO], int *signal)
{
    *signal = 0;
    if (in->literal) {
        in->literal = false;
        append(in, c, false);
        return has(in, ECHO) ? show(in, c, echo) : 0;
    }
    if (!translate(in, &c) || flow_control(in, c))
        return 0;
    *signal = signal_of(in, c);
    if (*signal)
        return take_signal(in, c, echo);
    if (has(in, ICANON))
        return edit(in, c, echo);
    append(in, c, false);
    return echo_of(in, c, echo);
}

// --- reading ----------------------------------------------------------------------------------

static size_t read_line(struct line_input *in, char *buf, size_t n)
{
    size_t done = 0;
    while (done < n && in->read != in->ready) {
        uint32 i = in->read++;
        if (is_end_of_input(in, i))
            return done;
        buf[done++] = at(in, i);
        if (ends_line(in, i))
            return done;
    }
    // A line ended by Ctrl-D that just fits is over: its end is no end of input of its own.
    if (done > 0 && in->read != in->ready && is_end_of_input(in, in->read))
        in->read++;
    return done;
}

static size_t read_bytes(struct line_input *in, char *buf, size_t n)
{
    size_t done = 0;
    while (done < n && in->read != in->ready)
        buf[done++] = at(in, in->read++);
    return done;
}

size_t line_read(struct line_input *in, char *buf, size_t n)
{
    return has(in, ICANON) ? read_line(in, buf, n) : read_bytes(in, buf, n);
}

// --- modes ------------------------------------------------------------------------------------

// What was typed in raw mode is edited as if it were typed anew: a byte becomes one at the most, so
// the result lies where the bytes were.
static void edit_anew(struct line_input *in)
{
    char echo[LINE_ECHO];
    uint32 end = in->end, i = in->read;
    for (in->ready = in->end = in->read; i != end; i++) {
        bool literal = in->literal;
        in->literal = false;
        if (literal)
            append(in, at(in, i), false);
        else
            edit(in, at(in, i), echo);
    }
}

// Lines become the bytes that were typed.
static void unmark(struct line_input *in)
{
    for (uint32 i = in->read; i != in->end; i++) {
        bool end = is_end_of_input(in, i);
        put(in, i, end ? (char)in->modes.c_cc[VEOF] : at(in, i), false);
    }
    in->ready = in->end;
    in->literal = false;
}

void line_set_modes(struct line_input *in, const struct termios *modes)
{
    bool was = has(in, ICANON), is = modes->c_lflag & ICANON;
    if (was && !is)
        unmark(in);
    in->modes = *modes;
    if (is && !was)
        edit_anew(in);
    if (!(modes->c_iflag & IXON))
        in->stopped = false;
}

// --- output -----------------------------------------------------------------------------------

size_t line_output(const struct termios *modes, const char *text, size_t n, char *out)
{
    uint32 flags = modes->c_oflag & OPOST ? modes->c_oflag : 0;
    size_t len = 0;
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '\n' && (flags & ONLCR))
            out[len++] = '\r';
        out[len++] = text[i] == '\r' && (flags & OCRNL) ? '\n' : text[i];
    }
    return len;
}
