"""What must not bring the system down: bombs, kills, thousands of forks, failing disks."""

import re
import time

import kine
import pytest


def alive(m):
    """The shell works, nothing is lost."""
    assert "still here" in m.run("echo still here")
    m.audit()
    m.poweroff()


def free_pages(m):
    return int(re.search(r"(\d+)", m.run("free -p")).group(1))


def test_ten_thousand_forks(machine):
    m = machine()
    m.run("forkloop 10000", timeout=200)
    alive(m)


@pytest.mark.parametrize("mem", ["32M", "128M"])
def test_fork_bomb(machine, mem):
    """At the limit of processes, or of memory: whoever comes first."""
    m = machine(mem=mem)
    m.run("bomb fork", timeout=120)
    m.run("sleep 5")
    alive(m)


@pytest.mark.parametrize("cpus,mem", [(1, "32M"), (3, "128M")])
def test_memory_bomb(machine, cpus, mem):
    """Processes that touch more memory than there is are killed with a message, no more."""
    m = machine(cpus=cpus, mem=mem)
    m.run("bomb memory", timeout=120)
    assert "out of memory" in m.said
    alive(m)


def test_kill_anything(machine):
    """Every process is killed while it does something else; init cannot be."""
    m = machine()
    m.run("sleep 1000 &")
    m.run("cat /README | grep nothing &")
    m.run("(while_forever) &")
    m.run("kill 1")
    pids = [int(p) for p in re.findall(r"^\s*(\d+)", m.run("ps"), re.M)]
    for pid in pids:
        if pid > 2:
            m.run(f"kill {pid}")
    m.run("sleep 2")
    assert "sleep" not in re.sub(r"^.*\$ .*$", "", m.run("ps"), flags=re.M)
    alive(m)


def test_kill_in_the_midst_of_fork(machine):
    m = machine()
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


def test_out_of_disk(machine):
    """A full disk refuses writes; what is deleted comes back."""
    m = machine()
    m.run("mkdir full")
    for i in range(3):
        m.run(f"bomb disk full/a{i}", timeout=120)
        m.run(f"rm full/a{i}")
    m.run("echo fits > full/b")
    assert "fits" in m.run("cat full/b")
    alive(m)


def blkdebug(image, rules, tmp_path):
    """QEMU arguments that put an error-injecting layer over the disk."""
    config = tmp_path / "blkdebug.conf"
    config.write_text("".join(f"[inject-error]\n{rule}\n" for rule in rules))
    return config


def with_errors(m, image, config):
    m.command = [w.replace(f"file={image},if=none,format=raw",
                           f"file=blkdebug:{config}:{image},if=none,format=raw") for w in m.command]


@pytest.mark.parametrize("event,errno", [("read_aio", 5), ("write_aio", 5), ("flush_to_disk", 5)])
def test_disk_errors(machine, tmp_path, event, errno):
    """A disk that fails gives errors to whoever asked; the kernel goes on."""
    image = kine.private_image(f"errors-{event}")
    # The first requests work, so that the system comes up; later ones of the kind fail, for ever.
    config = tmp_path / "blkdebug.conf"
    states = 400 if event == "read_aio" else 1
    config.write_text("".join(
        f'[set-state]\nstate = "{n}"\nevent = "{event}"\nnew_state = "{n + 1}"\n'
        for n in range(1, states)) +
        f'[inject-error]\nstate = "{states}"\nevent = "{event}"\nerrno = "{errno}"\n')
    m = machine(boot=False, image=image)
    with_errors(m, image, config)
    m.boot()
    m.run("echo one > file; cat file; mkdir d; ls; ls d")
    m.run("sync")
    for i in range(5):
        m.run(f"echo {i} > f{i}; cat f{i} | wc; grep -c a README; usertests copyin")
    m.run("sync", timeout=60)
    out = m.run("echo shell lives")
    assert "shell lives" in out
    assert "panic" not in m.said
    m.audit()
    image.unlink()
