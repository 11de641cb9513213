// How large kernel stacks are; assembly reads it too.  A stack is the upper half of a slot that is
// aligned to its own size, so bit KSTACK_SHIFT of every address in a stack is 1.
#pragma once

#ifdef KASAN
#define KSTACK_SHIFT 14 // red zones take room
#else
#define KSTACK_SHIFT 13
#endif
#define KSTACK_SIZE (1 << KSTACK_SHIFT)
