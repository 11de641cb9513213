"""A person at the shell's terminal: keys that edit, history, completion, much pasted at once."""

import re
import time

import kine
import pytest

UP, DOWN, LEFT, HOME = "\x1b[A", "\x1b[B", "\x1b[D", "\x1b[H"
CTRL_C, CTRL_R, CTRL_W = "\x03", "\x12", "\x17"


@pytest.fixture(scope="module")
def shell():
    with kine.Machine("test_session") as m:
        m.boot()
        yield m
        m.send("poweroff\n")
        assert m.wait_end() == 0


def typed(shell, keys):
    """Types keys and Enter.  => what the command that comes of them prints, between two marks"""
    shell.send(keys + "\n")
    return re.search(r"<([^<>]*)>\n\Z", shell.expect(kine.PROMPT))[1]


def test_editing(shell):
    assert typed(shell, f"echo '<bc>'{LEFT * 4}a") == "abc"
    assert typed(shell, f"cho '<home>'{HOME}e") == "home"
    assert typed(shell, f"echo '<right>' wrong{CTRL_W}") == "right"


def test_history(shell):
    typed(shell, "echo '<first>'")
    typed(shell, "echo '<second>'")
    assert typed(shell, UP + UP) == "first"
    assert typed(shell, UP + UP + DOWN) == "first"
    assert typed(shell, CTRL_R + "sec") == "second"


def test_completion(shell):
    shell.run("mkdir long_name_dir; echo '<inside>' > long_name_dir/file")
    assert typed(shell, "cat long_\tfi\t") == "inside"
    shell.run("WORD='<value>'")
    assert typed(shell, "ech\t$WOR\t") == "value"
    shell.send("sh\t")
    shell.expect("shift *sh\n|sh *shift\n")
    shell.send(CTRL_C)
    shell.expect(kine.PROMPT)


def test_a_line_is_given_up(shell):
    shell.send(f"echo no{CTRL_C}")
    shell.expect(kine.PROMPT)
    assert shell.run("echo $?") == "130\n"
    shell.send(f"for i in 1\ndo echo '<no>'{CTRL_C}")
    shell.expect(kine.PROMPT)
    assert typed(shell, "echo '<yes>'") == "yes"


def test_paste(shell):
    """Two hundred lines at once, with commands of several lines and tabs among them."""
    lines = []
    for i in range(40):
        lines += [f"echo 'line {i}' >> pasted", f"for x in {i}", "do", "\techo \"loop $x\" >> pasted", "done"]
    shell.send("".join(line + "\n" for line in lines) + "echo '<''end>'\n")
    shell.expect("<end>\n", timeout=60)
    shell.expect(kine.PROMPT)
    assert shell.run("cat pasted") == "".join(f"line {i}\nloop {i}\n" for i in range(40))


def test_keys_signal_the_job(shell):
    """Ctrl-C ends a command and the line it is in; Ctrl-Z stops it."""
    shell.send("sleep 1000; echo '<no>'\n")
    shell.expect("no>'\n")
    time.sleep(0.5)
    shell.send(CTRL_C)
    assert "<no>" not in shell.expect(kine.PROMPT)
    shell.send("sleep 1000\n")
    shell.expect("sleep 1000\n")
    time.sleep(0.5)
    shell.send("\x1a")
    shell.expect(r"\[1\] \+ Stopped +sleep 1000\n")
    shell.expect(kine.PROMPT)
    assert shell.run("bg") == "sleep 1000\n"
    assert "Running" in shell.run("jobs")
    shell.run("kill %1; wait")
    assert shell.run("jobs") == ""


def test_long_lines(shell):
    """A line of many rows, changed at its beginning."""
    words = " ".join(f"w{i}" for i in range(60))
    shell.send(f"echo {words}{HOME}echo start; \n")
    shell.expect("\nstart\n" + words + "\n")
    shell.expect(kine.PROMPT)
