// The console: the terminal that programs read lines from and write to.  Character device
// DEV_CONSOLE.
#pragma once

// => after plic_init() and plic_init_hart(); from then on printk goes through the console.
void console_init(void);
// What Ctrl-P calls: prints the processes by printk.  It is called from an interrupt, without
// locks.
void console_register_proclist(void (*list)(void));
// Waits until the terminal has been given everything written so far, or a signal comes.
void console_flush(void);
// => whose controlling terminal it is; 0: nobody's
int console_session(void);
