# Power cuts (docs/testing.md).  Included by tests/tests.mk.

# The host's part is built twice: with the unit tests, under the sanitizers and with few cuts; and
# fast, for many.
CUT_SRC  := $(filter-out tests/crash/fs_%.c,$(wildcard tests/crash/*.c))
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

crash: check-pytest all unit-build $(CUT_FAST)
	@DEEP=$(or $(DEEP),2) ROUNDS=$(or $(ROUNDS),3) $(CUT_FAST) > $(CUT_FAST).log || { cat $(CUT_FAST).log; exit 1; }
	@tail -n 1 $(CUT_FAST).log
	@CUTS=$(or $(CUTS),200) BOOTS=$(or $(BOOTS),10) KILLS=$(or $(KILLS),100) FAULTS=$(or $(FAULTS),20) \
		$(PYTEST) --full -q -s tests/guest/test_crash.py
.PHONY: crash

-include $(CUT_TEST_OBJ:.o=.d) $(CUT_FAST_OBJ:.o=.d)
