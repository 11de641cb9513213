"""What course graders do: make, signals, a debugger's port (docs/testing.md)."""

import os
import pathlib
import re
import signal
import subprocess
import time

import grader
import kine
import pytest


@pytest.fixture
def run_make(request):
    running = []

    def new(*words):
        disk = kine.private_image(request.node.name)
        session = grader.Session(*words, f"DISK={disk}", name=request.node.name)
        running.append((session, disk))
        return session

    yield new
    for session, disk in running:
        session.close()
        kine.check_image(disk, session.name)
        disk.unlink()


def test_print_gdbport():
    assert kine.make("print-gdbport") == f"{os.getuid() % 5000 + 25000}\n"
    assert kine.make("print-gdbport", "GDBPORT=12345") == "12345\n"


def test_make_again_does_nothing():
    kine.make("all")
    assert subprocess.run([kine.MAKE, "-q", "all"], cwd=kine.ROOT,
                          env=kine.clean_environment()).returncode == 0


@pytest.mark.parametrize("target", ["test", "grade", "bench", "mutants", "mutate", "crash", "fuzz-calls"])
def test_dry_run_runs_nothing(target):
    """make -n shows what would be run; it would fail if it ran `false` for Python."""
    assert "false" in kine.make("-n", "PYTHON=false", target)


def test_symbol_file():
    lines = pathlib.Path(f"{kine.kernel()}.sym").read_text().splitlines()
    assert all(re.fullmatch(r"[0-9a-f]{16} \S+", line) for line in lines)
    assert any(line.endswith(" usertrap") for line in lines)


def test_grader_session(run_make):
    """Attach, let it go on, type the moment the prompt appears, read marks, end it by SIGTERM."""
    port = grader.free_port()
    m = run_make("qemu-gdb", f"GDBPORT={port}")
    m.wait_for(r"\n", 90)
    with grader.attach(port) as gdb:
        gdb.sendall(grader.packet("c"))
        m.wait_for(r"(^|\n)\$ ")
        m.type("echo hello there\n")
        m.wait_for(r"\nhello there\n\$ ")
        assert "\r" not in m.said
        children = m.children()
        m.proc.terminate()
        m.proc.wait(timeout=5)
    assert all(kine.gone_within(pid, 5) for pid in children)


def test_qemu_is_makes_child(run_make):
    """SIGKILL to make's first child ends QEMU, and make with it."""
    m = run_make("qemu")
    m.wait_for(r"(^|\n)\$ ")
    child = m.children()[0]
    assert "qemu" in pathlib.Path(f"/proc/{child}/comm").read_text()
    os.kill(child, signal.SIGKILL)
    m.proc.wait(timeout=5)


def test_typed_one_second_after_make(run_make):
    m = run_make("qemu")
    time.sleep(1)
    m.type("echo typed blindly\n")
    m.wait_for(r"(?<!echo )typed blindly\n")


def test_cpus_from_the_environment():
    env = dict(kine.clean_environment(), CPUS="5")
    out = subprocess.run([kine.MAKE, "-s", "--no-print-directory", "print-qemu"], cwd=kine.ROOT,
                         env=env, capture_output=True, text=True, check=True).stdout
    assert "-smp 5 " in out


def test_gdb_reads_source_lines(run_make, tmp_path):
    """gdb, as a person uses it: a break point by name is hit, with the source shown."""
    port = grader.free_port()
    m = run_make("qemu-gdb", f"GDBPORT={port}", "CPUS=1")
    m.wait_for(r"\n", 90)
    gdb = subprocess.run(
        ["gdb-multiarch", "-q", "-batch", "-nx", "-ex", "set architecture riscv:rv64",
         "-ex", f"target remote 127.0.0.1:{port}", "-ex", "hbreak usertrap", "-ex", "continue",
         "-ex", "info source", "-ex", "backtrace 1", "-ex", "delete", "-ex", "detach",
         kine.kernel()],
        cwd=kine.ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60)
    assert re.search(r"#0 +usertrap \(", gdb.stdout), gdb.stdout
    m.wait_for(r"(^|\n)\$ ")


# gdb's Python: the frame of a page of text, which both shells have from the cache.
SHARED_FRAME = """python
pages = gdb.execute("kine-ptes 3", to_string=True).splitlines()
shared = next(p for p in pages if "X" in p and p.endswith("refs 3"))
gdb.execute("kine-frame " + shared.split()[2])
end
"""


def stopped_in_uname(run_make, tmp_path, *commands):
    """Runs `make qemu-gdb` and `make gdb`, types `(uname; :)`, and gives the commands to gdb when the
    program is in its system call.  => what gdb said"""
    port = f"GDBPORT={grader.free_port()}"
    script = tmp_path / "commands"
    script.write_text("\n".join(["hbreak sys_uname", "continue", *commands, "delete", "detach"]))
    m = run_make("qemu-gdb", port)
    m.wait_for(r"\n", 90)
    gdb = subprocess.Popen(
        [kine.MAKE, "-s", "gdb", port, f"GDB=gdb-multiarch -q -batch -x {script}"], cwd=kine.ROOT,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=kine.clean_environment())
    m.wait_for(r"(^|\n)\$ ")
    m.type("(uname; :)\n")
    said, _ = gdb.communicate(timeout=60 * kine.SLOW)
    m.wait_for("Kine 1")
    return said


def test_gdb_knows_the_kernel(run_make, tmp_path):
    """Every command of kernel/gdb.py: processes, areas, entries, frames and who names them."""
    zero = "((char *)zero_frame - (char *)frame_table) / sizeof(struct frame) * 4096"
    said = stopped_in_uname(run_make, tmp_path, "kine-ps", "echo = areas\\n", "kine-areas 4",
                            "echo = text\\n", "kine-ptes 4 0x100000 0x101000", "echo = shared\\n",
                            SHARED_FRAME, "echo = zeros\\n", f"kine-frame {zero} + machine.ram_base",
                            "echo = nobody\\n", "python\ntry: gdb.execute('kine-areas 99')\n"
                            "except gdb.GdbError as e: print(e)\nend")
    processes, areas, text, shared, zeros, nobody = re.split(r"^= \w+$", said, flags=re.M)
    for line in (r" 1 +1 +0 +\d  sleeping +init", r" 2 +2 +1 +\d  sleeping +sh",
                 r" 3 +3 +2 +\d  sleeping +sh", r" 4 +4 +3 +\d  running +uname"):
        assert re.search(f"^ +{line}$", processes, re.M), said
    assert re.search(r"^ +0x100000 - +0x\w+  r-x  object 0x\w+ from 0x\w+, 0x\w+ bytes$", areas, re.M), said
    assert re.search(r"^ +0x\w+ - +0x\w+  rw-  zeros$", areas, re.M), said
    assert re.fullmatch(r" +0x100000 -> +0x8\w+  V R - X U - A D ---  refs \d+", text.strip("\n")), said
    head, *owners = shared.strip().splitlines()
    assert re.fullmatch(r"frame 0x8\w+: FRAME_CACHE, 3 references", head), said
    assert [line.split(" at ")[0].strip() for line in sorted(owners)] == [
        "process 2 (sh)", "process 3 (sh)"], said
    assert all(line.endswith("V R - X U - A D ---") for line in owners), said
    assert "FRAME_OTHER" in zeros and "no process 99" in nobody, said


# What is said on make's command line, and what make must answer.
REFUSED = {
    "qemu QEMU=no-such-qemu": "make setup",
    "qemu QEMU=true": "make setup",
    "kernel/kernel TOOLPREFIX=": "make setup",
    "all HOSTCC=no-such-cc": "make setup",
    "gdb GDB=no-such-gdb": "make setup",
    "test PYTHON=false": "make setup",
    "qemu CPUS=0": "from 1 to 8",
    "qemu CPUS=99": "from 1 to 8",
    "qemu-gdb CPUS=two": "from 1 to 8",
    "qemu MEM=7": "from 32M to 16G",
    "qemu MEM=17G": "from 32M to 16G",
    "qemu MEM=much": "from 32M to 16G",
    "qemu BIOS=nonsense": "say none, default",
    "qemu DISK=missing.img": "There is no missing.img",
    "qemu DISK=README.md": "README.md is no disk image",
    "qemu-gdb DISK=/": "/ is no disk image",
}


@pytest.mark.parametrize("words", REFUSED)
def test_refused_with_a_sentence(words):
    done = subprocess.run([kine.MAKE, *words.split()], cwd=kine.ROOT, text=True, timeout=60,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          stdin=subprocess.DEVNULL, env=kine.clean_environment())
    assert done.returncode != 0
    assert REFUSED[words] in done.stdout, done.stdout


def test_program_follows_the_makefile():
    """A program is linked anew when the Makefile changes: its stack's size may be said there."""
    assert "build/user/_cat" in kine.make("-n", "-W", "Makefile", "V=1", "build/user/_cat")
    assert kine.make("-n", "build/user/_cat") == ""


def test_removed_program_leaves_the_image(programs_tree):
    source = programs_tree / "user/gone.c"
    dump = [programs_tree / "build/mkfs", "--dump", programs_tree / "fs.img", "/gone"]
    source.write_text("int main(void) { return 0; }\n")
    kine.make("fs.img", cwd=programs_tree)
    assert subprocess.run(dump, capture_output=True).returncode == 0
    source.unlink()
    kine.make("fs.img", cwd=programs_tree)
    assert subprocess.run(dump, capture_output=True).returncode != 0


def test_folder_with_a_space(programs_tree):
    """The copy that is built there is one that gdb can use."""
    assert " " in str(programs_tree)
    commands = kine.make(".gdbinit", cwd=programs_tree) or (programs_tree / ".gdbinit").read_text()
    offline = [line for line in commands.splitlines() if not line.startswith("target")]
    words = [w for line in offline + ["info line usertrap", "help kine-ps"] for w in ("-ex", line)]
    said = subprocess.run(["gdb-multiarch", "-nx", "-q", "-batch", *words], text=True, timeout=60,
                          cwd=programs_tree, capture_output=True, check=True).stdout
    assert "kernel/sys/trap.c" in said and "kine-ps: the processes" in said, said


def test_missing_image_is_made_and_an_old_one_kept(tmp_path):
    image = kine.ROOT / "fs.img"
    before = image.stat()
    kine.make("fs.img")
    after = image.stat()
    assert (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, after.st_size)
