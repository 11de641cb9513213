// What terminals ask about processes (dev/tty.h): who reads, and whom their keys signal.
#pragma once

// Answers the terminals from here on.  Once, at boot.
void terminal_init(void);
