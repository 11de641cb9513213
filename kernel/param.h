// Limits of the system, for the kernel and for user programs.
#pragma once

#define NPROC       512  // processes at one time: a limit, not an array
#define NTHREAD     2048 // threads of processes besides the first of each
#define NCPU        8    // harts
#define NOFILE      64   // open descriptors in one process
#define NFILE       4096 // open files in the system
#define NINODE      50   // a classic limit that programs size their tests by
#define NDEV        16   // major device numbers
#define ROOTDEV     1    // device number of the root file system
#define MAXARG      32   // arguments that classic programs pass to exec
#define MAXOPBLOCKS 10   // classic: blocks one file operation writes
#define FSSIZE      4096 // blocks (of 4 KiB) in the default disk image: 16 MiB
#define MAXPATH     128  // bytes of a path, its NUL included, in the classic API; others name 4,096

// Pages of stack of a program that declares none: `make USERSTACK=n` builds with another number.
#ifndef USERSTACK
#define USERSTACK 4
#endif
