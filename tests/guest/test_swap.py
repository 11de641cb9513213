"""Memory larger than RAM: swap space on a second disk."""

import re
import subprocess

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
    m.check("cowtest simple file threadsfork tablesraced tornfork stalecopy staleunmap",
            "ALL COW TESTS PASSED", timeout=200)
    m.run("swapoff disk1", timeout=60)
    assert not re.search("^swap", m.run("free"), re.M)
    m.audit()
    m.poweroff()
