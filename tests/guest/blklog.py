"""What a guest wrote to its disk, in order: QEMU's blklogwrites log, and disks cut out of it.

The format is that of Linux's dm-log-writes: a sector that describes the log, then for each request
a sector that describes it, and its data.
"""

import os
import struct

BLOCK = 4096
MAGIC = 0x6A736677736872
FLUSH = 1


class Entry:
    """A request: a flush, or blocks written from `block` on, whose bytes are at `at` in the log."""

    def __init__(self, flush, block, nblocks, at):
        self.flush, self.block, self.nblocks, self.at = flush, block, nblocks, at


class Log:
    def __init__(self, path):
        path.write_bytes(b"")
        self.path = path
        self.entries = []
        self.sector = 0  # bytes; 0: the first has not been read yet
        self.next = 0

    def attach(self, m, image):
        """Makes the machine's disk write the log."""
        plain = f"file={image},if=none,format=raw"
        logged = (f"driver=blklogwrites,file.driver=file,file.filename={image},"
                  f"log.driver=file,log.filename={self.path},if=none")
        assert any(plain in w for w in m.command)
        m.command = [w.replace(plain, logged) for w in m.command]

    def position(self):
        """=> how many requests there have been."""
        with open(self.path, "rb") as log:
            if not self.sector and not self.read_head(log):
                return 0
            while self.read_entry(log):
                pass
        return len(self.entries)

    def read_head(self, log):
        head = log.read(28)
        if len(head) < 28 or not any(head):
            # Written with the first flush; until then requests begin behind a sector of 512 bytes.
            return False
        magic, _, _, self.sector = struct.unpack("<QQQI", head)
        assert magic == MAGIC, "no write log"
        self.next = self.sector
        return True

    def read_entry(self, log):
        """=> False at the end; the last request may be half there."""
        log.seek(self.next)
        head = log.read(32)
        if len(head) < 32:
            return False
        sector, count, flags, _ = struct.unpack("<QQQQ", head)
        at, n = self.next + self.sector, count * self.sector
        if (not count and not flags) or os.fstat(log.fileno()).st_size < at + n:
            return False
        assert n % BLOCK == 0 and sector * self.sector % BLOCK == 0, "the kernel writes blocks"
        self.entries.append(Entry(bool(flags & FLUSH), sector * self.sector // BLOCK, n // BLOCK, at))
        self.next = at + n
        return True

    def bytes_written(self, first, end):
        return sum(e.nblocks for e in self.entries[first:end]) * BLOCK

    def data(self, entry):
        with open(self.path, "rb") as log:
            log.seek(entry.at)
            return log.read(entry.nblocks * BLOCK)


class Disk:
    """The disk as the log leaves it, from an image on."""

    def __init__(self, log, image):
        self.log, self.bytes = log, bytearray(image)

    def write(self, entry, blocks=None):
        """A request, or only some of its blocks."""
        data = self.log.data(entry)
        for i in range(entry.nblocks):
            if blocks is None or i in blocks:
                at = (entry.block + i) * BLOCK
                self.bytes[at:at + BLOCK] = data[i * BLOCK:(i + 1) * BLOCK]

    def go(self, first, end):
        for entry in self.log.entries[first:end]:
            self.write(entry)


def prefixes(log, image):
    """The disk after each request: (requests so far, disk)."""
    disk = Disk(log, image)
    for i, entry in enumerate(log.entries):
        disk.write(entry)
        yield i + 1, disk


def orders(log, image, chance, each):
    """For each flush `each` disks that have only some of the blocks written since the last: what a
    disk leaves that writes in an order of its own.  (the flush's number, disk)"""
    base, begin = Disk(log, image), 0
    for i, entry in enumerate(log.entries):
        if not entry.flush:
            continue
        if i - begin > 0:
            for _ in range(each):
                yield i, some_of(base, log.entries[begin:i], chance)
        base.go(begin, i)
        begin = i + 1


def some_of(base, entries, chance):
    disk = Disk(base.log, base.bytes)
    odds = chance.random()
    for entry in entries:
        disk.write(entry, {i for i in range(entry.nblocks) if chance.random() < odds})
    return disk
