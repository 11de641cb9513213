// The real-time clock (Goldfish, as on QEMU's virt): read once at boot.
#pragma once

void rtc_init(void);
