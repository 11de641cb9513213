"""The host tool mkfs: making, checking, dumping, extracting images."""

import os
import pathlib
import re
import stat
import subprocess
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[1]
MKFS = ROOT / "build/mkfs"
BLOCK = 4096


def run(*words, cwd):
    return subprocess.run([MKFS, *map(str, words)], cwd=cwd, text=True, errors="replace",
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)


def mkfs(*words, cwd):
    """Must succeed.  => its output"""
    done = run(*words, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return done.stdout


def refused(*words, cwd, status=1):
    """Must fail with one sentence.  => the sentence"""
    done = run(*words, cwd=cwd)
    assert done.returncode == status
    assert done.stdout == ""
    assert re.fullmatch(r"mkfs: [^\n]+\n", done.stderr)
    return done.stderr


@pytest.fixture
def folder(tmp_path):
    """A folder `in` with one of everything that a volume can hold."""
    top = tmp_path / "in"
    (top / "sub/deep").mkdir(parents=True)
    (top / "empty").mkdir()
    (top / "hello").write_text("hello\n")
    (top / "_under").write_text("keeps its name\n")
    (top / "none").write_bytes(b"")
    (top / "sub/big").write_bytes(os.urandom(3_000_000))
    (top / "sub/deep" / ("n" * 255)).write_text("a long name")
    os.link(top / "sub/big", top / "sub/deep/other")
    os.symlink("../hello", top / "sub/link")
    os.symlink("/nowhere/at all", top / "dangling")
    with open(top / "sparse", "wb") as f:
        f.write(b"begin")
        f.seek(1 << 30)
        f.write(b"middle")
        f.truncate(5 << 30)
    (top / "hello").chmod(0o640)
    (top / "sub/deep").chmod(0o500)
    os.utime(top / "hello", ns=(1, 1_234_567_890_123_456_789))
    os.utime(top / "sub/link", ns=(1, 987_654_321_000_000_001), follow_symlinks=False)
    os.utime(top / "empty", ns=(1, 1_000_000_000_000_000_000))
    yield tmp_path
    (top / "sub/deep").chmod(0o700)


def listing(top):
    """All that a round trip must keep, by path; links of one file have the same number."""
    found, numbers = {}, {}
    for path in sorted(top.rglob("*")):
        st = path.lstat()
        number = numbers.setdefault(st.st_ino, len(numbers))
        kind = stat.S_IFMT(st.st_mode)
        if path.is_symlink():
            content = os.readlink(path)
        elif kind == stat.S_IFREG:
            content = subprocess.run(["cksum"], stdin=open(path, "rb"), text=True, check=True,
                                     stdout=subprocess.PIPE).stdout if st.st_size < 1e8 else "long"
        else:
            content = None
        found[str(path.relative_to(top))] = (oct(st.st_mode), st.st_mtime_ns, number, content,
                                             st.st_size if content is not None else 0)
    return found


# --- making ---------------------------------------------------------------------------------------

def test_round_trip(folder):
    mkfs("--size", "64M", "v.img", "in", cwd=folder)
    assert "no errors" in mkfs("--check", "v.img", cwd=folder)
    mkfs("--extract", "v.img", "out", cwd=folder)
    assert listing(folder / "out") == listing(folder / "in")
    assert len(listing(folder / "out")) == 12
    with open(folder / "out/sparse", "rb") as f:
        assert f.read(6) == b"begin\0"
        f.seek(1 << 30)
        assert f.read(7) == b"middle\0"
    assert (folder / "out/sparse").stat().st_blocks * 512 < 64 << 10
    (folder / "out/sub/deep").chmod(0o700)


def test_zeros_become_holes_but_on_classic_volumes(tmp_path):
    with open(tmp_path / "zeros", "wb") as f:
        f.seek(BLOCK * 20)
        f.write(b"x")
    mkfs("a.img", "zeros", cwd=tmp_path)
    mkfs("--classic", "b.img", "zeros", cwd=tmp_path)
    assert "page 20 -> block" in mkfs("--dump", "a.img", "zeros", cwd=tmp_path)
    assert "pages 1-20 ->" in mkfs("--dump", "b.img", "zeros", cwd=tmp_path)
    (tmp_path / "zeros").write_bytes(bytes(BLOCK * 20) + b"x")
    mkfs("c.img", "zeros", cwd=tmp_path)
    assert "page 20 -> block" in mkfs("--dump", "c.img", "zeros", cwd=tmp_path)
    for image in "a.img", "b.img", "c.img":
        mkfs("--extract", image, image + ".d", cwd=tmp_path)
        assert (tmp_path / (image + ".d") / "zeros").read_bytes() == bytes(BLOCK * 20) + b"x"


def test_programs_lose_their_mark(tmp_path):
    for name in "_cat", "plain", "_":
        (tmp_path / name).write_text(name)
    out = mkfs("--classic", "--blocks", "100", "v.img", "_cat", "plain", "_", cwd=tmp_path)
    assert re.fullmatch(r"v.img: 100 blocks of 4 KiB, \d+ free, 3 files, classic\n", out)
    mkfs("--extract", "v.img", "out", cwd=tmp_path)
    assert sorted(os.listdir(tmp_path / "out")) == ["_", "cat", "plain"]
    assert stat.S_IMODE((tmp_path / "out/cat").stat().st_mode) == 0o755


def test_a_large_volume_takes_no_time_and_no_room(tmp_path):
    begin = time.monotonic()
    mkfs("--size", "16G", "v.img", cwd=tmp_path)
    assert time.monotonic() - begin < 3
    st = (tmp_path / "v.img").stat()
    assert st.st_size == 16 << 30
    assert st.st_blocks * 512 < 1 << 20
    assert "no errors" in mkfs("--check", "v.img", cwd=tmp_path)


def test_devices(tmp_path):
    mkfs("--device", "console:1:0", "--device", "null:2:0", "v.img", cwd=tmp_path)
    assert "no errors" in mkfs("--check", "v.img", cwd=tmp_path)
    dump = mkfs("--dump", "v.img", "/null", cwd=tmp_path)
    assert re.search(r"device 512\b", dump), dump
    assert "2 devices are left out" in mkfs("--extract", "v.img", "out", cwd=tmp_path)


@pytest.mark.parametrize("device", ["console", "console:1", "console:1:0:0", ":1:0",
                                    "console:256:0", "console:1:-1", "console:x:0"])
def test_no_device(tmp_path, device):
    assert "like console:1:0" in refused("--device", device, "v.img", cwd=tmp_path)
    assert os.listdir(tmp_path) == []


def test_device_in_no_folder(tmp_path):
    assert "a/b:1:0 cannot be put" in refused("--device", "a/b:1:0", "v.img", cwd=tmp_path)
    assert os.listdir(tmp_path) == []


def test_progress(tmp_path):
    (tmp_path / "f").write_bytes(os.urandom(20 << 20))
    quiet = run("--size", "32M", "v.img", "f", cwd=tmp_path)
    assert quiet.stderr == ""
    told = run("--size", "32M", "--progress", "v.img", "f", cwd=tmp_path)
    assert told.stderr == "8 MiB copied\n16 MiB copied\n"


def test_help(tmp_path):
    text = mkfs("--help", cwd=tmp_path)
    for option in ("--classic", "--blocks", "--size", "--device", "--check", "--dump", "--extract",
                   "--snapshot"):
        assert option in text


# --- what is refused ------------------------------------------------------------------------------

@pytest.mark.parametrize("words,says", [
    ([], "no image"),
    (["--frob", "v.img"], "--frob is no option"),
    (["--size"], "--size wants a value"),
    (["--size", "10", "v.img"], "like 64M"),
    (["--size", "2000G", "v.img"], "like 64M"),
    (["--size", "64T", "v.img"], "like 64M"),
    (["--size", "99999999999999999999", "v.img"], "like 64M"),
    (["--blocks", "95", "v.img"], "like 4096"),
    (["--blocks", "-1", "v.img"], "like 4096"),
    (["--blocks", "1x", "v.img"], "like 4096"),
    (["--check", "--dump", "v.img"], "one at a time"),
    (["--check", "--classic", "v.img"], "leave them out"),
    (["--dump", "--device", "console:1:0", "v.img"], "leave them out"),
    (["--device", "a:1:0"] * 17 + ["v.img"], "16 devices"),
    (["--check", "v.img", "more"], "leave more out"),
    (["--dump", "v.img", "/a", "/b"], "leave /b out"),
    (["--extract", "v.img"], "name both"),
    (["--snapshot", "s", "v.img"], "leave it out"),
])
def test_arguments(tmp_path, words, says):
    assert says in refused(*words, cwd=tmp_path, status=2)
    assert os.listdir(tmp_path) == []


def test_sources_that_cannot_be(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "with").mkdir()
    os.mkfifo(tmp_path / "with/pipe")
    assert "cannot be found" in refused("v.img", "missing", cwd=tmp_path)
    assert "leave it out" in refused("v.img", "pipe", cwd=tmp_path)
    assert "leave it out" in refused("v.img", "with", cwd=tmp_path)
    (tmp_path / "with/pipe").unlink()
    assert "put it outside" in refused("with/v.img", "with", cwd=tmp_path)
    assert not list(tmp_path.rglob("*.img*"))


def test_names_that_are_taken(tmp_path):
    for name in "a-name-of-14-by", "a-name-of-14-bytes", "_b", "b":
        (tmp_path / name).write_text(name)
    assert "14 bytes" in refused("--classic", "v.img", "a-name-of-14-by", "a-name-of-14-bytes",
                                 cwd=tmp_path)
    assert "taken" in refused("v.img", "_b", "b", cwd=tmp_path)


def test_no_room(tmp_path):
    (tmp_path / "f").write_bytes(os.urandom(1 << 20))
    (tmp_path / "v.img").write_text("what was there")
    assert "larger with --size" in refused("--size", "1M", "v.img", "f", cwd=tmp_path)
    assert sorted(os.listdir(tmp_path)) == ["f", "v.img"]
    assert (tmp_path / "v.img").read_text() == "what was there"


def test_no_room_on_the_host(tmp_path):
    limited = 'ulimit -f 100; trap "" XFSZ; exec "$0" --size 1G v.img'
    done = subprocess.run(["sh", "-c", limited, MKFS], cwd=tmp_path, text=True, timeout=60,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.returncode == 1 and "cannot be made" in done.stderr
    assert os.listdir(tmp_path) == []


def test_images_that_are_no_files(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "dir").mkdir()
    for name in "pipe", "dir":
        assert "another name" in refused(name, cwd=tmp_path)
    assert "cannot be made" in refused("no/such/v.img", cwd=tmp_path)
    assert sorted(os.listdir(tmp_path)) == ["dir", "pipe"]


@pytest.mark.parametrize("command", [["--check"], ["--dump"], ["--extract"]])
def test_images_that_are_none(tmp_path, command):
    rest = ["out"] if command == ["--extract"] else []
    (tmp_path / "text").write_text("no image" * 10000)
    (tmp_path / "nothing").write_text("")
    mkfs("v.img", cwd=tmp_path)
    os.truncate(tmp_path / "v.img", 100 * BLOCK)
    assert "name the image" in refused(*command, ".", *rest, cwd=tmp_path)
    assert "cannot be opened" in refused(*command, "missing", *rest, cwd=tmp_path)
    for name, says in ("text", "no volume"), ("nothing", "no volume"), ("v.img", "100"):
        done = run(*command, name, *rest, cwd=tmp_path)
        assert done.returncode == 1
        assert says in done.stderr
    assert not (tmp_path / "out").exists()


# --- looking into images --------------------------------------------------------------------------

def test_dump(tmp_path):
    (tmp_path / "in/dir").mkdir(parents=True)
    (tmp_path / "in/dir/file").write_bytes(b"x" * 10000)
    os.symlink("dir/file", tmp_path / "in/link")
    (tmp_path / "in/dir/file").chmod(0o644)
    os.utime(tmp_path / "in/dir/file", ns=(0, 1_000_000_000_000_000_007))
    mkfs("--blocks", "100", "v.img", "in", cwd=tmp_path)
    text = mkfs("--dump", "v.img", cwd=tmp_path)
    for line in ["volume: format 4, 100 blocks of 4 KiB, 89 free",
                 "superblock slot 0: generation 2, valid, current",
                 "superblock slot 1: generation 1, valid",
                 "inodes: 4 in use, none free below 5",
                 "orphans: none",
                 "snapshots: 0, of them 0 being given back",
                 "reference counts: 11 blocks are named once, 0 more often; the highest count is 1",
                 "    dir -> inode 2",
                 "  changed 2001-09-09 01:46:40.000000007, status",
                 "  leads to dir/file"]:
        assert line in text
    assert re.search(r"inode 1 /: directory, 0755, 3 names, 4096 bytes\n", text)
    assert re.search(r"inode 3 /dir/file: file, 0644, 1 name, 10000 bytes\n.*\n"
                     r"  tree: height 1, 4 blocks, root block \d+ of generation 2, "
                     r"checksum [0-9a-f]{8}\n"
                     r"  page 0 -> block \d+\n  pages 1-2 -> blocks \d+-\d+\n", text)
    assert mkfs("--dump", "v.img", cwd=tmp_path) == text
    one = mkfs("--dump", "v.img", "/dir/file", cwd=tmp_path)
    assert one in text and one.startswith("inode 3 /dir/file")
    assert "lists what is" in refused("--dump", "v.img", "/dir/none", cwd=tmp_path)
    assert "no snapshot s" in refused("--dump", "--snapshot", "s", "v.img", cwd=tmp_path)


def test_check_names_block_and_path(tmp_path):
    (tmp_path / "in/dir").mkdir(parents=True)
    (tmp_path / "in/dir/file").write_text("soon spoilt")
    mkfs("v.img", "in", cwd=tmp_path)
    block = int(re.search(r"page 0 -> block (\d+)", mkfs("--dump", "v.img", "dir/file",
                                                        cwd=tmp_path))[1])
    with open(tmp_path / "v.img", "r+b") as f:
        f.seek(block * BLOCK)
        f.write(b"S")
    done = run("--check", "v.img", cwd=tmp_path)
    assert done.returncode == 1
    assert re.fullmatch(rf"inode 3: block {block} has checksum \w+, its pointer says \w+ "
                        r"\(/dir/file\)\n", done.stderr)
    done = run("--extract", "v.img", "out", cwd=tmp_path)
    assert done.returncode == 1 and f"block {block}" in done.stderr
    assert (tmp_path / "out/dir/file").read_bytes() == bytes(len("soon spoilt"))
    assert "is not there yet" in refused("--extract", "v.img", "out", cwd=tmp_path)


# --- images that mean harm ------------------------------------------------------------------------

def crc32c(data):
    crc = 0xffffffff
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    return crc ^ 0xffffffff


def replace_in_root(path, old, new):
    """Replaces bytes of the root directory of a small image, and makes the sums right again."""
    data = bytearray(path.read_bytes())
    super_at, tree_at, inode_at = 0, 96, 256  # generation 2; in a superblock; in the table
    table = int.from_bytes(data[super_at + tree_at:][:8], "little") * BLOCK
    data_at = table + inode_at + 40
    root = int.from_bytes(data[data_at:][:8], "little") * BLOCK
    assert old in data[root:root + BLOCK] and len(old) == len(new)
    data[root:root + BLOCK] = data[root:root + BLOCK].replace(old, new)
    for pointer, block in (data_at, root), (super_at + tree_at, table):
        data[pointer + 8:pointer + 12] = crc32c(data[block:block + BLOCK]).to_bytes(4, "little")
    data[BLOCK - 4:BLOCK] = crc32c(data[:BLOCK - 4]).to_bytes(4, "little")
    path.write_bytes(data)


@pytest.mark.parametrize("name", [b"../evil", b"in/evil", b"evil\0\0\0", b"/tmp/ev"])
def test_names_that_lead_out(tmp_path, name):
    (tmp_path / "trapped").write_text("must stay inside")
    mkfs("--blocks", "100", "v.img", "trapped", cwd=tmp_path)
    replace_in_root(tmp_path / "v.img", b"trapped", name)
    done = run("--extract", "v.img", "out", cwd=tmp_path)
    assert done.returncode == 1
    assert "no file can have the name" in done.stderr
    assert os.listdir(tmp_path / "out") == []
    assert sorted(os.listdir(tmp_path)) == ["out", "trapped", "v.img"]
    assert "impossible name" in run("--check", "v.img", cwd=tmp_path).stderr
    assert run("--dump", "v.img", cwd=tmp_path).returncode == 0


def test_names_that_command_the_terminal(tmp_path):
    (tmp_path / "trapped").write_text("text")
    mkfs("--blocks", "100", "v.img", "trapped", cwd=tmp_path)
    replace_in_root(tmp_path / "v.img", b"trapped", b"\x1b[2Jevl")
    for command in ["--check"], ["--dump"], ["--extract"]:
        done = run(*command, "v.img", *(["out"] if command == ["--extract"] else []), cwd=tmp_path)
        assert "\x1b" not in done.stdout + done.stderr


@pytest.mark.parametrize("second", ["folder", "file"])
def test_no_way_through_a_link(tmp_path, second):
    (tmp_path / "in").mkdir()
    (tmp_path / "aim").mkdir()
    os.symlink("../aim" if second == "folder" else "../aim/file", tmp_path / "in/aa")
    if second == "folder":
        (tmp_path / "in/zz").mkdir()
    (tmp_path / "in/zz" / ("file" if second == "folder" else "")).write_text("must stay inside")
    mkfs("--blocks", "100", "v.img", "in", cwd=tmp_path)
    replace_in_root(tmp_path / "v.img", b"zz\0", b"aa\0")
    done = run("--extract", "v.img", "out", cwd=tmp_path)
    assert done.returncode == 1 and "File exists" in done.stderr
    assert os.listdir(tmp_path / "aim") == []
    assert os.listdir(tmp_path / "out") == ["aa"]


def sentences_of_the_checker():
    """What --check may say, as docs/disk-format.md writes it: N for numbers, … for words."""
    for source in sorted((ROOT / "mkfs").glob("check*.c")):
        for call in re.finditer(r'complain(_of_name)?\(\s*[^";]*?((?:"(?:[^"\\]|\\.)*"\s*)+)',
                                source.read_text()):
            text = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', call[2])).replace('\\"', '"')
            if text.endswith(" "):
                continue  # of the macro: what comes behind it differs
            text = 'directory N: "…" ' + text if call[1] else text
            yield re.sub(r"%[0-9]*l?[uxo]", "N", text.replace("%s", "…"))


def test_table_of_checks():
    table = (ROOT / "docs/disk-format.md").read_text().split("## What is checked")[1]
    listed = set(re.findall(r"`([^`]+)`", table))
    said = set(sentences_of_the_checker())
    assert len(said) > 60 and "inode 0 is in use" in said
    assert not said - listed
