#!/usr/bin/env python3
"""make fuzz-calls: random system calls in the guest (user/tests/fuzzcalls), machine after machine.

What a machine is follows from its seed: processors, memory, a classic volume or not.  Each is for BOOT_S seconds at the most, has a seed of its own, and ends with `mkfs --check` of its image.
The first that finds something ends the run, with the command that repeats it.

With SWAP its memory is 64 MiB, and somebody has it and swap space but a few pages.

usage: calls.py SECONDS SEED CPUS SWAP     (CPUS empty: by the seed; SWAP: a size, or empty)
"""

import pathlib
import re
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "guest"))
import kine  # noqa: E402
import test_files  # noqa: E402

BOOT_S = 120
LEAVE = [4000, 1000, 200]  # pages
SHAPES = [(3, "128M", "classic"), (8, "256M", "plain"), (1, "32M", "classic"), (2, "64M", "plain")]


def fuzz(seed, seconds, cpus, mem, volume, swap):
    """One machine.  => calls made"""
    name = f"fuzz-calls-{seed}"
    image = test_files.modern_image(name) if volume == "plain" else kine.private_image(name)
    build = [f"SWAP={swap}"] if swap else []
    with kine.Machine(name, cpus=cpus, mem=mem, image=image, build=build) as m:
        m.boot(timeout=60)
        if swap:
            m.run("swapon disk1")
        leave = f" -m {LEAVE[seed % len(LEAVE)]}" if swap else ""
        out = m.run(f"fuzzcalls -s {seed} -t {seconds}{leave}", timeout=4 * seconds + 300)
        done = re.search(r"^fuzzcalls: (\d+) calls: OK$", out, re.M)
        if not done:
            raise AssertionError("the last it said:\n" + out[-3000:])
        if swap:
            m.run("swapoff disk1", timeout=60)
        m.audit()
        m.poweroff()
    image.unlink()  # which has been checked
    return int(done[1])


def main(seconds, seed, cpus, swap):
    end, calls = time.monotonic() + seconds, 0
    print(f"# fuzz-calls for {seconds} s from seed {seed}", flush=True)
    while (left := end - time.monotonic()) > 0:
        shape = SHAPES[seed % len(SHAPES)]
        if swap:
            shape = (shape[0], "64M", shape[2])
        if cpus:
            shape = (cpus, *shape[1:])
        begun, span = time.monotonic(), int(min(left, BOOT_S)) + 1
        what = f"seed {seed}: {shape[0]} harts, {shape[1]}, {shape[2]} volume"
        try:
            made = fuzz(seed, span, *shape, swap)
        except AssertionError as found:
            print(f"# {what}: FOUND\n{found}\n# the whole log: build/logs/fuzz-calls-{seed}.log\n"
                  f"# make fuzz-calls SEED={seed} FUZZ_SECONDS={span} CPUS={shape[0]} SWAP={swap} "
                  "begins with this machine")
            return 1
        calls += made
        print(f"# {what}: {made:,} calls in {time.monotonic() - begun:.0f} s", flush=True)
        seed += 1
    print(f"fuzz-calls: {calls:,} calls, nothing found")
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3] or 0), sys.argv[4]))
