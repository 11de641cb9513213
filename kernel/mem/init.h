// Starting the memory layer, in this order, on the first hart.
#pragma once

// Reads RAM and what is reserved from `machine`; kalloc works afterwards.
void frames_init(void);
// Makes the small-object caches part of the audit.
void slab_init(void);
