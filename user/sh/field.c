#include "user/sh/field.h"
#include "user/sh/glob.h"
#include "user/lib/pattern.h"
#include "user/sh/shell.h"
#include "user/sh/vars.h"
#include "user/user.h"

void args_add(struct args *a, char *text)
{
    if (a->n + 1 >= a->room) {
        a->room = a->room ? 2 * a->room : 16;
        char **bigger = temp_alloc((uint)a->room * sizeof *bigger);
        memcpy(bigger, a->v, (uint)a->n * sizeof *bigger);
        a->v = bigger;
    }
    a->v[a->n++] = text;
    a->v[a->n] = 0;
}

void field_start(struct field *f, enum field_mode mode, struct args *args)
{
    const char *ifs = var_get("IFS");
    *f = (struct field){ .mode = mode, .args = args, .ifs = ifs ? ifs : " \t\n" };
}

void field_put(struct field *f, char c, bool quoted)
{
    if (quoted && f->mode != ONE_TEXT && strchr("*?[]\\!-^", c))
        buffer_put(&f->text, '\\');
    buffer_put(&f->text, c);
    f->after_blank = false;
}

static void end_field(struct field *f)
{
    char *text = temp_copy(f->text.text ? f->text.text : "", f->text.len);
    if (shell.no_globs || !pattern_is_active(text) || glob(text, f->args) == 0)
        args_add(f->args, pattern_plain(text));
    f->text.len = 0;
    if (f->text.text)
        f->text.text[0] = '\0';
    f->present = false;
}

void field_end(struct field *f)
{
    if (f->present || f->text.len > 0)
        end_field(f);
}

// A byte of IFS.  Blanks around another one belong to it; two others have an empty field between
// them.
static void separate(struct field *f, char c)
{
    bool blank = c == ' ' || c == '\t' || c == '\n';
    bool content = f->present || f->text.len > 0;
    if (content || (!blank && !f->after_blank))
        end_field(f);
    f->after_blank = blank && (content || f->after_blank);
}

void field_put_value(struct field *f, const char *value, bool quoted)
{
    for (; *value; value++) {
        if (f->mode == FIELDS && !quoted && strchr(f->ifs, *value))
            separate(f, *value);
        else // a backslash protects nothing outside patterns
            field_put(f, *value, quoted || (*value == '\\' && f->mode == FIELDS));
    }
}

char *field_text(struct field *f)
{
    char *text = temp_copy(f->text.text ? f->text.text : "", f->text.len);
    buffer_free(&f->text);
    return text;
}
