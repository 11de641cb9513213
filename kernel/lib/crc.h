// CRC-32C (Castagnoli; RFC 3720, appendix B.4): polynomial 0x1EDC6F41 reflected.
#pragma once

#include "types.h"

// => the CRC of n bytes, carrying on from `crc` (0 to begin).
uint32 crc32c(uint32 crc, const void *data, size_t n);
