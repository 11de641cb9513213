# How wall time compares with Debian's Linux.  Included by tests/tests.mk.

#: make bench-wall   the time that operations take, beside Debian's Linux on 1, 2 and 4 harts in turn
#:                   (ROUNDS=3 SUITE=trixie MIRROR=http://deb.debian.org/debian)
WALL := $(B)/wall/init
$(WALL): tests/wall/wall.c kernel/abi.h kernel/syscall.h $(FLAGSTAMP)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(UFLAGS) $(UWARN) -MF $@.d -iquote kernel -static -Wl,-Ttext-segment=0x100000 \
		-Wl,-z,max-page-size=4096 -Wl,--build-id=none -Wl,-s -o $@ $<
bench-wall: check-pytest all $(WALL)
	@ROUNDS=$(or $(ROUNDS),3) SUITE=$(SUITE) MIRROR=$(MIRROR) $(DRIVER) tests/wall/run.py $(WALL)
.PHONY: bench-wall
