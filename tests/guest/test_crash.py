"""Power cuts in QEMU: a guest's write log cut everywhere, QEMU killed, disks that begin to fail.

user/tests/crashload.c says what it has made durable; whatever happens then, the image must pass
`mkfs --check` and hold that.  CUTS, BOOTS, KILLS and FAULTS in the environment say how much is
tried; `make crash` sets them.
"""

import os
import pathlib
import random
import shutil
import subprocess
import time

import blkdebug
import blklog
import kine
import pytest
from promises import Promises

PROGRAMS = ["init", "sh", "ls", "echo", "cat", "wc", "sync", "audit", "poweroff", "crashload",
            "fileload", "stressfs"]


def number(name, otherwise):
    return int(os.environ.get(name, otherwise))


@pytest.fixture
def small_image(tmp_path, machine):
    """small_image("16M"): a volume of that size with a few programs."""

    def new(size, *more):
        path = tmp_path / "disk.img"
        files = [kine.ROOT / f"build/user/_{name}" for name in PROGRAMS] + list(more)
        subprocess.run([kine.ROOT / "build/mkfs", "--size", size, path, *files], check=True,
                       stdout=subprocess.DEVNULL)
        return path

    return new


def files_of(image):
    """=> what is in the image's /crash, name -> bytes."""
    folder = pathlib.Path(f"{image}.files")
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([kine.ROOT / "build/mkfs", "--extract", image, folder], check=True,
                   stdout=subprocess.DEVNULL)
    found = {path.name: path.read_bytes() for path in folder.glob("crash/*")}
    shutil.rmtree(folder)
    return found


def expect_kept(image, promises, what):
    """The image is whole and holds what was promised.  => its files"""
    kine.check_image(image, what)
    found = files_of(image)
    broken = promises.broken(found)
    assert not broken, f"{what}: {image}: not as was promised: {broken} ({promises.pending})"
    return found


# --- the write log -------------------------------------------------------------------------------

def record(m, log, steps, seed):
    """Runs crashload, which waits after each step.  => [(requests so far, promises)]"""
    promises = Promises()
    marks = [(0, promises.copy())]
    m.send(f"crashload -w 1 {steps} {seed}\n")
    for _ in range(steps):
        m.expect(r"\nstep \d+ \w+ \w+\n")
        promises.hear(m.child.after)
        marks[-1][1].pending = promises.pending
        m.expect(r"synced \d+\n")
        promises.hear(m.child.after)
        marks.append((log.position(), promises.copy()))
        m.send("\n")
    m.expect("crashload: OK")
    return marks


def promised_at(marks, position):
    return [p for at, p in marks if at <= position][-1]


def some(items, n):
    """n of them, evenly."""
    return [items[i * len(items) // n] for i in range(n)] if len(items) > n else items


def boots(machine, image, promises):
    m = machine(image=image)
    out = m.run("echo it lives > /lives; cat /lives; ls /")
    assert "it lives" in out and "panic" not in m.said
    m.poweroff()
    m.close()
    expect_kept(image, promises, "after a boot")


def test_every_cut_of_a_log(machine, small_image, tmp_path, seed):
    """Prefixes of what a guest wrote, and orders between its flushes: all is there each time."""
    cuts, to_boot = number("CUTS", 60), number("BOOTS", 2)
    image = small_image("16M")
    before, cut_image = image.read_bytes(), tmp_path / "cut.img"
    log = blklog.Log(tmp_path / "log")
    m = machine(boot=False, image=image)
    log.attach(m, image)
    m.boot()
    marks = record(m, log, max(12, cuts // 6), seed)
    m.poweroff()
    total, chance = log.position(), random.Random(seed)
    wanted = set(some(range(1, total + 1), cuts))
    booted = set(some(sorted(wanted), to_boot))
    for at, disk in blklog.prefixes(log, before):
        if at not in wanted:
            continue
        cut_image.write_bytes(disk.bytes)
        expect_kept(cut_image, promised_at(marks, at), f"after {at} of {total} requests")
        if at in booted:
            boots(machine, cut_image, promised_at(marks, at))
    norders, flushes = 0, sum(entry.flush for entry in log.entries)
    for at, disk in blklog.orders(log, before, chance, 1 + cuts // 2 // flushes):
        norders += 1
        cut_image.write_bytes(disk.bytes)
        expect_kept(cut_image, promised_at(marks, at), f"an order before request {at} of {total}")
    print(f"crash: QEMU: {len(wanted)} prefixes of {total} requests, {norders} orders, "
          f"{len(booted)} booted: none lost a synced byte (seed {seed})")


# --- QEMU killed ---------------------------------------------------------------------------------

def run_until_killed(m, promises, seconds, seed):
    m.send(f"crashload {promises.last_step + 1} 100000 {seed}\n")
    m.expect(r"step \d+ \w+ \w+\n")
    heard = m.child.after
    time.sleep(seconds)
    kine.end_process(m.pid)
    rest = m.read_rest()
    promises.hear(heard + rest)


@pytest.mark.slow
def test_killed_at_any_moment(machine, small_image, seed):
    """QEMU is killed under stress, again and again, on one image that goes on through it all."""
    kills = number("KILLS", 3)
    image, promises = small_image("16M"), Promises()
    chance = random.Random(seed)
    for i in range(kills):
        m = machine(image=image)
        run_until_killed(m, promises, chance.uniform(0.05, 2), seed + i)
        m.close()
        found = expect_kept(image, promises, f"seed {seed}, kill {i + 1}")
        promises.go_on_from(found)
    boots(machine, image, promises)
    print(f"crash: QEMU killed {kills} times, {promises.last_step} steps: the image was whole each time, "
          f"and all that was synced was there (seed {seed})")


# --- what it writes ------------------------------------------------------------------------------

def written_by(machine, small_image, tmp_path, command):
    """=> bytes that a command and its sync wrote to the disk"""
    image, log = small_image("64M"), blklog.Log(tmp_path / "log")
    m = machine(boot=False, image=image)
    log.attach(m, image)
    m.boot()
    m.run("sync")
    begin = log.position()
    m.check(command, "fileload:", ": OK", audit=False)
    end = log.position()
    m.poweroff()
    kine.check_image(image, command)
    return log.bytes_written(begin, end)


def test_nothing_is_written_twice(machine, small_image, tmp_path):
    """A long file costs little more than its bytes."""
    written = written_by(machine, small_image, tmp_path, "fileload big 16")
    print(f"crash: 16 MiB in a file, one sync: {written / 2**20:.2f} MiB written "
          f"({written / 2**24:.3f} of the data)")
    assert 2**24 <= written <= 1.1 * 2**24


def test_small_files_share_their_commit(machine, small_image, tmp_path):
    """A thousand small files and one sync: a page each, and little more."""
    written = written_by(machine, small_image, tmp_path, "fileload small 1000")
    print(f"crash: 1,000 files of 1,000 bytes, one sync: {written // 4096} blocks of 4 KiB written")
    assert 1000 <= written // 4096 <= 1250


# --- disks that begin to fail --------------------------------------------------------------------

def load_failing_disk(m, promises, once):
    """Runs the load until the disk has failed, then a sync."""
    m.send(f"crashload 1 {400 if once else 100000} 1\n")
    out = m.expect(kine.PROMPT, timeout=120)
    promises.hear(out)
    # A call fails, or a store to a map does.
    words = ["input or output error", "read-only file system", "the file cannot be changed any more"]
    told = any(text in out for text in words)
    # One failure may have met a commit that nobody waited for; the next has written everything.
    assert told or once and "crashload: OK" in out, out[-500:]
    assert "could not be written" in out
    m.run("sync; echo the shell lives", timeout=60)
    m.run("ls /crash")
    m.audit()
    assert "panic" not in m.said


@pytest.mark.parametrize("event", ["write_aio", "flush_to_disk"])
@pytest.mark.parametrize("once", [False, True], ids=["for ever", "once"])
def test_disk_that_begins_to_fail(machine, small_image, tmp_path, seed, event, once):
    """At the n-th write or flush: who asked gets an error, and nothing that was synced is lost."""
    times, chance = number("FAULTS", 2), random.Random(f"{seed} {event} {once}")
    for _ in range(times):
        image, promises = small_image("16M"), Promises()
        config, after = tmp_path / "blkdebug.conf", chance.randint(3, 200)
        config.write_text(blkdebug.failing(event, after, once))
        m = machine(boot=False, image=image)
        blkdebug.attach(m, image, config)
        m.boot()
        load_failing_disk(m, promises, once)
        m.close()
        expect_kept(image, promises, f"{event} fails from request {after} on")
        promises.go_on_from(files_of(image))
        boots(machine, image, promises)
    print(f"crash: QEMU: {event} failed {'once' if once else 'for ever'}, {times} times: "
          f"errors to who asked, nothing lost (seed {seed})")


def test_reads_that_fail(machine, small_image, tmp_path, seed):
    """From the n-th read on: programs cannot be read, or end; what was synced before is there."""
    times, chance = number("FAULTS", 2), random.Random(f"{seed} read")
    long = tmp_path / "long"
    long.write_bytes(chance.randbytes(8 << 20))  # 128 requests at the least
    for _ in range(times):
        image, promises = small_image("32M", long), Promises()
        config, after = tmp_path / "blkdebug.conf", chance.randint(25, 100)
        config.write_text(blkdebug.failing("read_aio", after))
        m = machine(boot=False, image=image)
        blkdebug.attach(m, image, config)
        m.boot()
        promises.hear(m.run("crashload 1 20 1", timeout=60))
        out = m.run("cat /long | wc; ls /crash; audit; sync", timeout=60)
        assert "cannot be read" in m.said and "panic" not in m.said, out
        m.close()
        expect_kept(image, promises, f"reads fail from request {after} on")
        promises.go_on_from(files_of(image))
        boots(machine, image, promises)
