"""The terminal: modes, keys that signal, job control; typed as people type."""

import time

import kine
import pytest


@pytest.mark.parametrize("cpus", [1, 3, 8])
def test_raw_mode(machine, cpus):
    """Byte by byte, no key means anything; VMIN and VTIME in their four forms."""
    m = machine(cpus=cpus)
    m.send("ttytest raw\n")
    m.expect("raw: type\n")
    for key in "a\x03\x04\x15":
        m.send(key)
        m.expect(f"got 1: 0x{ord(key):X}\n")
    m.send("q")
    m.expect("three: type\n")
    m.send("x")
    time.sleep(0.3)
    m.send("yz")
    m.expect("got 3 bytes\n")
    m.expect("a pause: type\n")
    m.send("ab")
    m.expect("got 2 bytes\n")
    m.expect("raw: OK\n")
    m.expect(kine.PROMPT)
    m.audit()
    m.poweroff()


def test_typed_ahead_in_raw_mode(machine):
    """What comes before the mode is canonical again is edited, and ends, as if it came after."""
    m = machine()
    m.send("ttytest ahead\n")
    m.expect("ahead: type\n")
    m.send("wrong\x15righx\x7ft\n\x04")
    m.expect("line: right\n")
    m.expect("ahead: OK\n")
    m.expect(kine.PROMPT)
    m.poweroff()


@pytest.mark.parametrize("cpus", [1, 3, 8])
def test_keys_signal_the_foreground(machine, cpus):
    """A runaway loop is ended by Ctrl-C, stopped by Ctrl-Z; who is in the background may not read."""
    m = machine(cpus=cpus)
    m.send("exec ttytest jobs\n")
    for name, key in [("interrupt", "\x03"), ("quit", "\x1c"), ("suspend", "\x1a")]:
        m.expect(f"{name}: type\n")
        m.send(key)
    m.expect("jobs: OK\n")
    m.expect(kine.PROMPT)
    m.check("ttytest calls", "calls: OK")
    m.poweroff()


def test_a_paste_of_200_lines(machine):
    """Each is a command of its own, in order.  The echo of what is typed ahead may stand before any answer,
    on its line too, so the answers are words that nobody typed."""
    m = machine()
    m.send("".join(f"echo past''ed {i}\n" for i in range(200)))
    for i in range(200):
        m.expect(rf"pasted {i}\n")
    m.expect(kine.PROMPT)
    m.poweroff()
