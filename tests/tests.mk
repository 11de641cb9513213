# How the tests are run.  Included by the Makefile.  docs/testing.md is the chapter about them.

SETUP_PACKAGES := make gcc patch libc6-dev gcc-riscv64-unknown-elf gcc-riscv64-linux-gnu \
	qemu-system-misc qemu-utils gdb-multiarch \
	python3 dash python3-pytest python3-pexpect device-tree-compiler clang-format gnuplot-nox

# What is installed where it is to be had, and left out with a sentence where it is not.
SETUP_OPTIONAL := libc6-dev-riscv64-cross

#: make setup        install the packages that building and testing need (Debian, Ubuntu)
setup:
	@PACKAGES="$(SETUP_PACKAGES)" OPTIONAL="$(SETUP_OPTIONAL)" sh tests/setup.sh
.PHONY: setup

#: make unit         unit tests on the host alone, without QEMU's guests
include tests/unit/unit.mk

# Expanded here: a recipe in which make's own name stands would be run by `make -n` too.
DRIVER := PYTHONDONTWRITEBYTECODE=1 MAKE=$(MAKE) $(PYTHON)
PYTEST := $(DRIVER) -m pytest -p no:cacheprovider

check-pytest:
	@$(PYTHON) -c 'import pytest, pexpect' 2>/dev/null || \
		$(call stop,$(PYTHON) has no pytest or no pexpect: run 'make setup'$(comma) or say PYTHON=...)
.PHONY: check-pytest

#: make test         everything in about twenty minutes: unit tests, layers, guests in QEMU
#:                   (PYTEST_ARGS='-k cow' for a part, SEED=n for other random numbers)
test: check-pytest all unit-build
	$(PYTEST) $(PYTEST_ARGS) tests
#: make test-all     the same at every machine size, REPEAT=n times with n seeds
test-all: check-pytest all unit-build
	$(PYTEST) --full --repeat $(or $(REPEAT),1) $(PYTEST_ARGS) tests
.PHONY: test test-all

#: make test-newest  the quick part under Debian's newest stable QEMU and compiler, in a folder of its own
test-newest:
	@ROOT=$(abspath $(B))/newest sh tests/newest.sh
.PHONY: test-newest

#: make grade        points for each part, as a course grader counts them
grade: check-pytest
	@$(DRIVER) tests/grade $(GRADE_ARGS)
.PHONY: grade

#: make mutants      put known faults into copies of the tree and see the tests catch them (MUTANT=name)
mutants: check-pytest all unit-build
	@$(DRIVER) tests/mutants/run.py $(MUTANT)
.PHONY: mutants

#: make mutate       change the kernel at N random places, one at a time, and see the tests catch it
#:                   (N=100 SEED=1 FILES='kernel/vm kernel/fs/tree.c' JOBS=1 RETRY=1)
mutate: check-pytest all
	@$(DRIVER) tests/mutate/run.py N=$(N) SEED=$(SEED) \
		FILES='$(FILES)' JOBS=$(JOBS) RETRY=$(RETRY)
.PHONY: mutate

#: make crash        power cuts: a disk on the host cut at 100,000 moments, QEMU's disk cut, QEMU killed

#: make layers       check kernel/LAYERS: includes and symbols run downhill, no long functions
layers: kernel/kernel
	@PYTHONDONTWRITEBYTECODE=1 $(PYTHON) tests/layers.py $(B)
.PHONY: layers

#: make bench        guest instructions per operation beside those of other systems; BASE=build/bench.json
#:                   of an earlier run names the rows that are more than 3 % slower than there
bench: check-pytest all
	@$(DRIVER) tests/bench.py $(B) $(BASE)
.PHONY: bench

include tests/wall/wall.mk
include tests/debian/debian.mk

# The command that `make qemu` runs, for scripts that add to it.
print-qemu:
	@printf '%s\n' '$(QEMU) $(QEMUOPTS)'
# The kernel that it boots.
print-kernel:
	@echo $(KERNEL)
.PHONY: print-qemu print-kernel
