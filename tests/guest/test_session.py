"""A person at the shell's terminal: keys that edit, history, completion, much pasted at once."""

import re
import time

import kine
import pytest

UP, DOWN, LEFT, HOME = "\x1b[A", "\x1b[B", "\x1b[D", "\x1b[H"
CTRL_C, CTRL_R, CTRL_W, CTRL_Z = "\x03", "\x12", "\x17", "\x1a"


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


def start(shell, command):
    """Types a command that says `go` when it runs."""
    shell.send(command + "\n")
    shell.expect("\ngo\n")


def test_interrupt(shell):
    """Ctrl-C ends a command and the line that it is in, a loop of the shell's own too."""
    for command in ["echo go; sleep 1000; echo no",
                    "sh -c 'echo go; while :; do :; done'; echo no",
                    "echo go; while :; do :; done; echo no",
                    "for i in go 1 2; do echo $i; sleep 1000; done; echo no",
                    "echo go; x=$(sleep 1000); echo no",
                    "echo go; sleep 1000 | cat | cat; echo no",
                    "(echo go; sleep 1000; echo no); echo no",
                    "echo go; read x; echo no",
                    "sleep 1000 & echo go; wait; echo no"]:
        start(shell, command)
        time.sleep(0.2)  # for what the shell starts after it has spoken
        shell.send(CTRL_C)
        assert "no" not in shell.expect(kine.PROMPT), command
        assert shell.run("echo $?") == "130\n", command
    shell.run("kill %1; wait")


def test_stop_and_go_on(shell):
    start(shell, "sh -c 'echo go; exec sleep 1000'; echo no")
    shell.send(CTRL_Z)
    said = shell.expect(kine.PROMPT)
    assert re.search(r"\[1\] \+ Stopped +sh -c 'echo go; exec sleep 1000'\n", said) and "no" not in said
    assert shell.run("echo $?") == "148\n"
    assert "Stopped" in shell.run("jobs")
    assert shell.run("bg") == "sh -c 'echo go; exec sleep 1000'\n"
    assert "Running" in shell.run("jobs")
    start(shell, "echo go; fg")
    shell.expect("exec sleep 1000'\n")
    shell.send(CTRL_C)
    shell.expect(kine.PROMPT)
    assert shell.run("jobs") == ""


def test_stopped_pipeline(shell):
    """All of it stops and goes on; what its input brings then comes out at its end."""
    start(shell, "(echo go; cat) | cat | cat")
    shell.send(CTRL_Z)
    shell.expect("Stopped")
    shell.expect(kine.PROMPT)
    shell.send("fg\n")
    shell.expect(r"\| cat \| cat\n")
    shell.send("<late>\n")
    shell.expect("<late>\n<late>\n")
    shell.send("\x04")
    shell.expect(kine.PROMPT)
    assert shell.run("jobs") == ""


def test_what_waits_for_a_command_does_not_stop(shell):
    """Ctrl-Z cannot stop what the shell itself waits for without a job."""
    start(shell, "echo go; x=$(sleep 2; echo '<done>'); echo $x")
    shell.send(CTRL_Z)
    shell.expect("<done>\n")
    shell.expect(kine.PROMPT)


def test_kills(shell):
    shell.run("sleep 1000 & sleep 1001 | cat &")
    assert re.search(r"\[1\] +Running +sleep 1000\n", shell.run("jobs"))
    assert shell.run("kill %1; wait %1; echo $?") == "143\n"
    assert shell.run("kill %sleep; wait; jobs") == ""
    assert shell.run("sh -c 'kill -KILL $$' | cat; echo $?") == "0\n"
    assert shell.run("true | sh -c 'kill -KILL $$'; echo $?") == "137\n"


def test_keys_after_exec(shell):
    """A program in the shell's place has the keys' signals as by default."""
    start(shell, "exec sh -c 'echo go; while :; do :; done'")
    shell.send(CTRL_C)
    shell.expect("init: starting sh\n")
    shell.expect(kine.PROMPT)


def test_long_lines(shell):
    """A line of many rows, changed at its beginning."""
    words = " ".join(f"w{i}" for i in range(60))
    shell.send(f"echo {words}{HOME}echo start; \n")
    shell.expect("\nstart\n" + words + "\n")
    shell.expect(kine.PROMPT)
