// SPDX-License-Identifier: MIT
//
// See random.h.

#include "random.h"
#include <base/string.h>
#include <base/types.h>

#define KEY_BYTES   32u
#define BLOCK_BYTES 64u

static uint32_t rotate(uint32_t value, unsigned by) {
    return value << by | value >> (32 - by);
}

static void quarter(uint32_t *a, uint32_t *b, uint32_t *c, uint32_t *d) {
    *a += *b;
    *d = rotate(*d ^ *a, 16);
    *c += *d;
    *b = rotate(*b ^ *c, 12);
    *a += *b;
    *d = rotate(*d ^ *a, 8);
    *c += *d;
    *b = rotate(*b ^ *c, 7);
}

void random_block(const uint32_t key[8], uint32_t counter, const uint32_t nonce[3], uint32_t out[16]) {
    const uint32_t in[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574, key[0], key[1],
                             key[2],     key[3],     key[4],     key[5],     key[6], key[7],
                             counter,    nonce[0],   nonce[1],   nonce[2]};
    memcpy(out, in, sizeof(in));
    for (unsigned i = 0; i < 10; i++) {
        quarter(&out[0], &out[4], &out[8], &out[12]);
        quarter(&out[1], &out[5], &out[9], &out[13]);
        quarter(&out[2], &out[6], &out[10], &out[14]);
        quarter(&out[3], &out[7], &out[11], &out[15]);
        quarter(&out[0], &out[5], &out[10], &out[15]);
        quarter(&out[1], &out[6], &out[11], &out[12]);
        quarter(&out[2], &out[7], &out[8], &out[13]);
        quarter(&out[3], &out[4], &out[9], &out[14]);
    }
    for (unsigned i = 0; i < 16; i++)
        out[i] += in[i];
}

// The first half of block 0 is the next key, the rest the start of the output.
static void key_replace(struct random *random, uint32_t block[16]) {
    static const uint32_t nonce[3];
    random_block(random->key, 0, nonce, block);
    memcpy(random->key, block, KEY_BYTES);
    memset(block, 0, KEY_BYTES);
}

void random_mix(struct random *random, const void *bytes, size_t length) {
    const uint8_t *at = bytes;
    uint32_t block[16];
    while (length > 0) {
        uint8_t chunk[KEY_BYTES] = {};
        size_t part = min_u64(length, KEY_BYTES);
        memcpy(chunk, at, part);
        for (unsigned i = 0; i < KEY_BYTES; i++)
            ((uint8_t *)random->key)[i] ^= chunk[i];
        key_replace(random, block);
        at += part;
        length -= part;
    }
}

bool random_fill(struct random *random, void *buffer, size_t length) {
    static const uint32_t nonce[3] = {1};
    uint32_t block[16];
    uint32_t key[8];
    uint8_t *to = buffer;
    if (!random->seeded)
        return false;
    // The stream's own key is made of the old one, and gone afterwards.
    key_replace(random, block);
    memcpy(key, block + 8, sizeof(key));
    for (uint32_t counter = 0; length > 0; counter++) {
        random_block(key, counter, nonce, block);
        size_t part = min_u64(length, BLOCK_BYTES);
        memcpy(to, block, part);
        to += part;
        length -= part;
    }
    memset(key, 0, sizeof(key));
    memset(block, 0, sizeof(block));
    return true;
}
