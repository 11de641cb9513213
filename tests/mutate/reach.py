"""Which unit test executes which line of the kernel, and how long each takes.

The unit tests are built once more with gcov's counters, and each test is run by itself.  The answer is
kept in build/mutate/reach.json until a source changes.
"""

import hashlib
import json
import os
import pathlib
import subprocess
import time

import kine

ROOT = kine.ROOT
COVERED = "build/mutate/covered"
KEPT = ROOT / "build/mutate/reach.json"


def digest():
    """=> a number for all that the answer depends on"""
    sources = sorted(p for top in ("kernel", "tests/unit", "tests/crash", "mkfs")
                     for p in (ROOT / top).rglob("*.[chS]"))
    whole = hashlib.sha1()
    for path in sources:
        whole.update(str(path).encode() + path.read_bytes())
    return whole.hexdigest()


def programs():
    """=> the unit tests' programs, as make knows them, and their tests: "test_vm" -> [names]"""
    found = sorted(p for p in (ROOT / COVERED / "unit").glob("test_*") if os.access(p, os.X_OK))
    return {p.name: subprocess.run([p, "--list"], capture_output=True, text=True,
                                   check=True).stdout.split() for p in found}


def executed(counters):
    """=> {file: lines} that a run has executed, from its .gcda files"""
    done = subprocess.run(["gcov", "-t", "-j", *map(str, counters)], cwd=ROOT, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    lines = {}
    for report in done.stdout.splitlines():
        for file in json.loads(report)["files"]:
            name = os.path.normpath(file["file"])
            if name.startswith("kernel/"):
                hit = lines.setdefault(name, set())
                hit.update(n["line_number"] for n in file["lines"] if n["count"])
    return lines


def measure():
    kine.make("-j2", f"B={COVERED}", f"HOSTCC={os.environ.get('HOSTCC', 'cc')} --coverage",
              "unit-build")
    tests, lines = {}, {}
    for program, names in programs().items():
        for name in names:
            for old in (ROOT / COVERED).rglob("*.gcda"):
                old.unlink()
            begin = time.monotonic()
            subprocess.run([ROOT / COVERED / "unit" / program, name], cwd=ROOT, check=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            key = f"{program} {name}"
            tests[key] = round(time.monotonic() - begin, 3)
            for file, hit in executed((ROOT / COVERED).rglob("*.gcda")).items():
                of_file = lines.setdefault(file, {})
                for n in hit:
                    of_file.setdefault(str(n), []).append(key)
    return {"digest": digest(), "tests": tests, "lines": lines}


class Reach:
    """to(place) => the tests that execute it, the quickest first, as (program, test, seconds)"""

    def __init__(self):
        kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
        if kept.get("digest") != digest():
            print("mutate: measuring what the unit tests reach", flush=True)
            kept = measure()
            KEPT.parent.mkdir(parents=True, exist_ok=True)
            KEPT.write_text(json.dumps(kept))
        self.tests, self.lines = kept["tests"], kept["lines"]

    def to(self, place):
        there = self.lines.get(place.file, {})
        keys = {k for n in range(place.line, place.last_line + 1) for k in there.get(str(n), [])}
        return [(*k.split(), self.tests[k]) for k in sorted(keys, key=self.tests.get)]
