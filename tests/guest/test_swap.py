"""Memory larger than RAM: swap space on a second disk."""

import re
import subprocess

import blkdebug
import kine
import pytest

SIZE = 512 << 20


@pytest.fixture
def swap_machine(machine, tmp_path):
    """=> a function that boots a machine with a disk of swap space, or with what `layer` makes of it."""
    def make(layer=lambda path: path, size="512M", **kwargs):
        image = tmp_path / f"{size}.swap"
        subprocess.run([kine.ROOT / "build/mkfs", "--swap", "--size", size, image], check=True)
        return machine(extra=["-drive", f"file={layer(image)},if=none,format=raw,id=x1,cache=unsafe",
                              "-device", "virtio-blk-device,drive=x1,bus=virtio-mmio-bus.1"], **kwargs)
    return make


@pytest.mark.parametrize("cpus", [1, 3, 8])
def test_swaptest(swap_machine, cpus):
    m = swap_machine(cpus=cpus)
    m.check("swaptest", "ALL SWAP TESTS PASSED", timeout=200)
    assert "swap" not in m.run("free")
    m.poweroff()


def test_on_and_off(swap_machine):
    m = swap_machine()
    assert "not in use" in m.run("swapoff disk1")
    assert "no such file" in m.run("swapon disk7")
    m.run("swapon disk1")
    assert re.search(rf"^swap +{SIZE // 4096 - 1} ", m.run("free"), re.M)
    assert "in use" in m.run("swapon disk1")
    m.check("cowtest simple file threadsfork tablesraced tornfork stalecopy staleunmap oomfault oomcow",
            "ALL COW TESTS PASSED", timeout=200)
    m.run("swapoff disk1", timeout=60)
    assert not re.search("^swap", m.run("free"), re.M)
    m.audit()
    m.poweroff()


def test_slots_that_cannot_be_read(swap_machine, tmp_path):
    """Who touches such a page gets SIGBUS or EIO, and the console says which slot it is."""
    config = tmp_path / "blkdebug.conf"
    config.write_text(blkdebug.failing("read_aio", 40))
    m = swap_machine(layer=lambda image: f"blkdebug:{config}:{image}")
    out = m.run("swaptest -f errors", timeout=120)
    assert "errors: ok" in out, out
    assert re.search(r"swap: slot \d+ of disk1 cannot be read \(error 5\)", out)
    assert "the page cannot be read from the disk" in out
    m.audit()
    m.poweroff()


def test_slots_that_cannot_be_written(swap_machine, tmp_path):
    """What cannot go out stays; nothing is lost but who wants more than RAM."""
    config = tmp_path / "blkdebug.conf"
    config.write_text(blkdebug.failing("write_aio", 5))
    m = swap_machine(layer=lambda image: f"blkdebug:{config}:{image}")
    out = m.run("swaptest -f unwritten", timeout=120)
    assert "unwritten: ok" in out, out
    assert len(re.findall(r"swap: slot \d+ of disk1 cannot be written", out)) == 1
    m.audit()
    m.poweroff()
