"""Calls of any length let others run, and end when they are killed: user/tests/latency.c.

QEMU's clock counts instructions here, 32 ns for each, so what is measured is the guest's doing only,
and the same on a host under load."""

import subprocess

import kine
import pytest

PROGRAMS = ["init", "sh", "latency", "true", "audit", "poweroff"]


@pytest.fixture
def large_image(tmp_path):
    image = tmp_path / "large.img"
    programs = [kine.ROOT / f"build/user/_{name}" for name in PROGRAMS]
    subprocess.run([kine.ROOT / "build/mkfs", "--size", "256M", image, *programs], check=True,
                   stdout=subprocess.DEVNULL)
    return image


@pytest.mark.exact
def test_latency(machine, large_image):
    m = machine(cpus=1, mem="512M", image=large_image, extra=["-icount", "shift=5"])
    m.check("latency", "latency: ok", timeout=300)
    m.poweroff()
