// Line editing.
//
// Ctrl-D is kept in the ring as a byte of its own that ends a line like a newline does, but is not
// handed to the reader: at the start of a line it makes a read of 0 bytes, the end of input.
//
// A line longer than the ring is completed where the ring is full, so that its reader can make
// room for the rest.

#include "dev/line.h"

#define CTRL(letter) ((letter) - '@')
#define END_OF_INPUT CTRL('D')
#define DELETE       0x7f

static char at(const struct line_input *in, uint32 i)
{
    return in->ring[i % LINE_RING];
}

static bool is_control(char c)
{
    return (uint8)c < ' ' || c == DELETE;
}

// => is c a later byte of a UTF-8 sequence, which takes no column of its own?
static bool is_continuation(char c)
{
    return ((uint8)c & 0xc0) == 0x80;
}

bool line_full(const struct line_input *in)
{
    return in->end - in->read == LINE_RING;
}

size_t line_pending(const struct line_input *in)
{
    return in->ready - in->read;
}

// Control characters show as ^X; a tab as a space, so that erasing it is exact.
static size_t show(char c, char *echo)
{
    if (c == '\t')
        c = ' ';
    if (!is_control(c)) {
        echo[0] = c;
        return 1;
    }
    echo[0] = '^';
    echo[1] = (char)(c ^ '@');
    return 2;
}

static size_t columns(char c)
{
    if (c == '\t')
        return 1;
    return is_control(c) ? 2 : is_continuation(c) ? 0 : 1;
}

// Takes the last character off the line being edited.  => the columns it took on the screen
static size_t erase_character(struct line_input *in)
{
    while (in->end != in->ready) {
        size_t width = columns(at(in, --in->end));
        if (width)
            return width;
    }
    return 0;
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

static size_t erase_line(struct line_input *in, char *echo)
{
    size_t width = 0;
    while (in->end != in->ready)
        width += erase_character(in);
    return wipe(width, echo);
}

static void append(struct line_input *in, char c, bool completes)
{
    in->ring[in->end++ % LINE_RING] = c;
    if (completes || (line_full(in) && line_pending(in) == 0))
        in->ready = in->end;
}

size_t line_take(struct line_input *in, char c, char echo[LINE_ECHO])
{
    switch (c) {
    case CTRL('H'):
    case DELETE: return wipe(erase_character(in), echo);
    case CTRL('U'): return erase_line(in, echo);
    case END_OF_INPUT: append(in, c, true); return 0;
    case '\r':
    case '\n':
        append(in, '\n', true);
        echo[0] = '\n';
        return 1;
    default: append(in, c, false); return show(c, echo);
    }
}

size_t line_read(struct line_input *in, char *buf, size_t n)
{
    size_t done = 0;
    char c = 0;
    while (done < n && c != '\n' && in->read != in->ready) {
        c = at(in, in->read++);
        if (c == END_OF_INPUT)
            return done;
        buf[done++] = c;
    }
    // A line ended by Ctrl-D that just fits is over: its end is no end of input of its own.
    if (done > 0 && c != '\n' && in->read != in->ready && at(in, in->read) == END_OF_INPUT)
        in->read++;
    return done;
}

size_t line_redraw(const struct line_input *in, char echo[LINE_ECHO])
{
    size_t len = 0;
    for (uint32 i = in->ready; i != in->end && i - in->ready < LINE_COLUMNS - 1; i++)
        len += show(at(in, i), echo + len);
    return len;
}
