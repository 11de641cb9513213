# Power cuts (docs/testing.md).  Included by tests/tests.mk.

# The host's part is built twice: with the unit tests, under the sanitizers and with few cuts; and
# fast, for many.
CUT_SRC  := tests/crash/cut.c tests/crash/state.c
CUT_TEST := $(UB)/test_fs_cut
CUT_FAST := $(B)/crash/cut
CUT_TEST_OBJ := $(patsubst %.c,$(B)/unit-fs/%.o,tests/crash/fs_cut.c $(CUT_SRC))
CUT_FAST_OBJ := $(patsubst %.c,$(B)/crash/%.o,tests/crash/fs_cut.c $(CUT_SRC) $(FSTEST_SRC))
FSTESTS  += $(CUT_TEST)

$(CUT_TEST): $(CUT_TEST_OBJ) $(FSTEST_OBJ)
	@mkdir -p $(@D)
	$(Q)$(FSTEST_CC) $(FSTEST_FLAGS) -o $@ $^
$(B)/crash/%.o: %.c
	@mkdir -p $(@D)
	$(call say,HOSTCC,$<)
	$(Q)$(HOSTCC) $(HOSTFLAGS) -iquote tests/unit -c -o $@ $<
$(CUT_FAST): $(CUT_FAST_OBJ)
	$(Q)$(HOSTCC) -o $@ $^

# Lists what is in an image.
CUT_READ     := $(B)/crash/read
CUT_READ_OBJ := $(B)/crash/tests/crash/read.o $(patsubst %.c,$(B)/host/%.o,$(FSSRC) $(wildcard mkfs/host*.c))
$(CUT_READ): $(CUT_READ_OBJ)
	$(Q)$(HOSTCC) -o $@ $^

#: make crash        power cuts: the host's disk cut at 100,000 moments, then QEMU's disk and QEMU
crash: all $(CUT_FAST)
	@DEEP=$(or $(DEEP),2) ROUNDS=$(or $(ROUNDS),2) $(CUT_FAST)
.PHONY: crash

-include $(CUT_TEST_OBJ:.o=.d) $(CUT_FAST_OBJ:.o=.d)
