// Power cuts: whatever was written when the power went, the next mount gives a committed state,
// whole (F3).
//
// A workload runs on a disk in memory that logs each block written and each flush.  After each step
// the state of the volume is noted as a number.  Then the power is cut:
//
//     prefixes   after every write of the log, with all that was written before on the disk
//     orders     a disk may write what lies between two flushes in any order; what an order leaves
//                behind when it is cut is a set of the writes.  All sets if the writes are few,
//                else each write dropped alone, and sets by chance
//     tears      one write is there in some of its sectors only: with all writes before it, with
//                all others up to the flush, and with a set of them
//
// For each of these disks the checker finds nothing, a mount works, and the state is one that was
// noted: not older than what the last sync or fsync had promised before the cut, not younger than
// the step that was under way.  The mount's own writes (it gives back files without names) are cut
// in the same way.  Nothing is copied but the blocks that differ, so a cut costs what a mount
// costs.
//
// The environment: DEEP=n tries more of the sets and tears, ROUNDS=n seeds for each workload,
// CUT=n looks at the n-th cut alone.
#pragma once

#include "fs_model.h"

struct workload {
    uint64 seed; // of the first round
    uint64 nblocks;
    bool classic;
    bool loose; // a step may be committed in the middle: such a state is noted when first seen
    uint64 steps;
    void (*prepare)(void);   // makes what is there from the start; may be NULL
    void (*step)(uint64 i);  // something that calls cut_note() or one of the others
    void (*meanwhile)(void); // what others do while a commit is writing; may be NULL
    void (*end)(void);       // lets go of what is open; may be NULL
};

void cut_workload(const struct workload *w);
// One transaction is over.
void cut_note(void);
// Syncs; from here on no cut may lose what was done before.
void cut_sync(void);
void cut_fsync(struct inode *ino);
// What a sync of another kind has made durable.
void cut_promise(void);
// Random numbers below n that the workload's seed repeats.
uint64 cut_pick(uint64 n);
// The last line: how many cuts there were.
void cut_summary(void);
