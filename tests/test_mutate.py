"""The mutator finds the places that it is for, and leaves alone what is a check."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "mutate"))
from places import places  # noqa: E402

SOURCE = """\
#define LIMIT 4
static int take(struct thing *t, int n)
{
    int err = look(t); // if (a < b)
    if (err || n < t->size)
        return err;
#ifdef DEBUG
    n = 7;
#endif
    if (t->refs != 1)
        panic("refs %d < 1", t->refs);
    spin_unlock(&t->lock);
    t->left = n + 3;
    return n > 9 ? -EIO : 0;
}

static void audit_things(void)
{
    count = 0;
}
"""

EXPECTED = {
    ("error", "int err = (look(t), 0); // if (a < b)"),
    ("negated", "if (!(err || n < t->size))"),
    ("logic", "if (err && n < t->size)"),
    ("comparison", "if (err || n <= t->size)"),
    ("comparison", "if (err || n > t->size)"),
    ("bound", "if (err || n < 1 + t->size)"),
    ("bound", "if (err || n < -1 + t->size)"),
    ("error", "return 0;"),
    ("call", ";"),
    ("dropped", ";"),
    ("sign", "t->left = n - 3;"),
    ("constant", "t->left = n + 4;"),
    ("constant", "t->left = n + 2;"),
    ("result", "return 0;"),
    ("comparison", "return n >= 9 ? -EIO : 0;"),
    ("comparison", "return n < 9 ? -EIO : 0;"),
    ("bound", "return n > 1 + 9 ? -EIO : 0;"),
    ("bound", "return n > -1 + 9 ? -EIO : 0;"),
    ("constant", "return n > 10 ? -EIO : 0;"),
    ("constant", "return n > 8 ? -EIO : 0;"),
    ("error", "return n > 9 ? 0 : 0;"),
    ("constant", "return n > 9 ? -EIO : 1;"),
}


def test_places():
    found = places("thing.c", SOURCE)
    assert {(p.kind, p.after) for p in found} == EXPECTED
    assert {p.function for p in found} == {"take"}


def test_a_change_is_in_its_place():
    for p in places("thing.c", SOURCE):
        changed = p.apply(SOURCE).splitlines()
        assert len(changed) == len(SOURCE.splitlines())
        different = [n for n, (a, b) in enumerate(zip(SOURCE.splitlines(), changed), 1) if a != b]
        assert different == [p.line], p
