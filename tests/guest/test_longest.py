"""The longest times with interrupts off, with a lock held and without breathing, as debug builds
measure them (kernel/riscv/longest.h)."""

import collections
import re

import kine
import pytest

Record = collections.namedtuple("Record", "us start end lock")

# What planted_stretches.c makes, in milliseconds, and the lock.
PLANTED = {"interrupts": ("planted_intr", 13, ""),
           "spinlock": ("planted_hold", 16, "planted spinlock"),
           "mutex": ("planted_mutex_hold", 22, "planted mutex"),
           "breath": ("planted_breath", 19, "")}
PLACE = r"0x[0-9a-f]+ (\w+)[^\s,]*\+0x[0-9a-f]+"
ROW = re.compile(rf"(\w+) +(\d+\.\d)  {PLACE}, {PLACE}(?:, (.+))?")


def records(machine):
    """=> what `longest` says, by kind."""
    found = collections.defaultdict(list)
    for line in machine.run("longest").splitlines()[1:]:
        row = ROW.fullmatch(line)
        assert row, f"longest says {line!r}"
        found[row[1]].append(Record(float(row[2]), row[3], row[4], row[5] or ""))
    for kind, rows in found.items():
        assert rows == sorted(rows, key=lambda r: -r.us), f"{kind} is not sorted by length"
    return found


@pytest.mark.parametrize("cpus,exact", [(1, True), (3, False)])
def test_planted_stretches_are_reported(machine, debug_tree, cpus, exact):
    """Where the clock counts instructions, 32 ns for each, the length is exact."""
    m = machine(root=debug_tree, cpus=cpus, append="panic=exit longest-test=yes",
                extra=["-icount", "shift=5"] if exact else [])
    seen = records(m)
    assert set(seen) == set(PLANTED)
    for kind, (function, ms, lock) in PLANTED.items():
        found = [r for r in seen[kind] if r.start == function]
        assert found, f"{kind}: {function} is not among {seen[kind]}"
        assert found[0].lock == lock
        assert found[0].us >= 1000 * ms
        assert not exact or found[0].us < 1000 * ms + 500, f"{kind}: {found[0]}"
    m.run("longest -r")
    for kind, rows in records(m).items():
        assert PLANTED[kind][0] not in [r.start for r in rows], f"{kind} is not forgotten"
    m.poweroff()


# In ms, where the clock counts instructions of the debug build, 1 ns for each.
LIMITS = {"interrupts": 2, "spinlock": 2, "breath": 20}


def test_nobody_keeps_others_waiting(machine, debug_tree):
    """Every system call and fault at the smallest and at the largest: none has a long stretch."""
    m = machine(root=debug_tree, cpus=1, extra=["-icount", "shift=0"])
    m.run("longest -r")
    m.check("usertests -q", "ALL TESTS PASSED", timeout=250)
    seen = records(m)
    for kind, limit in LIMITS.items():
        assert seen[kind][0].us < 1000 * limit, f"{kind}: {seen[kind][0]}"
    m.poweroff()


def test_sleep_is_no_stretch(machine, debug_tree):
    m = machine(root=debug_tree, cpus=1, extra=["-icount", "shift=5"])
    m.run("longest -r")
    m.run("sleep 10", timeout=60)
    for kind, rows in records(m).items():
        assert rows[0].us < 500000, f"{kind}: {rows[0]}"
    m.poweroff()


def test_ordinary_kernel_does_not_measure(machine):
    m = machine()
    assert "make DEBUG=1" in m.run("longest")
    m.poweroff()
