"""Debian's own programs, as they are, print on Kine what they print on Linux (commands.sh, expected.txt)."""

import pathlib
import shutil
import subprocess

import kine
import pytest

HERE = pathlib.Path(__file__).resolve().parent


@pytest.fixture(scope="session")
def debian():
    """The image, if the packages are to be had."""
    made = subprocess.run(["make", "-s", "debian.img"], cwd=kine.ROOT, text=True, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE)
    if "not to be had" in made.stderr:
        pytest.skip(made.stderr.strip().splitlines()[0])
    assert made.returncode == 0, made.stderr
    return kine.ROOT / "debian.img"


@pytest.mark.parametrize("cpus", [1, 3])
def test_commands(machine, debian, tmp_path, cpus):
    mine = tmp_path / "debian.img"
    shutil.copyfile(debian, mine)
    m = machine(image=mine, cpus=cpus)
    said = m.run("/usr/bin/bash-static /commands.sh", timeout=120).split("== ")
    wanted = (HERE / "expected.txt").read_text().split("== ")
    for got, right in zip(said, wanted, strict=True):
        assert got == right
    m.audit()
    m.poweroff()
