#!/usr/bin/env python3
"""Random small faults: do the tests see them?  (make mutate)

Draws N places of the kernel by SEED (places.py tells which there are), changes one at a time in a copy
of the tree, and tries it: first the unit tests that execute the line, then the kernel in QEMU.  A
change that leaves the machine code as it is counts for nothing, and another is drawn in its stead.
What no test can see for a reason stands in equal.txt with that reason.

All verdicts are kept in build/mutate/verdicts.jsonl, by place: a run that was ended goes on where it
was.  RETRY=1 tries again what was not caught.

usage: run.py [N=100] [SEED=1] [FILES="kernel/vm kernel/fs/tree.c"] [JOBS=1] [RETRY=1]
"""

import collections
import json
import multiprocessing
import pathlib
import queue
import random
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "guest")]
import kine  # noqa: E402
from places import places, squeeze  # noqa: E402
from reach import Reach  # noqa: E402
from tree import Tree  # noqa: E402

VERDICTS = kine.ROOT / "build/mutate/verdicts.jsonl"
EQUAL = HERE / "equal.txt"
LAYERS = "kernel/vm kernel/mem kernel/proc kernel/task kernel/cache kernel/fs kernel/sys"
WANTED = 90  # of 100


def options():
    given = dict(word.split("=", 1) for word in sys.argv[1:])
    chosen = {"N": "100", "SEED": "1", "FILES": LAYERS, "JOBS": "1", "RETRY": ""}
    chosen.update({k: v for k, v in given.items() if v})
    return chosen


def all_places(words):
    """=> {file: {kind: places}} of the files and folders named"""
    files = {}
    for word in words.split():
        path = kine.ROOT / word
        for file in [path] if path.is_file() else sorted(path.glob("*.c")):
            name = str(file.relative_to(kine.ROOT))
            for place in places(name, file.read_text()):
                files.setdefault(name, {}).setdefault(place.kind, []).append(place)
    return files


def sequence(files, seed):
    """Yields places in the order of a seed: every file is as likely as another, and every kind in it."""
    rng = random.Random(seed)
    while files:
        name = rng.choice(sorted(files))
        kind = rng.choice(sorted(files[name]))
        left = files[name][kind]
        yield left.pop(rng.randrange(len(left)))
        if not left:
            del files[name][kind]
        if not files[name]:
            del files[name]


class Verdicts:
    """What is known of places: by id {"verdict": caught | survived | same | broken, ...}"""

    def __init__(self):
        self.known = {}
        if VERDICTS.exists():
            for line in VERDICTS.read_text().splitlines():
                entry = json.loads(line)
                self.known[entry["id"]] = entry

    def add(self, place, verdict, by=None, seconds=0.0):
        entry = {"id": place.id, "verdict": verdict, "by": by, "seconds": round(seconds, 1),
                 "where": f"{place.file}:{place.line}", "before": place.before,
                 "after": place.after}
        self.known[place.id] = entry
        with VERDICTS.open("a") as f:
            f.write(json.dumps(entry) + "\n")
        return entry

    def of(self, place):
        return self.known.get(place.id, {}).get("verdict")


def read_equal():
    """=> {(file, before, after): reason}"""
    reasons = {}
    for block in EQUAL.read_text().split("\n\n"):
        lines = [line for line in block.splitlines() if not line.startswith("#")]
        if lines:
            file, before, after, *why = lines
            reasons[file, squeeze(before[2:]), squeeze(after[2:])] = squeeze(" ".join(why))
    return reasons


def draw(options, tree, verdicts):
    """=> the first N places of the sequence that compile to another kernel"""
    drawn, code = [], {}
    for place in sequence(all_places(options["FILES"]), int(options["SEED"])):
        if len(drawn) == int(options["N"]):
            break
        if verdicts.of(place) is None:
            if place.file not in code:
                code[place.file] = tree.code_of(place.file)
            tree.change(place)
            changed = tree.code_of(place.file)
            tree.restore(place)
            if changed is None or changed == code[place.file]:
                verdicts.add(place, "broken" if changed is None else "same")
        if verdicts.of(place) not in ("broken", "same"):
            drawn.append(place)
    return drawn


def try_place(tree, place, tests):
    """=> (what has caught it or None, seconds)"""
    begin = time.monotonic()
    tree.change(place)
    try:
        caught = tree.try_unit(tests) or tree.try_guest()
    finally:
        tree.restore(place)
    return caught, time.monotonic() - begin


def work(number, todo, done):
    tree = Tree(number)
    while True:
        try:
            place, tests = todo.get_nowait()
        except queue.Empty:
            return
        done.put((place, *try_place(tree, place, tests)))


def tried(places_left, reach, jobs):
    """Yields (place, what has caught it, seconds), in no order"""
    todo, done = multiprocessing.Queue(), multiprocessing.Queue()
    for place in places_left:
        todo.put((place, reach.to(place)))
    time.sleep(0.2)  # the queue's own thread fills it
    workers = [multiprocessing.Process(target=work, args=(n, todo, done)) for n in range(jobs)]
    for worker in workers:
        worker.start()
    for _ in places_left:
        while True:
            try:
                yield done.get(timeout=5)
                break
            except queue.Empty:
                if not any(w.is_alive() for w in workers):
                    sys.exit("mutate: the workers have died")
    for worker in workers:
        worker.join()


def report(drawn, verdicts, reasons, options):
    """=> how many of 100 were caught, of those that a test could see"""
    counts = collections.defaultdict(collections.Counter)
    survivors = []
    for place in drawn:
        verdict = verdicts.of(place)
        if (place.file, place.before, place.after) in reasons:
            verdict = "equal"
        counts[place.file][verdict] += 1
        if verdict == "survived":
            survivors.append(place)
    print(f"\n{'file':32} drawn caught equal survived")
    for file, c in sorted(counts.items()):
        print(f"{file:32} {c.total():5} {c['caught']:6} {c['equal']:5} {c['survived']:8}")
    if survivors:
        print("\nnot seen by any test:")
    for place in survivors:
        print(place)
    total = sum(counts.values(), collections.Counter())
    print(f"\nmutate: seed {options['SEED']}: {total.total()} drawn, {total['caught']} caught, "
          f"{total['equal']} equal, {total['survived']} survived")
    return 100 * total["caught"] / max(1, total["caught"] + total["survived"])


def main():
    chosen = options()
    verdicts, reasons = Verdicts(), read_equal()
    reach = Reach()
    tree = Tree(0)
    if (fails := tree.try_guest()) is not None:
        sys.exit(f"mutate: the tree itself fails: {fails}")
    drawn = draw(chosen, tree, verdicts)
    again = chosen["RETRY"] and "survived"
    left = [p for p in drawn if verdicts.of(p) in (None, again)
            and (p.file, p.before, p.after) not in reasons]
    print(f"mutate: seed {chosen['SEED']}: {len(drawn)} drawn, {len(left)} to try", flush=True)
    for place, caught, seconds in tried(sorted(left, key=lambda p: p.file), reach,
                                        int(chosen["JOBS"])):
        verdicts.add(place, "caught" if caught else "survived", caught, seconds)
        print(f"{place}\n    {f'caught by {caught}' if caught else 'SURVIVED'} "
              f"({seconds:.0f} s)", flush=True)
    return 0 if report(drawn, verdicts, reasons, chosen) >= WANTED else 1


if __name__ == "__main__":
    sys.exit(main())
