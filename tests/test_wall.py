"""make bench-wall where Debian's kernel is not to be had."""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/guest"))
import kine  # noqa: E402


def bench_wall(folder, **settings):
    """Runs it with no kernel from an earlier run.  => (status, output)"""
    kine.make("build/wall/init")
    program = folder / "init"
    program.write_bytes((ROOT / "build/wall/init").read_bytes())
    done = subprocess.run([sys.executable, ROOT / "tests/wall/run.py", program], text=True, timeout=120,
                          env=kine.clean_environment() | settings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout


def expect_skipped(status, output):
    assert status == 0 and output.count("\n") == 1, output
    assert output.startswith("bench-wall is skipped: Debian's kernel for riscv64 is not to be had ("), output


def test_no_mirror(tmp_path):
    """Nobody listens at that port."""
    expect_skipped(*bench_wall(tmp_path, MIRROR="http://127.0.0.1:9/debian", no_proxy="127.0.0.1"))


def test_no_apt(tmp_path):
    """The same without a word of Python where there is no apt."""
    expect_skipped(*bench_wall(tmp_path, PATH="/nowhere"))
