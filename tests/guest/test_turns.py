"""Who runs when, who pays for it, and how soon all come to rest."""

import subprocess

import kine
import pytest


def test_turns(machine):
    """On one hart, with a clock that counts instructions: what the host does beside it does not count."""
    m = machine(cpus=1, extra=["-icount", "shift=4"])
    m.check("turntest", "turntest: OK", timeout=120)
    m.poweroff()


@pytest.fixture
def large_image(tmp_path):
    image = tmp_path / "large.img"
    programs = [kine.ROOT / f"build/user/_{name}" for name in ["init", "sh", "resttest", "audit", "poweroff"]]
    subprocess.run([kine.ROOT / "build/mkfs", "--size", "256M", image, *programs], check=True,
                   stdout=subprocess.DEVNULL)
    return image


@pytest.mark.parametrize("cpus,command,extra", [(1, "resttest", ["-icount", "shift=3"]),
                                                (3, f"resttest -t {int(5000 * kine.SLOW)}", [])])
def test_rest(machine, large_image, cpus, command, extra):
    """A recount comes within a second beside calls that take several: by the clock of instructions on
    one hart; on three, where the host's load counts, within five."""
    m = machine(cpus=cpus, mem="512M", image=large_image, extra=extra)
    m.check(command, "resttest: OK", timeout=60)
    m.poweroff()


def test_init_rests(machine, tmp_path):
    """A recount comes while init waits for a page that others have; then it goes on."""
    image, init = tmp_path / "init.img", tmp_path / "_init"
    init.write_bytes((kine.ROOT / "build/user/_resttest").read_bytes())
    subprocess.run([kine.ROOT / "build/mkfs", image, init], check=True, stdout=subprocess.DEVNULL)
    m = machine(image=image, boot=False)
    m.start()
    m.expect("ms while init waits\n", timeout=60)
    m.expect("init goes on\n")
    m.expect("init ended with status 0")
