"""C programs as they are written (user/hosted), with Debian's C library, static and dynamic."""

import shutil
import subprocess

import kine
import pytest

OUTPUT = {
    "twice": "before: 10\nchild: 11\nchild: 12\nchild: 13\nparent: 9\nparent: 8\nparent: 7\n"
             "fork gave the parent the child's pid: yes\n",
    "apart": "child: global 100, local 200, heap child's\nparent: global 1, local 2, heap parent's\n",
    "replaced": "child reads 5 bytes: alpha\nchild: the same number again: yes\nchild reads 5 bytes: OTHER\n"
                "parent reads 5 bytes: bravo\n",
    "waits": "wait: the child has exited with 7\nwaitpid of the second: the child has exited with 9\n"
             "waitpid of any: the child has exited with 8\nWNOHANG: 0\nwait4: the child was killed by Killed\n"
             "waitid: the child, status 44\nwait, after WNOWAIT: the child has exited with 44\n"
             "nobody is left: No child processes\n",
    "spawning": "read 15 bytes, status 0: through a pipe\nfalse, by vfork: 1\nby posix_spawn\n"
                "posix_spawn: 0, status 0\nof what is not there: No such file or directory\n"
                "popen: from the shell\npclose: 0\nsystem: 3\n",
    "shared": "shared 4000, own 0\n",
    "handlers": "reaped 5, users 2, alarms 1\n",
    "threads": "sum 8000, results 8028, own 0\n",
    "start": "3 arguments: me one\nVALUE is here\npages of 4096 bytes, secure 0, path {path}\nstack: 8192 KiB\n"
             "interpreter: {interpreter}\nrandom bytes: yes\ncode and stack lie apart: yes\n"
             "the last argument has 1000000 bytes\n",
}


@pytest.fixture(scope="session")
def hosted():
    """The image, if there is a C library to build it with."""
    there = subprocess.run(["make", "-s", "check-hosted"], cwd=kine.ROOT, text=True, stderr=subprocess.PIPE)
    if there.returncode != 0:
        pytest.skip(there.stderr.strip().splitlines()[0])
    kine.make("hosted.img")
    return kine.ROOT / "hosted.img"


def test_all_have_a_test():
    assert {p.stem for p in (kine.ROOT / "user/hosted").glob("*.c")} == set(OUTPUT)


def boot(machine, image, tmp_path, **options):
    mine = tmp_path / "hosted.img"
    shutil.copyfile(image, mine)
    return machine(image=mine, **options)


@pytest.mark.parametrize("kind", ["static", "dynamic"])
@pytest.mark.parametrize("cpus", [1, 3])
def test_programs(machine, hosted, tmp_path, kind, cpus):
    m = boot(machine, hosted, tmp_path, cpus=cpus)
    for name, wanted in OUTPUT.items():
        wanted = wanted.format(path=f"/{kind}/{name}", interpreter="no" if kind == "static" else "yes")
        assert m.run(f"/{kind}/{name}") == wanted, name
    m.audit()
    m.poweroff()


def test_places(machine, hosted, tmp_path):
    """Where things lie is random, unless a boot argument says otherwise."""
    m = boot(machine, hosted, tmp_path, append="panic=exit places=fixed missing=log")
    assert m.run("/dynamic/start") == OUTPUT["start"].format(path="/dynamic/start", interpreter="yes")
    m.poweroff()
