#!/usr/bin/env python3
"""make debian-reference: what tests/debian/commands.sh prints on Debian's own kernel, beside expected.txt.

The same binaries, as a file system in memory.  Status 1 and the differences if it prints something else.

usage: reference.py FOLDER     (FOLDER/root has the programs; environment: SUITE, MIRROR)
"""

import difflib
import pathlib
import shlex
import stat
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "guest"))
import kine  # noqa: E402
from linux import debian_kernel, initramfs, linux_machine, record, tree  # noqa: E402
from packages import Unavailable  # noqa: E402

LIMIT = 400
DEVICES = {"console": (5, 1), "null": (1, 3), "zero": (1, 5), "full": (1, 7), "random": (1, 8), "urandom": (1, 9)}
BEGIN = "commands: begin"
INIT = f"""#!/usr/bin/bash-static
echo {BEGIN}
/usr/bin/bash-static /commands.sh
"""


def records(root):
    yield from tree(root)
    for name, device in DEVICES.items():
        yield record(f"dev/{name}", stat.S_IFCHR | 0o666, device=device)
    yield record("commands.sh", stat.S_IFREG | 0o644, (HERE / "commands.sh").read_bytes())
    yield record("init", stat.S_IFREG | 0o755, INIT.encode())


def printed_on_linux(folder):
    """=> what the commands print; the machine ends when its first process does"""
    words = shlex.split(kine.make("print-qemu", "CPUS=1", "MEM=1G", "BIOS=default", "DISK=none"))
    archive = initramfs(folder, records(folder / "root"))
    machine = linux_machine(words, debian_kernel(folder), archive, "rdinit=/init") + ["-no-reboot"]
    said = subprocess.run(machine, cwd=kine.ROOT, timeout=LIMIT * kine.SLOW, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, text=True, errors="replace").stdout
    return said.replace("\r\n", "\n").partition(BEGIN + "\n")[2]


def main():
    folder = pathlib.Path(sys.argv[1]).resolve()
    try:
        said = printed_on_linux(folder)
    except Unavailable as why:
        print(f"debian-reference is skipped: Debian's kernel for riscv64 is not to be had ({why}).")
        return 0
    (folder / "linux.txt").write_text(said, encoding="utf-8")
    wanted = (HERE / "expected.txt").read_text(encoding="utf-8")
    differences = list(difflib.unified_diff(wanted.splitlines(), said.splitlines(), "expected.txt", "linux.txt", lineterm=""))
    print("\n".join(differences) or f"Debian's own kernel prints the same: {said.count('== ')} commands")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
