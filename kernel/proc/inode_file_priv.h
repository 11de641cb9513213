// Between inode_file.c and device_file.c: files whose object is an inode.
#pragma once

#include "proc/file.h"

extern const struct file_ops device_file_ops;
bool device_exists(struct inode *ino); // is there a driver for the device that the inode names?

int inode_file_stat(struct file *f, struct linux_stat *out);
int inode_file_sync(struct file *f);
void inode_file_release(struct file *f);
