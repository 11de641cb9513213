#!/bin/sh
# Installs what building and testing need (make setup).  PACKAGES: their names on Debian; OPTIONAL:
# of those that need not be.
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

# => those of its arguments that are not installed
not_installed() {
	for package in "$@"; do
		dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || echo "$package"
	done
}

# shellcheck disable=SC2086
missing=$(not_installed $PACKAGES)
# shellcheck disable=SC2086
optional=$(not_installed $OPTIONAL)
if [ -z "$missing$optional" ]; then
	echo "Everything is installed: $PACKAGES $OPTIONAL"
	exit 0
fi
$as_root apt-get update -qq
install="$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends"
# shellcheck disable=SC2086
[ -z "$missing" ] || $install $missing
for package in $optional; do
	$install "$package" || echo "$package is not to be had: what needs it is skipped." >&2
done
