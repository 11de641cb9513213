"""A copy of the project in which one place at a time is changed, built and tried."""

import os
import pathlib
import shutil
import subprocess
import sys
import time

import kine

HERE = pathlib.Path(__file__).resolve().parent
BUILD_LIMIT = 900
QUICK = 2.0  # seconds of unit tests in the first helping, which needs few programs built
PATIENCE = 4  # how much more time the second try has: the host may have been busy


def no_warnings(path, data):
    """A change may leave a variable unused: that is no reason not to try it."""
    return data.replace(b"-Wall -Wextra -Werror", b"-w") if path.name == "Makefile" else data


class Tree:
    def __init__(self, number):
        self.root = kine.ROOT / f"build/mutate/tree-{number}"
        if not self.root.exists():
            self.root.parent.mkdir(parents=True, exist_ok=True)
            kine.copy_tree(self.root)
        kine.sync_tree(self.root, no_warnings)
        self.build("kernel/kernel", "kernel/kernel.sym", "fs.img", "unit-build", must=True)
        # The disk image that the guests get is made by a sound mkfs.
        for image in ("classic.img", "modern.img"):
            shutil.copyfile(self.root / "fs.img", self.root / "build" / image)
        programs = [p for p in (self.root / "build/user").glob("_*") if p.suffix == ""]
        subprocess.run(["build/mkfs", "--size", "16M", "build/modern.img", "build/README",
                        *programs], cwd=self.root, check=True, stdout=subprocess.DEVNULL)

    def build(self, *targets, must=False):
        """=> did it build?"""
        done = subprocess.run([kine.MAKE, "-s", "-j2", *targets], cwd=self.root, text=True,
                              env=kine.clean_environment(), timeout=BUILD_LIMIT * kine.SLOW,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if must and done.returncode:
            sys.exit(f"mutate: the tree itself does not build:\n{done.stdout[-2000:]}")
        return done.returncode == 0

    def code_of(self, file):
        """=> the machine code of a source file; None if it does not compile"""
        made = f"build/{file[:-2]}.o"
        if not self.build(made):
            return None
        bare = self.root / "build/bare.o"
        subprocess.run(["objcopy", "-I", "elf64-little", "-O", "elf64-little", "--strip-debug",
                        self.root / made, bare], check=True)
        return bare.read_bytes()

    def change(self, place):
        path = self.root / place.file
        self.original = path.read_text()
        if not place.fits(self.original):
            sys.exit(f"mutate: {place.file} has changed meanwhile: begin again")
        path.write_text(place.apply(self.original))

    def restore(self, place):
        (self.root / place.file).write_text(self.original)

    # --- trying -----------------------------------------------------------------------------------

    def try_unit(self, tests):
        """Runs unit tests, the quick ones first.  => what has caught the change; None: nothing"""
        spent, first = 0.0, []
        while tests and spent < QUICK:
            spent += tests[0][2]
            first.append(tests.pop(0))
        return self.unit_helping(first) or self.unit_helping(tests)

    def unit_helping(self, tests):
        programs = sorted({program for program, _, _ in tests})
        if programs and not self.build(*(f"build/unit/{p}" for p in programs)):
            return "the host's compiler"
        for program, name, seconds in tests:
            limit = (10 + 15 * seconds) * kine.SLOW
            status = self.unit(program, name, limit)
            if status is None:
                status = self.unit(program, name, PATIENCE * limit)
            if status != 0:
                return f"{program[5:]}:{name}" + (" (hangs)" if status is None else "")
        return None

    def unit(self, program, name, limit):
        """=> the status of a unit test; None: it has not ended in time"""
        env = dict(os.environ, ASAN_OPTIONS="hard_rss_limit_mb=3000")
        try:
            return subprocess.run([self.root / "build/unit" / program, name], cwd=self.root,
                                  env=env, timeout=limit, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL).returncode
        except subprocess.TimeoutExpired:
            return None

    def try_guest(self):
        """Runs the kernel in QEMU.  => what has caught the change; None: nothing"""
        if not self.build("kernel/kernel", "kernel/kernel.sym"):
            return "the linker"
        caught = guest(self.root)
        if not caught or not caught.endswith("(hangs)"):
            return caught
        kine.SLOW *= PATIENCE
        try:
            return guest(self.root)
        finally:
            kine.SLOW /= PATIENCE


# A machine of its own for each: its image, and what is typed and must be seen, with time limits in
# seconds.
SESSIONS = {
    "classic": [
        ("usertests -q", "ALL TESTS PASSED", 60), ("audit", "audit: clean", 10),
        ("cowtest", "ALL COW TESTS PASSED", 60), ("audit", "audit: clean", 10),
        ("forktest", "fork test OK", 20), ("stressfs", "stressfs: OK", 20),
        ("oomtest", "oomtest: OK", 20), ("fptest", "fptest: OK", 20),
        ("grind -s 1 -t 3", "grind: ok", 40), ("scrub", " 0 damaged", 20),
        ("audit", "audit: clean", 10)],
    "modern": [
        ("filetest", "ALL FILE TESTS PASSED", 60), ("audit", "audit: clean", 10),
        ("snapshot create s; echo x > s1; snapshot rollback s; cat s1", "no such file", 20),
        ("cp --reflink README r; rm README; wc r; rm r; df", "16384", 20),
        ("audit", "audit: clean", 10)],
}


def how(command, dead):
    if "FAILED" in str(dead):
        return command  # it has said so before it hung
    return command + (" (hangs)" if str(dead).startswith(("no ", "QEMU goes on")) else " (panics)")


def session(root, name, commands):
    image = root / "build/trial.img"
    shutil.copyfile(root / "build" / f"{name}.img", image)
    with kine.Machine(f"mutate-{root.name}-{name}", root=root, image=image) as m:
        try:
            m.boot(timeout=15)
        except AssertionError as dead:
            return how("boot", dead)
        for command, wanted, limit in commands:
            try:
                if wanted not in m.run(command, timeout=limit):
                    return command
            except AssertionError as dead:
                return how(command, dead)
        try:
            m.poweroff()
        except AssertionError as dead:
            return how("poweroff", dead)
    return None


def guest(root):
    for name, commands in SESSIONS.items():
        try:
            caught = session(root, name, commands)
        except AssertionError:
            caught = "mkfs --check"
        if caught:
            return caught
    return None
