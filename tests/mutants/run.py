#!/usr/bin/env python3
"""Do the tests catch what they are for?  (make mutants)

Each NAME.patch beside this file is a fault that copy-on-write kernels really had, put into Kine:
its head says which line of the list of hazards in docs/testing.md it belongs to, what is wrong, and
which tests must fail (an expression for pytest -k).  Each is applied to a copy of the tree, which is
built and tested; a fault that no test notices fails this program.

usage: run.py [NAME...]     (a part of a name is enough)
"""

import os
import pathlib
import shutil
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent / "guest"))
import kine  # noqa: E402

TREE = ROOT / "build/mutants/tree"
BUILD_LIMIT, TEST_LIMIT = 300, 600


def read_head(patch):
    """The patch's head: its lines before the first empty one, as a dictionary."""
    head = patch.read_text().split("\n\n", 1)[0]
    return dict(line.split(": ", 1) for line in head.splitlines())


def quiet(command, limit):
    return subprocess.run(command, cwd=TREE, env=kine.clean_environment(), timeout=limit * kine.SLOW,
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def try_mutant(patch, tests):
    """=> (is all well?, what to say)"""
    shutil.rmtree(TREE, ignore_errors=True)
    TREE.parent.mkdir(parents=True, exist_ok=True)
    kine.copy_tree(TREE)
    applied = quiet(["patch", "-p1", "-s", "-F3", "-i", str(patch)], 10)
    if applied.returncode:
        return False, "the patch does not apply: " + applied.stdout.strip().splitlines()[-1]
    built = quiet([kine.MAKE, "all", "unit-build"], BUILD_LIMIT)
    if built.returncode:
        return False, "does not build: " + built.stdout.strip().splitlines()[-1]
    try:
        tested = quiet([sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", "-x",
                        "-k", tests, "tests"], TEST_LIMIT)
    except subprocess.TimeoutExpired:
        return True, "caught (the tests hang)"
    last = tested.stdout.strip().splitlines()[-1]
    failed = [line.split()[1].split("::")[-1] for line in tested.stdout.splitlines()
              if line.startswith(("FAILED ", "ERROR "))]
    if tested.returncode == 1 and failed:
        return True, "caught by " + ", ".join(failed)
    return False, f"NOT CAUGHT (pytest's status is {tested.returncode}: {last})"


def main():
    wanted = sys.argv[1:]
    patches = [p for p in sorted(HERE.glob("*.patch"))
               if not wanted or any(w in p.name for w in wanted)]
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    escaped = 0
    for patch in patches:
        head = read_head(patch)
        begin = time.monotonic()
        ok, text = try_mutant(patch, head["Tests"])
        escaped += not ok
        print(f"{patch.stem:36} {text}  ({time.monotonic() - begin:.0f} s)\n"
              f"{'':36} {head['Fault']}", flush=True)
    shutil.rmtree(TREE, ignore_errors=True)
    print(f"mutants: {len(patches) - escaped} of {len(patches)} caught")
    return 1 if escaped or not patches else 0


if __name__ == "__main__":
    sys.exit(main())
