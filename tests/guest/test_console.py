"""The console as people and scripts use it (line editing, prompts, nothing torn)."""

import re
import time

import kine
import pytest

CTRL_D, CTRL_H, CTRL_P, CTRL_U, DELETE = "\x04", "\x08", "\x10", "\x15", "\x7f"


@pytest.mark.parametrize("wait", [0, 1])
def test_typed_before_the_prompt(machine, wait):
    """Input that comes before anybody reads is kept."""
    m = machine(boot=False).start()
    time.sleep(wait)
    m.send("echo early bird\n")
    m.expect(r"(?<!echo )early bird\n")
    m.expect(kine.PROMPT)
    m.poweroff()


def test_much_typed_at_once(machine):
    """Several lines while a program runs: each is taken in its turn."""
    m = machine()
    m.send("sleep 5\n" + "".join(f"echo line {i}\n" for i in range(20)))
    for i in range(20):
        m.expect(rf"(?<!echo )line {i}\n")
    m.expect(kine.PROMPT)
    m.poweroff()


def test_nothing_lost_to_a_bad_buffer(machine, programs_tree):
    """What a read finds no place for is there for the next one."""
    m = machine(root=programs_tree)
    m.send("badread\n")
    m.expect("ready\n")
    m.send("hello world\n")
    m.expect(re.escape("got -1, 3 <hel>, 9 <lo world>\n"))
    m.expect(kine.PROMPT)
    m.poweroff()


def test_prompt_once_for_each_command(machine):
    m = machine()
    commands = ["echo one", "ls", "cat README | wc", "nosuchprogram", "echo -n x", "sleep 1"]
    for command in commands:
        m.run(command)
    time.sleep(0.5)
    m.run("echo end")
    assert len(re.findall(r"^\$ ", m.said, re.M)) == m.said.count("$ ") == len(commands) + 2
    m.poweroff()


def test_prompt_at_a_fresh_line(machine):
    """Whatever the last program has left the cursor behind."""
    m = machine()
    m.send("cat > file\n")
    m.expect("cat > file\n")
    m.send(f"no newline{CTRL_D}{CTRL_D}")
    m.expect(kine.PROMPT)
    assert m.run("cat file") == "no newline\n"
    assert m.run("echo whole") == "whole\n"
    m.poweroff()


def test_echo_of_what_is_typed(machine):
    m = machine()
    m.run("sleep 1")
    assert "\n$ sleep 1\n" in "\n" + m.said
    m.poweroff()


@pytest.mark.parametrize("key", [CTRL_H, DELETE], ids=["ctrl-h", "delete"])
def test_erase(machine, key):
    m = machine()
    m.send(f"echo abX{key}cYZ{key}{key}d\n")
    m.expect(r"(?<![^\n])abcd\n")
    m.expect(kine.PROMPT)
    m.send(key * 5 + "echo still here\n")
    m.expect(r"(?<![^\n])still here\n")
    m.expect(kine.PROMPT)
    m.poweroff()


def test_kill_line(machine):
    m = machine()
    m.send(f"echo wrong{CTRL_U}echo right\n")
    m.expect(r"(?<![^\n])right\n")
    out = m.expect(kine.PROMPT)
    assert "wrong" not in out
    m.poweroff()


def test_end_of_input(machine):
    m = machine()
    m.send("cat\n")
    m.expect("cat\n")
    m.send("hello\n")
    m.expect("hello\nhello\n")
    m.send(CTRL_D)
    m.expect(kine.PROMPT)
    m.poweroff()


def test_end_of_input_behind_text(machine):
    """Ctrl-D after part of a line hands that part over."""
    m = machine()
    m.send("wc\n")
    m.expect("wc\n")
    m.send(f"one two\nthree{CTRL_D}{CTRL_D}")
    out = m.expect(kine.PROMPT)
    assert re.search(r"1\s+3\s+13", out), out
    m.poweroff()


def test_shell_ends_and_comes_back(machine):
    """Ctrl-D at the prompt ends the shell; init starts another."""
    m = machine()
    m.send(CTRL_D)
    m.expect(kine.PROMPT)
    assert "again" in m.run("echo again")
    m.poweroff()


def test_process_list(machine):
    m = machine()
    m.send("sleep 20\n")
    m.expect("sleep 20\n")
    time.sleep(0.5)
    m.send(CTRL_P)
    out = m.expect("sleep")
    assert "init" in out and "sh" in out
    m.expect(kine.PROMPT)
    m.poweroff()


def test_process_list_leaves_the_line_alone(machine):
    m = machine()
    m.send(f"echo in the {CTRL_P}")
    m.expect("init")
    m.send("middle\n")
    m.expect(r"(?<![^\n])in the middle\n")
    m.expect(kine.PROMPT)
    m.poweroff()


def test_longest_line(machine):
    """A line of a hundred words arrives whole."""
    m = machine()
    words = " ".join(f"w{i}" for i in range(25))
    assert words in m.run(f"echo {words}")
    m.poweroff()


def test_one_write_is_not_torn(machine):
    """Lines of several writers at once come out whole."""
    m = machine()
    for name, letter in zip("1234", "abcd"):
        m.run(f"echo {letter * 70} > f{name}")
    m.send("(" + "cat f1 f2; cat f3 f4; " * 3 + ") & cat f1 f1 f2 f2 & cat f4 f3 f4 & cat f3 f3\n")
    time.sleep(2)
    m.run("echo")
    torn = [line for line in m.said.splitlines()
            if re.search(r"[abcd]{20}", line) and not re.fullmatch(r"(\$ )*([abcd])\2{69}", line)
            and not re.search(r"echo", line)]
    assert not torn, torn
    m.poweroff()
