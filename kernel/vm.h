// How sbrk() asks for memory, for user/lib and for programs that name the two ways.
#pragma once

#define SBRK_EAGER 1 // what is granted is there
#define SBRK_LAZY  2 // move the break only; pages come at first touch

// What sbrk() does: `make SBRK=lazy` builds programs for which it moves the break only.
#ifndef SBRK_DEFAULT
#define SBRK_DEFAULT SBRK_EAGER
#endif

#define SBRK_ERROR ((char *)-1)
