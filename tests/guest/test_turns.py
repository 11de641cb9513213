"""Who runs when, and who pays for it."""


def test_turns(machine):
    """On one hart, with a clock that counts instructions: what the host does beside it does not count."""
    m = machine(cpus=1, extra=["-icount", "shift=4"])
    m.check("turntest", "turntest: OK", timeout=120)
    m.poweroff()
