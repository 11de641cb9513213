"""The shell's language: what each construct prints."""

import re

import kine
import pytest

# Commands, and the lines they print.
LANGUAGE = {
    "words": ("echo one   two", ["one two"]),
    "single quotes": ("echo 'a  b' '$x' '|'", ["a  b $x |"]),
    "double quotes": ('echo "a  b" "it\'s"', ["a  b it's"]),
    "backslash": (r"echo a\ b \'", ["a b '"]),
    "comment": ("echo seen # not seen", ["seen"]),
    "hash in a word": ("echo a#b", ["a#b"]),
    "list": ("echo one; echo two", ["one", "two"]),
    "and": ("true && echo yes; false && echo no", ["yes"]),
    "or": ("false || echo yes; true || echo no", ["yes"]),
    "pipe": ("echo one two three | wc", ["1 3 14"]),
    "long pipe": ("cat README | grep -v zzz | cat | cat | wc > n; cat README | wc > m; cat n m | wc",
                  None),
    "output": ("echo text > f; cat f", ["text"]),
    "append": ("echo one > f; echo two >> f; cat f", ["one", "two"]),
    "input": ("echo text > f; cat < f", ["text"]),
    "both": ("echo text > f; cat < f > g; cat g", ["text"]),
    "errors": ("sh -c 'echo out; echo err >&2' 2> e; cat e", ["out", "err"]),
    "no spaces": ("echo a>f;cat<f|cat", ["a"]),
    "subshell": ("(cd /; echo in); echo out", ["in", "out"]),
    "subshell's directory": ("mkdir d; (cd d; echo x > here); ls d", None),
    "background": ("sleep 1 & wait; echo done", ["done"]),
    "status": ("false; echo $?", ["1"]),
    "full status": ("sh -c 'exit 747'; echo $?", ["747"]),
    "exit": ("sh -c 'echo a; exit 3; echo b'; echo $?", ["a", "3"]),
    "the shell's own id": ("sh -c 'kill $$; echo no'; echo after", ["after"]),
    "builtin redirected": ("mkdir in; cd in > e; echo x > here; cd ..; cat in/here", ["x"]),
    "shared input": ("echo one > f; echo two >> f; (head -1; cat) < f", ["one", "two"]),
    "script": ("echo 'echo from $0 $1' > s; sh s x", ["from s x"]),
    "variable": ("X='a b'; echo $X \"$X\"", ["a b a b"]),
    "own variable": ("Z=own; sh -c 'echo -$Z-'; echo $Z", ["--", "own"]),
    "exported": ("Y=a; export Y W=b; sh -c 'echo -$Y$W-'; Y=c; sh -c 'echo -$Y-'", ["-ab-", "-c-"]),
    "for one program": ("V=one sh -c 'echo -$V-'; echo -$V-", ["-one-", "--"]),
    "builtin in quotes": ('mkdir q; "cd" q; pwd; cd ..', ["/q"]),
    "builtin by its value": ("mkdir v; X=cd; $NOTHING $X v; pwd; cd ..", ["/v"]),
    "odd export": ("export 1x; echo $?", ["sh: export: 1x: not a name", "1"]),
    "not found": ("nosuchprogram; echo after", None),
    "unclosed quote": ("sh -c \"echo 'oops\"; echo $?", ["sh: line 1: syntax error: a quote is not closed", "2"]),
    "odd syntax": ("| echo; echo > ; ( ; ) ; && ||", None),
    "empty": ("   ", None),
    "empty script": ("> none; ./none; echo $?", ["0"]),
}

# What is wrong is said in a line that begins so, and the status is not 0.
MISUSE = {
    "sh -c": "usage: sh",
    "sh cat": "sh: cat: not a text",
    "sh .": "sh: .: not a text",
    "sh nofile": "sh: nofile: no such file",
    "exit abc": "usage: exit",
    "exit 1 2": "usage: exit",
    "cd a b": "usage: cd",
    "cd nofile": "sh: cd: nofile: no such file",
    "echo >&1x": "sh: 1x: bad file descriptor",
    "echo > /": "sh: /: is a directory",
    "cat < nofile": "sh: nofile: no such file",
    "sleep abc": "usage: sleep",
    "sleep -1": "usage: sleep",
    "head -x README": "usage: head",
    "touch": "usage: touch",
    "cp . copy": "cp: .: is a directory",
    "cp README": "usage: cp",
    "kill 3x": "kill: 3x: not a process id",
    "ln nofile name": "ln: nofile to name: no such file",
    "grind 1 20": "usage: grind",
    "killer -t": "usage: killer",
    "forkloop abc": "usage: forkloop",
    "membomb 3": "usage: membomb",
    "usertests -x": "usage: usertests",
    "cowtest nopart": "cowtest: no part",
}


@pytest.fixture(scope="module")
def shell(seed):
    """One machine for all these commands; they leave files behind, so another one for each seed."""
    with kine.Machine("test_shell") as m:
        m.boot()
        yield m
        m.audit()
        m.poweroff()


@pytest.mark.parametrize("name", LANGUAGE)
def test_language(shell, name):
    command, wanted = LANGUAGE[name]
    lines = [" ".join(line.split()) if "wc" in command else line
             for line in shell.run(command).splitlines()]
    if wanted is not None:
        assert lines[:len(wanted)] == wanted, lines
    assert "still" in shell.run("echo still")


@pytest.mark.parametrize("command", MISUSE)
def test_misuse(shell, command):
    assert shell.run(command).startswith(MISUSE[command])
    assert shell.run("echo $?") not in ("0\n", "\n")


@pytest.mark.parametrize("command,status", [
    ("false", 1), ("sh -c 'exit 747'", 747), ("sh -c 'exit -1'", -1), ("(exit 5)", 5),
    ("sh -c 'kill $$'", 143), ("sh -c 'kill -9 $$'", 137), ("true | false", 1), ("nap=1; sh -c 'exit 3' && echo no", 3)])
def test_statuses_are_not_shown(shell, command, status):
    """The shell says nothing of how a command ended; `$?` has it."""
    assert shell.run(command) == ""
    assert shell.run("echo $?") == f"{status}\n"


@pytest.mark.parametrize("command", ["cat own >> own", "cat < own >> own", "cat /own >> own",
                                     "grep o own >> own", "grep o < own >> own",
                                     "head -1000 own >> own"])
def test_output_that_would_be_input(shell, command):
    shell.run("echo one > own; echo two >> own")
    program = command.split()[0]
    assert re.fullmatch(rf"{program}: \S+: input file is output file\n", shell.run(command))
    assert shell.run("echo $?; cat own") in ("1\none\ntwo\n", "2\none\ntwo\n")


def test_output_beside_the_input(shell):
    """The same file where it does no harm: at its end, and empty."""
    shell.run("echo one > own; echo two > other")
    assert shell.run("(head -1 > seen; cat >> own) < own; cat own seen") == "one\none\n"
    assert shell.run("cat other >> own; cat own") == "one\ntwo\n"
    assert shell.run("echo > gone; cat gone > gone; echo $?; wc gone") == "0\n0 0 0 gone\n"


def test_large_variables(shell):
    """What the shell keeps for itself is no burden for the programs it starts."""
    shell.run("A=" + "a" * 3000)
    shell.run("B=$A$A$A")
    assert "still" in shell.run("cat /README | head -1; sh -c 'echo still'")


def test_line_too_long(shell):
    """A script's line beyond the limit is left out, with a sentence and a status; the rest is done."""
    shell.send("cat > part\n")
    shell.expect("cat > part\n")
    shell.send("echo " + "x" * 1000 + "\x04\x04")
    shell.expect(kine.PROMPT)
    for _ in range(4):
        shell.run("cat part part > twice; cat twice twice > part")
    shell.run("echo > end; cat part end > long")
    assert shell.run("sh long; echo $?") == "sh: a line of more than 65536 bytes is left out\n2\n"
    shell.run("echo 'echo after' > end; echo > newline; cat part newline end > long")
    assert shell.run("sh long").endswith("is left out\nafter\n")


def test_cd(shell):
    shell.run("mkdir /there")
    shell.run("cd /there")
    shell.run("echo x > file")
    assert "file" in shell.run("ls")
    shell.run("cd /")
    assert "x" in shell.run("cat /there/file")
    assert shell.run("cd /nowhere") != ""


def test_script_as_a_program(shell):
    """A file of commands runs by its name."""
    shell.run("echo 'echo I am a script' > script")
    assert "I am a script" in shell.run("sh script")


def test_command_of_several_lines(shell):
    """What is not complete goes on at a prompt of its own, which no grader takes for the first one."""
    before = shell.said.count("$ ")
    for line in ("for i in 1 2", "do echo \"line", "$i\""):
        shell.send(line + "\n")
        shell.expect(re.escape(line) + r"\n> ")
    assert shell.run("done") == "line\n1\nline\n2\n"
    assert shell.said.count("$ ") == before + 1


def test_error_leaves_the_prompt(shell):
    """Errors of syntax and of expansion end the line that they are in, and nothing else."""
    assert shell.run("echo no; )") == "sh: syntax error: `)` is not expected here\n"
    assert shell.run("echo $?; echo ${nosuch:?why}; echo no") == "2\nsh: nosuch: why\n"
    assert shell.run("echo $?") == "2\n"


def test_end_of_input_in_a_subshell(shell):
    """exit in a subshell does not end the shell."""
    shell.run("(exit 5)")
    assert "here" in shell.run("echo here")


def test_many_in_the_background(shell):
    for _ in range(10):
        shell.run("sleep 1 &")
    shell.run("wait")
    assert "sleep" not in shell.run("ps").replace("$ sleep", "")
