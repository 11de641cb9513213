#!/usr/bin/env python3
"""Holds the kernel to the map in kernel/LAYERS.  Fails if

  * a file includes a header of a layer above its own, or another layer's private header (_priv.h);
  * an object file needs a symbol that only an object file of a higher layer defines;
  * the folders' use of each other has a circle;
  * a function is longer than 100 lines.

usage: layers.py [build folder]     (without it, or if it is missing, symbols are not checked)
"""

import collections
import pathlib
import re
import statistics
import subprocess
import sys

LONGEST = 100

# Symbols that a lower layer takes from a higher one although nobody calls upwards, and why.
# (The up-calls themselves are named in kernel/LAYERS; everything else registers itself.)
BELONG_LOWER = {
    "panic": "lib's by its header; stopping a machine needs one (riscv/panic.c)",
    "_start": "an address: where the M-mode stub lets the kernel begin",
}

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')


def read_layers(root):
    """The layers' names, lowest first, and the symbols that may be called upwards."""
    layers, upcalls = [], set()
    for line in (root / "kernel/LAYERS").read_text().splitlines():
        words = line.split()
        if not words or line.startswith("#"):
            continue
        if words[0] == "upcall":
            upcalls.update(words[1:])
        else:
            layers.append(words[0])
    return layers, upcalls


def layer_of(path):
    """The layer of a file below kernel/, given its path relative to that folder."""
    if len(path.parts) > 1:
        return path.parts[0]
    return "abi" if path.suffix == ".h" else "main"


class Checker:
    def __init__(self, root, build):
        self.root = root
        self.build = build
        layers, upcalls = read_layers(root)
        self.order = {name: n for n, name in enumerate(layers)}
        self.allowed = upcalls | set(BELONG_LOWER)
        self.faults = []
        self.uses = collections.defaultdict(set)  # layer -> layers it uses
        self.counts = collections.Counter()

    def fault(self, text):
        self.faults.append(text)

    def sources(self, *patterns):
        return sorted(p for pattern in patterns for p in self.root.glob(pattern))

    # --- includes ------------------------------------------------------------------------------

    def check_include(self, path, number, target):
        kernel = self.root / "kernel"
        mine = layer_of(path.relative_to(kernel))
        if not (kernel / target).exists():
            if not (path.parent / target).exists():
                self.fault(f"{path.relative_to(self.root)}:{number}: no header {target}")
            return
        theirs = layer_of(pathlib.PurePath(target))
        where = f"{path.relative_to(self.root)}:{number}"
        self.counts["includes"] += 1
        if theirs != mine:
            self.uses[mine].add(theirs)
            if target.endswith("_priv.h"):
                self.fault(f"{where}: {target} is private to {theirs}")
        if self.order[theirs] > self.order[mine]:
            self.fault(f"{where}: {mine} includes {target}, which is above it")

    def check_includes(self):
        for path in self.sources("kernel/**/*.[chS]"):
            if layer_of(path.relative_to(self.root / "kernel")) not in self.order:
                self.fault(f"{path.relative_to(self.root)}: its folder is not in kernel/LAYERS")
                continue
            for number, line in enumerate(path.read_text().splitlines(), 1):
                match = INCLUDE.match(line)
                if match:
                    self.check_include(path, number, match.group(1))

    # --- symbols -------------------------------------------------------------------------------

    def object_files(self):
        """Objects of sources that exist, by layer."""
        base = self.build / "kernel"
        for path in self.sources("kernel/**/*.c", "kernel/**/*.S"):
            relative = path.relative_to(self.root / "kernel")
            obj = (base / relative).with_suffix(".o")
            if obj.exists():
                yield layer_of(relative), obj

    def check_symbols(self):
        objects = list(self.object_files())
        if not objects:
            return
        defined, needed = collections.defaultdict(set), []
        for layer, obj in objects:
            for name, kind in symbols(obj):
                if kind in "Uw":
                    needed.append((layer, obj, name))
                elif kind.isupper():
                    defined[name].add(layer)
        for layer, obj, name in needed:
            self.check_symbol(layer, obj, name, defined.get(name))

    def check_symbol(self, layer, obj, name, definers):
        if not definers or name in self.allowed:
            return
        self.counts["symbols"] += 1
        lowest = min(definers, key=self.order.get)
        if lowest != layer:
            self.uses[layer].add(lowest)
        if self.order[lowest] > self.order[layer]:
            self.fault(f"{obj.relative_to(self.build)}: {layer} needs {name}, which is in {lowest}")

    # --- circles -------------------------------------------------------------------------------

    def check_circles(self):
        done = set()

        def visit(layer, path):
            if layer in path:
                self.fault("circle: " + " -> ".join(path[path.index(layer):] + [layer]))
                return
            if layer in done:
                return
            for used in sorted(self.uses[layer]):
                visit(used, path + [layer])
            done.add(layer)

        for layer in self.order:
            visit(layer, [])

    # --- sizes ---------------------------------------------------------------------------------

    def check_functions(self):
        lengths = []
        for path in self.sources("kernel/**/*.c", "user/**/*.c", "mkfs/*.c", "tests/**/*.c"):
            for first, last in functions(path.read_text().splitlines()):
                lengths.append(last - first + 1)
                if lengths[-1] > LONGEST:
                    self.fault(f"{path.relative_to(self.root)}:{first}: a function of "
                               f"{lengths[-1]} lines (at most {LONGEST})")
        self.lengths = sorted(lengths)

    def check(self):
        self.check_includes()
        self.check_symbols()
        self.check_circles()
        self.check_functions()

    def report(self):
        for text in self.faults:
            print(text)
        n = self.lengths
        print(f"layers: {len(self.order)} layers, {self.counts['includes']} includes, "
              f"{self.counts['symbols']} symbols between files; {len(n)} functions, "
              f"median {statistics.median(n):.0f} lines, 90th percentile {n[len(n) * 9 // 10]}, "
              f"longest {n[-1]}: {len(self.faults)} faults")


def symbols(obj):
    """(name, nm's letter) of every symbol of an object file."""
    for tool in ("riscv64-unknown-elf-nm", "riscv64-elf-nm", "riscv64-linux-gnu-nm", "nm"):
        try:
            out = subprocess.run([tool, obj], capture_output=True, text=True, check=True).stdout
            break
        except FileNotFoundError:
            continue
    for line in out.splitlines():
        kind, name = line.split()[-2:]
        yield name, kind


def functions(lines):
    """(first, last) line number of every function: our format opens and closes them in column 0."""
    begin = None
    for number, line in enumerate(lines, 1):
        if line == "{":
            begin = number
            while begin > 1 and lines[begin - 2] and not lines[begin - 2].startswith(("//", "}", "#")):
                begin -= 1
        elif line == "}" and begin:
            yield begin, number
            begin = None


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    build = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else root / "build").resolve()
    checker = Checker(root, build)
    checker.check()
    checker.report()
    return 1 if checker.faults else 0


if __name__ == "__main__":
    sys.exit(main())
