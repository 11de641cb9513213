"""The debug build (make DEBUG=1): UBSan, the lock-order checker, junk in freed frames."""

import kine
import pytest


@pytest.fixture(scope="module")
def debug_tree(tmp_path_factory):
    tree = kine.copy_tree(tmp_path_factory.mktemp("debug") / "kine")
    kine.make("DEBUG=1", "all", cwd=tree)
    return tree


@pytest.mark.parametrize("command,wanted", [("cowtest", "ALL COW TESTS PASSED"),
                                            ("usertests -q", "ALL TESTS PASSED"),
                                            ("killer -t 5", ": OK"), ("stressfs", "")],
                         ids=["cowtest", "usertests", "killer", "stressfs"])
def test_debug_build(machine, debug_tree, command, wanted):
    m = machine(root=debug_tree)
    m.check(command, wanted, timeout=250)
    m.poweroff()
