"""A machine as a course grader runs it: by make, its console QEMU's own standard output."""

import os
import pathlib
import re
import socket
import subprocess
import threading
import time

import kine


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Session:
    """A make that runs QEMU, with its standard output gathered as it comes."""

    def __init__(self, *words, name):
        self.proc = subprocess.Popen(
            [kine.MAKE, "-s", "--no-print-directory", *words],
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
