# The shell's own sources on the host, under its sanitizers: tests/test_dash.py compares it with
# dash there.  Included by tests/unit/unit.mk.

SHELLFLAGS := -std=gnu11 -O1 -g -MMD -MP -Wall -Wextra -Werror -Wno-unused-parameter -Wno-missing-field-initializers \
	-Wno-attributes -fno-builtin -DKINE_USER -DKINE_LIBRARY -I. \
	-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
SHB    := $(B)/shell
SHSRC  := user/sh.c $(wildcard user/sh/*.c) $(patsubst %,user/lib/%.c,kill_command signal_names pattern search number strerror errno)
SHOBJ  := $(patsubst %.c,$(SHB)/%.o,$(SHSRC))

$(SHOBJ): $(SHB)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,HOSTCC,$<)
	$(Q)$(HOSTCC) $(SHELLFLAGS) -include tests/shell/names.h -c -o $@ $<
$(SHB)/host.o: tests/shell/host.c
	@mkdir -p $(@D)
	$(call say,HOSTCC,$<)
	$(Q)$(HOSTCC) $(SHELLFLAGS) -c -o $@ $<
$(SHB)/sh: $(SHOBJ) $(SHB)/host.o
	$(Q)$(HOSTCC) $(SHELLFLAGS) -o $@ $^
# The line editor has a unit test, among those of tests/unit.
$(SHB)/test_edit.o: tests/shell/test_edit.c
	@mkdir -p $(@D)
	$(call say,HOSTCC,$<)
	$(Q)$(HOSTCC) $(SHELLFLAGS) -iquote kernel -iquote tests/unit -include tests/shell/names.h -c -o $@ $<
$(UB)/test_edit: $(SHB)/test_edit.o $(filter-out $(SHB)/user/sh.o,$(SHOBJ)) $(SHB)/host.o $(UB)/tests/unit/check.o
	$(Q)$(HOSTCC) $(SHELLFLAGS) -o $@ $^
unit-build: $(SHB)/sh $(UB)/test_edit
-include $(SHOBJ:.o=.d) $(SHB)/test_edit.d
