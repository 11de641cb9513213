// ChaCha20 (RFC 8439, 2.3): a key and a number of a block give 64 bytes that nobody who does not
// have the key can tell from random ones.
#pragma once

#include "types.h"

#define CHACHA_KEY_WORDS   8
#define CHACHA_BLOCK_WORDS 16

// `nonce` is the block's number in the last four words: RFC 8439's counter and nonce.
void chacha_block(const uint32 key[CHACHA_KEY_WORDS], const uint32 nonce[4],
                  uint32 out[CHACHA_BLOCK_WORDS]);
