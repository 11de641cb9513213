"""A course's own programs in the place of ours (docs/course-tests.md): a copy of the tree in which
those of tests/guest/course are dropped into user/ as they are."""

import pathlib
import re
import shutil
import subprocess

import grader
import kine
import pytest

COURSE = kine.ROOT / "tests/guest/course"
HARTS = [1, 3, 8]


def drop_in(tree):
    for source in COURSE.iterdir():
        shutil.copy(source, tree / "user")
    (tree / "user/answers.txt").write_text("forty-two\n")


def warned(text):
    return [line for line in text.splitlines() if re.search("warning|error|note:", line, re.I)]


@pytest.fixture(scope="module")
def course_tree(tmp_path_factory):
    tree = kine.copy_tree(tmp_path_factory.mktemp("course") / "kine")
    drop_in(tree)
    said = kine.make("all", "UEXTRA=user/answers.txt", cwd=tree)
    assert warned(said) == []
    return tree


@pytest.mark.parametrize("cpus", HARTS)
def test_in_place_of_ours(machine, course_tree, cpus):
    m = machine(root=course_tree, cpus=cpus)
    out = m.check("cowtest", "COURSE COW TESTS PASSED").splitlines()
    assert [line for line in out if not is_message(line)] == [
        "one: ok", "many: ok", "none: ok", "COURSE COW TESTS PASSED"]
    out = m.check("usertests", "COURSE TESTS PASSED").splitlines()
    assert [line for line in out if not is_message(line)] == [
        f"test {name}: OK" for name in ("longpaths", "stackguard", "wild", "heap", "kernmem")
    ] + ["COURSE TESTS PASSED"]
    m.check("forktest", "course fork test OK")
    out = m.check("mmaptest", "mmaptest: all ok")
    assert re.findall(r"\w+: ok", out) == [
        f"{part}: ok" for part in ("private", "rights", "parts", "two", "fork")]
    assert m.run("lazytests; echo $?") == "lazy 1\nnamed 1\ndefault 1\n0\n"
    assert m.run("stressfs; echo $?").splitlines() == ["console by number", "0"]
    assert m.run("grind; echo $?") == (
        "1099511627776|7 -1|0x0000003FFFFFE000|E110|10000000000|42\n"
        "(null) c -1 1099511627776 -2 %\nparts 42 42\nstack 4\n0\n")
    assert m.run("bare; echo $?") == "bare 7\n0\n"
    assert m.run("cat answers.txt") == "forty-two\n"
    m.audit()
    m.poweroff()


MESSAGE = re.compile(r"usertrap\(\): unexpected scause 0x\w+ pid=\d+ .*|and \d+ more: [a-z ]+")


def is_message(line):
    return MESSAGE.fullmatch(line)


def deaths(lines):
    """=> how many processes the messages speak of"""
    counted = (re.match(r"and (\d+) more: ", line) for line in lines)
    return sum(line.startswith("usertrap") for line in lines) + sum(int(c[1]) for c in counted if c)


def spoken(lines):
    """What programs have written; a line that has been shown unfinished is shown again."""
    own = [line for line in lines if not is_message(line)]
    return [line for line, after in zip(own, own[1:] + [""]) if not after.startswith(line)]


@pytest.mark.parametrize("cpus", HARTS)
def test_floods_of_deaths(machine, course_tree, cpus):
    """Hundreds die at once: all are told of before their parent speaks, and no line is broken."""
    m = machine(root=course_tree, cpus=cpus)
    for n in (1, 4, 5, 300):
        lines = m.run(f"floods {n}", timeout=60).splitlines()
        assert lines[-1] == f"reaping done {n}" and spoken(lines) == lines[-1:], lines
        assert deaths(lines) == n, lines
        assert len(lines) <= 20, "a flood is folded"
    lines = m.run("floods 300 talk", timeout=60).splitlines()
    assert spoken(lines) == [f"talk {i} to the end" for i in range(100)] + ["done 300"]
    assert lines[-1] == "done 300" and deaths(lines) == 300, lines
    m.audit()
    m.poweroff()


CALLS = "uptime getpid sbrk dup close pipe write read open fstat mkdir chdir mknod link unlink " \
        "fork kill wait sleep pause exec exit"


def test_break_points_on_classic_calls(machine, course_tree, tmp_path):
    """gdb knows every classic call by its name, and stops where a program makes it."""
    port = grader.free_port()
    m = machine(root=course_tree, boot=False, extra=["-S", "-gdb", f"tcp::{port}"]).start()
    kernel = kine.kernel(course_tree)
    symbols = pathlib.Path(f"{kernel}.sym").read_text().split()
    stops = [word for call in CALLS.split() for word in (f"thbreak sys_{call}", "continue")]
    script = tmp_path / "commands"
    script.write_text("\n".join([f"target remote :{port}", *stops, "detach"]))
    gdb = subprocess.Popen(["gdb-multiarch", "-nx", "-q", "-batch", "-x", script, kernel], text=True,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    m.expect(kine.PROMPT)
    m.send("everycall\n")
    said, _ = gdb.communicate(timeout=60 * kine.SLOW)
    assert said.count("hit Temporary breakpoint") == len(CALLS.split()), said
    assert all(f"sys_{call}" in symbols for call in CALLS.split())
    m.expect("every call\n")
    m.expect(kine.PROMPT)
    m.poweroff()


def test_chosen_on_the_command_line(machine, course_tree, tmp_path):
    """UPROGS, USERSTACK and SBRK; and a test program comes back when its rival is gone."""
    tree = kine.copy_tree(tmp_path / "kine")
    drop_in(tree)
    words = ["fs.img", "USERSTACK=2", "SBRK=lazy"]
    chosen = "UPROGS=$U/_init $U/_sh user/_cat _audit poweroff grind usertests lazytests forktest"
    kine.make(*words, str(kine.kernel(tree).relative_to(tree)), chosen, cwd=tree)
    names = subprocess.run([tree / "build/mkfs", "--dump", tree / "fs.img", "/"], text=True,
                           capture_output=True, check=True).stdout
    assert "forktest" in names and "wc" not in names, names
    m = machine(root=tree)
    assert "stack 2\n" in m.run("grind")
    m.check("usertests stackguard", "COURSE TESTS PASSED")
    assert m.run("lazytests lazily") == "lazy 1\nnamed 1\ndefault 1\n"
    m.poweroff()
    for source in COURSE.iterdir():
        (tree / "user" / source.name).unlink()
    kine.make(*words, "UPROGS=init sh audit poweroff", cwd=tree)
    m = machine(root=tree)
    m.check("cowtest simple", "ALL COW TESTS PASSED")
    m.check("forktest", "fork test OK")
    m.poweroff()
    replace_the_shell(machine, tree)


def replace_the_shell(machine, tree):
    """Our programs of many parts can be replaced by one file, too."""
    shutil.copy(kine.ROOT / "tests/guest/course_shell.c", tree / "user/sh.c")
    (tree / "user/ls.c").write_text('#include "user/user.h"\nint main(void) { printf("their ls\\n"); }\n')
    kine.make("fs.img", "UPROGS=init sh ls audit poweroff", cwd=tree)
    m = machine(root=tree)
    assert m.run("ls") == "their ls\n" and m.run("nosuch") == "no nosuch here\n"
    m.audit()
    m.poweroff()


def test_our_programs_have_no_warnings(tmp_path):
    """What is dropped in may warn; what stands in user/ here may not.  (user/hosted has a compiler of
    its own.)"""
    sources = sorted((kine.ROOT / "user").glob("*.c")) + sorted((kine.ROOT / "user").glob("[!hlt]*/*.c"))
    objects = [f"build/{source.relative_to(kine.ROOT).with_suffix('.o')}" for source in sources]
    flags = "UDROPPED=-Wall -Werror"
    tree = kine.copy_tree(tmp_path / "kine")
    assert warned(kine.make("-B", flags, *objects, cwd=tree)) == []
