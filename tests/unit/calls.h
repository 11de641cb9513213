// System calls under test.  A process stands on the host machine (host.h) with an address space and
// a volume on a disk in memory; its calls go through the kernel's own table to the kernel's own vm,
// proc, fs and cache.  What it would wait for (other processes, the clock) the tests say.
#pragma once

#include "abi.h"
#include "check.h"
#include "errno.h"
#include "fcntl.h"
#include "host.h"
#include "mkfs/host.h"
#include "param.h"
#include "proc/fs_context.h"
#include "proc/proc.h"
#include "riscv.h"
#include "syscall.h"
#include "sys/dispatch.h"

// The process's memory: what it may read and write, then a page that is read-only, then nothing.
#define DATA       0x100000UL
#define DATA_PAGES 64
#define CONSTANTS  (DATA + DATA_PAGES * PGSIZE)
#define NOWHERE    (CONSTANTS + PGSIZE)
#define NO_FD      77

// A volume and a process in its root, with nothing open; `classic` as in volume_format().
void calls_begin(bool classic);
// The process runs on the calling hart from here on.
void calls_go_on(void);
// Everything is given back, and the image is sound.
void calls_end(void);
extern struct volume *calls_volume;
extern struct mem_disk calls_disk;
extern struct mem_disk calls_second_disk; // for the test to make, if it wants one
extern struct thread calls_thread;
extern struct proc calls_proc;

// Makes a system call.  => its result; 0 if it has given the thread other registers
#define call(number, ...) calls_make(number, (uint64[6]){ __VA_ARGS__ })
int64 calls_make(uint64 number, const uint64 *arg);

// Puts n bytes, or a text, where the process finds them; n bytes of its memory for the test to look
// at.
void put(uint64 uaddr, const void *from, size_t n);
void get(void *to, uint64 uaddr, size_t n);
// A text at a place of its own, good for the next few.  => its address
uint64 text(const char *s);

int open_file(const char *path, uint32 flags); // it must succeed
int make_file(const char *path, const void *data, size_t n);
bool exists(const char *path);
// The file behind a path is these n bytes.
void expect_file(const char *path, const void *data, size_t n);

// What the clock says, and how long it was slept.
extern uint64 calls_clock_ns, calls_slept_ns;
// The boot argument that there is; NULL: none.  At first: places=fixed.
extern const char *calls_option, *calls_option_value;
extern unsigned calls_rests; // times that everybody was brought to rest
