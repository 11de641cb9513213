// Error numbers, as Linux numbers them.  Inside the kernel a failing function returns the
// negative of one of these; a system call hands that value to the user unchanged.
#pragma once

#define EPERM        1  // not permitted
#define ENOENT       2  // no such file or directory
#define ESRCH        3  // no such process
#define EINTR        4  // a signal came first
#define EIO          5  // the device failed, or a checksum did not match
#define ENXIO        6  // no such device or address
#define E2BIG        7  // argument list too long
#define ENOEXEC      8  // not a program
#define EBADF        9  // not an open descriptor, or not open for this
#define ECHILD       10 // no child to wait for
#define EAGAIN       11 // a limit was reached, or it would block: try again
#define ENOMEM       12 // out of memory
#define EACCES       13 // permission denied
#define EFAULT       14 // bad user address
#define EBUSY        16 // in use
#define EEXIST       17 // exists already
#define EXDEV        18 // on another device
#define ENODEV       19 // no such device
#define ENOTDIR      20 // not a directory
#define EISDIR       21 // is a directory
#define EINVAL       22 // bad argument
#define ENFILE       23 // too many open files in the system
#define EMFILE       24 // too many open files in the process
#define ENOTTY       25 // not that kind of device
#define ETXTBSY      26 // a program runs from it
#define EFBIG        27 // file too large
#define ENOSPC       28 // no space left on the device
#define ESPIPE       29 // cannot seek here
#define EROFS        30 // read-only file system
#define EMLINK       31 // too many links
#define EPIPE        32 // nobody reads this pipe
#define ERANGE       34 // result too large
#define EDEADLK      35 // would dead-lock
#define ENAMETOOLONG 36 // name too long
#define ENOSYS       38 // no such system call
#define ENOTEMPTY    39 // directory not empty
#define ELOOP        40 // too many symbolic links
#define EOVERFLOW    75 // value too large
#define ELIBBAD      80 // the interpreter is no program
#define EOPNOTSUPP   95 // not supported
#define ETIMEDOUT    110

// How a call that a signal has cut short is to go on: inside the kernel only (sys/deliver.c).
#define ERESTART        512 // anew, unless a handler runs that does not say SA_RESTART: then EINTR
#define ERESTART_NOHAND 514 // anew, unless a handler runs
#define ERESTART_REST   516 // by restart_syscall, unless a handler runs
