"""The kept faults of tests/mutants fit the sources that there are, and say what `make mutants` asks of them."""

import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/mutants"))
import run  # noqa: E402

PATCHES = sorted((ROOT / "tests/mutants").glob("*.patch"))


@pytest.mark.parametrize("patch", PATCHES, ids=lambda patch: patch.stem)
def test_applies(patch):
    head = run.read_head(patch)
    assert all(head.get(line) for line in ("Hazard", "Fault", "Tests")), head
    done = subprocess.run([*run.APPLY, patch, "--dry-run"], cwd=ROOT, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout
