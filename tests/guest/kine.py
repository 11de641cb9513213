"""A Kine machine in QEMU, driven over its serial console.

    with Machine("boot", cpus=3) as m:
        m.boot()
        assert "hello" in m.run("echo hello")
        m.audit()
        m.poweroff()

QEMU is started with the options of `make qemu`, with a copy of fs.img of its own (or an image that
is given), and is always ended by its own process id.  However it ended, `mkfs --check` then looks at
the image.  All that the console says goes to build/logs/NAME.log, with the command that started it.
"""

import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import tempfile
import time

import pexpect
from pexpect.popen_spawn import PopenSpawn

ROOT = pathlib.Path(__file__).resolve().parents[2]
LOGS = ROOT / "build/logs"
MAKE = os.environ.get("MAKE", "make")
# Multiplies every time limit.
SLOW = float(os.environ.get("SLOW", "4" if "KASAN" in os.environ else "1"))

# The shell's prompt: two bytes at the beginning of a line.
PROMPT = re.compile(r"(?<![^\n])\$ ")


def make(*words, **kwargs):
    """Runs make in the project's folder.  => its output; fails the test if make fails."""
    done = subprocess.run([MAKE, "-s", "--no-print-directory", *words], cwd=kwargs.pop("cwd", ROOT),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=300 * SLOW, env=clean_environment(), **kwargs)
    assert done.returncode == 0, f"make {' '.join(words)}:\n{done.stdout}"
    return done.stdout


def clean_environment():
    """The environment without what an outer make left in it."""
    return {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}


def kernel(root=ROOT):
    """=> the kernel that machines boot, which depends on how make was called."""
    return root / make("print-kernel", cwd=root).strip()


def symbol(name, root=ROOT):
    """=> the address of one of the kernel's functions."""
    listed = pathlib.Path(f"{kernel(root)}.sym").read_text()
    return int(re.search(rf"^(\w+) {name}$", listed, re.M)[1], 16)


class Transcript:
    """All that the console said: kept for the test, and written to the log at once."""

    def __init__(self, path, heading):
        self.file = open(path, "a", encoding="utf-8", errors="replace")
        self.file.write(f"\n==== {heading}\n")
        self.text = ""

    def write(self, text):
        self.text += text
        self.file.write(text)

    def flush(self):
        self.file.flush()

    def close(self):
        self.file.close()


class Dead(AssertionError):
    """QEMU ended, or said nothing for too long."""


class Machine:
    def __init__(self, name, cpus=3, mem="128M", bios="none", append="panic=exit", extra=(),
                 image=None, root=ROOT, build=()):
        self.name = re.sub(r"[^\w.=-]+", "_", name)
        self.root = root
        words = ["print-qemu", f"CPUS={cpus}", f"MEM={mem}", f"BIOS={bios}", f"APPEND={append}", *build]
        self.image, self.own_image = image, image is None
        if self.own_image:
            self.image = private_image(self.name, root)
        # A copy that goes with the machine need not outlive the host's power.
        drive = f"file={self.image}" + (",cache=unsafe" if self.own_image else "")
        self.command = [w.replace("file=fs.img", drive)
                        for w in shlex.split(make(*words, cwd=root))] + list(extra)
        self.child = None

    # --- life -----------------------------------------------------------------------------------

    def start(self):
        LOGS.mkdir(parents=True, exist_ok=True)
        self.log = Transcript(LOGS / f"{self.name}.log", shlex.join(self.command))
        self.child = PopenSpawn(self.command, timeout=30 * SLOW, encoding="utf-8",
                                codec_errors="replace", cwd=self.root)
        self.child.logfile_read = self.log
        return self

    def boot(self, timeout=30):
        """Starts QEMU unless it runs, and waits for the first prompt.  => what was said before it."""
        if self.child is None:
            self.start()
        return self.expect(PROMPT, timeout)

    def close(self):
        """Ends QEMU if it runs, and checks the image."""
        if self.child is None:
            return
        if self.child.proc.poll() is None:
            self.child.proc.kill()
        self.child.proc.wait()
        self.child.proc.stdin.close()
        self.log.close()
        self.child = None
        check_image(self.image, self.name)
        if self.own_image:
            self.image.unlink()

    __enter__ = start

    def __exit__(self, *exc):
        self.close()

    @property
    def said(self):
        """Everything the console has said so far, as far as it was waited for."""
        return self.log.text

    @property
    def pid(self):
        return self.child.proc.pid

    # --- talking --------------------------------------------------------------------------------

    def expect(self, pattern, timeout=30):
        """Waits for a pattern.  => what was said before it."""
        compiled = pattern if isinstance(pattern, re.Pattern) else re.compile(pattern)
        try:
            self.child.expect(compiled, timeout=timeout * SLOW)
        except pexpect.TIMEOUT:
            raise Dead(f"no {compiled.pattern!r} within {timeout * SLOW:.0f} s; the last it said:\n"
                       + str(self.child.before)[-2000:]) from None
        except pexpect.EOF:
            raise Dead(f"QEMU ended (status {self.child.proc.wait()}) before {compiled.pattern!r}; "
                       "the last it said:\n" + str(self.child.before)[-3000:]) from None
        return self.child.before

    def send(self, text):
        self.child.send(text)

    def run(self, command, timeout=30):
        """Types a command at the prompt.  => its output, up to the next prompt."""
        self.send(command + "\n")
        self.expect(re.escape(command) + "\n")
        return self.expect(PROMPT, timeout)

    def audit(self):
        """The recount of all frames; at rest after a test program."""
        out = self.run("audit", timeout=60)
        assert "audit: clean" in out, f"the audit found something:\n{out}"

    def check(self, command, *wanted, timeout=60, audit=True):
        """Runs a program, looks for lines in its output, and audits.  => the output."""
        out = self.run(command, timeout)
        for line in wanted:
            assert line in out, f"{command}: no {line!r} in:\n{out[-3000:]}"
        if audit:
            self.audit()
        return out

    # --- the end ----------------------------------------------------------------------------------

    def wait_end(self, timeout=20):
        """=> QEMU's exit status, once it has ended by itself."""
        try:
            self.child.expect(pexpect.EOF, timeout=timeout * SLOW)
        except pexpect.TIMEOUT:
            raise Dead("QEMU goes on; the last it said:\n" + self.child.before[-2000:]) from None
        return self.child.proc.wait(timeout=5)

    def poweroff(self):
        self.send("poweroff\n")
        status = self.wait_end()
        assert status == 0, f"QEMU's exit status is {status} after poweroff"
        ours = self.said[self.said.find("kine:"):]  # firmware has its own habits
        assert "\r" not in ours, "a carriage return was printed"

    def read_rest(self):
        """=> what a QEMU that was killed had still said."""
        self.child.expect(pexpect.EOF, timeout=20 * SLOW)
        return self.child.before

    def cpu_seconds(self):
        """Host processor time that QEMU has used."""
        fields = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def check_image(image, what):
    """Has the checker look at an image."""
    done = subprocess.run([ROOT / "build/mkfs", "--check", image], text=True, timeout=60 * SLOW,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, f"{what}: mkfs --check finds damage:\n{done.stdout[-2000:]}"


private_images = []  # that tests have got; the fixture that ends a test's machines removes them


def private_image(name, root=ROOT):
    """A copy of fs.img of its own, for this test.  => its path"""
    LOGS.mkdir(parents=True, exist_ok=True)
    fd, path = tempfile.mkstemp(".img", re.sub(r"[^a-zA-Z0-9_.-]+", "_", name) + "-", LOGS)
    os.close(fd)
    shutil.copyfile(root / "fs.img", path)
    private_images.append(pathlib.Path(path))
    return private_images[-1]


def copy_tree(destination):
    """The project in another folder, with what is built, to save time.  => its path"""
    unwanted = {ROOT / ".git", LOGS, ROOT / "build/mutants", ROOT / "build/mutate"}

    def ignore(folder, names):
        return [n for n in names if n == "__pycache__" or pathlib.Path(folder) / n in unwanted]

    shutil.copytree(ROOT, destination, ignore=ignore, symlinks=True)
    return pathlib.Path(destination)


def sync_tree(target, edit=lambda path, data: data):
    """Makes the sources in `target` the project's, as `edit` gives them; what is the same keeps its
    time, and what is built there stays."""
    wanted = set()
    for top in ("Makefile", "README.md", "kernel", "user", "mkfs", "tests"):
        whole = ROOT / top
        for path in [whole] if whole.is_file() else whole.rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                wanted.add(path.relative_to(ROOT))
    for path in wanted:
        there, data = target / path, edit(path, (ROOT / path).read_bytes())
        if not there.exists() or there.read_bytes() != data:
            there.parent.mkdir(parents=True, exist_ok=True)
            there.write_bytes(data)
            shutil.copymode(ROOT / path, there)
    built = {pathlib.Path("kernel") / n for n in ("kernel", "kernel.sym", "kernel-sbi")}
    for top in ("kernel", "user", "mkfs", "tests"):
        for path in (target / top).rglob("*"):
            relative = path.relative_to(target)
            if path.is_file() and relative not in wanted | built and \
                    "__pycache__" not in path.parts:
                path.unlink()


def gone_within(pid, seconds):
    """=> True if the process ends (or is a zombie) within the time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            state = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


def end_process(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
