"""The test programs that course graders and this project run in the guest; an audit after each."""

import re
import time

import kine
import pytest

SIZES = [(1, "32M"), (3, "128M"), (8, "1G")]
EVERY_SIZE = [(c, m) for c in (1, 3, 8) for m in ("32M", "128M", "1G")]


def pytest_generate_tests(metafunc):
    if "size" in metafunc.fixturenames:
        sizes = EVERY_SIZE if metafunc.config.getoption("full") else SIZES
        metafunc.parametrize("size", sizes, ids=lambda s: f"{s[0]}x{s[1]}")


def lines(out):
    return out.splitlines()


def test_cowtest(machine, size):
    m = machine(cpus=size[0], mem=size[1])
    out = lines(m.check("cowtest", "ALL COW TESTS PASSED", timeout=200))
    assert out.count("simple: ok") == 2
    assert out.count("three: ok") == 3
    assert out.count("file: ok") == 1
    assert out.count("forkfork: ok") == 1
    m.poweroff()


def test_forktest(machine, size):
    m = machine(cpus=size[0], mem=size[1])
    m.check("forktest", "fork test OK")
    m.poweroff()


def test_threadtest(machine, size):
    m = machine(cpus=size[0], mem=size[1])
    m.check("threadtest", "ALL THREAD TESTS PASSED", timeout=100)
    m.poweroff()


def test_polltest(machine, size):
    m = machine(cpus=size[0], mem=size[1])
    m.check("polltest", "polltest: OK", timeout=60)
    m.poweroff()


def pages_to_be_had(m):
    return re.search(r"growtest: (\d+) pages", m.run("growtest count", timeout=120))[1]


def test_usertests_quick(machine, size):
    m = machine(cpus=size[0], mem=size[1])
    before = pages_to_be_had(m)
    out = m.check("usertests -q", "ALL TESTS PASSED", timeout=250)
    assert pages_to_be_had(m) == before
    order = re.findall(r"^test (\w+): ", out, re.M)
    assert order[:3] == ["copyin", "copyout", "copyinstr1"]
    assert out.count(": OK\n") >= len(order)
    m.poweroff()


def test_usertests(machine):
    m = machine()
    m.check("usertests", "ALL TESTS PASSED", timeout=500)
    m.poweroff()


def test_usertests_by_name(machine):
    m = machine()
    out = m.check("usertests copyinstr1", "test copyinstr1: OK", "ALL TESTS PASSED")
    assert out.count("test ") == 1
    m.run("usertests clones > said")  # the console is not always where a test program writes
    assert "test clones: OK\nALL TESTS PASSED" in m.run("cat said")
    m.poweroff()


def test_sigtest(machine, size):
    """Signals, stops, groups and timers."""
    m = machine(cpus=size[0], mem=size[1])
    m.check("sigtest", "ALL SIGNAL TESTS PASSED", timeout=120)
    m.poweroff()


@pytest.mark.parametrize("cpus,mem", [(1, "32M"), (8, "32M"), (3, "128M"),
                                      pytest.param(8, "1G", marks=pytest.mark.slow)])
def test_growtest(machine, cpus, mem):
    """What a process can grow by is the same after any work as before."""
    m = machine(cpus=cpus, mem=mem)
    m.check("growtest", "growtest: OK", timeout=300)
    m.poweroff()


@pytest.mark.parametrize("cpus", [1, 8])
def test_lastframe(machine, cpus):
    """Init lives through the loss of all memory; when it comes back there is a shell."""
    m = machine(cpus=cpus, mem="32M")
    m.send("lastframe\n")
    m.expect("lastframe: OK\n", timeout=60)
    time.sleep(2)  # init waits a second between its tries
    m.send("echo he''re\n")  # shells that have ended have left prompts: what the last one says counts
    m.expect("here\n")
    m.expect(kine.PROMPT)
    m.audit()
    m.poweroff()


@pytest.mark.parametrize("cpus", [1, 3])
def test_grind(machine, cpus, seed):
    """Random system calls from several processes; the seed is printed and replays the run."""
    m = machine(cpus=cpus)
    m.check(f"grind -s {seed} -t 10", f"grind: seed {seed}:", "grind: ok", timeout=120)
    m.poweroff()


@pytest.mark.slow
@pytest.mark.parametrize("cpus", [1, 3, 8])
def test_grind_a_minute(machine, cpus, seed):
    m = machine(cpus=cpus)
    m.check(f"grind -s {seed} -t 60", "grind: ok", timeout=200)
    m.poweroff()


def test_stressfs(machine):
    m = machine()
    m.check("stressfs", timeout=60)
    m.poweroff()


def test_zombie(machine):
    """An orphan's parent is gone: init reaps it."""
    m = machine()
    m.check("zombie")
    m.run("sleep 3")
    assert not re.search(r"\bZ\b", m.run("ps"))
    m.poweroff()


def test_classic_programs(machine, programs_tree):
    """Programs for the classic API, dropped into user/ of a fresh tree, compile and run."""
    m = machine(root=programs_tree)
    m.check("classic", "classic: -5 FF text ! 0x", "classic: all well")
    m.check("ownnames", "ownnames: all well")
    assert m.run("primes | wc").split() == ["37", "37", "119"]
    m.run("mkdir a; mkdir a/c; echo first > a/b; echo second > a/c/b")
    assert sorted(m.run("walk . b cat").splitlines()) == ["first", "second"]
    assert "walk: nosuch gave -1" in m.run("walk a b nosuch")
    assert m.run("calls") == CALLS
    assert m.run("echo $?") == "300\n"
    m.audit()
    m.poweroff()


# What tests/guest/programs/calls.c prints.
CALLS = """\
constants 1473 50 10
limits 1 1 1
ram 128
pages 8192 4096 1
entry 87F03000 1B
stack 1
mknod 0 type 3 open -1 unlink 0
mkdir 0 -1 chdir 0
write 15 link 0
fstat 15 bytes 2 names
open 0 gets 7 a line
closed 0 -1
unlink 0 0 0 0
exec 0 from a pipe
ticks 1 pid 1 kill -1 -1
sbrk 1 1 1 1
strings abcxxxxx cxxxxx 1 1
numbers -1 2 ABC 0x0000000000000010 c -1 2 ABC -3
hex E110 FFFFFFFE ABCDEF0123 0x0000000000000000 0xFFFFFFFFFFFFFFFE 9223372036854775808, 0
atoi 42 null (null)
"""
