"""The small programs at a terminal: what they say of themselves, of processes, and page by page."""

import re
import time

import kine
import pytest

CTRL_C, CTRL_Z = "\x03", "\x1a"


@pytest.fixture(scope="module")
def shell():
    with kine.Machine("test_tools") as m:
        m.boot()
        yield m
        m.audit()
        m.poweroff()


def programs(shell):
    """=> the names of all programs in the root: files that are no text"""
    names = [line.split()[0] for line in shell.run("ls /").splitlines() if line.split()[1] == "2"]
    return [n for n in names if n != "README"]


def test_help(shell):
    """A line for each builtin and each program; a name by name; what nobody knows."""
    said = shell.run("help").splitlines()
    table = (kine.ROOT / "user/sh/builtins.c").read_text()
    builtins = re.findall(r'^    \{ "(\S+)", \w+, do_', table, re.M)
    names = programs(shell)
    assert len(builtins) > 30 and len(names) > 80
    for name in builtins + names:
        assert any(re.match(re.escape(name) + r"(: | .{8})", line) for line in said), name
    assert shell.run("help cd uname") == \
        "cd [DIR | -]: goes to a directory; none: to $HOME or /\nuname   which system this is\n"
    assert shell.run("help README; echo $?") == "sh: help: README: nothing is known of it\n1\n"


def test_each_program_answers(shell):
    """`NAME --help` of every program is its usage, and does nothing else."""
    names = programs(shell)
    shell.send("for p in " + " ".join(names) + "; do echo \"= $p\"; /$p --help; echo \"= $?\"; done\n")
    said = shell.expect(kine.PROMPT, timeout=60)
    for name in names:
        text = re.search(rf"^= {name}\n(.*?)^= (\d+)$", said, re.S | re.M)
        assert text and text[2] == "0" and text[1].startswith(f"usage: {name}"), (name, text and text[0])
        assert re.match(r"usage: .{1,60}   \S|usage: .*\n  \S", text[1]), text[1]
    assert shell.run("man date") == shell.run("date --help")
    assert shell.run("man nosuch; echo $?") == "man: nosuch: no such file or directory\n1\n"


def test_ps(shell):
    """State, group, terminal; a stopped pipeline is one group."""
    shell.send("sh -c 'echo go; sleep 1000' | cat\n")
    shell.expect("\ngo\n")
    shell.send(CTRL_Z)
    shell.expect(kine.PROMPT)
    shell.run("sleep 1001 &")
    said = shell.run("ps")
    rows = {r[8]: r for r in re.findall(
        r"^ *(\d+) +(\d+) +(\d+) +(\S+) (\w) +(\d+) +(\d+) .*?(\d+)K .* (\S+)$", said, re.M)}
    assert rows["init"][3] == "-" and rows["sh"][3] == "console" and rows["init"][5] == "1", said
    stopped = [line.split() for line in said.splitlines() if line.split()[4] == "T"]
    assert len(stopped) == 3 and len({s[2] for s in stopped}) == 1, said
    assert stopped[0][0] == stopped[0][2], said
    assert re.search(r"^.* S +1 .* sleep$", said, re.M), said
    shell.run("kill %1; kill -CONT %1; kill %2; wait")
    assert "T  " not in shell.run("ps")


def test_top(shell):
    shell.run("sh -c 'while :; do :; done' &")
    shell.send("top\n")
    shell.expect(r"\x1b\[H\x1b\[J\d+ processes, \d+ of \d+ KiB free\n *PID S THR")
    shell.expect(r"\x1b\[H\x1b\[J\d+ processes")
    said = shell.expect(r"\x1b\[H\x1b\[J\d+ processes")
    busiest = said.splitlines()[2].split()
    assert busiest[-1] == "sh" and float(busiest[3].rstrip("%")) > 40, said
    shell.send("q")
    shell.expect(kine.PROMPT)
    assert shell.run("top -n 1").count("PID") == 1
    shell.run("kill %1; wait")


def test_vmmap(shell):
    """A forked shell shares nearly all of its memory; its first stores to a page copy it."""
    shell.run("(sleep 1000; :) &")
    said = shell.run("vmmap $!")
    rows = re.findall(r"^ *\w+-\w+ +([r-][w-][x-]) +(\d+) +(\d+) +(\d+) +(\d+) +(\d+)/(\d+)", said, re.M)
    assert rows and sum(int(r[1]) for r in rows) > 5, said
    assert any(r[0] == "rw-" and int(r[3]) > 0 for r in rows), said
    assert sum(int(r[2]) for r in rows) > sum(int(r[1]) for r in rows) // 2, said
    shell.run("kill $!; wait")
    assert shell.run("vmmap 29999; echo $?") == "vmmap: process 29999: no such process\n1\n"


def test_more(shell):
    """A page, a line, a page, the end; what goes to a pipe comes without questions."""
    shell.run("seq 100 > numbers")
    shell.send("more numbers\n")
    assert shell.expect("--More--").split()[-1] == "23"
    shell.send("\n")
    assert re.sub(r"\x1b\[\w", "", shell.expect("--More--")).split() == ["24"]
    shell.send(" ")
    assert re.sub(r"\x1b\[\w", "", shell.expect("--More--")).split()[-1] == "47"
    shell.send("q")
    shell.expect(kine.PROMPT)
    assert shell.run("more numbers | tail -1") == "100\n"


def test_time_and_date(shell):
    said = shell.run("time sleep 5")
    seconds = float(re.search(r"^real (\d+\.\d+)\nuser 0\.\d+\nsys  0\.\d+\n", said, re.M)[1])
    assert 0.5 <= seconds < 5 * kine.SLOW
    assert shell.run("time sh -c 'exit 7' 2> e; echo $?") == "7\n"
    said = shell.run("date +%s")
    assert abs(int(said) - time.time()) < 10 * kine.SLOW
    assert re.fullmatch(r"\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d UTC \d{4}\n", shell.run("date"))


def test_hexdump(shell):
    shell.run("echo 0123456789abcdefXY > bytes")
    assert shell.run("hexdump -C bytes") == (
        "00000000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|\n"
        "00000010  58 59 0a                                          |XY.|\n"
        "00000013\n")


def test_tail_follows(shell):
    shell.run("echo one > grows")
    shell.run("tail -f grows &")
    shell.run("sleep 3; echo two >> grows; sleep 5")
    assert shell.run("echo three >> grows; sleep 5") == "three\n"
    shell.run("kill %1; wait")
    assert shell.run("seq 5 | tail -f -n 2") == "4\n5\n"
