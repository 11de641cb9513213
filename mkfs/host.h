// The kernel's lower layers on the host: what kernel/fs and kernel/cache need of mem, riscv, task
// and dev, for mkfs and the unit tests.  Single-threaded: a lock only checks that it is taken in
// order and given back.
#pragma once

#include "dev/blk.h"
#include "types.h"

// --- memory -----------------------------------------------------------------------------------

// Makes `frames` frames of RAM; once, before anything else.
void host_memory(size_t frames);
// Frames and small objects in use.
size_t host_frames_in_use(void);
size_t host_objects_in_use(void);
// Makes the n-th allocation from now on fail, of pages and small objects alike; 0: none.
// => host_failed() tells whether it has come to that.
void host_fail_after(long n);
bool host_failed(void);
// Evicts whatever can be evicted.
void host_reclaim_all(void);

// Runs the audit.  => errors; each is a line on standard error
uint64 host_audit(void);
// For the audit: no frame has been named; references to all frames.
void host_clear_audit(void);
uint64 host_count_refs(void);

// --- locks ------------------------------------------------------------------------------------

// => true if no lock is held
bool host_no_locks(void);
// Runs fn as if another thread did while this one waits for the disk: it holds no locks, and to
// take one that this one holds is a panic.
void host_as_another_thread(void (*fn)(void));
// Runs fn, which takes locks of that rank and behind it only, as another thread when this one gives
// back a mutex for the n-th time from now and holds none of them; 0: never.  => host_switched()
// tells whether it has come to that.
void host_switch_after(long n, int rank, void (*fn)(void));
bool host_switched(void);
// Called when the first spinlock is taken and the last one given back, and at each breath, if not
// NULL.
enum host_moment { HOST_SPINS, HOST_SPUN, HOST_BREATHES };
extern void (*host_watch)(enum host_moment moment);
// Printk goes to standard error, or nowhere.
extern bool host_quiet;
// Lines printed so far.
extern char host_said[8192]; // lines since it was made empty, as far as they fit
extern unsigned long host_lines;
// Seconds that the clock is ahead.
extern uint64 host_clock_ahead;

// --- devices ----------------------------------------------------------------------------------

// A block device on a file, made anew with create_blocks > 0.  => 0, or an errno of the host
struct host_file {
    struct blkdev dev;
    int fd;
};
int host_file_open(struct host_file *file, const char *path, uint64 create_blocks, bool read_only);
int host_file_close(struct host_file *file);

// A block device in memory, with what tests want of one.
struct mem_disk {
    struct blkdev dev;
    unsigned char *data;
    uint64 writes, reads, flushes; // blocks and flushes so far
    uint64 requests;
    uint64 fail_write, fail_read; // the n-th block from now on gives -EIO; 0: none.  Then all do
                                  // while `failing_on` is set.
    bool failing_on;
    bool fail_flush;
    // Called for each block before it is written, and with NULL for a flush.
    void (*log)(struct mem_disk *disk, uint64 block, const void *page);
};

void mem_disk_make(struct mem_disk *disk, uint64 nblocks);
void mem_disk_free(struct mem_disk *disk);
