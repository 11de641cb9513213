"""Job control: the shell's own sources on the host, at a pseudo-terminal of the host's."""

import os
import re
import shutil

import kine
import pexpect
import pytest

OURS = kine.ROOT / "build/shell/sh"
CTRL_C, CTRL_Z = "\x03", "\x1a"
PROMPT = re.compile(r"\$ ")
pytestmark = pytest.mark.skipif(not shutil.which("sleep"), reason="no sleep on this host")


@pytest.fixture
def shell(tmp_path):
    child = pexpect.spawn(str(OURS), cwd=tmp_path, encoding="utf-8", timeout=20 * kine.SLOW,
                          env=dict(os.environ, ASAN_OPTIONS="detect_leaks=0"))
    child.expect(PROMPT)
    yield child
    child.send("exit\n")
    child.expect(pexpect.EOF)
    assert "Sanitizer" not in child.before and "runtime error" not in child.before
    child.close()


def run(shell, command):
    """Types a command.  => what it prints"""
    shell.send(command + "\n")
    shell.expect_exact(command + "\r\n")
    shell.expect(PROMPT)
    return shell.before.replace("\r", "")


def start(shell, command):
    """Types a command that says `go` when it runs."""
    shell.send(command + "\n")
    shell.expect_exact("\ngo\r\n")


def test_interrupt(shell):
    start(shell, "echo go; sleep 100; echo no")
    shell.send(CTRL_C)
    shell.expect(PROMPT)
    assert "no" not in shell.before
    assert run(shell, "echo $?") == "130\n"


def test_runaway_loop(shell):
    """One that the shell runs itself, and one of programs."""
    for body in (":", "true | cat"):
        start(shell, f"echo go; while :; do {body}; done; echo no")
        while True:  # a key that finds a job which has just ended ends nothing
            shell.send(CTRL_C)
            if shell.expect([PROMPT, pexpect.TIMEOUT], timeout=2) == 0:
                break
        assert run(shell, "echo $?") == "130\n"


def test_stop_and_go_on(shell):
    start(shell, "sh -c 'echo go; sleep 100'")
    shell.send(CTRL_Z)
    shell.expect(r"\[1\] \+ Stopped +sh -c 'echo go; sleep 100'")
    shell.expect(PROMPT)
    assert run(shell, "echo $?") == "148\n"
    assert re.match(r"\[1\] \+ Stopped +sh -c", run(shell, "jobs"))
    assert run(shell, "bg") == "sh -c 'echo go; sleep 100'\n"
    assert re.match(r"\[1\] \+ Running +sh -c", run(shell, "jobs"))
    start(shell, "echo go; fg %1")
    shell.send(CTRL_C)
    shell.expect(PROMPT)
    assert run(shell, "jobs") == ""


def test_pipeline_is_one_job(shell):
    start(shell, "echo go; sleep 100 | cat | cat")
    shell.send(CTRL_Z)
    shell.expect("Stopped")
    shell.expect(PROMPT)
    run(shell, "kill %1; kill -CONT %1; wait %1")
    assert run(shell, "echo $?; jobs") == "143\n"


def test_several(shell):
    run(shell, "sleep 101 & sleep 102 &")
    assert re.search(r"\[1\] .* sleep 101\n", run(shell, "jobs"))
    run(shell, "kill %sl; kill %1; wait")
    assert run(shell, "jobs") == ""
    run(shell, "(exit 7) & x=$!")
    assert run(shell, "wait $x; echo $?") == "7\n"


def test_background_may_not_read(shell):
    run(shell, "cat &")
    for _ in range(50):
        said = run(shell, "jobs")
        if "Stopped" in said:
            break
    assert "Stopped" in said
    run(shell, "kill -9 %1; wait")


def test_keys_do_not_end_the_shell(shell):
    run(shell, "kill -TERM $$; kill -TSTP $$; kill -QUIT $$")
    assert run(shell, "echo alive") == "alive\n"


def test_modes_come_back(shell):
    """A program that dies in raw mode leaves the terminal as it was."""
    run(shell, "sh -c 'stty raw -echo; kill -9 $$'")
    shell.send("cat\n")
    shell.expect_exact("cat\r\n")
    shell.send("line\n")
    shell.expect_exact("line\r\nline\r\n")
    shell.send(CTRL_C)
    shell.expect(PROMPT)


def test_trap_ends_a_wait(shell):
    said = run(shell, "trap 'echo caught' USR1; (sleep 1; kill -USR1 $$) & sleep 100 & wait $!; "
                      "echo status $?")
    assert said == "caught\nstatus 138\n"
    run(shell, "kill %2; wait")
