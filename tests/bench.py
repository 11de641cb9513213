#!/usr/bin/env python3
"""make bench: what operations cost, in guest instructions, beside the figures of other systems.

Runs the program `bench` on one hart under `-icount shift=0`, where one instruction is one
nanosecond of the guest's clock and every figure but the first repeats exactly, whatever the host does.  Prints a
table, keeps the figures in build/bench.json and, where gnuplot is there, draws build/bench.* and
build/fork.* (SVG and PNG).

usage: bench.py [build folder [base]]     base: a bench.json of an earlier run, to compare with
"""

import csv
import json
import pathlib
import re
import shutil
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "guest"))
import kine  # noqa: E402

SYSTEMS = ["xv6", "COW xv6", "Debian", "Linux"]
MEASURED = "Kine"
BOOTS = 5
SLOWER = 1.03  # than the base: said
FORKS = [("fork-small", 0.03), ("fork-1m", 1), ("fork-16m", 16), ("fork-64m", 64), ("fork-256m", 256), ("fork-1g", 1024)]
MAPS = [("fork-map-1m", 1), ("fork-map-64m", 64), ("fork-map-1g", 1024)]


def reference():
    with open(HERE / "bench_reference.csv", encoding="utf-8") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def swap_disk():
    """=> what QEMU is told of a disk of swap space."""
    image = kine.ROOT / "build/bench.swap"
    subprocess.run([kine.ROOT / "build/mkfs", "--swap", "--size", "128M", image], check=True)
    return ["-drive", f"file={image},if=none,format=raw,id=x1,cache=unsafe",
            "-device", "virtio-blk-device,drive=x1,bus=virtio-mmio-bus.1"]


def run(mem, command, extra=()):
    """The first command after boot.  => row -> figure"""
    with kine.Machine("bench", cpus=1, mem=mem,
                      extra=["-icount", "shift=0", "-seed", "1", *extra]) as machine:
        machine.boot(60)
        output = machine.run(command, timeout=550)
    return {row: int(figure) for row, figure in re.findall(r"^bench (\S+) (\d+)$", output, re.M)}


def measure():
    """=> row -> figure: boot with the memory that everybody has, the rest with room for 1 GiB.

    A thread that finds its block already read need not wait for it, so boot varies a little with
    the host's disk: it is the median of several.  So do pages from swap space, on a machine that is
    small enough to need them.
    """
    boots = [run("128M", "bench boot")["boot"] for _ in range(BOOTS)]
    swapped = run("32M", "bench page-in", swap_disk())
    return run("2G", "bench") | swapped | {"boot": int(statistics.median(boots))}


def short(figure):
    """A figure in a narrow column."""
    if figure in (None, ""):
        return "-"
    figure = int(figure)
    return f"{figure / 1e6:,.1f} M" if figure >= 10_000_000 else f"{figure:,}"


def print_table(rows, figures):
    columns = SYSTEMS + ["goal", MEASURED]
    print(f"{'operation':32}" + "".join(f"{c:>12}" for c in columns) + f"{'of Linux':>10}")
    for row in rows:
        mine = figures.get(row["row"])
        cells = [short(row[c]) for c in SYSTEMS + ["goal"]] + [short(mine)]
        ratio = f"{mine / int(row['Linux']):.2f}" if mine and row["Linux"] else "-"
        print(f"{row['operation']:32}" + "".join(f"{c:>12}" for c in cells) + f"{ratio:>10}")


def gnuplot(script, picture):
    """Draws one picture in both formats."""
    for terminal, ending in (("pngcairo size 1100,600", "png"), ("svg size 1100,600", "svg")):
        head = f'set terminal {terminal}\nset output "{picture}.{ending}"\n'
        subprocess.run(["gnuplot"], input=head + script, text=True, check=True)
    print(f"plot: {picture}.png, {picture}.svg")


def plot(rows, figures, build):
    """A bar for each operation: Kine's cost as a part of each other system's."""
    data = build / "bench.dat"
    with open(data, "w", encoding="utf-8") as file:
        for row in rows:
            mine = figures.get(row["row"])
            if mine and row["Linux"]:
                cells = [f"{mine / int(row[s]):.5f}" if row[s] else "?" for s in ("Linux", "Debian")]
                file.write(f"\"{row['operation']}\" {' '.join(cells)}\n")
    gnuplot(f"""
set datafile missing "?"
set style data histogram
set style fill solid 0.8
set xtics rotate by -35
set ylabel "Kine's instructions / theirs (less is better)"
set logscale y
set yrange [*:3]
set grid y
plot "{data}" using 2:xtic(1) title "Linux, small", "" using 3 title "Debian", 1 title ""
""", build / "bench")


def series(points, figure):
    """=> lines of gnuplot's inline data: MiB, instructions."""
    known = [(mib, figure(row)) for row, mib in points]
    return "\n".join(f"{mib} {value}" for mib, value in known if value) + "\ne\n"


def plot_forks(rows, figures, build):
    """What fork, exit and wait cost over the memory in use."""
    of = {row["row"]: row for row in rows}
    lines = {system: series(FORKS, lambda row, s=system: of[row][s]) for system in SYSTEMS}
    lines["Kine, heap"] = series(FORKS, figures.get)
    lines["Kine, mmap"] = series(MAPS, figures.get)
    curves = ", ".join(f"'-' with linespoints title '{name}'" for name in lines)
    gnuplot(f"""
set logscale xy
set xlabel "memory in use, MiB"
set ylabel "instructions of fork + exit + wait"
set key left top
set grid
plot {curves}
{"".join(lines.values())}""", build / "fork")


def compare(rows, figures, base):
    """=> what to say of the rows that are slower than an earlier run's."""
    earlier = json.loads(pathlib.Path(base).read_text(encoding="utf-8"))
    slower = [f"{r['operation']} ({earlier[r['operation']]:,} -> {figures[r['row']]:,})" for r in rows
              if r["row"] in figures and figures[r["row"]] > SLOWER * earlier.get(r["operation"], figures[r["row"]])]
    return f"bench: more than 3 % slower than {base}: {', '.join(slower) or 'none'}"


def main():
    build = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else kine.ROOT / "build").resolve()
    rows, figures = reference(), measure()
    print_table(rows, figures)
    named = {r["operation"]: figures[r["row"]] for r in rows if r["row"] in figures}
    said = compare(rows, figures, sys.argv[2]) if len(sys.argv) > 2 else None
    (build / "bench.json").write_text(json.dumps(named, indent=0) + "\n", encoding="utf-8")
    if shutil.which("gnuplot"):
        plot(rows, figures, build)
        plot_forks(rows, figures, build)
    slower = [r["row"] for r in rows if figures.get(r["row"]) and r["Linux"]
              and figures[r["row"]] > int(r["Linux"])]
    if said:
        print(said)
    print(f"bench: {len(figures)} rows; slower than Linux: {', '.join(slower) or 'none'}")
    return 0 if figures else 1


if __name__ == "__main__":
    sys.exit(main())
