// Processes under test: fork, exit, wait and kill, on harts that take turns (turns.h).  What a
// process holds (an address space, a table of files, a directory) is a count here.
//
// A program is a function: the "register" s1 names it, and a child goes on with what its parent
// left there.
#pragma once

#include "abi.h"
#include "check.h"
#include "errno.h"
#include "fs/fs.h"
#include "lib/string.h"
#include "proc/file.h"
#include "proc/fs_context.h"
#include "proc/group.h"
#include "proc/proc_priv.h"
#include "proc/sighand.h"
#include "proc/wait.h"
#include "proc/robust.h"
#include "proc/sighand.h"
#include "riscv/trap.h"
#include "task/clock.h"
#include "turns.h"
#include "vm/aspace.h"
#include "vm/usercopy.h"

#define REG_S1      9
#define PID_END     32768
#define NS_PER_TICK (1000000000UL / TURNS_TIMEBASE)

// Runs fn as process 1, which has no child before and none afterwards; nothing is lost.
void as_init(void (*fn)(void));

// For programs.  A child that runs one; its end, of which it is forgotten: its status, or 1000 +
// the signal that killed it.
int64 start_with(uint64 flags, void (*program)(void));
int start(void (*program)(void));
int end_of(int pid);
// Children that have ended, as a number and a zombie; the news of any kind, of which a zombie goes.
int wait_child(int pid, uint32 options, struct proc **ended);
int wait_for(struct wait_for what, struct wait_news *news);
int send_signal(int pid, int sig);
struct proc *self(void);
void to_user_mode(void); // takes what is pending: dies, stops, or calls a handler(info)
void nap(uint64 ms);
void for_ever(void);
void ends_7(void);
extern void (*before_death)(int status); // set by who keeps a model

extern int spaces, tables, directory; // in use; references to the one directory
extern struct frame root_frame;       // of all address spaces
extern int other_root;                // references to the root behind a rollback
extern bool rolled_back;
extern int console_of;   // the session whose controlling terminal is the console
extern int words_left;   // threads that have left their memory
extern int syncs, lines; // of the volume; of the kernel's messages
