"""What must not bring the system down: bombs, kills, thousands of forks, failing disks."""

import re
import time

import blkdebug
import debugger
import grader
import kine
import pytest


def alive(m):
    """The shell works, nothing is lost."""
    assert "still here" in m.run("echo still here")
    m.audit()
    m.poweroff()


@pytest.fixture
def rough(machine, programs_tree):
    """rough(mem="32M", ...): a machine with the programs of tests/guest/programs."""
    return lambda **options: machine(root=programs_tree, **options)


def test_fuzz_calls(machine, seed):
    """A short round of what `make fuzz-calls` does for hours."""
    m = machine()
    m.check(f"fuzzcalls -t 15 -s {seed}", " calls: OK", timeout=150)
    m.poweroff()


def test_ten_thousand_forks(machine):
    m = machine()
    m.check("forkloop 10000", ": OK", timeout=200)
    m.poweroff()


@pytest.mark.parametrize("command", ["forkbomb -t 3", "membomb -t 3", "oomtest", "fptest",
                                     "killer -t 5 -s {seed}", "auditbomb -t 5"],
                         ids=lambda command: command.split()[0])
@pytest.mark.parametrize("cpus,mem", [(1, "32M"), (3, "128M")])
def test_self_checking(machine, command, cpus, mem, seed):
    """Programs that do something rough and see for themselves that all is as before."""
    m = machine(cpus=cpus, mem=mem)
    m.check(command.format(seed=seed), ": OK", timeout=120)
    m.poweroff()


@pytest.mark.parametrize("cpus,mem", [(1, "32M"), (3, "128M")])
def test_out_of_memory(machine, cpus, mem):
    """Whose end gives back most is killed, and the console says who, with the sizes."""
    m = machine(cpus=cpus, mem=mem)
    out = m.check("oomvictim", "oomvictim: OK", timeout=60)
    large = re.findall(r"^oomvictim: (heap|two in one memory|shared memory): pid (\d+)", out, re.M)
    killed = re.findall(r"^out of memory: killed pid=(\d+) oomvictim, (\d+) KiB of its own; (\d+) KiB of RAM$",
                        out, re.M)
    assert [pid for pid, own, ram in killed] == [pid for kind, pid in large], out
    assert all(int(ram) // 2 < int(own) < int(ram) for pid, own, ram in killed), out
    m.poweroff()


@pytest.mark.parametrize("cpus,mem", [(1, "32M"), (3, "128M"), (8, "1G")])
def test_fork_bomb(rough, cpus, mem):
    """At the limit of processes, or of memory: whichever comes first."""
    m = rough(cpus=cpus, mem=mem)
    m.run("bomb fork", timeout=120)
    m.run("sleep 5")
    alive(m)


@pytest.mark.parametrize("cpus,mem", [(1, "32M"), (3, "128M")])
def test_memory_bomb(rough, cpus, mem):
    """Processes that touch more memory than there is are killed with a message, no more."""
    m = rough(cpus=cpus, mem=mem)
    m.run("bomb memory", timeout=120)
    assert "out of memory" in m.said
    alive(m)


def test_fork_and_memory_bomb(rough):
    m = rough()
    m.run("bomb fork & bomb memory", timeout=200)
    m.run("wait", timeout=100)
    m.run("sleep 10")
    alive(m)


def test_no_message_within_a_line(rough):
    """Kernel messages stand on lines of their own."""
    m = rough()
    out = m.run("bomb line")
    assert out.splitlines().count("begin end") == 5, out
    assert len(re.findall(r"^usertrap\(\): .*$", out, re.M)) == 5, out
    alive(m)


def test_kill_anything(rough):
    """Every process is killed while it does something else; init cannot be."""
    m = rough()
    m.run("sleep 1000 &")
    m.run("cat /README | grep nothing &")
    m.run("forkloop 10000000 &")
    m.run("kill 1")
    pids = [int(p) for p in re.findall(r"^\s*(\d+)", m.run("ps"), re.M)]
    for pid in pids:
        if pid > 2:
            m.run(f"kill {pid}")
    m.run("sleep 2")
    left = m.run("ps")
    assert not re.search(r" (sleep|cat|forkloop)$", left, re.M), left
    alive(m)


def test_hart_that_comes_late(rough):
    """It finds more busy processes than harts, takes one, and must give it up like the others."""
    port = grader.free_port()
    m = rough(cpus=2, boot=False, extra=["-S", "-gdb", f"tcp::{port}"])
    m.start()
    gdb = debugger.Debugger(port)
    late = gdb.run_to(kine.symbol("kmain_secondary", m.root))
    gdb.go_on_without(late, harts=2)
    m.boot()
    for _ in range(4):
        m.run("bomb spin &")
    gdb.let_go()
    time.sleep(1)
    pids = re.findall(r"^\s*(\d+).* bomb$", m.run("ps"), re.M)
    assert len(pids) == 4
    m.run("kill " + " ".join(pids))
    m.run("sleep 10")
    assert "bomb" not in m.run("ps")
    alive(m)


def test_kill_in_the_midst_of_fork(rough):
    m = rough()
    for _ in range(5):
        m.send("forkloop 100000 &\n")
        m.expect(kine.PROMPT)
    time.sleep(1)
    for line in m.run("ps").splitlines():
        match = re.match(r"\s*(\d+).*forkloop", line)
        if match:
            m.run(f"kill {match.group(1)}")
    m.run("sleep 10")
    assert "forkloop" not in m.run("ps")
    alive(m)


def test_out_of_disk(rough):
    """A full disk refuses writes; what is deleted comes back."""
    m = rough()
    m.run("mkdir full")
    for i in range(3):
        m.run(f"bomb disk full/a{i}", timeout=120)
        m.run(f"rm full/a{i}")
    m.run("echo fits > full/b")
    assert "fits" in m.run("cat full/b")
    alive(m)


@pytest.mark.parametrize("event,after", [("read_aio", 400), ("write_aio", 1), ("write_aio", 30),
                                         ("flush_to_disk", 1)])
def test_disk_errors(machine, tmp_path, event, after):
    """A disk that fails gives errors to whoever asked; the kernel goes on."""
    image = kine.private_image(f"errors-{event}-{after}")
    config = tmp_path / "blkdebug.conf"
    config.write_text(blkdebug.failing(event, after))
    m = machine(boot=False, image=image)
    blkdebug.attach(m, image, config)
    m.boot()
    m.run("echo one > file; cat file; mkdir d; ls; ls d")
    m.run("sync")
    for i in range(5):
        m.run(f"echo {i} > f{i}; cat f{i} | wc; grep a README; ls f{i}")
    m.run("sync", timeout=60)
    assert "shell lives" in m.run("echo shell lives")
    # Where the program cannot be read any more there is nothing to be run.
    out = m.run("audit")
    assert "audit: clean" in out or "error" in out, out
    assert "panic" not in m.said


def starts_when_reads_fail(machine, config, after):
    """=> what is said until the prompt, or until the machine gives up"""
    config.write_text(blkdebug.failing_for_a_while("read_aio", after, times=2))
    image = kine.private_image(f"init-{after}")
    m = machine(boot=False, image=image)
    blkdebug.attach(m, image, config)
    m.start()
    m.expect(rf"{kine.PROMPT.pattern}|cannot be (mounted|started)")
    if "$" in m.child.after:
        alive(m)
    return m.said


def test_init_outlives_its_disk(machine, tmp_path):
    """Reads fail for a while, from each read of a boot on: what cannot be mounted, and an init that is
    not there, are told; an init that runs waits for its page, and brings a shell when there is one."""
    said = [starts_when_reads_fail(machine, tmp_path / "blkdebug.conf", after) for after in range(5, 20)]
    assert all(re.search("cannot be (read|mounted|started)", text) for text in said)
    runs = [text for text in said if "init: starting sh" in text]
    assert any(re.search(r"cannot be read\n(.*\n)*init: starting sh", text) for text in runs), "init did not wait"
    assert sum(text.count("init: starting sh") > 1 for text in runs) >= 3, "the shell was not in want"
