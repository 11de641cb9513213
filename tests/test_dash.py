"""Scripts that run the same under our shell as under dash: on the host, where the shell's own sources
run under sanitizers, and in a guest.  What dash prints here, when the test runs, is what counts."""

import os
import pathlib
import re
import shutil
import subprocess

import kine
import pytest

CORPUS = sorted((kine.ROOT / "tests/shell").glob("*.sh"))
OURS = kine.ROOT / "build/shell/sh"
DASH = shutil.which("dash")
pytestmark = pytest.mark.skipif(not DASH, reason="no dash on this host: `make setup` brings it")
DEV_MEM = 2
# What the guest has of the host's: a folder in which the scripts find themselves.
GUEST = re.compile(r"== (\w+)\n(.*?)\n== end (-?\d+)\n", re.S)


def on_host(shell, script, folder, path=""):
    """Runs a script in a folder of its own.  => what it printed, its status, what it complained of"""
    folder.mkdir()
    done = subprocess.run([shell, script], cwd=folder, stdin=subprocess.DEVNULL, timeout=60 * kine.SLOW,
                          capture_output=True, env=dict(os.environ, PATH=path + os.environ["PATH"],
                                                        ASAN_OPTIONS="detect_leaks=0"))
    return done.stdout, done.returncode, done.stderr.decode(errors="replace")


@pytest.fixture(scope="module")
def ours_as_sh(tmp_path_factory):
    """=> a PATH in which `sh` is our shell"""
    folder = tmp_path_factory.mktemp("bin")
    (folder / "sh").symlink_to(OURS)
    return f"{folder}:"


@pytest.mark.parametrize("script", CORPUS, ids=lambda p: p.stem)
def test_on_the_host(script, tmp_path, ours_as_sh):
    wanted = on_host(DASH, script, tmp_path / "dash")
    got = on_host(OURS, script, tmp_path / "ours", ours_as_sh)
    assert not re.search("Sanitizer|runtime error", got[2]), got[2]
    assert got[:2] == wanted[:2], got[2]


@pytest.fixture(scope="module")
def in_guest(tmp_path_factory):
    """Runs all scripts in one machine.  => for each what it printed, and its status"""
    folder = tmp_path_factory.mktemp("corpus")
    image = folder / "fs.img"
    lines = [f"mkdir /in-{p.stem[:11]}; cd /in-{p.stem[:11]}; echo '== {p.stem}'\n"
             f"sh /{p.name[:14]} < /null 2> /null; status=$?; echo; echo == end $status\n" for p in CORPUS]
    (folder / "all").write_text("".join(lines) + "echo == all done\n")
    for p in CORPUS:
        (folder / p.name).write_text(p.read_text().replace("/dev/null", "/null"))
    programs = [kine.ROOT / "build/user" / f"_{n}" for n in
                ("init sh cat echo grep rm mkdir mv cp ls head true false poweroff audit "
                 "sort uniq seq tail tee tr cut find basename dirname cmp xargs env").split()]
    subprocess.run([kine.ROOT / "build/mkfs", "--classic", "--blocks", "4096", "--device", "console:1:0",
                    "--device", f"null:{DEV_MEM}:0", image, *programs, folder / "all",
                    *(folder / p.name for p in CORPUS)], check=True, capture_output=True)
    with kine.Machine("test_dash", image=image) as m:
        m.boot()
        m.send("sh /all\n")
        said = m.expect("== all done\n", timeout=120)  # a script may print what looks like a prompt
        m.expect(kine.PROMPT)
        m.audit()
        m.poweroff()
    return {name: (out, int(status)) for name, out, status in GUEST.findall(said)}


@pytest.mark.parametrize("script", CORPUS, ids=lambda p: p.stem)
def test_in_the_guest(script, in_guest, tmp_path):
    out, status, _ = on_host(DASH, script, tmp_path / "dash")
    assert in_guest[script.stem] == (out.decode(), status)
