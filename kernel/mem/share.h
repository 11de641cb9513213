// The two shares of memory.
//
// RAM is divided once, at boot, between the kernel and the users.  The kernel's share holds what
// the kernel keeps for itself: small objects, caches, what has not been committed yet.  Whatever
// of it is not in use at the moment stays free, and no user grows into it.  So what users can have
// is a constant of the machine and not what the kernel's caches happen to leave.
//
// Against the users' share is charged what is theirs to the frame: memory of their own, page
// tables but roots, kernel stacks of living threads, a page for each pipe; and *promises*: what an
// image with its stack may come to own is charged when the program starts, so that a page of it
// that is touched for the first time changes no sum.
//
//   M6  what users are granted beyond their images (share_has) lies within their share.
//
// Forks, stacks and images are not refused while there are frames: they may go beyond the share,
// and then nobody is granted anything.
#pragma once

#include "types.h"

// Divides `nframes`, those that are free at boot.  Once.
void share_init(size_t nframes);
// The frames of the users' share.
size_t share_of_users(void);
// => what is charged against it at this moment (an estimate while other harts allocate)
size_t share_charged(void);

// The end of the users' share is for those who need few.  Growth that can be refused (sbrk) leaves
// SHARE_MARGIN frames of it, so that a program that was told "no more memory" can still run to its
// end; the faults of large processes leave half of it, so that everybody else can too.
#define SHARE_MARGIN 128
// => can users have `want` frames more with `keep` still left of their share?
bool share_has(size_t want, size_t keep);

// The same of what can be elsewhere, as long as there is room for it (cache/swap.h): what is granted
// so may have to wait for its frame, but comes to it.
bool share_has_in_all(size_t want, size_t keep);
// So many pages of users' more can be elsewhere; a negative number: fewer.
void share_spare(long pages);

// Charges what an image may come to own; a negative number ends that.
void share_promise(long frames);

// What is on its way between users is lent from the kernel's share, a quarter of it at the most:
// what users can have is the same however much that is, and whoever fills many pipes takes nothing
// from anybody.  A frame of FRAME_OTHER that has been lent is not charged.
// => may one more be had?  Then it is due back.
bool share_lend(void);
void share_lend_end(size_t frames);
