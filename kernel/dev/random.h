// SPDX-License-Identifier: MIT
//
// Random bytes from a seed: ChaCha20 (RFC 8439, 2.3) with fast key erasure, so what was given out cannot be
// computed from a later state. Not synchronised: the owner guards it. It gives nothing before somebody has
// said that enough unpredictable input went in.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct random {
    uint32_t key[8];
    bool seeded;
};

// Mixes bytes in; never makes the state easier to guess.
void random_mix(struct random *random, const void *bytes, size_t length);
// False, and nothing written, while it is not seeded.
[[nodiscard]] bool random_fill(struct random *random, void *buffer, size_t length);
// One block of the cipher; for its test.
void random_block(const uint32_t key[8], uint32_t counter, const uint32_t nonce[3], uint32_t out[16]);
