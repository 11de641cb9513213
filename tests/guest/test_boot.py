"""From power-on to the prompt, on every machine there should be; and off again."""

import itertools
import re
import shutil
import subprocess
import time

import grader
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


@pytest.mark.exact
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


def halted(m):
    """=> True if the machine stands still, and lets the host rest."""
    time.sleep(1)
    before = m.cpu_seconds()
    time.sleep(2)
    return m.child.proc.poll() is None and m.cpu_seconds() - before < 0.5


def panicked(machine, append):
    """A machine whose first system call a debugger has turned into a call of panic()."""
    port = grader.free_port()
    m = machine(boot=False, append=append, extra=["-S", "-gdb", f"tcp:127.0.0.1:{port}"])
    m.start()
    steps = ["set architecture riscv:rv64", f"target remote 127.0.0.1:{port}",
             "hbreak *sys_openat", "continue", "delete", "set $a0 = machine.bootargs",
             "set $pc = &panic", "detach"]
    words = [word for step in steps for word in ("-ex", step)]
    subprocess.run(["gdb-multiarch", "-q", "-batch", "-nx", *words, kine.kernel()], cwd=kine.ROOT,
                   check=True, timeout=60 * kine.SLOW, capture_output=True)
    m.expect(r"\npanic: hart \d: ")
    m.expect(r"\n +0x\w+ usertrap\+0x\w+\n")
    return m


def test_panic_is_symbolised_and_ends_qemu(machine):
    assert panicked(machine, "panic=exit").wait_end() != 0


def test_panic_waits_without_the_option(machine):
    assert halted(panicked(machine, ""))


# --- machines that are not as ours ----------------------------------------------------------------

def without_disk(m):
    m.command = [w for w in m.command if not w.startswith(("virtio-blk", "file="))]
    m.command = [w for w in m.command if w not in ("-drive", "-device")]


def with_image(m, image):
    m.command = [re.sub(r"^file=[^,]*", f"file={image}", w) for w in m.command]
    return m


def gives_up(m, sentence):
    """The machine ends by itself, with a failing status and a sentence, and that is no panic."""
    m.start()
    status = m.wait_end()
    assert status != 0 and "panic" not in m.said and re.search(sentence, m.said), m.said


@pytest.mark.parametrize("append", ["", "panic=exit"])
def test_no_disk(machine, append):
    m = machine(boot=False, append=append)
    without_disk(m)
    gives_up(m, r"\nkine: there is no disk: give QEMU ")


@pytest.mark.parametrize("content", [b"", b"no volume " * 100000], ids=["empty", "text"])
def test_no_volume(machine, tmp_path, content):
    image = tmp_path / "disk.img"
    image.write_bytes(content.ljust(1 << 20, b"\0"))
    m = with_image(machine(boot=False), image)
    gives_up(m, r"\nkine: the disk cannot be mounted .*`make fs.img`")


@pytest.mark.parametrize("program,sentence", [
    (None, r"\nkine: /init cannot be started \(error 2\): .*`make fs.img`"),
    ("README.md", r"\nkine: /init cannot be started \(error 8\): "),
    ("build/user/_true", r"\nkine: init ended with status 0: nothing is left to run\n")],
                         ids=["none", "text", "true"])
def test_no_init(machine, tmp_path, program, sentence):
    """A disk without init, with one that is no program, and with one that ends."""
    image = tmp_path / "disk.img"
    (tmp_path / "root").mkdir()
    if program:
        shutil.copyfile(kine.ROOT / program, tmp_path / "root/init")
    subprocess.run([kine.ROOT / "build/mkfs", image, tmp_path / "root"], check=True)
    gives_up(with_image(machine(boot=False), image), sentence)


def test_disk_that_cannot_be_written_to(machine):
    """The shell comes all the same; whoever writes is told why not."""
    m = machine(boot=False)
    m.command = [w + ",readonly=on" if w.startswith("file=") else w for w in m.command]
    m.boot()
    for command in ("echo hello > x", "mkdir d", "rm README", "snapshot create s"):
        assert "read-only file system" in m.run(command)
    m.check("cat README", "Kine")
    m.check("cowtest simple", "ALL COW TESTS PASSED")
    m.poweroff()


@pytest.mark.parametrize("cpu", ["rv64", "rv64,sstc=off"])
def test_aclint(machine, cpu):
    """Timers and software interrupts in devices of their own, in the place of a CLINT."""
    m = machine(boot=False, extra=["-cpu", cpu])
    m.command = ["virt,aclint=on" if w == "virt" else w for w in m.command]
    m.boot()
    m.check("forktest", "fork test OK")
    m.run("sleep 2")
    m.poweroff()


def test_two_sockets(machine):
    """RAM comes in two ranges, one behind the other; the disk's interrupts go to a controller that
    is not served, and that is said."""
    extra = []
    for n in range(2):
        extra += ["-object", f"memory-backend-ram,id=m{n},size=64M",
                  "-numa", f"node,nodeid={n},memdev=m{n},cpus={n}"]
    m = machine(boot=False, cpus=2, extra=extra)
    gives_up(m, r"128 MiB of RAM, 2 harts\n(.*\n)*virtio disk .*controller(.*\n)+kine: there is no disk")
