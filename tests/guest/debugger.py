"""QEMU's debugger port, spoken to directly: harts can be held up."""

import re

import grader


class Debugger:
    """QEMU was started with -S -gdb tcp::PORT.  A thread of the protocol is a hart."""

    def __init__(self, port):
        self.socket = grader.attach(port)
        self.socket.settimeout(60)
        self.heard = ""

    def say(self, text):
        self.socket.sendall(grader.packet(text))

    def hear(self, pattern):
        """Waits for an answer and acknowledges it; what comes before it is passed over.

        Nothing is sent before it is there: any byte would stop a machine that runs.
        """
        while not (match := re.search(pattern, self.heard)):
            self.heard += self.socket.recv(4096).decode()
        self.heard = self.heard[match.end():]
        self.socket.sendall(b"+")
        return match

    def ask(self, text, pattern=r"\$OK#.."):
        self.say(text)
        return self.hear(pattern)

    def run_to(self, address):
        """Runs all harts until one comes to the address.  => its thread"""
        self.ask(f"Z1,{address:x},2")
        stopped = self.ask("vCont;c", r"\$T05thread:(\w+);#..")
        self.ask(f"z1,{address:x},2")
        return int(stopped[1], 16)

    def go_on_without(self, held, harts):
        """Runs all harts but one."""
        self.say("vCont;" + ";".join(f"c:{n:x}" for n in range(1, harts + 1) if n != held))

    def let_go(self):
        """Stops all and goes on with all; the debugger is gone."""
        self.socket.sendall(b"\x03")
        self.hear(r"\$T02\S*#..")
        self.ask("D")
        self.socket.close()
