"""The map of the house holds: make layers."""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]


def test_layers():
    done = subprocess.run([sys.executable, ROOT / "tests/layers.py", ROOT / "build"],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout
