"""What newer QEMUs have and ours has not: `make test-newest` runs this under one."""

import os

import pytest

pytestmark = pytest.mark.skipif("NEWEST" not in os.environ, reason="make test-newest runs it")


@pytest.mark.parametrize("name", ["rv64", "max", "max,svadu=off", "rva22s64", "rva23s64"])
def test_whole_system(machine, name):
    """svadu=off: hardware that does not set A and D by itself."""
    m = machine(extra=["-cpu", name])
    m.check("cowtest", "ALL COW TESTS PASSED", timeout=240)
    m.check("usertests -q", "ALL TESTS PASSED", timeout=240)
    m.check("rightstest", "rightstest: OK")
    m.poweroff()


@pytest.mark.parametrize("name", [
    "rv64,smdbltrp=on,ssdbltrp=on,smrnmi=on,h=off", "rv64,smstateen=on,pmp=off", "max,smcntrpmf=off"])
def test_begins_without_traps(machine, name):
    """Harts on which a trap is one too many until they are told otherwise."""
    m = machine(extra=["-cpu", name])
    m.check("forktest", "fork test OK")
    m.poweroff()


@pytest.mark.parametrize("name,missing", [
    ("rv64,sv39=off", "Sv39"), ("rv64,zicntr=off", "Zicntr"), ("sifive-u34", "32 bits")])
def test_unfit(machine, name, missing):
    m = machine(boot=False, extra=["-cpu", name])
    m.start()
    assert m.wait_end() == 1 and missing in m.said, m.said
