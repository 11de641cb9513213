// Descriptors: copies, places, flags, limits.

#include "user/tests/usertests/usertests.h"

// Copies share the offset, and the file lives until the last is closed.
void dup_shares(void)
{
    char buf[8];
    make_file("ut.dup", 100, 1);
    int fd = must_open("ut.dup", O_RDONLY), copy = dup(fd);
    CHECK(copy > fd, "dup gave %d", copy);
    EXPECT(read(fd, buf, 4), 4, "read");
    EXPECT(read(copy, buf + 4, 4), 4, "read of the copy");
    check_filled(buf, 8, 1);
    close(fd);
    EXPECT(read(copy, buf, 8), 8, "read after the first is closed");
    EXPECT(dup(99), -1, "dup of nothing");
    must_unlink("ut.dup");
}

void dup3_places(void)
{
    char c;
    make_file("ut.dup", 100, 1);
    int fd = must_open("ut.dup", O_RDONLY), other = must_open("/README", O_RDONLY);
    EXPECT(sys(SYS_dup3, fd, other, 0), other, "dup3 over an open descriptor");
    EXPECT(read(other, &c, 1), 1, "read through it");
    check_filled(&c, 1, 1);
    EXPECT(sys(SYS_dup3, fd, NOFILE - 1, 0), NOFILE - 1, "dup3 to the last place");
    EXPECT(sys(SYS_dup3, fd, NOFILE, 0), -EBADF, "dup3 beyond the last place");
    EXPECT(sys(SYS_dup3, fd, -1, 0), -EBADF, "dup3 to -1");
    EXPECT(sys(SYS_dup3, fd, fd, 0), -EINVAL, "dup3 to itself");
    EXPECT(sys(SYS_dup3, fd, other, 12345), -EINVAL, "dup3 with unknown flags");
    close(NOFILE - 1);
    must_unlink("ut.dup");
}

void fcntl_flags(void)
{
    int fd = must_open("ut.fcntl", O_CREATE | O_TRUNC | O_RDWR);
    EXPECT(sys(SYS_fcntl, fd, F_GETFD), 0, "F_GETFD");
    EXPECT(sys(SYS_fcntl, fd, F_SETFD, FD_CLOEXEC), 0, "F_SETFD");
    EXPECT(sys(SYS_fcntl, fd, F_GETFD), FD_CLOEXEC, "F_GETFD after it");
    int copy = (int)sys(SYS_fcntl, fd, F_DUPFD, 20);
    EXPECT(copy, 20, "F_DUPFD from 20");
    EXPECT(sys(SYS_fcntl, copy, F_GETFD), 0, "F_GETFD of the copy");
    EXPECT(sys(SYS_fcntl, fd, F_DUPFD, 20), 21, "F_DUPFD from 20 again");
    EXPECT(sys(SYS_fcntl, fd, F_DUPFD, NOFILE), -EINVAL, "F_DUPFD from beyond");
    EXPECT(sys(SYS_fcntl, fd, F_GETFL) & O_ACCMODE, O_RDWR, "F_GETFL");
    EXPECT(sys(SYS_fcntl, fd, F_SETFL, O_APPEND), 0, "F_SETFL");
    EXPECT(write(fd, "12345", 5), 5, "write");
    EXPECT(sys(SYS_lseek, fd, 0, SEEK_SET), 0, "lseek");
    EXPECT(write(fd, "6", 1), 1, "write with O_APPEND");
    struct stat st;
    EXPECT(fstat(fd, &st), 0, "fstat");
    EXPECT(st.size, 6, "size");
    // What is set takes the place of what was, and nothing else comes with it.
    const uint both = O_APPEND | O_NONBLOCK;
    EXPECT(sys(SYS_fcntl, fd, F_GETFL) & both, O_APPEND, "F_GETFL after F_SETFL of O_APPEND");
    EXPECT(sys(SYS_fcntl, fd, F_SETFL, O_NONBLOCK), 0, "F_SETFL of O_NONBLOCK");
    EXPECT(sys(SYS_fcntl, fd, F_GETFL) & both, O_NONBLOCK, "F_GETFL after it");
    EXPECT(sys(SYS_fcntl, fd, F_SETFL, O_RDONLY | O_SYNC), 0, "F_SETFL of what cannot be set");
    EXPECT(sys(SYS_fcntl, fd, F_GETFL), O_RDWR, "F_GETFL after it");
    EXPECT(sys(SYS_fcntl, fd, 9999, 0), -EINVAL, "an unknown fcntl");
    must_unlink("ut.fcntl");
}

// With one place left a pipe has none: it fails whole, and the place is still there.
void last_descriptor(void)
{
    int fd[2] = { -1, -1 };
    while (dup(0) >= 0)
        ;
    for (int left = 0; left < 2; left++) {
        for (int i = 0; i < 3; i++) {
            EXPECT(sys(SYS_pipe2, fd, 0), -EMFILE, "pipe with %d places left", left);
            EXPECT(sys(SYS_pipe2, fd, O_CLOEXEC), -EMFILE, "pipe with %d places left", left);
        }
        EXPECT(fd[0] + fd[1], -2, "descriptors given by a pipe that failed");
        if (left == 0)
            close(NOFILE - 1);
    }
    EXPECT(dup(0), NOFILE - 1, "the last place");
    EXPECT(sys(SYS_fcntl, NOFILE - 1, F_GETFD), 0, "its mark, left by nobody");
    close(NOFILE - 1);
    close(NOFILE - 2);
    EXPECT(sys(SYS_pipe2, fd, 0), 0, "pipe with two places left");
    EXPECT(fd[0] + fd[1], 2 * NOFILE - 3, "its descriptors");
    EXPECT(write(fd[1], "x", 1), 1, "write to it");
    // A pipe whose descriptors cannot be stored is closed again.
    close(fd[0]);
    close(fd[1]);
    for (int i = 0; i < 3; i++)
        EXPECT(sys(SYS_pipe2, 8, 0), -EFAULT, "pipe to nowhere");
    EXPECT(dup(0), NOFILE - 2, "a place that pipes to nowhere have left");
}

// As many as there may be; then an open fails and makes no file.
void descriptor_limit(void)
{
    int n = 0, fd;
    while ((fd = open("/README", O_RDONLY)) >= 0)
        EXPECT(fd >= n++, true, "a descriptor that was handed out twice");
    CHECK(n >= 16 - 3 && n <= NOFILE, "%d descriptors", n);
    EXPECT(sys(SYS_openat, AT_FDCWD, "ut.more", O_CREAT | O_RDWR, 0644), -EMFILE,
           "open beyond the limit");
    EXPECT(sys(SYS_dup, 0), -EMFILE, "dup beyond the limit");
    close(NOFILE - 1);
    EXPECT(open("ut.more", O_RDONLY), -1, "a file made by an open that failed");
    EXPECT(dup(0), NOFILE - 1, "the freed descriptor");
}

static void leave_all_open(void *arg)
{
    int fd[2];
    while (pipe(fd) == 0)
        ;
    open("ut.left", O_CREATE | O_RDWR);
}

// What a process leaves open is closed when it ends, however often.
void close_all(void)
{
    for (int i = 0; i < 100; i++)
        must_pass("a process that closes nothing", leave_all_open, NULL);
    unlink("ut.left");
    int fd[2];
    must_pipe(fd);
}
