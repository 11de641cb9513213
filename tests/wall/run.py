#!/usr/bin/env python3
"""make bench-wall: how long operations take by the clock, on Kine and on Debian's Linux.

One program (wall.c) is process 1 of both, on the same QEMU and firmware, in turn, so that what else the host does
falls on both.  Debian's kernel comes by apt, which checks its signatures, into build/wall and is kept there.
Each system runs ROUNDS times on 1, 2 and 4 harts; a row is the least time of a system's rounds, or the
highest rate.  Prints the figures and their ratios (below 1, or for rates above 1: Kine is faster) and keeps them in
build/wall/wall.json.

usage: run.py PROGRAM     (environment: ROUNDS, SUITE, MIRROR, HARTS="1 2 4")
"""

import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "guest"), str(HERE.parent / "debian")]
import kine  # noqa: E402
from linux import debian_kernel, initramfs, linux_machine, record  # noqa: E402
from packages import Unavailable  # noqa: E402

MEM = "1G"  # Linux has no large pages in less than 512 MiB
LIMIT = 240  # seconds of one boot
COSTS = ["null-call", "fork", "fork-64m", "fork-64m-huge", "cow-copy", "zero-fill", "zero-fill-huge", "pipe-trip"]
RATES = ["forks", "faults", "pipe-kib"]


# --- machines -------------------------------------------------------------------------------------

def image(program, folder):
    """The same for Kine."""
    path = folder / "wall.img"
    subprocess.run([kine.ROOT / "build/mkfs", "--device", "console:1:0", path, program], check=True,
                   stdout=subprocess.DEVNULL)
    return path


def kine_machine(harts, disk):
    return shlex.split(kine.make("print-qemu", f"CPUS={harts}", f"MEM={MEM}", "BIOS=default", f"DISK={disk}"))


def run(machine):
    """Boots a machine that ends by itself.  => row -> figure"""
    done = subprocess.run(machine, cwd=kine.ROOT, timeout=LIMIT * kine.SLOW, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, text=True, errors="replace")
    if "wall: done" not in done.stdout:
        sys.exit(f"bench-wall: {shlex.join(machine)} did not finish; the last it said:\n{done.stdout[-2000:]}")
    return {row: int(figure) for row, figure in re.findall(r"wall (\S+) (\d+)", done.stdout)}


def best(rounds):
    """=> the least time, or the highest rate, of each row."""
    return {row: (max if row in RATES else min)(r[row] for r in rounds) for row in COSTS + RATES}


# --- the comparison -------------------------------------------------------------------------------

def measure(harts, systems, rounds):
    """The systems in turn.  => system -> row -> figure"""
    figures = {name: [] for name in systems}
    for _ in range(rounds):
        for name, machine in systems.items():
            figures[name].append(run(machine(harts)))
    return {name: best(runs) for name, runs in figures.items()}


def print_table(harts, figures):
    print(f"\n{harts} hart{'s' if harts > 1 else ''}" + "".join(f"{c:>14}" for c in ("Linux", "Kine", "Kine/Linux")))
    for row in COSTS + RATES:
        mine, theirs = figures["Kine"][row], figures["Linux"][row]
        unit = "/s" if row in RATES else "ns"
        print(f"{row:16}{unit}{theirs:>12,}{mine:>14,}{mine / max(theirs, 1):>14.2f}", flush=True)


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    folder = program.parent
    try:
        kernel = debian_kernel(folder)
    except Unavailable as why:
        print(f"bench-wall is skipped: Debian's kernel for riscv64 is not to be had ({why}).")
        return 0
    archive = initramfs(folder, [record("init", 0o100755, program.read_bytes())])
    disk = image(program, folder)
    systems = {"Linux": lambda harts: linux_machine(kine_machine(harts, "none"), kernel, archive),
               "Kine": lambda harts: kine_machine(harts, disk)}
    kept = {}
    for harts in map(int, os.environ.get("HARTS", "1 2 4").split()):
        kept[harts] = measure(harts, systems, int(os.environ.get("ROUNDS", "3")))
        print_table(harts, kept[harts])
    (folder / "wall.json").write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
