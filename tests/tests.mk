# How the tests are run.  Included by the Makefile.

#: make setup        install the packages that building and testing need (Debian, Ubuntu)
SETUP_PACKAGES := make gcc libc6-dev gcc-riscv64-unknown-elf qemu-system-misc qemu-utils gdb-multiarch \
	python3 python3-pytest python3-pexpect device-tree-compiler clang-format gnuplot-nox
setup:
	apt-get update -qq
	apt-get install -y -qq --no-install-recommends $(SETUP_PACKAGES)
.PHONY: setup

include tests/unit/unit.mk
