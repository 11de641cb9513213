"""What user/tests/crashload.c has promised, from what it prints, and whether a disk keeps it."""

import functools
import re

BATCH, PIECE, MOST = 10, 1000, 24000
COUNT_TO, COUNT_PAGES, PAGE = 1000, 8, 4096
LINE = re.compile(r"^(?:step (?P<begun>\d+) (?P<kind>\w+) (?P<name>\w+)|synced (?P<synced>\d+))\r?$")


@functools.lru_cache(maxsize=500)
def pattern(step, n):
    """fill_data() of crashload."""
    return bytes((step + i * (2 * step + 1) + (i >> 8)) & 255 for i in range(n))


def content(step):
    return pattern(step, 16 + step * 7919 % (3000 if step % 4 else MOST - 16))


def mixed(old, new, got):
    """An overwrite that was cut: each byte is of one, or of the other, or not there yet."""
    longest = max(len(old), len(new))
    if len(got) > longest:
        return False
    old, new = old.ljust(longest, b"\0"), new.ljust(longest, b"\0")
    return all(g in (o, n, 0) for g, o, n in zip(got, old, new))


def counters(*values):
    return b"".join(value.to_bytes(8, "little").ljust(PAGE, b"\0") for value in values)


def counted(old, step, got):
    """A picture of counters that go on in turn: none is ahead of the one before it."""
    if got in (None, b"") or len(got) != COUNT_PAGES * PAGE:
        return not got and old is None
    values = [int.from_bytes(got[at:at + 8], "little") for at in range(0, len(got), PAGE)]
    before = int.from_bytes(old[:8], "little") if old else 0
    return (got == counters(*values) and values == sorted(values, reverse=True)
            and len(set(values)) <= 2
            and all(v == before or v // COUNT_TO == step for v in values))


class Promises:
    def __init__(self):
        self.files = {}      # name -> bytes that must be there
        self.pending = None  # (step, kind, name) under way
        self.last_step = 0

    def copy(self):
        other = Promises()
        other.files, other.pending = dict(self.files), self.pending
        other.last_step = self.last_step
        return other

    def hear(self, text):
        for line in text.splitlines():
            match = LINE.match(line)
            if match and match["begun"]:
                self.last_step = int(match["begun"])
                self.pending = (self.last_step, match["kind"], match["name"])
            elif match:
                assert self.pending and self.pending[0] == int(match["synced"]), line
                self.files = self.after()
                self.pending = None

    def touched(self):
        """The names that the step under way changes."""
        if self.pending is None:
            return set()
        _, kind, name = self.pending
        return {f"{name}{i}" for i in range(BATCH)} if kind == "batch" else {name}

    def after(self):
        """The files once the step under way is done."""
        files = dict(self.files)
        step, kind, name = self.pending
        for touched in self.touched():
            if kind == "remove":
                files.pop(touched, None)
            elif kind == "append":
                files[touched] = files.get(touched, b"") + pattern(step, PIECE)
            elif kind == "count":
                files[touched] = counters(*[step * COUNT_TO + COUNT_TO - 1] * COUNT_PAGES)
            else:
                files[touched] = content(step)
        return files

    def half_done(self, name, got):
        """May a file of the step under way look like this?"""
        step, kind, _ = self.pending
        old, new = self.files.get(name), self.after().get(name)
        if kind == "count":
            return counted(old, step, got)
        if got is None:
            return old is None or new is None
        if kind in ("remove", "replace"):
            return got in (old, new)
        if kind == "append":
            return got.startswith(old or b"") and new.startswith(got)
        return mixed(old or b"", new, got)

    def broken(self, found):
        """=> the names of files that are not as was promised."""
        names = (set(self.files) | set(found)) - {"new"}
        touched = self.touched()
        return sorted(n for n in names
                      if not (self.half_done(n, found.get(n)) if n in touched
                              else found.get(n) == self.files.get(n)))

    def go_on_from(self, found):
        """After a cut: what was half done is what the disk says."""
        for name in self.touched():
            self.files.pop(name, None)
            if name in found:
                self.files[name] = found[name]
        self.pending = None
