"""The kernel under the address sanitizer (make KASAN=1): it reports each kind of fault that is
planted (kernel/planted.c), and nothing else.  `make KASAN=1 test` runs all guest tests on it."""

import re

import kine
import pytest

SLOWNESS = 4  # every access is a call


@pytest.fixture(scope="module", autouse=True)
def kasan_build():
    kernel = kine.make("KASAN=1", "print-kernel").strip()
    kine.make("KASAN=1", kernel, f"{kernel}.sym", f"{kernel}-sbi", "fs.img")


@pytest.fixture
def checked(machine):
    """checked(...): a machine with the sanitizer's kernel."""
    return lambda **options: machine(build=["KASAN=1"], **options)


# What is reported, where it was done, what more is said.
FAULTS = {
    "object-after-free": ("use after free: read of size 1", "object_after_free",
                          r"16 bytes into an object of 72 bytes, cache thing\n"
                          r"    allocated by \w+ object_after_free\S+\n    freed by \w+ object_after_free"),
    "object-long-after-free": ("use after free", "object_long_after_free", "cache thing"),
    "object-behind": ("out of bounds of an object", "object_behind", "72 bytes into an object of 72"),
    "object-before": ("out of bounds of an object", "object_before", ""),
    "object-freed-twice": ("freed twice", "object_freed_twice", "freed by \\w+ object_freed_twice"),
    "kmalloc-behind": ("out of bounds of an object", "kmalloc_behind", "allocated by \\w+ kmalloc_behind"),
    "kmalloc-behind-half-a-page": ("out of bounds of an object", "kmalloc_behind_half_a_page", ""),
    "kmalloc-copy-behind": ("out of bounds of an object: write of size 108", "kmalloc_copy_behind",
                            "100 bytes into"),
    "page-after-free": ("use of a free page", "page_after_free", ""),
    "page-copied-after-free": ("use of a free page: read of size 4096", "page_copied_after_free", ""),
    "stack-behind": ("out of bounds on the stack", "stack_behind", ""),
    "stack-after-scope": ("use after scope on the stack", "stack_after_scope", ""),
    "kernel-stack-after-free": ("use of a free kernel stack", "kernel_stack_after_free", ""),
    "global-behind": ("out of bounds of a global", "global_behind",
                      "40 bytes into 'global_thing' of 40 bytes .kernel/planted.c."),
    "global-copied-too-far": ("out of bounds of a global: read of size 41", "global_copied_too_far", ""),
}


def test_every_planted_fault_is_tested():
    source = (kine.ROOT / "kernel/planted.c").read_text()
    assert set(re.findall(r'\{ "([a-z-]+)", \w+ \}', source)) == set(FAULTS)


@pytest.mark.parametrize("name", FAULTS)
def test_planted_fault(checked, name):
    kind, function, more = FAULTS[name]
    m = checked(boot=False, cpus=1, append=f"panic=exit kasan-test={name}").start()
    assert m.wait_end() != 0
    report = m.said
    assert f"kasan: {kind}" in report
    assert re.search(rf"^    \w+ {function}\+0x\w+$", report, re.M), report
    assert re.search(more, report), report


@pytest.mark.parametrize("mem,cpus,bios", [("32M", 1, "none"), ("1G", 8, "none"), ("128M", 3, "default")])
def test_boots(checked, mem, cpus, bios):
    m = checked(mem=mem, cpus=cpus, bios=bios)
    m.check("forktest", "fork test OK", timeout=60 * SLOWNESS)
    m.poweroff()


@pytest.mark.parametrize("command,wanted", [("cowtest", "ALL COW TESTS PASSED"),
                                            ("usertests -q", "ALL TESTS PASSED"),
                                            ("grind -t 5", "grind: ok"),
                                            ("fuzzcalls -t 5", " calls: OK")],
                         ids=["cowtest", "usertests", "grind", "fuzzcalls"])
def test_finds_nothing(checked, command, wanted):
    m = checked()
    m.check(command, wanted, timeout=100 * SLOWNESS)
    m.poweroff()
