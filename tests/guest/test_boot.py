"""From power-on to the prompt, on every machine there should be; and off again."""

import itertools
import time

import kine
import pytest

SOME = [(1, "32M"), (3, "128M"), (8, "1G")]
ALL = list(itertools.product((1, 2, 3, 5, 8), ("32M", "33M", "128M", "1G", "4G")))


def pytest_generate_tests(metafunc):
    if "size" in metafunc.fixturenames:
        sizes = ALL if metafunc.config.getoption("full") else SOME
        metafunc.parametrize("size", sizes, ids=lambda s: f"{s[0]}x{s[1]}")


def test_boot(machine, size):
    cpus, mem = size
    m = machine(cpus=cpus, mem=mem)
    assert "hello" in m.run("echo hello")
    assert "init" in m.run("ps")
    m.audit()
    m.poweroff()


def test_four_gigabytes(machine):
    m = machine(mem="4G")
    m.check("free")
    m.poweroff()


def test_most_harts_work(machine):
    """Eight harts, eight busy processes: all of them get on with it."""
    m = machine(cpus=8)
    m.check("forktest", "fork test OK")
    m.poweroff()


def test_no_sstc(machine):
    """Without Sstc the timer goes by way of M-mode."""
    m = machine(extra=["-cpu", "rv64,sstc=off"])
    begin = time.monotonic()
    m.run("sleep 10")
    assert 0.8 < time.monotonic() - begin < 8 * kine.SLOW
    m.check("forktest", "fork test OK")
    m.poweroff()


@pytest.mark.parametrize("missing", ["d=off", "f=off,d=off"])
def test_no_floating_point(machine, missing):
    """A program that wants what the harts have not is killed; nobody else notices."""
    m = machine(extra=["-cpu", f"rv64,{missing}"])
    assert "illegal instruction" in m.run("fptest")
    m.audit()
    m.poweroff()


@pytest.mark.parametrize("cpus", [1, 3])
def test_opensbi(machine, cpus):
    """The same kernel on top of firmware."""
    m = machine(bios="default", cpus=cpus)
    m.check("forktest", "fork test OK")
    m.poweroff()


@pytest.mark.parametrize("legacy", ["true", "false"])
def test_virtio_transport(machine, legacy):
    m = machine(extra=["-global", f"virtio-mmio.force-legacy={legacy}"])
    m.run("echo on disk > file")
    m.run("sync")
    assert "on disk" in m.run("cat file")
    m.audit()
    m.poweroff()


def test_reboot(machine):
    m = machine(extra=[])
    m.run("echo kept > file")
    m.run("sync")
    m.send("reboot\n")
    m.expect(kine.PROMPT, 30)
    assert "kept" in m.run("cat file")
    m.poweroff()


def test_disk_survives_poweroff(machine):
    """What was written is there when the machine is switched on again, without a sync."""
    image = kine.private_image("survives")
    m = machine(image=image)
    m.run("mkdir dir; echo one > dir/file")
    m.poweroff()
    m.close()
    m = machine(image=image)
    assert "one" in m.run("cat dir/file")
    m.poweroff()


def test_quick_to_the_prompt(machine):
    m = machine(boot=False)
    begin = time.monotonic()
    m.boot()
    assert time.monotonic() - begin < 5 * kine.SLOW
    m.poweroff()


@pytest.mark.parametrize("mem", ["128M", "4G"])
def test_few_instructions_to_the_first_command(machine, mem):
    """RAM that nobody asked for is not touched."""
    m = machine(cpus=1, mem=mem, extra=["-icount", "shift=0"])
    figure = m.run("bench boot").split()
    assert figure[:2] == ["bench", "boot"] and 1_000_000 < int(figure[2]) < 8_000_000
    assert "bench boot unavailable" in m.run("bench boot")
    m.poweroff()


def test_idle_costs_little(machine):
    """Idle harts wait in wfi: QEMU uses little of the host."""
    m = machine()
    time.sleep(1)
    before = m.cpu_seconds()
    time.sleep(4)
    used = m.cpu_seconds() - before
    assert used < 0.4, f"{used:.2f} s of processor time in 4 s of idling"
    m.poweroff()


def without_disk(m):
    m.command = [w for w in m.command if not w.startswith(("virtio-blk", "file="))]
    m.command = [w for w in m.command if w not in ("-drive", "-device")]


def test_panic_is_symbolised_and_ends_qemu(machine):
    """A machine without a disk cannot go on: that panic says where it is, and fails QEMU."""
    m = machine(boot=False)
    without_disk(m)
    m.start()
    status = m.wait_end()
    assert status != 0
    assert "\npanic: " in "\n" + m.said.replace("kine: ", "\nkine: ")
    assert "start_system+0x" in m.said, m.said


def test_panic_waits_without_the_option(machine):
    """Unless asked to end, a panicked machine stands still, and lets the host rest."""
    m = machine(boot=False, append="")
    without_disk(m)
    m.start()
    m.expect("panic: ")
    m.expect(r"start_system\+0x")
    time.sleep(1)
    before = m.cpu_seconds()
    time.sleep(2)
    assert m.child.proc.poll() is None
    assert m.cpu_seconds() - before < 0.5
