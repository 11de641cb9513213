# Unit tests on the host, under AddressSanitizer and UBSan.  Included by tests/tests.mk.
#
# A test program is UNIT_NAME = the kernel sources it is about; its own source is
# tests/unit/test_NAME.c.  The file system's are in fs.mk.

UNITFLAGS := -std=gnu11 -O1 -g -MMD -MP $(WARN) -DKINE_HOST -iquote tests/unit/shim -iquote kernel -iquote . -iquote tests/unit \
	-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
UB := $(B)/unit

UNITS      := string print lib fdt line mem kstack vm files stream pipe poll task proc cache mapping swap calls
UNIT_string := kernel/lib/string.c kernel/lib/memory.c
UNIT_print := kernel/lib/print.c
UNIT_lib   := kernel/lib/crc.c kernel/lib/bitmap.c kernel/lib/chacha.c
UNIT_line  := kernel/dev/line.c
UNIT_fdt   := kernel/riscv/fdt.c kernel/riscv/fdt_find.c
# Memory stands on a machine of threads (tests/unit/host.h); headers in shim/ go before the kernel's.
HOST_MEM   := kernel/cache/mapping.c tests/unit/host.c tests/unit/tlb.c $(patsubst %,kernel/mem/%.c,frame pool share reclaim slab audit)
UNIT_mem   := $(HOST_MEM)
UNIT_kstack := $(HOST_MEM) kernel/mem/kstack.c
UNIT_vm    := $(HOST_MEM) tests/unit/swap_world.c $(wildcard tests/unit/vm_*.c) $(wildcard kernel/vm/*.c)
# Open files and pipes: on memory and address spaces.
HOST_PROC  := $(HOST_MEM) tests/unit/swap_world.c tests/unit/vm_space.c tests/unit/vm_wrap.c $(wildcard kernel/vm/*.c) \
	$(patsubst %,kernel/proc/%.c,file files pipe poll epoll eventfd timerfd stream)
UNIT_files := $(HOST_PROC)
UNIT_pipe  := $(HOST_PROC)
UNIT_poll  := $(HOST_PROC)
UNIT_stream := $(HOST_MEM) kernel/proc/stream.c
UNIT_cache := $(HOST_MEM) $(wildcard kernel/cache/*.c) mkfs/host_blk.c
UNIT_swap  := $(UNIT_cache)
UNIT_mapping := $(UNIT_cache)
# System calls: on memory, address spaces and a volume on a disk in memory.
UNIT_calls := $(HOST_MEM) $(wildcard tests/unit/calls*.c kernel/vm/*.c kernel/fs/*.c kernel/cache/*.c mkfs/check*.c mkfs/image*.c) \
	tests/unit/fs_held.c mkfs/host_blk.c mkfs/paths.c kernel/lib/crc.c kernel/lib/bitmap.c kernel/dev/chardev.c kernel/dev/random.c kernel/lib/chacha.c kernel/task/hand.c \
	$(patsubst %,kernel/proc/%.c,file files pipe poll epoll eventfd timerfd stream device_file inode_file memory_file fs_context futex args auxv elf_file exec image program sigpage) \
	$(filter-out kernel/sys/trap.c,$(wildcard kernel/sys/*.c))
# Threads, on harts that take turns (tests/unit/turns.h).
HOST_TASK  := tests/unit/turns.c $(wildcard kernel/task/*.c)
UNIT_task  := $(HOST_TASK) $(wildcard tests/unit/task_*.c)
UNIT_proc  := $(HOST_TASK) $(wildcard tests/unit/proc_*.c) $(patsubst %,kernel/proc/%.c,proc lwp fs_context sighand fork exit wait signal signal_kill signal_take signal_actions stop pending group alarm)

unit_objects = $(patsubst %.c,$(UB)/%.o,tests/unit/test_$(1).c tests/unit/check.c $(UNIT_$(1)))
UNIT_BINS := $(patsubst %,$(UB)/test_%,$(UNITS))

# Every source belongs to a program: a test that nobody builds would be believed to pass.
UNIT_SOURCES := $(wildcard tests/unit/*.c)
UNIT_LISTED   = $(patsubst %,tests/unit/test_%.c,$(UNITS)) tests/unit/check.c \
	$(foreach u,$(UNITS),$(UNIT_$(u))) $(wildcard tests/unit/fs_*.c)
UNIT_STRAYS   = $(filter-out $(UNIT_LISTED),$(UNIT_SOURCES))
unit-listed:
	@$(if $(UNIT_STRAYS),$(call stop,no unit test is built from $(UNIT_STRAYS): name it in tests/unit/unit.mk),:)
.PHONY: unit-listed

$(UB)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,HOSTCC,$<)
	$(Q)$(HOSTCC) $(UNITFLAGS) -c -o $@ $<
# Ours beside the C library's: under other names, and not seen through by the compiler.
$(UB)/kernel/lib/string.o $(UB)/kernel/lib/memory.o: UNITFLAGS += -include tests/unit/rename_string.h \
	-fno-builtin -fno-tree-loop-distribute-patterns

# What is on the disk lies where it lies.
$(UB)/kernel/fs/%.o $(UB)/kernel/cache/%.o $(UB)/mkfs/%.o: UNITFLAGS += -fno-sanitize=alignment

.SECONDEXPANSION:
$(UNIT_BINS): $(UB)/test_%: $$(call unit_objects,%)
	$(Q)$(HOSTCC) -fsanitize=address,undefined $(UNIT_WRAP) -o $@ $^ -lpthread
# The host machine's TLBs look at what is freed (tests/unit/vm_wrap.c).
$(patsubst %,$(UB)/test_%,vm files pipe poll): UNIT_WRAP := -Wl,--wrap=frame_free,--wrap=kalloc,--wrap=aspace_put
# All small objects are given back (tests/unit/calls.c).
$(UB)/test_calls: UNIT_WRAP := $(patsubst %,-Wl$(comma)--wrap=%,obj_alloc obj_alloc_zeroed obj_free kmalloc kmalloc_zeroed kmfree)

# Device trees: QEMU's own (packed: QEMU pads it to a megabyte), and one that is all corner cases.
$(UB)/virt.dtb: | check-qemu
	$(call need,dtc)
	@mkdir -p $(@D)
	$(Q)$(QEMU) -machine virt,dumpdtb=$@.raw -m 128M -smp 3 -display none 2>/dev/null
	$(Q)dtc -q -I dtb -O dtb -o $@ $@.raw
$(UB)/tricky.dtb: tests/unit/tricky.dts
	$(call need,dtc)
	@mkdir -p $(@D)
	$(Q)dtc -q -I dts -O dtb -o $@ $<

include tests/unit/fs.mk

unit-build: unit-listed $(UNIT_BINS) $(FSTESTS) $(FUZZ_REPLAYS) $(UB)/virt.dtb $(UB)/tricky.dtb
.PHONY: unit-build

include tests/shell/shell.mk
unit: unit-build
	@for t in $(UNIT_BINS) $(FSTESTS); do $$t || exit 1; done
	@for t in $(FUZZ_TARGETS); do $(UB)/$$t tests/fuzz/corpus/$$t/* || exit 1; done
.PHONY: unit

-include $(wildcard $(UB)/tests/unit/*.d $(UB)/kernel/*/*.d $(UB)/mkfs/*.d)
