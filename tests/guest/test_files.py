"""Files and names: volumes that are not classic ones, what survives a cut, the programs about them."""

import re
import subprocess

import kine


def modern_image(name):
    """An image like fs.img, but without the classic habits."""
    path = kine.private_image(name)
    programs = [p for p in (kine.ROOT / "build/user").glob("_*") if p.suffix == ""]
    subprocess.run([kine.ROOT / "build/mkfs", "--size", "16M", path, kine.ROOT / "build/README",
                    *programs], check=True, stdout=subprocess.DEVNULL, timeout=60)
    return path


def test_modern_volume(machine):
    image = modern_image("modern")
    m = machine(image=image)
    m.check("filetest", "ALL FILE TESTS PASSED", timeout=100)
    m.poweroff()


def cut_after_write(machine, image):
    """A program has written, and the power goes at once.  => what is on the disk"""
    m = machine(image=image)
    m.send("filetest @write kept\n")
    m.expect("filetest: written")
    m.close()
    kine.check_image(image, "after the cut")
    m = machine(image=image)
    out = m.run("cat kept")
    m.poweroff()
    return out


def test_o_sync(machine):
    """What a write with O_SYNC has written survives a cut right after it."""
    image = kine.private_image("o-sync")
    assert "durable" in cut_after_write(machine, image)


def test_programs(machine):
    m = machine()
    m.run("mkdir d; echo one > a; ln -s a l; ln a b")
    assert m.run("readlink l") == "a\n"
    assert m.run("cat l") == "one\n"
    assert "l -> a" in m.run("ls -l")
    m.run("mv a b d; chmod 640 d/a; echo two > c; mv c d/b")
    out = m.run("ls -l d")
    assert "-rw-r-----   1         4 " in out, out
    assert m.run("cat d/a d/b") == "one\ntwo\n"
    assert "no such file" in m.run("cat l")
    assert "-> a" in m.run("ls -l l")
    assert "directory not empty" in m.run("mkdir e; mv d e; mkdir d; echo x > d/x; mv e/d .")
    assert m.run("cat e/d/b") == "two\n"
    m.run("touch t")
    old = m.run("ls -l t")
    assert "-rw-r--r--   1         0 " in old, old
    fields = m.run("df").splitlines()[1].split()
    size, used, available = (int(f) for f in fields[1:4])
    assert size == 16384 and used + available == size, fields
    m.audit()
    m.poweroff()


def test_to_the_guest_and_back(machine, tmp_path):
    """What the host's mkfs puts into an image the guest finds; what it leaves, mkfs takes out."""
    source = tmp_path / "in"
    (source / "dir").mkdir(parents=True)
    (source / "dir/text").write_text("from the host\n")
    (source / "dir/text").chmod(0o640)
    (source / "way").symlink_to("dir/text")
    with open(source / "holes", "wb") as f:
        f.truncate(1 << 40)
    image = tmp_path / "v.img"
    programs = [p for p in (kine.ROOT / "build/user").glob("_*") if p.suffix == ""]
    mkfs = kine.ROOT / "build/mkfs"

    def run(*words):
        return subprocess.run([mkfs, *map(str, words)], check=True, text=True, timeout=60,
                              stdout=subprocess.PIPE).stdout

    run("--size", "16G", image, source, *programs)
    m = machine(image=image)
    assert "from the host" in m.run("cat way")
    assert re.search(r"-rw-r-----.* text", m.run("ls -l dir"))
    assert "1099511627776" in m.run("ls -l holes")
    m.run("snapshot create before")
    m.run("echo from the guest > way")
    m.run("cp --reflink dir/text clone")
    m.run("rm holes")
    m.poweroff()
    kine.check_image(image, "after the guest")
    run("--extract", image, tmp_path / "now")
    run("--extract", "--snapshot", "before", image, tmp_path / "then")
    assert (tmp_path / "now/dir/text").read_text() == "from the guest\n"
    assert (tmp_path / "now/clone").read_text() == "from the guest\n"
    assert not (tmp_path / "now/holes").exists()
    assert (tmp_path / "then/way").read_text() == "from the host\n"
    assert (tmp_path / "then/holes").stat().st_size == 1 << 40
    assert not (tmp_path / "then/clone").exists()
    assert (tmp_path / "now/cat").read_bytes() == (kine.ROOT / "build/user/_cat").read_bytes()
    assert 'snapshot 1 "before": generation' in run("--dump", image)
    root = re.search(r"root block \d+ of generation \d+", run("--dump", image, "clone"))
    assert root and root[0] in run("--dump", image, "dir/text")
    assert "DAMAGE" not in run("--dump", "--snapshot", "before", image)


def test_slow_disk(machine):
    """What one thread waits for on the disk keeps no other of its address space waiting."""
    m = machine(boot=False)
    m.command = [w + ",iops=10" if w.startswith("file=") else w for w in m.command]
    m.boot(timeout=60)
    m.check("slowdisk", "ALL SLOW DISK TESTS PASSED", timeout=100)
    m.audit()
    m.poweroff()
