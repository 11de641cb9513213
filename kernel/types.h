// Fixed-width names shared by the kernel and user programs.
#pragma once

// Programs have user/kine.h for bool, NULL and their kin: one for the classic API alone may use
// these names for things of its own.
#ifndef KINE_USER
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#endif

typedef unsigned char uchar;
typedef unsigned short ushort;
typedef unsigned int uint;

typedef unsigned char uint8;
typedef unsigned short uint16;
typedef unsigned int uint32;
typedef unsigned long uint64;

typedef signed char int8;
typedef short int16;
typedef int int32;
typedef long int64;

typedef uint64 pde_t;
typedef uint64 pte_t;
