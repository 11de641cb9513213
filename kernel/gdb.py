"""Commands that know the kernel's structures, for gdb (see docs/testing.md, "With a debugger").

    kine-ps                    processes
    kine-areas PID             what a process's address space allows
    kine-ptes PID [FROM [TO]]  what its tables say is there: frame, rights, COW, references
    kine-frame ADDRESS         a frame by physical or kernel address: use, references, who names it

Everything is read from memory through the kernel's own map: any hart will do, in any state in which
satp is set.
"""

import gdb

PAGE = 4096
DIRECT_MAP = 0xFFFFFFC000000000
FLAGS = [(0, "V"), (1, "R"), (2, "W"), (3, "X"), (4, "U"), (5, "G"), (6, "A"), (7, "D"), (8, "COW")]
USER_ROOT_ENTRIES = 256


def static(file, name):
    """A file's own variable."""
    return gdb.parse_and_eval(f"'kernel/{file}'::{name}")


def list_items(head, type_name, member):
    """The objects on a kernel list, given its head."""
    kind = gdb.lookup_type(f"struct {type_name}")
    offset = next(f.bitpos // 8 for f in kind.fields() if f.name == member)
    at = head["next"]
    while int(at) != 0 and at != head.address:
        item = gdb.Value(int(at) - offset).cast(kind.pointer())
        yield item.dereference()
        at = at["next"]


def lwps():
    """The threads of processes; of a process that has ended the first."""
    buckets = static("proc/lwp.c", "index")
    for i in range(buckets.type.range()[1] + 1):
        yield from list_items(buckets[i], "lwp", "hash")


def processes():
    for lwp in lwps():
        process = lwp["proc"].dereference()
        if process["leader"].address == lwp.address:
            yield process


def process(pid):
    for p in processes():
        if int(p["pid"]) == pid:
            return p
    raise gdb.GdbError(f"no process {pid}")


def space(pid):
    aspace = process(pid)["aspace"]
    if int(aspace) == 0:
        raise gdb.GdbError(f"process {pid} has no address space any more")
    return aspace.dereference()


def read_table(physical):
    data = gdb.selected_inferior().read_memory(DIRECT_MAP + physical, PAGE)
    return memoryview(bytes(data)).cast("Q")


def frame_of(physical):
    table = gdb.parse_and_eval("frame_table")
    return table[(physical - int(gdb.parse_and_eval("machine.ram_base"))) // PAGE]


def frame_phys(frame):
    table = int(gdb.parse_and_eval("frame_table"))
    n = (int(frame) - table) // gdb.lookup_type("struct frame").sizeof
    return int(gdb.parse_and_eval("machine.ram_base")) + n * PAGE


def entries(root, level=2, base=0, sharers=1):
    """(virtual address, entry, sharers) of every leaf under a table, parked tables too; sharers is
    the highest count of a table on the way: with more than one, a W is not in force."""
    table = read_table(root)
    if level < 2:
        sharers = max(sharers, int(frame_of(root)["refs"]))
    for i in range(USER_ROOT_ENTRIES if level == 2 else 512):
        entry, va = table[i], base + (i << (12 + 9 * level))
        if not entry:
            continue
        if level == 0:
            yield va, entry, sharers
        else:
            yield from entries(physical_of(entry), level - 1, va, sharers)


def physical_of(entry):
    return (entry >> 10 & (1 << 44) - 1) * PAGE


SWAPPED = 1 << 63


def slot_refs(entry):
    """References to the slot of swap space that an entry names."""
    swap, slot = static("cache/swap.c", "swap"), (entry & ~SWAPPED) >> 10
    in_page = PAGE // gdb.lookup_type("struct slot").sizeof
    return int(swap["page"][slot // in_page][slot % in_page]["refs"]) - 1


def rights(entry):
    if not entry & 1:
        return "withheld"
    return " ".join(name if entry >> bit & 1 else "-" * len(name) for bit, name in FLAGS)


def number(text):
    return int(gdb.parse_and_eval(text))


class Ps(gdb.Command):
    """kine-ps: the processes, a line for each thread, with parent, state of the thread and name."""

    def __init__(self):
        super().__init__("kine-ps", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        print(f"{'PID':>5} {'TID':>5} {'PPID':>5} {'HART':>4}  {'STATE':16} NAME")
        for lwp in sorted(lwps(), key=lambda lwp: (int(lwp["proc"]["pid"]), int(lwp["tid"]))):
            p, thread = lwp["proc"], lwp["thread"]
            state = "zombie" if int(thread) == 0 else str(thread["state"]).replace("THREAD_", "").lower()
            hart = "-" if int(thread) == 0 else int(thread["hart"])
            ids = f"{int(p['pid']):5} {int(lwp['tid']):5} {int(p['ppid']):5}"
            print(f"{ids} {hart:>4}  {state:16} {p['name'].string()}")


class Areas(gdb.Command):
    """kine-areas PID: the areas of a process's address space."""

    def __init__(self):
        super().__init__("kine-areas", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        for a in list_items(space(number(argument))["areas"]["order"], "area", "link"):
            prot = "".join(c if int(a["prot"]) >> b & 1 else "-" for b, c in enumerate("rwx"))
            what = "heap" if a["heap"] else "zeros"
            if int(a["object"]):
                what = f"object {a['object']} from {int(a['offset']):#x}, {int(a['bytes']):#x} bytes"
            print(f"{int(a['start']):#12x} - {int(a['end']):#12x}  {prot}  {what}")


class Ptes(gdb.Command):
    """kine-ptes PID [FROM [TO]]: the leaf entries of a process, with references to each frame."""

    def __init__(self):
        super().__init__("kine-ptes", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        words = gdb.string_to_argv(argument)
        low = number(words[1]) if len(words) > 1 else 0
        high = number(words[2]) if len(words) > 2 else 1 << 38
        for va, entry, sharers in entries(frame_phys(space(number(words[0]))["root"])):
            if low <= va < high:
                shared = f"  table shared by {sharers}" if sharers > 1 else ""
                if entry & SWAPPED:
                    print(f"{va:#12x} -> slot {(entry & ~SWAPPED) >> 10}  swapped  "
                          f"refs {slot_refs(entry)}{shared}")
                    continue
                physical = physical_of(entry)
                refs = int(frame_of(physical)["refs"])
                print(f"{va:#12x} -> {physical:#12x}  {rights(entry)}  refs {refs}{shared}")


class Frame(gdb.Command):
    """kine-frame ADDRESS: what a frame is used for, its references, and the entries that name it."""

    def __init__(self):
        super().__init__("kine-frame", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        address = number(argument) & (1 << 64) - 1
        physical = (address - DIRECT_MAP if address >= DIRECT_MAP else address) // PAGE * PAGE
        frame = frame_of(physical)
        kind = gdb.Value(int(frame["kind"])).cast(gdb.lookup_type("enum frame_kind"))
        print(f"frame {physical:#x}: {kind}, {int(frame['refs'])} references")
        for p in processes():
            if int(p["aspace"]) == 0:
                continue
            for va, entry, _ in entries(frame_phys(p["aspace"]["root"])):
                if not entry & SWAPPED and physical_of(entry) == physical:
                    print(f"  process {int(p['pid'])} ({p['name'].string()}) at {va:#x}: {rights(entry)}")


for command in (Ps, Areas, Ptes, Frame):
    command()
