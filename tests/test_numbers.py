"""Every system call that has a number is in the list of the test that calls them all."""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[1]


def test_every_number_is_called():
    named = re.findall(r"^#define (SYS_\w+)\s+\d+", (ROOT / "kernel/syscall.h").read_text(), re.M)
    source = (ROOT / "user/tests/usertests/numbers.c").read_text()
    listed = re.findall(r"SYS_\w+", source[source.index("number[] = {"):source.index("};")])
    assert len(named) > 50 and sorted(named) == sorted(listed)
