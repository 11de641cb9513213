"""What course graders do: make, signals, a debugger's port (docs/testing.md)."""

import os
import pathlib
import re
import signal
import socket
import subprocess
import threading
import time

import kine
import pytest


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Make:
    """A make that runs QEMU, with its standard output gathered as it comes."""

    def __init__(self, *words, name):
        self.proc = subprocess.Popen(
            [kine.MAKE, "-s", "--no-print-directory", *words, "QEMUEXTRA=-snapshot"],
            cwd=kine.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, env=kine.clean_environment(), start_new_session=True)
        self.said = ""
        self.name = name
        self.thread = threading.Thread(target=self.gather, daemon=True)
        self.thread.start()

    def gather(self):
        kine.LOGS.mkdir(parents=True, exist_ok=True)
        with open(kine.LOGS / f"{self.name}.log", "w", encoding="utf-8") as log:
            while data := os.read(self.proc.stdout.fileno(), 4096):
                text = data.decode(errors="replace")
                self.said += text
                log.write(text)
                log.flush()

    def wait_for(self, pattern, seconds=30):
        end = time.monotonic() + seconds * kine.SLOW
        while not re.search(pattern, self.said):
            assert time.monotonic() < end, f"no {pattern!r} in:\n{self.said[-2000:]}"
            time.sleep(0.05)

    def type(self, text):
        self.proc.stdin.write(text.encode())
        self.proc.stdin.flush()

    def children(self):
        pid = self.proc.pid
        return [int(p) for p in
                pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def close(self):
        for pid in self.children() if self.proc.poll() is None else []:
            kine.end_process(pid)
        if self.proc.poll() is None:
            self.proc.kill()
        self.proc.wait()
        self.thread.join(5)
        self.proc.stdin.close()
        self.proc.stdout.close()


@pytest.fixture
def run_make(request):
    running = []

    def new(*words):
        running.append(Make(*words, name=request.node.name))
        return running[-1]

    yield new
    for m in running:
        m.close()


def packet(text):
    return f"${text}#{sum(text.encode()) % 256:02x}".encode()


def attach(port, seconds=90):
    """Connects to QEMU's debugger port, as soon as it is there."""
    end = time.monotonic() + seconds
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=5)
        except OSError:
            assert time.monotonic() < end, "nobody listens on the debugger's port"
            time.sleep(0.1)


def test_print_gdbport():
    assert kine.make("print-gdbport") == f"{os.getuid() % 5000 + 25000}\n"
    assert kine.make("print-gdbport", "GDBPORT=12345") == "12345\n"


def test_make_again_does_nothing():
    assert subprocess.run([kine.MAKE, "-q", "all"], cwd=kine.ROOT,
                          env=kine.clean_environment()).returncode == 0


def test_symbol_file():
    lines = (kine.ROOT / "kernel/kernel.sym").read_text().splitlines()
    assert all(re.fullmatch(r"[0-9a-f]{16} \S+", line) for line in lines)
    assert any(line.endswith(" usertrap") for line in lines)


def test_grader_session(run_make):
    """Attach, let it go on, type the moment the prompt appears, read marks, end it by SIGTERM."""
    port = free_port()
    m = run_make("qemu-gdb", f"GDBPORT={port}")
    m.wait_for(r"\n", 90)
    with attach(port) as gdb:
        gdb.sendall(packet("c"))
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
    m.wait_for(r"\ntyped blindly\n")


def test_cpus_from_the_environment():
    env = dict(kine.clean_environment(), CPUS="5")
    out = subprocess.run([kine.MAKE, "-s", "--no-print-directory", "print-qemu"], cwd=kine.ROOT,
                         env=env, capture_output=True, text=True, check=True).stdout
    assert "-smp 5 " in out


def test_gdb_reads_source_lines(run_make, tmp_path):
    """gdb, as a person uses it: a break point by name is hit, with the source shown."""
    port = free_port()
    m = run_make("qemu-gdb", f"GDBPORT={port}", "CPUS=1")
    m.wait_for(r"\n", 90)
    gdb = subprocess.run(
        ["gdb-multiarch", "-q", "-batch", "-nx", "-ex", "set architecture riscv:rv64",
         "-ex", f"target remote 127.0.0.1:{port}", "-ex", "hbreak usertrap", "-ex", "continue",
         "-ex", "info source", "-ex", "backtrace 1", "-ex", "delete", "-ex", "detach",
         "kernel/kernel"],
        cwd=kine.ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60)
    assert re.search(r"#0 +usertrap \(", gdb.stdout), gdb.stdout
    m.wait_for(r"(^|\n)\$ ")


@pytest.mark.parametrize("qemu", ["no-such-qemu", "true"])
def test_wrong_qemu_gives_a_sentence(qemu):
    done = subprocess.run([kine.MAKE, "qemu", f"QEMU={qemu}"], cwd=kine.ROOT, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=20,
                          env=kine.clean_environment())
    assert done.returncode != 0
    assert "make setup" in done.stdout


def test_missing_compiler_gives_a_sentence():
    done = subprocess.run([kine.MAKE, "kernel/kernel", "TOOLPREFIX="], cwd=kine.ROOT, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=20,
                          env=kine.clean_environment())
    assert done.returncode != 0
    assert "make setup" in done.stdout


def test_missing_image_is_made_and_an_old_one_kept(tmp_path):
    image = kine.ROOT / "fs.img"
    before = image.stat()
    kine.make("fs.img")
    after = image.stat()
    assert (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, after.st_size)
