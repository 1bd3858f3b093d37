// SPDX-License-Identifier: MIT
//
// See blake2b.h. Source: RFC 7693, 2.6 (constants), 2.7 (message schedule), 3.1 (mixing), 3.2
// (compression), 3.3.

#include "blake2b.h"
#include <base/string.h>

#define BLOCK_SIZE 128
#define ROUNDS     12

static const uint64_t initial[8] = {
    0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
    0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
};

static const uint8_t schedule[10][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
    {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
    {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
    {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
    {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
};

// Which four words of the state each of a round's eight mixings takes: columns, then diagonals.
static const uint8_t mixed[8][4] = {
    {0, 4, 8, 12},  {1, 5, 9, 13},  {2, 6, 10, 14}, {3, 7, 11, 15},
    {0, 5, 10, 15}, {1, 6, 11, 12}, {2, 7, 8, 13},  {3, 4, 9, 14},
};

static uint64_t rotate(uint64_t word, unsigned bits) {
    return word >> bits | word << (64 - bits);
}

static void mix(uint64_t state[16], const uint8_t at[4], uint64_t x, uint64_t y) {
    uint64_t *a = &state[at[0]], *b = &state[at[1]], *c = &state[at[2]], *d = &state[at[3]];
    *a += *b + x;
    *d = rotate(*d ^ *a, 32);
    *c += *d;
    *b = rotate(*b ^ *c, 24);
    *a += *b + y;
    *d = rotate(*d ^ *a, 16);
    *c += *d;
    *b = rotate(*b ^ *c, 63);
}

// `count`: bytes so far, this block's among them.
static void compress(uint64_t hash[8], const uint8_t block[BLOCK_SIZE], uint64_t count, bool is_last) {
    uint64_t message[16];
    uint64_t state[16];
    memcpy(message, block, sizeof message);
    memcpy(state, hash, 8 * sizeof *state);
    memcpy(state + 8, initial, sizeof initial);
    state[12] ^= count;
    if (is_last)
        state[14] = ~state[14];
    for (unsigned round = 0; round < ROUNDS; round++) {
        const uint8_t *order = schedule[round % 10];
        for (unsigned i = 0; i < 8; i++)
            mix(state, mixed[i], message[order[2 * i]], message[order[2 * i + 1]]);
    }
    for (unsigned i = 0; i < 8; i++)
        hash[i] ^= state[i] ^ state[i + 8];
}

void blake2b(const void *bytes, size_t length, uint8_t digest[BLAKE2B_SIZE]) {
    const uint8_t *at = bytes;
    uint8_t last[BLOCK_SIZE] = {0};
    uint64_t hash[8];
    uint64_t count = 0;
    memcpy(hash, initial, sizeof hash);
    // The parameter block: digest of 64 bytes, no key, no tree.
    hash[0] ^= 0x01010000 ^ BLAKE2B_SIZE;
    for (; length > BLOCK_SIZE; length -= BLOCK_SIZE, at += BLOCK_SIZE) {
        count += BLOCK_SIZE;
        compress(hash, at, count, false);
    }
    if (length > 0)
        memcpy(last, at, length);
    compress(hash, last, count + length, true);
    memcpy(digest, hash, BLAKE2B_SIZE);
}

static int digit_value(char digit) {
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    char small = digit >= 'A' && digit <= 'F' ? (char)(digit - 'A' + 'a') : digit;
    return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

bool blake2b_matches(const void *bytes, size_t length, const char *hexadecimal) {
    uint8_t digest[BLAKE2B_SIZE];
    blake2b(bytes, length, digest);
    for (size_t i = 0; i < 2 * BLAKE2B_SIZE; i++)
        if (digit_value(hexadecimal[i]) != (i % 2 == 0 ? digest[i / 2] >> 4 : digest[i / 2] & 15))
            return false;
    return true;
}
