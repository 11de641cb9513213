// System calls on files, descriptors and paths (Linux's, riscv64).  arg[0..5] are the user's a0 to
// a5.  => the result, or a negative errno.
#pragma once

#include "types.h"

// sys_file.c: through a descriptor
int64 sys_read(const uint64 *arg);     // fd, buf, n
int64 sys_write(const uint64 *arg);    // fd, buf, n
int64 sys_readv(const uint64 *arg);    // fd, iov, count
int64 sys_writev(const uint64 *arg);   // fd, iov, count
int64 sys_pread64(const uint64 *arg);  // fd, buf, n, offset
int64 sys_pwrite64(const uint64 *arg); // fd, buf, n, offset
int64 sys_lseek(const uint64 *arg);    // fd, offset, whence
int64 sys_ioctl(const uint64 *arg);    // fd, request, arg
struct file;
// FICLONE on an open file: it becomes a clone of the file src_fd (sys_snapshot.c).
int64 sys_ficlone(struct file *dst, uint64 src_fd);
int64 sys_ftruncate(const uint64 *arg); // fd, size
int64 sys_fadvise64(const uint64 *arg); // fd, offset, length, advice
int64 sys_fallocate(const uint64 *arg); // fd, mode, offset, length
int64 sys_fsync(const uint64 *arg);     // fd
int64 sys_fdatasync(const uint64 *arg); // fd
int64 sys_syncfs(const uint64 *arg);    // fd
int64 sys_sync(const uint64 *arg);

// sys_fd.c: descriptors themselves
int64 sys_close(const uint64 *arg);        // fd
int64 sys_close_range(const uint64 *arg);  // first, last, flags
int64 sys_dup(const uint64 *arg);          // fd
int64 sys_dup3(const uint64 *arg);         // from, to, flags
int64 sys_fcntl(const uint64 *arg);        // fd, command, arg
int64 sys_pipe2(const uint64 *arg);        // fds, flags
int64 sys_memfd_create(const uint64 *arg); // name, flags

// sys_path.c: through a path
int64 sys_openat(const uint64 *arg);     // dirfd, path, flags, mode
int64 sys_mkdirat(const uint64 *arg);    // dirfd, path, mode
int64 sys_mknodat(const uint64 *arg);    // dirfd, path, mode, dev
int64 sys_unlinkat(const uint64 *arg);   // dirfd, path, flags
int64 sys_linkat(const uint64 *arg);     // olddirfd, old, newdirfd, new, flags
int64 sys_symlinkat(const uint64 *arg);  // target, dirfd, path
int64 sys_readlinkat(const uint64 *arg); // dirfd, path, buf, size
int64 sys_renameat2(const uint64 *arg);  // olddirfd, old, newdirfd, new, flags

// sys_status.c: what is known of files and volumes
int64 sys_newfstatat(const uint64 *arg); // dirfd, path, stat, flags
int64 sys_fstat(const uint64 *arg);      // fd, stat
int64 sys_faccessat(const uint64 *arg);  // dirfd, path, mode
int64 sys_statx(const uint64 *arg);      // dirfd, path, flags, mask, statx
int64 sys_faccessat2(const uint64 *arg); // dirfd, path, mode, flags
int64 sys_fchownat(const uint64 *arg);   // dirfd, path, uid, gid, flags
int64 sys_fchown(const uint64 *arg);     // fd, uid, gid
int64 sys_fchmodat(const uint64 *arg);   // dirfd, path, mode
int64 sys_fchmod(const uint64 *arg);     // fd, mode
int64 sys_umask(const uint64 *arg);      // mask
int64 sys_utimensat(const uint64 *arg);  // dirfd, path, timespec[2], flags
int64 sys_statfs(const uint64 *arg);     // path, statfs
int64 sys_fstatfs(const uint64 *arg);    // fd, statfs

// sys_dir.c: directories
int64 sys_getdents64(const uint64 *arg); // fd, buf, n
int64 sys_chdir(const uint64 *arg);      // path
int64 sys_fchdir(const uint64 *arg);     // fd
int64 sys_getcwd(const uint64 *arg);     // buf, size
