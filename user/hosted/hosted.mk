# C programs as they are written: user/hosted/NAME.c, compiled by Debian's cross compiler with its C
# library.  Included by the Makefile.

#: make hosted.img   an image with the programs of user/hosted, static (/static/NAME) and dynamic
#:                   (/dynamic/NAME); make qemu DISK=hosted.img runs it
HOSTEDCC  := riscv64-linux-gnu-gcc
HOSTEDLIB  = $(shell $(HOSTEDCC) -print-file-name=libc.a 2>/dev/null)
HOSTEDSRC := $(sort $(wildcard user/hosted/*.c))
HOSTEDROOT := $(B)/hosted
HOSTEDBIN := $(patsubst user/hosted/%.c,$(HOSTEDROOT)/static/%,$(HOSTEDSRC)) \
	$(patsubst user/hosted/%.c,$(HOSTEDROOT)/dynamic/%,$(HOSTEDSRC))
check-hosted:
	@test -f '$(HOSTEDLIB)' || $(call stop,There is no C library for $(HOSTEDCC): run 'make setup'.)
.PHONY: check-hosted
$(HOSTEDROOT)/static/%: user/hosted/%.c user/hosted/hosted.mk | check-hosted
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(HOSTEDCC) -O2 -Wall -static -pthread -o $@ $<
# -fPIC: of a thread's own variables in a position-independent program, linkers before binutils 2.41 make
# relocations of its text otherwise, which would have to be writable and executable for that.
$(HOSTEDROOT)/dynamic/%: user/hosted/%.c user/hosted/hosted.mk | check-hosted
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(HOSTEDCC) -O2 -Wall -pthread -fPIC -o $@ $<
hosted.img: $(HOSTEDBIN) $(B)/mkfs $(PROGRAMS) | check-hosted
	@mkdir -p $(HOSTEDROOT)/lib $(HOSTEDROOT)/bin $(HOSTEDROOT)/tmp
	$(Q)cp -L $(dir $(HOSTEDLIB))ld-linux-riscv64-lp64d.so.1 $(dir $(HOSTEDLIB))libc.so.6 $(HOSTEDROOT)/lib
	$(Q)ln -sfn ../sh $(HOSTEDROOT)/bin/sh
	$(call say,MKFS,$@)
	$(Q)$(B)/mkfs --size 64M --device console:1:0 $@ $(HOSTEDROOT) $(PROGRAMS)
