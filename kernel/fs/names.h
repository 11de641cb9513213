// What unlink and rename share: how a name goes.
#pragma once

#include "fs/inode.h"

// May `target` lose its name in `dir`?  Their locks are held; the target's only if it is a
// directory.  => 0; -EBUSY (the root), -ENOTEMPTY, -EIO, -ENOMEM
int may_lose_name(struct inode *dir, struct inode *target);
// In a transaction that owns both: counts a name of the target's less.
void lose_name(struct inode *dir, struct inode *target);
