# Debian's own programs.  Included by tests/tests.mk.

#: make debian.img   an image with programs of Debian's riscv64 port, as they are, in /usr/bin
#:                   (SUITE=trixie MIRROR=...); make qemu DISK=debian.img runs it
DEBIAN_PACKAGES := busybox-static bash bash-static dash lua5.4 coreutils perl-base python3-minimal
$(B)/debian/ready: tests/debian/packages.py
	@mkdir -p $(@D)
	@SUITE=$(SUITE) MIRROR=$(MIRROR) $(DRIVER) tests/debian/packages.py $(@D) $(DEBIAN_PACKAGES)
	@mkdir -p $(@D)/root/tmp $(@D)/root/dev
	@touch $@
debian.img: $(B)/debian/ready $(B)/mkfs $(PROGRAMS) tests/debian/commands.sh
	$(call say,MKFS,$@)
	$(Q)$(B)/mkfs --size 128M --device console:1:0 --device dev/null:2:0 \
		--device dev/zero:2:1 --device dev/full:2:2 --device dev/random:2:3 --device dev/urandom:2:3 \
		$@ $(B)/debian/root $(PROGRAMS) tests/debian/commands.sh
#: make debian-reference   what tests/debian/commands.sh prints on Debian's own kernel, beside expected.txt
debian-reference: check-pytest all $(B)/debian/ready
	@SUITE=$(SUITE) MIRROR=$(MIRROR) $(DRIVER) tests/debian/reference.py $(B)/debian
.PHONY: debian-reference
