"""Which unit test executes which line of the kernel, and how long each takes.

The unit tests are built once more with gcov's counters, and each test is run by itself.  The answer is
kept in build/mutate/reach.json, for each program until that changes.
"""

import hashlib
import json
import os
import subprocess
import time

import kine

ROOT = kine.ROOT
COVERED = "build/mutate/covered"
OTHERS = 30.0  # seconds of tests that execute the function, though not the line for all we know
KEPT = ROOT / "build/mutate/reach.json"


def programs():
    """=> the unit tests' programs"""
    return sorted(p for p in (ROOT / COVERED / "unit").glob("test_*") if os.access(p, os.X_OK))


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


def run(program, name):
    """=> (seconds, {file: lines}) of one test"""
    for old in (ROOT / COVERED).rglob("*.gcda"):
        old.unlink()
    begin = time.monotonic()
    subprocess.run([program, name], cwd=ROOT, check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, env=dict(os.environ, KINE_BLOBS=program.parent))
    return round(time.monotonic() - begin, 3), executed((ROOT / COVERED).rglob("*.gcda"))


def measure(program):
    """=> {"tests": {name: seconds}, "lines": {file: {line: [names]}}} of a program"""
    listed = subprocess.run([program, "--list"], capture_output=True, text=True, check=True)
    tests, lines = {}, {}
    for name in listed.stdout.split():
        tests[name], executed_by = run(program, name)
        for file, hit in executed_by.items():
            for n in hit:
                lines.setdefault(file, {}).setdefault(str(n), []).append(name)
    return {"tests": tests, "lines": lines}


class Reach:
    """to(place) => the tests that execute it, the quickest first, as (program, test, seconds)"""

    def __init__(self):
        kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
        print("mutate: measuring what the unit tests reach", flush=True)
        kine.make("-j2", f"B={COVERED}", f"HOSTCC={os.environ.get('HOSTCC', 'cc')} --coverage",
                  "WARN=-w", "unit-build")
        self.programs = {}
        for program in programs():
            digest = hashlib.sha1(program.read_bytes()).hexdigest()
            known = kept.get(program.name, {})
            if known.get("digest") != digest:
                known = {"digest": digest, **measure(program)}
            self.programs[program.name] = known
            KEPT.write_text(json.dumps(kept | self.programs))

    def of_lines(self, file, first, last):
        tests = set()
        for program, known in self.programs.items():
            there = known["lines"].get(file, {})
            for n in range(first, last + 1):
                tests |= {(program, name, known["tests"][name]) for name in there.get(str(n), [])}
        return sorted(tests, key=lambda t: (t[2], t))

    def to(self, place):
        """The compiler merges lines, and what it has merged is not counted for all of them: so tests
        of the rest of the function follow, as far as they are quick."""
        tests = self.of_lines(place.file, place.line, place.last_line)
        spent = 0.0
        for test in self.of_lines(place.file, place.first_of_function, place.last_of_function):
            spent += test[2]
            if test not in tests and spent < OTHERS:
                tests.append(test)
        return tests
