# Kine.  `make help` lists what can be made; README.md is the first ten minutes.

ifneq ($(and $(filter setup,$(MAKECMDGOALS)),$(filter-out setup,$(MAKECMDGOALS))),)
# `make setup test`: the tools are looked for by a second make, once the first has installed them.
$(MAKECMDGOALS): after-setup
	@:
after-setup:
	@$(MAKE) --no-print-directory setup
	@$(MAKE) --no-print-directory $(filter-out setup,$(MAKECMDGOALS))
.PHONY: $(MAKECMDGOALS) after-setup
else

# --- tools ------------------------------------------------------------------------------------
ifndef TOOLPREFIX
TOOLPREFIX := $(firstword $(foreach p,riscv64-unknown-elf- riscv64-elf- riscv64-linux-gnu-,\
	$(if $(shell command -v $(p)gcc 2>/dev/null),$(p))))
endif
QEMU   ?= qemu-system-riscv64
CC      = $(TOOLPREFIX)gcc
OBJCOPY = $(TOOLPREFIX)objcopy
NM      = $(TOOLPREFIX)nm
HOSTCC ?= cc
PYTHON ?= /usr/bin/python3
GDB    ?= $(firstword $(foreach g,gdb-multiarch riscv64-unknown-elf-gdb riscv64-elf-gdb gdb,\
	$(if $(shell command -v $(g) 2>/dev/null),$(g))) gdb-multiarch)
B      := build
comma  := ,
open   := (
# $(call stop,SENTENCE): ends a recipe.  $(call need,TOOL): a recipe's first line.
stop = { echo "$(1)" >&2; exit 1; }
need = @command -v $(firstword $(1)) >/dev/null || $(call stop,$(firstword $(1)) is not installed: run 'make setup'.)
# Commands are shown in short; V=1 shows them whole.
V      ?= 0
ifeq ($(V),0)
Q := @
say = @echo "  $(1)	$(2)"
else
Q :=
say = @:
endif

# --- flags ------------------------------------------------------------------------------------
WARN   := -Wall -Wextra -Werror -Wno-unused-parameter -Wmissing-prototypes -Wstrict-prototypes
COMMON := -std=gnu11 -O2 -ggdb3 -MMD -MP $(WARN) -ffreestanding -fno-common -nostdlib \
	-fno-stack-protector -fno-stack-clash-protection -fno-asynchronous-unwind-tables -fno-pie \
	-U_FORTIFY_SOURCE -mcmodel=medany -mno-relax
KFLAGS := $(COMMON) -march=rv64imac_zicsr_zifencei -mabi=lp64 -iquote kernel -fno-jump-tables \
	-fno-omit-frame-pointer -fno-strict-aliasing -fno-tree-loop-distribute-patterns
UFLAGS := $(filter-out $(WARN),$(COMMON)) -march=rv64gc -mabi=lp64d -DKINE_USER -I. \
	-fno-builtin -fno-strict-aliasing
UWARN  := -Wall -Werror
# What is dropped into user/ may be older than the compiler: nothing that an older one let pass is an
# error, and warnings that it did not have are off.  -fhosted: main may end without a return; but the
# compiler's headers must not look for those of a C library.
UDROPPED := -fhosted -fno-builtin -isystem user/lib/include -Wall $(addprefix -Wno-,main implicit-int \
	int-conversion return-mismatch incompatible-pointer-types array-bounds array-compare \
	array-parameter address address-of-packed-member calloc-transposed-args dangling-pointer \
	enum-int-mismatch infinite-recursion maybe-uninitialized mismatched-dealloc nonnull restrict \
	sizeof-array-div stringop-overflow stringop-overread stringop-truncation uninitialized \
	use-after-free vla-parameter zero-length-bounds)
# The two settings that courses change: the pages of a program's stack, and whether sbrk() moves the
# break only (SBRK=lazy).
ifdef USERSTACK
UFLAGS += -DUSERSTACK=$(USERSTACK)
endif
ifeq ($(SBRK),lazy)
UFLAGS += -DSBRK_DEFAULT=SBRK_LAZY
endif
ifdef DEBUG
KFLAGS += -DDEBUG -fsanitize=undefined -fno-sanitize=alignment,null
endif
# The kernel and its objects: one with the address sanitizer stands beside the plain one, with the
# same programs and the same image.
KB     := $(B)
KERNEL := kernel/kernel
ifdef KASAN
KB     := $(B)/kasan
KERNEL := $(KB)/kernel/kernel
# A byte for 8 from KASAN_SHADOW (riscv/addr.h) on.
KASAN_OFFSET := 0xe000000000000000
KFLAGS += -DKASAN -DKASAN_OFFSET=$(KASAN_OFFSET)UL
CHECKED := -fsanitize=kernel-address -fasan-shadow-offset=$(KASAN_OFFSET) -fsanitize-address-use-after-scope \
	--param asan-stack=1 --param asan-globals=1 -fno-optimize-sibling-calls
# What is not checked: what runs without translation; the run time itself, and what it needs or what
# handles memory that is not in use; the end of the road.
UNCHECKED := riscv/mstub riscv/unfit riscv/port riscv/testdev riscv/bootmap riscv/fdt riscv/fdt_find \
	lib/kasan lib/memory mem/slab mem/quarantine mem/shadow riscv/panic symbols
endif
# $(call checked,OBJECT): the flags of its own that a kernel object has.
checked = $(if $(filter $(UNCHECKED:%=$(KB)/kernel/%.o),$(1)),,$(CHECKED))
# What runs before it is known what the hart can do (kernel/riscv/unfit.h): no instructions that it
# may lack.
EARLY := riscv/mstub riscv/unfit riscv/port riscv/fdt riscv/fdt_find riscv/testdev lib/string \
	lib/memory lib/kasan
EARLYFLAGS := -march=rv64ia_zicsr_zifencei
# Compilers for Linux programs link position-independent ones unless they are told not to.
LINK := -static -no-pie -Wl,--build-id=none
# Another set of flags is another build: the stamp changes only when the flags do.
FLAGSTAMP := $(B)/flags
KSTAMP    := $(KB)/kernel-flags

# --- sources ----------------------------------------------------------------------------------
KSRC  := $(sort $(wildcard kernel/*.[cS] kernel/*/*.[cS]))
KOBJ  := $(patsubst %,$(KB)/%.o,$(basename $(KSRC)))
ULSRC := $(sort $(wildcard user/lib/*.c user/lib/*.S))
ULOBJ := $(patsubst %,$(B)/%.o,$(basename $(ULSRC)))
# A program is added by dropping user/NAME.c in; nothing need be said here.  A large one keeps its
# parts in user/NAME/.  What has no main, and what is in assembler, is a part that any program in
# user/ may use.
WITH_MAIN := $(sort $(shell awk -f user/mains.awk $(wildcard user/*.c) </dev/null))
UPARTS    := $(sort $(filter-out $(WITH_MAIN),$(wildcard user/*.c)) $(wildcard user/*.S))
object_of  = $(patsubst %.c,$(B)/%.o,$(patsubst %.S,$(B)/%.S.o,$(1)))
UPOBJ     := $(call object_of,$(UPARTS))
# UPROGS chooses the programs of user/ on make's command line, as cat, _cat or $U/_cat; UEXTRA has
# more files for the image.
U := user
UPROGS := $(patsubst user/%.c,_%,$(WITH_MAIN))
PROGRAMS := $(addprefix $(B)/user/_,$(patsubst _%,%,$(notdir $(UPROGS))))
# A test program is user/tests/NAME.c, or a folder user/tests/NAME/ whose sources are linked together;
# all of them are linked with user/tests/lib.  A user/NAME.c takes the place of either.
TLOBJ  := $(patsubst %.c,$(B)/%.o,$(sort $(wildcard user/tests/lib/*.c)))
UTFILES   := $(filter-out $(PROGRAMS),$(patsubst user/tests/%.c,$(B)/user/_%,\
	$(sort $(wildcard user/tests/*.c))))
UTFOLDERS := $(filter-out $(PROGRAMS),$(patsubst user/tests/%/main.c,$(B)/user/_%,\
	$(sort $(wildcard user/tests/*/main.c))))
UTESTS := $(UTFILES) $(UTFOLDERS)
IMAGE_FILES := $(B)/README $(PROGRAMS) $(UTESTS) $(UEXTRA)

all: $(KERNEL) $(KERNEL).sym $(KERNEL)-sbi fs.img .gdbinit

ifeq ($(filter setup clean help print-gdbport,$(MAKECMDGOALS)),)
ifeq ($(TOOLPREFIX),)
$(error No RISC-V compiler found. Run `make setup` (Debian, Ubuntu), or install riscv64-unknown-elf-gcc, or say TOOLPREFIX=...)
endif
ifeq ($(shell command -v $(firstword $(HOSTCC)) 2>/dev/null),)
$(error No $(HOSTCC) found, the host's own compiler. Run `make setup` (Debian, Ubuntu), or say HOSTCC=...)
endif
endif

# --- kernel -----------------------------------------------------------------------------------
$(shell mkdir -p $(KB); echo '$(CC) $(UFLAGS)' | cmp -s - $(FLAGSTAMP) || echo '$(CC) $(UFLAGS)' > $(FLAGSTAMP))
$(shell echo '$(CC) $(KFLAGS) $(CHECKED) $(UNCHECKED) $(EARLY) $(EARLYFLAGS)' | cmp -s - $(KSTAMP) || \
	echo '$(CC) $(KFLAGS) $(CHECKED) $(UNCHECKED) $(EARLY) $(EARLYFLAGS)' > $(KSTAMP))
# So is another set of sources: when one is gone, the kernel or the image is made without it, and a
# test program that has been replaced comes back.
$(shell echo '$(KOBJ)' | cmp -s - $(KB)/kernel-sources || echo '$(KOBJ)' > $(KB)/kernel-sources)
$(shell echo '$(IMAGE_FILES)' | cmp -s - $(B)/sources || echo '$(IMAGE_FILES)' > $(B)/sources)
$(shell echo '$(UTESTS) $(UPOBJ)' | cmp -s - $(B)/tests || echo '$(UTESTS) $(UPOBJ)' > $(B)/tests)

$(patsubst %,$(KB)/kernel/%.o,$(EARLY)): KFLAGS += $(EARLYFLAGS)

$(KB)/kernel/%.o: kernel/%.c $(KSTAMP)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(KFLAGS) $(call checked,$@) -c -o $@ $<
$(KB)/kernel/%.o: kernel/%.S $(KSTAMP)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(KFLAGS) -c -o $@ $<

# The symbol table for back traces is made from a first link, which has an empty one, and put in by a
# second.
KLINK = $(CC) $(KFLAGS) $(LINK) -Wl,-T,kernel/kernel.ld
$(KB)/kernel/no-symbols.c: kernel/symbols.awk
	@mkdir -p $(@D)
	$(Q)awk -f kernel/symbols.awk /dev/null > $@
$(KB)/kernel/symbols.c: $(KOBJ) $(KB)/kernel/no-symbols.o $(KB)/kernel-sources kernel/kernel.ld kernel/symbols.awk
	$(Q)$(KLINK) -o $(KB)/kernel/stage1 $(KOBJ) $(KB)/kernel/no-symbols.o
	$(Q)$(NM) -n $(KB)/kernel/stage1 | awk -f kernel/symbols.awk > $@
$(KB)/kernel/no-symbols.o $(KB)/kernel/symbols.o: %.o: %.c $(KSTAMP)
	$(Q)$(CC) $(KFLAGS) -c -o $@ $<
$(KERNEL): $(KOBJ) $(KB)/kernel/symbols.o
	$(call say,LD,$@)
	$(Q)$(KLINK) -o $@ $(KOBJ) $(KB)/kernel/symbols.o
$(KERNEL).sym: $(KERNEL)
	$(Q)$(NM) -n $< | awk '{ print $$1, $$3 }' > $@
# The same kernel for a machine whose firmware is there already: the bare image, without our M-mode
# stub, for the firmware to load 2 MiB into RAM.
$(KERNEL)-sbi: $(KERNEL)
	$(Q)$(OBJCOPY) -O binary -R .mstub -R .mstub.data -R .mstub.bss $< $@

# --- user programs ----------------------------------------------------------------------------
# What the oldest sources need: a main that returns nothing is compiled under another name, for
# user/lib/main.c to call; exit() and wait() without an argument get one (bare_calls.h).
old_habits = $$($(CC) $(filter-out -MMD -MP,$(UFLAGS)) -w -E -P $(1) | tr '\n\t' '  ' | awk '\
	/(^|[^a-zA-Z0-9_])void +main *\(/ { print "-Dmain=void_main" } \
	/([^a-zA-Z0-9_ .>]|else|return) *(exit|wait) *\( *\) *[^{ ]/ { print "-include user/lib/include/bare_calls.h" }')
$(B)/user/%.o: user/%.c $(FLAGSTAMP)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(UFLAGS) $(if $(filter lib/% tests/%,$*),$(UWARN),$(UDROPPED) $(call old_habits,$<)) -c -o $@ $<
$(B)/user/%.o: user/%.S $(FLAGSTAMP)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(UFLAGS) -c -o $@ $<
$(ULOBJ): UFLAGS += -DKINE_LIBRARY
$(B)/user/%.S.o: user/%.S $(FLAGSTAMP)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(UFLAGS) -c -o $@ $<
$(B)/user/lib.a: $(ULOBJ)
	$(Q)rm -f $@
	$(Q)$(TOOLPREFIX)ar rcs $@ $(ULOBJ)
# muldefs: a program's own function of any name goes before the library's.  A program with a larger
# stack than USERSTACK pages says so: `$(B)/user/_NAME: USTACK := 65536`.
ULINK = $(CC) $(UFLAGS) $(LINK) $(if $(USTACK),-Wl$(comma)--defsym=kine.stack_size=$(USTACK)) \
	-Wl,-T,user/user.ld -Wl,-z,max-page-size=4096 -Wl,-z,muldefs
# The shell's parser and what walks its trees call themselves.
$(B)/user/_sh: USTACK := 524288
# The parts of a folder are linked as far as the program calls them: another user/NAME.c needs none.
part_objects = $(call object_of,$(sort $(wildcard user/$(1)/*.[cS])))
FOLDERS := $(foreach p,$(patsubst $(B)/user/_%,%,$(PROGRAMS)),$(if $(call part_objects,$(p)),$(p)))
$(foreach f,$(FOLDERS),$(eval $(B)/user/_$(f): $(B)/user/$(f)/own.a)\
	$(eval $(B)/user/$(f)/own.a: $(call part_objects,$(f))))
$(FOLDERS:%=$(B)/user/%/own.a):
	$(Q)rm -f $@
	$(Q)$(TOOLPREFIX)ar rcs $@ $^
$(B)/user/parts.a: $(UPOBJ) $(B)/tests
	@mkdir -p $(@D)
	$(Q)rm -f $@
	$(Q)$(TOOLPREFIX)ar rcs $@ $(UPOBJ)
$(PROGRAMS): $(B)/user/_%: $(B)/user/%.o $(B)/user/parts.a $(B)/user/lib.a user/user.ld Makefile
	$(Q)$(ULINK) -o $@.elf $(filter %.o,$^) $(filter %/own.a,$^) $(B)/user/parts.a $(B)/user/lib.a -lgcc
	$(Q)$(OBJCOPY) -S $@.elf $@
$(B)/user/testlib.a: $(TLOBJ)
	$(Q)rm -f $@
	$(Q)$(TOOLPREFIX)ar rcs $@ $(TLOBJ)
folder_objects = $(patsubst %.c,$(B)/%.o,$(sort $(wildcard user/tests/$(1)/*.c)))
$(UTFILES): $(B)/user/_%: $(B)/user/tests/%.o
$(foreach f,$(UTFOLDERS),$(eval $(f): $(call folder_objects,$(patsubst $(B)/user/_%,%,$(f)))))
$(UTESTS): $(B)/user/testlib.a $(B)/user/lib.a user/user.ld $(B)/tests
	$(Q)$(ULINK) -o $@.elf $(filter %.o,$^) $(B)/user/testlib.a $(B)/user/lib.a -lgcc
	$(Q)$(OBJCOPY) -S $@.elf $@
.PRECIOUS: $(B)/user/%.o

# --- the disk image ---------------------------------------------------------------------------
# mkfs is the kernel's own file system, compiled for the host, where nothing is swapped.
HOSTFLAGS := -std=gnu11 -O2 -g -MMD -MP $(WARN) -DKINE_HOST -iquote kernel -iquote .
FSSRC   := $(filter-out $(patsubst %,kernel/cache/%.c,swap slot_map memory_object),$(wildcard kernel/fs/*.c kernel/cache/*.c)) kernel/lib/crc.c kernel/lib/bitmap.c
MKFSSRC := $(wildcard mkfs/*.c)
MKFSOBJ := $(patsubst %.c,$(B)/host/%.o,$(FSSRC) $(MKFSSRC))
$(B)/host/%.o: %.c
	@mkdir -p $(@D)
	$(call say,HOSTCC,$<)
	$(Q)$(HOSTCC) $(HOSTFLAGS) -c -o $@ $<
$(B)/mkfs: $(MKFSOBJ)
	$(Q)$(HOSTCC) -o $@ $^
# The README's opening words stand in the image's root.
$(B)/README: README.md
	@sed '/^## /,$$d' $< > $@
fs.img: $(B)/mkfs $(IMAGE_FILES) $(B)/sources
	$(call say,MKFS,$@)
	$(Q)$(B)/mkfs --classic --blocks 4096 --device console:1:0 --device disk1:3:1 $@ $(IMAGE_FILES)

include user/hosted/hosted.mk

# --- running ----------------------------------------------------------------------------------
ifndef CPUS
CPUS := 3
endif
MEM  ?= 128M
BIOS ?= none
ifeq ($(BIOS),none)
QKERNEL := $(KERNEL)
else
QKERNEL := $(KERNEL)-sbi
endif
DISK := fs.img
GDBPORT ?= $(shell expr `id -u` % 5000 + 25000)
QEMUOPTS = -machine virt -bios $(BIOS) -kernel $(QKERNEL) -m $(MEM) -smp $(CPUS) -nographic \
	-drive file=$(DISK),if=none,format=raw,id=x0 \
	-device virtio-blk-device,drive=x0,bus=virtio-mmio-bus.0
# SWAP=512M: a second disk of that size, made when it is missing, for `swapon disk1`.
ifdef SWAP
SWAPDISK := $(B)/swap-$(SWAP).img
QEMUOPTS += -drive file=$(SWAPDISK),if=none,format=raw,id=x1 \
	-device virtio-blk-device,drive=x1,bus=virtio-mmio-bus.1
$(SWAPDISK): $(B)/mkfs
	$(Q)$(B)/mkfs --swap --size $(SWAP) $@
endif
ifdef APPEND
QEMUOPTS += -append "$(APPEND)"
endif
QEMUOPTS += $(QEMUEXTRA)

check-qemu:
	@command -v $(QEMU) >/dev/null || $(call stop,$(QEMU) is not installed. Run 'make setup'$(comma) or install QEMU 6 or later with RISC-V system emulation.)
	@$(QEMU) -machine help 2>/dev/null | grep -q '^virt ' || $(call stop,$(QEMU) has no RISC-V 'virt' machine. Run 'make setup'$(comma) or say QEMU=...)
# What QEMU or the kernel would refuse later, in words that do not say what to type.
check-machine: check-qemu
	@case '$(CPUS)' in [1-8]) ;; *) $(call stop,CPUS=$(CPUS): say a number of harts from 1 to 8.) ;; esac
	@echo '$(MEM)' | awk '/^[0-9]+[MmGg]?$$/ { m = $$1 * (/[Gg]/ ? 1024 : 1) } END { exit m < 32 || m > 16384 }' || \
		$(call stop,MEM=$(MEM): say a size from 32M to 16G.)
	@test '$(BIOS)' = none || test '$(BIOS)' = default || test -f '$(BIOS)' || \
		$(call stop,BIOS=$(BIOS): say none$(comma) default (QEMU's own firmware) or a file.)
check-disk: $(DISK)
	@head -c 8192 '$(DISK)' 2>/dev/null | grep -aq KINE-COW || \
		$(call stop,$(DISK) is no disk image of Kine: make one by 'build/mkfs --classic IMAGE FILE...'$(comma) or leave DISK out.)
.PHONY: check-qemu check-machine check-disk
ifeq ($(filter fs.img hosted.img debian.img,$(DISK)),)
$(DISK):
	@$(call stop,There is no $@: make it by 'build/mkfs --classic $@ FILE...'$(comma) or leave DISK out.)
endif

# QEMU is make's direct child, so that whoever ends make's child ends QEMU.
qemu: check-machine check-disk $(SWAPDISK) $(QKERNEL) $(KERNEL).sym
	$(QEMU) $(QEMUOPTS)
qemu-gdb: check-machine check-disk $(SWAPDISK) $(QKERNEL) $(KERNEL).sym .gdbinit
	@echo "*** QEMU waits for a debugger on port $(GDBPORT): run 'make gdb' in another window."
	$(QEMU) $(QEMUOPTS) -S -gdb tcp::$(GDBPORT)
gdb: .gdbinit
	$(call need,$(GDB))
	$(GDB) -iex "set auto-load safe-path $(CURDIR)" $(KERNEL)
# Another port or kernel is another file: the stamp changes only when they do.
$(shell echo '$(GDBPORT) $(KERNEL)' | cmp -s - $(B)/gdbport || echo '$(GDBPORT) $(KERNEL)' > $(B)/gdbport)
.gdbinit: .gdbinit.tmpl $(B)/gdbport
	$(Q)sed -e 's/@PORT@/$(GDBPORT)/' -e 's|@KERNEL@|$(KERNEL)|' -e 's|@ROOT@|$(CURDIR)|' < $< > $@
print-gdbport:
	@echo $(GDBPORT)
print-prefix:
	@echo $(TOOLPREFIX)

# --- tests and housekeeping -------------------------------------------------------------------
include tests/tests.mk

format:
	$(call need,clang-format)
	clang-format -i $$(git ls-files '*.c' '*.h')
clean:
	rm -rf $(B) kernel/kernel kernel/kernel.sym kernel/kernel-sbi fs.img hosted.img debian.img .gdbinit
help:
	@sed -n 's/^#: //p' Makefile user/*/*.mk tests/tests.mk tests/*/*.mk
.PHONY: all qemu qemu-gdb gdb print-gdbport print-prefix format clean help

#: make              build the kernel, the programs and the disk image
#: make qemu         run it (CPUS=3 MEM=128M BIOS=none|default DISK=fs.img SWAP=512M APPEND="boot
#:                   arguments" QEMUEXTRA=...); Ctrl-A X ends QEMU
#: make KASAN=1      build with the address sanitizer, in build/kasan; make KASAN=1 qemu runs that
#: make DEBUG=1      build with UBSan, the lock-order checker and `longest`; make DEBUG=1 qemu runs that
#: make qemu-gdb     run it under a debugger; `make gdb` in another window
#: make format       white space by clang-format
#: make clean        remove everything that was built

-include $(KOBJ:.o=.d) $(ULOBJ:.o=.d) $(MKFSOBJ:.o=.d)
-include $(patsubst user/%.c,$(B)/user/%.d,$(wildcard user/*.c user/*/*.c user/tests/*/*.c))

endif
