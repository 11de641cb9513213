// The one global lock order.  A lock may be taken only while every lock already held has a
// smaller rank; debug builds check it at every acquisition (spinlocks and mutexes alike).
// Two locks of one rank are taken together only where the rank says how.
//
// Sleeping locks (mutexes) come before all spinlocks: nobody sleeps holding a spinlock.
#pragma once

enum lock_rank {
    RANK_NONE, // not checked: locks that stand alone in tests

    // turns: mutexes that one may rest with (task/rest.h)
    RANK_WRITE, // what one call writes to a file
    RANK_FILE,  // one open file's offset
    RANK_LAST_TURN = RANK_FILE,

    // other mutexes
    RANK_EPOLL,     // who watches which file
    RANK_FS_RENAME, // the shape of the directory tree
    RANK_INODE,     // one inode.  Two: directory, then an entry of it
    RANK_FS_COMMIT, // one commit of a volume at a time
    RANK_FS,        // the volume: allocation, tree
    RANK_OBJECT,    // filling one page of a cache object
    RANK_ASPACE,    // one address space: areas and tables.  Two: parent, then child, at fork

    // spinlocks
    RANK_PIPE,   // one pipe
    RANK_TTY,    // the console's line discipline
    RANK_OUTPUT, // whether something is kept back from the terminal
    RANK_PROC,   // the process tree and the index of ids
    RANK_FUTEX,  // who sleeps at some words.  Two: by address
    RANK_SIG,    // what one process does about signals
    RANK_CWD,    // one current directory
    RANK_FILES,  // one descriptor table, one file's counts
    RANK_MAPS,   // who shows an object's pages
    RANK_CACHE,  // the page cache's index and its LRU list
    RANK_SWAP,   // which slots are free
    RANK_BLK,    // one virtio queue
    RANK_REST,   // who may have the system at rest
    RANK_IO,     // whoever waits for block requests to end
    RANK_WAITQ,  // one wait queue
    RANK_WAITQ_ABOVE, // one that watchers of others wake.  Two: an epoll's, then that of one which watches it
    RANK_TIMER,  // one hart's timers
    RANK_THREAD, // one thread's state
    RANK_RUNQ,   // one hart's run queue
    RANK_SLAB,   // one object cache
    RANK_FRAMES, // one hart's cache of free frames
    RANK_POOL,   // the shared frame pool
    RANK_RANDOM, // the generator of random bytes
    RANK_PRINT,  // the kernel's message buffer
    RANK_UART,   // the UART's transmit ring
    RANK_LAST,
};

#define RANK_IS_TURN(rank) ((rank) != RANK_NONE && (rank) <= RANK_LAST_TURN)
