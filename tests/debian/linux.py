"""Debian's own kernel for riscv64, and machines that boot it with a file system in memory."""

import re
import shutil
import stat

from packages import command, download, ready


def fetch(folder):
    """Brings the kernel's package.  => the file"""
    env = ready(folder)
    depends = command(["apt-cache", "depends", "linux-image-riscv64"], "no linux-image-riscv64", env=env)
    return download(folder, re.search(r"Depends: (linux-image-\S+)", depends)[1], env)


def debian_kernel(folder):
    """=> the kernel in that folder, from an earlier run if there was one.  Unavailable: it cannot be had"""
    kernel = folder / "vmlinux"
    if not kernel.exists():
        package, unpacked = fetch(folder), folder / "unpacked"
        command(["dpkg-deb", "-x", package, unpacked], f"{package.name}")
        next(unpacked.glob("boot/vmlinu*")).replace(kernel)
        shutil.rmtree(unpacked)
        package.unlink()
    return kernel


def record(name, mode, content=b"", device=(0, 0)):
    """One file of a cpio archive (newc)."""
    fields = [0, mode, 0, 0, 1, 0, len(content), 0, 0, *device, len(name) + 1, 0]
    head = b"070701" + b"".join(b"%08x" % f for f in fields) + name.encode() + b"\0"
    return b"".join(part + bytes(-len(part) % 4) for part in (head, content))


def tree(root):
    """=> records of all that is below a folder"""
    for path in sorted(root.rglob("*")):
        name, mode = str(path.relative_to(root)), path.lstat().st_mode
        if stat.S_ISLNK(mode):
            yield record(name, mode, str(path.readlink()).encode())
        elif stat.S_ISREG(mode):
            yield record(name, mode, path.read_bytes())
        else:
            yield record(name, mode)


def initramfs(folder, records):
    """=> an archive of the records, in that folder"""
    archive = folder / "initramfs"
    with archive.open("wb") as out:
        for one in records:
            out.write(one)
        out.write(record("TRAILER!!!", 0))
    return archive


def linux_machine(words, kernel, archive, *settings):
    """Of the words that run Kine without a disk, => those that run Linux"""
    words = list(words)
    words[words.index("-kernel") + 1] = str(kernel)
    del words[words.index("-drive"):]
    boot = " ".join(["console=ttyS0", "quiet", "loglevel=0", "panic=-1", *settings])
    return words + ["-initrd", str(archive), "-append", boot]
