# Fuzzing the file system (docs/testing.md).  Included by tests/unit/fs.mk.
#
# A target is built twice: with libFuzzer for `make fuzz`, and with replay.c for `make test`, which
# runs it on the inputs in tests/fuzz/corpus.
FUZZ_CC      ?= $(firstword $(foreach c,clang clang-19 clang-18 clang-17 clang-16 clang-15 clang-14,\
	$(shell command -v $(c) 2>/dev/null)))
FUZZ_SECONDS ?= 60
FUZZ_TARGETS := fuzz_image fuzz_ops
FUZZ_SRC     := $(FSTEST_SRC) mkfs/dump.c mkfs/dump_inode.c tests/fuzz/use.c
FUZZ_FLAGS   := -std=gnu11 -O1 -g -MMD -MP $(WARN) -fsanitize=fuzzer,address,undefined \
	-fno-sanitize-recover=all -fno-sanitize=alignment -D__SANITIZE_ADDRESS__ -DKINE_HOST \
	-Wno-unknown-warning-option -iquote kernel -iquote . -iquote tests/unit -iquote tests/fuzz
FZ := $(B)/fuzz

# --- with libFuzzer ---------------------------------------------------------------------------
$(FZ)/%.o: %.c | check-clang
	@mkdir -p $(@D)
	$(call say,CLANG,$<)
	$(Q)$(FUZZ_CC) $(FUZZ_FLAGS) -c -o $@ $<
# Sums are most of the work, and their code is not what inputs are looked for.
$(FZ)/kernel/lib/%.o: FUZZ_FLAGS := $(filter-out -fsanitize%,$(FUZZ_FLAGS)) -O2
$(patsubst %,$(FZ)/%,$(FUZZ_TARGETS)): $(FZ)/%: $(FZ)/tests/fuzz/%.o $(patsubst %.c,$(FZ)/%.o,$(FUZZ_SRC))
	$(Q)$(FUZZ_CC) $(FUZZ_FLAGS) -o $@ $^

.PHONY: check-clang
check-clang:
	@test -n "$(FUZZ_CC)" && echo 'int LLVMFuzzerTestOneInput(void) { return 0; }' | \
		$(FUZZ_CC) -fsanitize=fuzzer,address -x c -o /dev/null - 2>/dev/null || { echo "Fuzzing needs clang with libFuzzer: run 'make setup-fuzz' (Debian, Ubuntu), or say FUZZ_CC=..." >&2; exit 1; }

# What is found goes to $(FZ)/new-*; what broke it, to $(FZ)/broke-*.
#: make fuzz         fuzz the file system on the host, FUZZ_SECONDS=60 for each of two targets
fuzz: check-clang $(patsubst %,$(FZ)/%,$(FUZZ_TARGETS))
	@for t in $(FUZZ_TARGETS); do mkdir -p $(FZ)/new-$$t; \
		echo "# $$t for $(FUZZ_SECONDS) s"; \
		$(FZ)/$$t -max_total_time=$(FUZZ_SECONDS) -timeout=20 -max_len=1024 -len_control=20 -rss_limit_mb=1500 \
			-print_final_stats=1 -verbosity=1 -artifact_prefix=$(FZ)/broke-$$t- \
			$(FZ)/new-$$t tests/fuzz/corpus/$$t || exit 1; done
.PHONY: fuzz

#: make fuzz-calls   random system calls in the guest, machine after machine, for FUZZ_SECONDS
#:                   (SEED=n begins with that machine, CPUS=n; KASAN=1: under the address sanitizer;
#:                   SWAP=64M: with so much swap space, and it and RAM nearly full)
fuzz-calls: check-pytest all $(SWAPDISK)
	@$(DRIVER) tests/fuzz/calls.py $(FUZZ_SECONDS) \
		$(or $(SEED),$(shell date +%s)) "$(if $(filter file,$(origin CPUS)),,$(CPUS))" "$(SWAP)"
.PHONY: fuzz-calls

#: make setup-fuzz   install clang, which only fuzzing needs
setup-fuzz:
	@PACKAGES="clang libclang-rt-dev" sh tests/setup.sh
.PHONY: setup-fuzz

# --- kept inputs ------------------------------------------------------------------------------
FUZZ_REPLAYS := $(patsubst %,$(UB)/%,$(FUZZ_TARGETS))
$(B)/unit-fs/tests/fuzz/%.o: FSTEST_FLAGS += -iquote tests/fuzz
$(FUZZ_REPLAYS): $(UB)/%: $(B)/unit-fs/tests/fuzz/%.o \
		$(patsubst %.c,$(B)/unit-fs/%.o,$(FUZZ_SRC) tests/fuzz/replay.c)
	@mkdir -p $(@D)
	$(Q)$(FSTEST_CC) $(FSTEST_FLAGS) -o $@ $^

-include $(wildcard $(FZ)/*/*.d $(FZ)/*/*/*.d $(B)/unit-fs/tests/fuzz/*.d)
