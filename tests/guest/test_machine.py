"""Harts of every kind, what firmware leaves behind in them, and compilers of every name."""

import re
import shutil
import subprocess

import grader
import kine
import pytest

ENTRY = 0x80200000  # kernel.ld: where the first instruction of S-mode is
FIRMWARE = ["none", "default"]
SENTENCE = r"\nkine: this hart (cannot be used, as it )?has no .*{0}.*; QEMU's -cpu rv64 has"


def qemu_version():
    said = subprocess.run(["qemu-system-riscv64", "--version"], text=True, stdout=subprocess.PIPE).stdout
    return int(re.search(r"version (\d+)", said)[1])


def cpu(name):
    if "a=off" in name and qemu_version() >= 8:
        name += ",zawrs=off"  # QEMU insists: it needs A
    return ["-cpu", name]


def ends_with_a_sentence(m, missing):
    m.start()
    status = m.wait_end()
    assert status == 1 and re.search(SENTENCE.format(missing), m.said), m.said


# --- harts that lack something --------------------------------------------------------------------

@pytest.mark.parametrize("name,missing", [
    ("rv64,a=off", r"\(A\)"), ("rv64,m=off", r"\(M\)"), ("rv64,c=off", r"\(C\)"),
    ("rv64,Zifencei=off", r"\(Zifencei\)"), ("rv64,s=off,h=off", r"\(S\)"),
    ("rv64,mmu=off", r"\(Sv39\)")])
def test_unfit_hart(machine, name, missing):
    """Three of them: one speaks for all."""
    ends_with_a_sentence(machine(boot=False, extra=cpu(name)), missing)


def test_unfit_hart_under_firmware(machine):
    ends_with_a_sentence(machine(boot=False, bios="default", extra=cpu("rv64,mmu=off")), "Sv39")


def models():
    said = subprocess.run(["qemu-system-riscv64", "-cpu", "help"], text=True, stdout=subprocess.PIPE)
    names = [line.strip() for line in said.stdout.splitlines() if not line.endswith(":")]
    # Harts without Zicsr do not get through QEMU's own reset code; it refuses those of 128 bits itself.
    return [n for n in names if not re.fullmatch(r"x-rv128|rv(32|64)[ie]", n)]


@pytest.mark.parametrize("name", models())
def test_every_model(machine, name):
    """Each ends in a shell or in a sentence."""
    m = machine(boot=False, extra=cpu(name))
    m.start()
    m.expect(rf"{kine.PROMPT.pattern}|\nkine: this hart .*\n")
    if "this hart" in m.child.after:
        assert m.wait_end() == 1
        return
    m.run("rightstest")
    m.check("cowtest simple", "ALL COW TESTS PASSED")
    m.poweroff()


@pytest.mark.parametrize("name", ["rv64,pmp=off", "rv64,h=off,priv_spec=v1.10.0", "rv64,h=off,sstc=off",
                                  "rv64,Zihintpause=off"])
def test_works_without(machine, name):
    """What is optional may be missing."""
    m = machine(extra=cpu(name))
    m.check("cowtest simple", "ALL COW TESTS PASSED")
    m.run("sleep 1")
    m.poweroff()


# --- what user mode may do --------------------------------------------------------------------------

@pytest.mark.parametrize("bios", FIRMWARE)
@pytest.mark.parametrize("name", ["rv64", "rv64,v=on,zk=on"])
def test_rights_of_programs(machine, bios, name):
    """Vectors, caches, other modes' registers: shut under either firmware."""
    m = machine(bios=bios, extra=cpu(name))
    m.check("rightstest", "rightstest: OK")
    m.poweroff()


def debug(port, *steps):
    """Has gdb do the steps.  => what it said"""
    first = ["set architecture riscv:rv64", "set pagination off", f"target remote 127.0.0.1:{port}"]
    words = [word for step in [*first, *steps] for word in ("-ex", step)]
    return subprocess.run(["gdb-multiarch", "-q", "-batch", "-nx", *words, kine.kernel()], text=True,
                          cwd=kine.ROOT, check=True, timeout=60 * kine.SLOW, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT).stdout


def debugged(machine, name="rv64", **options):
    """=> a machine that a debugger holds before its first instruction, and the port"""
    port = grader.free_port()
    m = machine(boot=False, extra=[*cpu(name), "-S", "-gdb", f"tcp:127.0.0.1:{port}"], **options)
    m.start()
    return m, port


# Registers, what firmware may have left in them, and what a program finds: sstatus with SUM, MXR, VS,
# FS, SPP, SPIE and SIE set; the others with everything.
LEFT = {"sstatus": (0xc6722, 0), "senvcfg": (0xf1, 0), "scounteren": (0xffffffff, 7),
        "hstatus": (0x2007003e0, 0x200000000), "hcounteren": (0xffffffff, 0)}
SSTATUS_RIGHTS = 0xde600  # SUM, MXR, XS, FS, VS


@pytest.mark.parametrize("bios", FIRMWARE)
def test_nothing_is_inherited(machine, bios):
    """Every right that firmware left open is shut when the first system call arrives."""
    m, port = debugged(machine, "rv64,v=on", bios=bios, cpus=1)
    dirty = [f"set ${name} = {left[0]:#x}" for name, left in LEFT.items()]
    show = [f'printf "{when} {name} %#lx\\n", ${name}' for when in ("before",) for name in LEFT]
    said = debug(port, f"hbreak *{ENTRY:#x}", "continue", "delete", *dirty, *show,
                 "hbreak *sys_openat", "continue",
                 *[s.replace("before", "after") for s in show], "detach")
    values = {when: {name: int(value, 16) for name, value in
                     re.findall(rf"^{when} (\w+) (?:0x)?(\w+)$", said, re.M)}
              for when in ("before", "after")}
    assert values["before"]["sstatus"] & SSTATUS_RIGHTS, f"the debugger sets nothing:\n{said}"
    assert values["before"]["senvcfg"] and values["before"]["hstatus"] & 0x200, said
    assert not values["after"].pop("sstatus") & SSTATUS_RIGHTS, said
    for name, value in values["after"].items():
        assert value == LEFT[name][1], f"{name} is {value:#x}:\n{said}"
    m.expect(kine.PROMPT)
    m.poweroff()


# --- more than one hart at the entry ----------------------------------------------------------------

@pytest.mark.parametrize("bios", FIRMWARE)
@pytest.mark.parametrize("again", range(4))
def test_all_harts_at_the_entry(machine, tmp_path, bios, again):
    """Firmware lets all harts into the kernel at once: one boots, the others wait to be asked, and all
    of them work in the end."""
    m, port = debugged(machine, bios=bios, cpus=3)
    boot_map, arrivals, hart_start = (kine.symbol(name) & 0xffffffff
                                      for name in ("boot_map", "arrivals", "sbi_hart_start"))
    # The first is held where it has come some way.  There it asks its firmware for the others, which
    # are held at the entry; then it is set back to them, and all go on together.
    steps = [f"hbreak *{ENTRY:#x}", "continue", "delete", "set $fdt = $a1", "set $first = $_thread",
             f"hbreak *{boot_map:#x}", "continue", "set scheduler-locking on"]
    for hart in range(3):
        steps += [f"if $first != {hart + 1}",
                  f"set $pc = {hart_start:#x}", f"set $ra = {boot_map:#x}",
                  f"set $a0 = {hart}", f"set $a1 = {ENTRY:#x}", "set $a2 = $fdt", "continue",
                  f"thread {hart + 1}", f"hbreak *{ENTRY:#x}", "continue", "thread $first", "end"]
    steps += ["delete", f"set {{long}}{arrivals:#x} = 0", f"set $pc = {ENTRY:#x}",
              "set $a0 = $first - 1", "set $a1 = $fdt", "info threads"]
    script = tmp_path / "script"
    script.write_text("\n".join([*steps, "detach"]))
    said = debug(port, f"source {script}")
    assert len(re.findall(rf"CPU#\d .* 0x0*{ENTRY:x} ", said)) == 3, said
    m.expect("kine: 128 MiB of RAM, 3 harts")
    m.expect(kine.PROMPT)
    assert m.said.count("kine: 128") == 1 and "does not start" not in m.said, m.said
    m.run("forktest")
    online = debug(port, *[f'printf "online %d\\n", harts[{n}].online' for n in range(3)], "detach")
    assert online.count("online 1\n") == 3, online
    m.send("poweroff\n")
    assert m.wait_end() == 0


# --- compilers ----------------------------------------------------------------------------------------

def built_with():
    """=> the prefix that this tree is built with: all other tests are about that one"""
    return kine.make("print-prefix").strip()


@pytest.mark.parametrize("prefix", ["riscv64-unknown-elf-", "riscv64-elf-", "riscv64-linux-gnu-"])
def test_every_prefix(machine, tmp_path, prefix):
    """What the Makefile looks for builds a kernel and programs that run."""
    if not shutil.which(prefix + "gcc"):
        pytest.skip(f"{prefix}gcc is not installed")
    if prefix == built_with():
        pytest.skip(f"{prefix}gcc is what everything else is tested with")
    tree = kine.copy_tree(tmp_path / "tree")
    kine.make("clean", cwd=tree)
    said = kine.make("-j2", f"TOOLPREFIX={prefix}", "all", cwd=tree)
    assert "warning" not in said, said
    m = machine(root=tree)
    m.check("forktest", "fork test OK")
    m.check("cowtest simple", "ALL COW TESTS PASSED")
    m.poweroff()
