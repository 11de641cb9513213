"""The debug build (make DEBUG=1): UBSan, the lock-order checker, junk in freed frames."""

import kine
import pytest


@pytest.mark.parametrize("command,wanted", [("cowtest", "ALL COW TESTS PASSED"),
                                            ("usertests -q", "ALL TESTS PASSED"),
                                            ("killer -t 5", ": OK"), ("stressfs", ""),
                                            ("auditbomb -t 3", ": OK")],
                         ids=["cowtest", "usertests", "killer", "stressfs", "auditbomb"])
def test_debug_build(machine, debug_tree, command, wanted):
    m = machine(root=debug_tree)
    m.check(command, wanted, timeout=250)
    m.poweroff()
