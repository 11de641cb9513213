"""Snapshots at the shell, through reboots; blocks that have gone bad, and scrub."""

import re
import subprocess

import kine


def test_rollback_and_reboot(machine):
    """The shell that is running goes on in the files of the snapshot; so does the next boot."""
    image = kine.private_image("rollback")
    m = machine(image=image)
    m.run("echo one > notes; mkdir dir; echo deep > dir/file; snapshot create good")
    m.run("echo two > notes; rm dir/file; rm dir; echo new > late; cp cat dog")
    assert m.run("snapshot list").startswith("good  generation ")
    assert m.run("cat notes /.snapshots/good/notes") == "two\none\n"
    assert "cannot rollback none: no such file" in m.run("snapshot rollback none")
    assert m.run("snapshot rollback good") == ""
    assert m.run("cat notes dir/file; pwd") == "one\ndeep\n/\n"
    assert "no such file" in m.run("cat late")
    m.check("usertests -q", "ALL TESTS PASSED", timeout=250)
    m.run("echo three > notes")
    m.poweroff()
    m = machine(image=image)
    assert m.run("cat notes dir/file /.snapshots/good/notes") == "three\ndeep\none\n"
    assert m.run("snapshot delete good; snapshot list") == ""
    assert m.run("scrub").endswith(" 0 damaged\n")
    m.audit()
    m.poweroff()


def blocks_used(m):
    """=> KiB in use, once what deleted snapshots held has been given back."""
    m.run("sync; sleep 3; sync")
    return int(m.run("df").split("\n")[1].split()[2])


def test_rollback_gives_back(machine):
    """What a rollback has replaced comes back, though init, the shell and others worked in it."""
    m = machine()
    m.run("snapshot create s; sleep 1000 &")
    before = blocks_used(m)
    m.run("fileload big 6")
    assert blocks_used(m) > before + 6000
    m.run("snapshot rollback s")
    assert "no such file" in m.run("cat /big")
    assert blocks_used(m) <= before + 100
    m.audit()
    m.poweroff()


def test_deleted_while_running(machine):
    """A program of a deleted snapshot runs on; its space comes back when it has ended."""
    m = machine()
    m.run("cp sleep slumber; snapshot create s; rm slumber; sync")
    m.run("/.snapshots/s/slumber 40 &")
    m.run("snapshot delete s")
    assert m.run("snapshot list") == ""
    assert "slumber" in m.run("ps")
    assert m.run("echo on > f; cat f") == "on\n"
    m.audit()
    m.poweroff()


def block_of(image, path):
    """The block that holds the first page of a file."""
    out = subprocess.run([kine.ROOT / "build/mkfs", "--dump", image, path], check=True, text=True,
                         stdout=subprocess.PIPE, timeout=60).stdout
    return int(re.search(r"page\S* 0\S* -> block\S* (\d+)", out)[1])


def test_bad_block(machine):
    """Rot in one block: its readers are told, the console names file and block, all else goes on."""
    image = kine.private_image("rot")
    block = block_of(image, "/wc")
    with open(image, "r+b") as f:
        f.seek(block * 4096 + 1000)
        byte = f.read(1)
        f.seek(block * 4096 + 1000)
        f.write(bytes([byte[0] ^ 4]))
    m = machine(image=image)
    said = rf"inode \d+: page 0: block {block} has checksum [0-9a-f]{{8}}, expected [0-9a-f]{{8}}"
    out = m.run("cat wc")
    assert "input or output error" in out, out
    assert re.search(said, m.said), m.said
    assert "failed" in m.run("wc README")
    assert m.run("echo fine > f; cat f") == "fine\n"
    out = m.run("scrub; echo $?")
    assert " 1 damaged" in out and out.endswith("\n1\n"), out
    m.run("rm wc; sync")
    assert m.run("scrub").endswith(" 0 damaged\n")
    m.audit()
    m.poweroff()


def test_large_volume(machine, tmp_path):
    """16 GiB are mounted and used with 32 MiB of RAM: nothing in memory is as large as the volume."""
    image = tmp_path / "large.img"
    programs = [p for p in (kine.ROOT / "build/user").glob("_*") if p.suffix == ""]
    subprocess.run([kine.ROOT / "build/mkfs", "--size", "16G", image, *programs], check=True,
                   stdout=subprocess.DEVNULL, timeout=60)
    m = machine(image=image, mem="32M")
    assert int(m.run("df").splitlines()[1].split()[1]) == 16 << 20
    m.run("snapshot create s; echo x > f; rm f; snapshot delete s; sync")
    m.audit()
    m.poweroff()
