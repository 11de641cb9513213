#!/usr/bin/env python3
"""Do the tests catch what they are for?  (make mutants)

Each NAME.patch beside this file is a fault that copy-on-write kernels really had, put into Kine:
its head says which line of the list of hazards in docs/testing.md it belongs to, what is wrong, and
which tests must fail (an expression for pytest -k).  Each is applied to a copy of the tree, which is
built and tested; a fault that no test notices fails this program.  A test that has waited too long
may have met a busy host: it counts only if it fails with four times the time too.

What was caught is kept in build/mutants/caught.json for these sources: a run that was ended goes on
where it was.

usage: run.py [NAME...]     (a part of a name is enough)
"""

import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent / "guest"))
import kine  # noqa: E402

TREE = ROOT / "build/mutants/tree"
CAUGHT = ROOT / "build/mutants/caught.json"
BUILD_LIMIT, TEST_LIMIT = 900, 600
APPLY = ["patch", "-p1", "-s", "-f", "-F2", "-i"]
PATIENT = "4"  # what the second try multiplies the time limits by


def read_head(patch):
    """The patch's head: its lines before the first empty one, as a dictionary."""
    head = patch.read_text().split("\n\n", 1)[0]
    return dict(line.split(": ", 1) for line in head.splitlines())


def quiet(command, limit, **more):
    return subprocess.run(command, cwd=TREE, env=dict(kine.clean_environment(), **more),
                          timeout=limit * kine.SLOW, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)


def prepare():
    """Makes the tree the project's, with what is built there from the mutant before."""
    if not TREE.exists():
        TREE.parent.mkdir(parents=True, exist_ok=True)
        kine.copy_tree(TREE)
    kine.sync_tree(TREE)


def changes_rules(patch):
    """=> does the patch change what make does, so that nothing built by it may stay?"""
    return any(line.startswith("+++ ") and line.rstrip().endswith(("Makefile", ".mk", ".ld"))
               for line in patch.read_text().splitlines())


def pytest(*options, **more):
    return quiet([sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", *options, "tests"],
                 TEST_LIMIT, COLUMNS="250", **more)


def targets(tests):
    """=> what must be built for these tests: unit tests need their program only"""
    chosen = pytest("--collect-only", "-k", tests).stdout.splitlines()
    found = [re.search(r"::(test_unit\[(\w+):)?", line) for line in chosen if "::" in line]
    programs = {f"build/unit/test_{m[2]}" for m in found if m[2]}
    return sorted(programs) + (["all"] if any(not m[2] for m in found) else [])


def test(tests, **more):
    """=> (pytest's status, its last line, what failed and why)"""
    done = pytest("-x", "--tb=no", "-k", tests, **more)
    failed = [line.split("::", 1)[1] for line in done.stdout.splitlines()
              if line.startswith(("FAILED ", "ERROR ")) and "::" in line]
    return done.returncode, done.stdout.strip().splitlines()[-1], failed


def waited(failed):
    return any(" within " in f or "TimeoutExpired" in f for f in failed)


def try_mutant(patch, tests):
    """=> (is all well?, what to say)"""
    prepare()
    needed = targets(tests)
    if not needed:
        return False, f"no test is called {tests}"
    applied = quiet([*APPLY, str(patch)], 10)
    if applied.returncode:
        return False, "the patch does not apply: " + applied.stdout.strip().splitlines()[-1]
    built = quiet([kine.MAKE, "-j2", *needed], BUILD_LIMIT)
    if built.returncode:
        return False, "does not build: " + built.stdout.strip().splitlines()[-1]
    try:
        status, last, failed = test(tests)
        if status == 1 and waited(failed):
            status, last, failed = test(tests, SLOW=PATIENT)
    except subprocess.TimeoutExpired:
        return True, "caught (the tests hang)"
    if status == 1 and failed:
        return True, "caught by " + ", ".join(failed)
    return False, f"NOT CAUGHT (pytest's status is {status}: {last})"


def digest_of_sources():
    """=> what changes when a source or a test does, but for the patches"""
    digest = hashlib.sha1()
    for top in ("Makefile", "kernel", "user", "mkfs", "tests"):
        whole = ROOT / top
        for path in [whole] if whole.is_file() else sorted(whole.rglob("*.*")):
            if path.is_file() and path.suffix not in (".patch", ".pyc", ".sym"):
                digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()


class Caught:
    """What is known to be caught, by patch."""

    def __init__(self):
        self.sources = digest_of_sources()
        self.known = json.loads(CAUGHT.read_text()) if CAUGHT.exists() else {}

    def key(self, patch):
        return hashlib.sha1(self.sources.encode() + patch.read_bytes()).hexdigest()

    def of(self, patch):
        return self.known.get(self.key(patch))

    def add(self, patch, text):
        self.known[self.key(patch)] = text
        CAUGHT.write_text(json.dumps(self.known, indent=1))


def tried(patch, head, caught):
    """=> (is all well?, what to say)"""
    if text := caught.of(patch):
        return True, text
    begin = time.monotonic()
    ok, text = try_mutant(patch, head["Tests"])
    if changes_rules(patch):
        shutil.rmtree(TREE)
    text += f"  ({time.monotonic() - begin:.0f} s)"
    if ok:
        caught.add(patch, text)
    return ok, text


def build_unit_tests():
    """They tell their names themselves: what is chosen by a name is chosen of those that there are."""
    prepare()
    built = quiet([kine.MAKE, "-j2", "unit-build"], BUILD_LIMIT)
    if built.returncode:
        sys.exit("mutants: the unit tests do not build: " + built.stdout.strip().splitlines()[-1])


def main():
    wanted = sys.argv[1:]
    patches = [p for p in sorted(HERE.glob("*.patch"))
               if not wanted or any(w in p.name for w in wanted)]
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    build_unit_tests()
    escaped, caught = 0, Caught()
    for patch in patches:
        head = read_head(patch)
        ok, text = tried(patch, head, caught)
        escaped += not ok
        print(f"{patch.stem:36} {text}\n{'':36} {head['Fault']}", flush=True)
    print(f"mutants: {len(patches) - escaped} of {len(patches)} caught")
    return 1 if escaped or not patches else 0


if __name__ == "__main__":
    sys.exit(main())
