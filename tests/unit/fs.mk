# The unit tests of the file system, under ASan and UBSan.  `make test-fs` builds and runs them.
FSTEST_CC    ?= $(HOSTCC)
FSTEST_FLAGS := -std=gnu11 -O1 -g -MMD -MP $(WARN) -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-sanitize=alignment -DKINE_HOST -iquote kernel -iquote . -iquote tests/unit
FSTEST_SHARED := $(patsubst %,tests/unit/fs_%.c,test held model model_file model_state seal lie)
FSTEST_SRC   := $(FSSRC) $(wildcard mkfs/check*.c mkfs/host*.c mkfs/image*.c) mkfs/paths.c \
	$(FSTEST_SHARED)
FSTEST_OBJ   := $(patsubst %.c,$(B)/unit-fs/%.o,$(FSTEST_SRC))
FSTESTS      := $(patsubst tests/unit/%.c,$(B)/unit/test_%,$(filter-out $(FSTEST_SHARED) \
	tests/unit/fs_cost.c,$(wildcard tests/unit/fs_*.c)))

$(B)/unit-fs/%.o: %.c
	@mkdir -p $(@D)
	$(call say,HOSTCC,$<)
	$(Q)$(FSTEST_CC) $(FSTEST_FLAGS) -c -o $@ $<
$(FSTESTS): $(B)/unit/test_%: $(B)/unit-fs/tests/unit/%.o $(FSTEST_OBJ)
	@mkdir -p $(@D)
	$(Q)$(FSTEST_CC) $(FSTEST_FLAGS) -o $@ $^

# What is counted says so at each block of straight code.  No sanitizers: a million names take seconds.
COST_FLAGS   := -std=gnu11 -O2 -g -MMD -MP $(WARN) -DKINE_HOST -iquote kernel -iquote . -iquote tests/unit
COST_OBJ     := $(patsubst %.c,$(B)/unit-cost/%.o,$(FSTEST_SRC) tests/unit/fs_cost.c)
COST_COUNTED := $(patsubst %.c,$(B)/unit-cost/%.o,$(filter kernel/fs/% kernel/cache/%,$(FSSRC)))
$(COST_COUNTED): COST_FLAGS += -fsanitize-coverage=trace-pc
$(B)/unit-cost/%.o: %.c tests/unit/fs.mk
	@mkdir -p $(@D)
	$(call say,HOSTCC,$<)
	$(Q)$(HOSTCC) $(COST_FLAGS) -c -o $@ $<
$(B)/unit/test_fs_cost: $(COST_OBJ)
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) -o $@ $^
FSTESTS += $(B)/unit/test_fs_cost

include tests/crash/crash.mk
include tests/fuzz/fuzz.mk

#: make test-fs      the file system's unit tests on the host
test-fs: $(FSTESTS)
	@for t in $(FSTESTS); do echo "# $$t"; $$t || exit 1; done
.PHONY: test-fs
.PRECIOUS: $(B)/unit-fs/%.o
-include $(FSTEST_OBJ:.o=.d) $(COST_OBJ:.o=.d) $(patsubst $(B)/unit/test_%,$(B)/unit-fs/tests/unit/%.d,$(FSTESTS))
