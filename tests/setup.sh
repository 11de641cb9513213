#!/bin/sh
# Installs what building and testing need (make setup).  PACKAGES: their names on Debian.
set -e

if ! command -v apt-get >/dev/null 2>&1; then
	cat >&2 <<-END
	This script knows apt-get (Debian, Ubuntu) only.  Elsewhere install:
	  macOS   brew install riscv64-elf-gcc riscv64-elf-gdb qemu dtc python gnuplot make
	  Fedora  dnf install gcc make gcc-riscv64-linux-gnu qemu-system-riscv qemu-img gdb dtc libasan libubsan python3-pytest python3-pexpect gnuplot
	  Arch    pacman -S base-devel riscv64-elf-gcc riscv64-elf-gdb qemu-system-riscv qemu-img dtc python-pytest python-pexpect gnuplot
	and, where no package gives them: pip install pytest pexpect
	END
	exit 1
fi

if [ "$(id -u)" -eq 0 ]; then
	as_root=""
elif command -v sudo >/dev/null 2>&1; then
	as_root="sudo"
else
	echo "make setup installs packages: run it as root, or install sudo." >&2
	exit 1
fi

missing=""
for package in $PACKAGES; do
	dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
		missing="$missing $package"
done
if [ -z "$missing" ]; then
	echo "Everything is installed: $PACKAGES"
	exit 0
fi
$as_root apt-get update -qq
# shellcheck disable=SC2086
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
