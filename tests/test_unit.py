"""The unit tests on the host (tests/unit), each counted by name, and the fuzzers' kept inputs."""

import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[1]
PROGRAMS = sorted(p for p in (ROOT / "build/unit").glob("test_*") if os.access(p, os.X_OK))


def names():
    for program in PROGRAMS:
        listed = subprocess.run([program, "--list"], capture_output=True, text=True, check=True)
        for name in listed.stdout.split():
            yield pytest.param(program, name, id=f"{program.name[5:]}:{name}")


@pytest.mark.parametrize("program,name", names())
def test_unit(program, name, seed):
    env = dict(os.environ, SEED=str(seed))
    done = subprocess.run([program, name], cwd=ROOT, env=env, timeout=300, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout


def kept_inputs():
    for target in sorted(p for p in (ROOT / "build/unit").glob("fuzz_*") if os.access(p, os.X_OK)):
        for data in sorted((ROOT / "tests/fuzz/corpus" / target.name).iterdir()):
            yield pytest.param(target, data, id=f"{target.name}:{data.name}")


@pytest.mark.parametrize("target,data", kept_inputs())
def test_fuzz_replay(target, data):
    done = subprocess.run([target, data], cwd=ROOT, timeout=60, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout
