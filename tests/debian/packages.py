#!/usr/bin/env python3
"""Debian's packages for riscv64: brought by apt, which checks their signatures, with lists of its own.

usage: packages.py FOLDER PACKAGE...     unpacks them and what they need into FOLDER/root; status 2 and a
                                         sentence if they are not to be had   (environment: SUITE, MIRROR)
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

KEYS = pathlib.Path("/usr/share/keyrings/debian-archive-keyring.gpg")
TOOLS = ("apt-get", "apt-cache", "dpkg-deb")
SUITE = os.environ.get("SUITE") or "trixie"
MIRROR = os.environ.get("MIRROR") or "http://deb.debian.org/debian"
MERGED = ("bin", "lib", "sbin")  # links to the folder of that name in usr


class Unavailable(Exception):
    """What is wanted of Debian cannot be had."""


def apt_settings(folder, suite, mirror):
    """Settings with which apt knows of one source, for riscv64, and keeps all it has in one folder."""
    for name in ("lists/partial", "archives/partial"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "status").touch()
    (folder / "sources.list").write_text(f"deb [signed-by={KEYS}] {mirror} {suite} main\n", encoding="utf-8")
    (folder / "apt.conf").write_text(f"""\
APT::Architecture "riscv64";
APT::Architectures {{ "riscv64"; }};
APT::Sandbox::User "";
APT::Update::Error-Mode "any";
Acquire::Languages "none";
Dir::State "{folder}";
Dir::State::Lists "{folder}/lists";
Dir::State::status "{folder}/status";
Dir::Cache "{folder}";
Dir::Cache::archives "{folder}/archives";
Dir::Etc::SourceList "{folder}/sources.list";
Dir::Etc::SourceParts "-";
""", encoding="utf-8")
    return os.environ | {"APT_CONFIG": str(folder / "apt.conf")}


def command(words, what, **kwargs):
    """=> what it prints.  Unavailable: it fails, or takes too long."""
    try:
        return subprocess.run(words, check=True, text=True, timeout=400, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, **kwargs).stdout
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        last = (error.stderr or str(error)).strip().splitlines()[-1]
        raise Unavailable(f"{what}: {last}") from None


def ready(folder, suite=SUITE, mirror=MIRROR):
    """Has apt know what there is.  => the environment for its commands"""
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if missing or not KEYS.exists():
        raise Unavailable(f"{(missing + [KEYS])[0]} is not here")
    env = apt_settings(folder / "apt", suite, mirror)
    command(["apt-get", "update"], f"no {suite} for riscv64 from {mirror}", env=env)
    return env


def download(folder, package, env):
    """=> the package's file"""
    command(["apt-get", "download", package], f"no {package}", env=env, cwd=folder)
    return next(folder.glob(f"{package}_*.deb"))


def with_needs(packages, env):
    """=> the packages and those that they depend on"""
    plan = command(["apt-get", "install", "--simulate", "--no-install-recommends", *packages], "no plan", env=env)
    return re.findall(r"^Inst (\S+)", plan, re.M)


def unpack(folder, packages):
    """Makes folder/root of the packages."""
    env = ready(folder)
    fresh = folder / "fresh"
    shutil.rmtree(fresh, ignore_errors=True)
    for name in MERGED:
        (fresh / "usr" / name).mkdir(parents=True)
        (fresh / name).symlink_to(f"usr/{name}")
    needed = with_needs(packages, env)
    command(["apt-get", "download", *needed], "not all packages came", env=env, cwd=folder)
    for package in needed:
        file = next(folder.glob(f"{package}_*.deb"))
        command(["dpkg-deb", "-x", file, fresh], file.name)
        file.unlink()
    shutil.rmtree(fresh / "usr/share", ignore_errors=True)
    shutil.rmtree(folder / "root", ignore_errors=True)
    fresh.rename(folder / "root")


def main():
    folder = pathlib.Path(sys.argv[1]).resolve()
    try:
        unpack(folder, sys.argv[2:])
    except Unavailable as why:
        print(f"Debian's packages for riscv64 are not to be had ({why}).", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
