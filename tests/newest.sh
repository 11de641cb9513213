#!/bin/sh
# Builds and runs Kine with the newest stable compiler and QEMU of Debian, in a folder of its own
# (make test-newest).  ROOT: that folder; MIRROR, SUITE: where it comes from; LIMIT: seconds that the
# tests may take.  Skipped, with a sentence, where it cannot be had.
set -e

MIRROR=${MIRROR:-http://deb.debian.org/debian}
SUITE=${SUITE:-trixie}
PACKAGES=make,gcc,patch,libc6-dev,gcc-riscv64-unknown-elf,qemu-system-riscv,qemu-utils,gdb-multiarch
PACKAGES=$PACKAGES,python3,python3-pytest,python3-pexpect,device-tree-compiler

skip() {
	echo "test-newest is skipped: $1" >&2
	exit 0
}

[ "$(id -u)" -eq 0 ] || skip "only root may set up another system in a folder."
if [ ! -e "$ROOT/ready" ]; then
	command -v mmdebstrap >/dev/null || skip "mmdebstrap is not installed (apt-get install mmdebstrap)."
	rm -rf "$ROOT"
	timeout 600 mmdebstrap --quiet --variant=minbase --include="$PACKAGES" "$SUITE" "$ROOT" "$MIRROR" ||
		skip "no $SUITE to be had from $MIRROR (MIRROR=... names another)."
	touch "$ROOT/ready"
fi

rm -rf "$ROOT/kine"
mkdir "$ROOT/kine"
tar -c --exclude=./build --exclude=./.git --exclude=./kernel/kernel --exclude=./kernel/kernel.sym \
	--exclude=./kernel/kernel-sbi --exclude=./fs.img . | tar -x -C "$ROOT/kine"
chroot "$ROOT" sh -c 'qemu-system-riscv64 --version | head -1; riscv64-unknown-elf-gcc --version | head -1'
timeout "${LIMIT:-5400}" chroot "$ROOT" env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS \
	PYTHONDONTWRITEBYTECODE=1 NEWEST=1 SLOW="${SLOW:-1}" \
	sh -c 'cd /kine && make -s -j2 all && python3 -m pytest -p no:cacheprovider -q tests/guest/test_newest.py tests/guest/test_machine.py'
